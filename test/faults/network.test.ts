/** The network between server and database is silent, slow or cut; whoever asks is told, and nothing is old or twice. */
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { databases, rowsOf } from '../db/databases.ts';
import { keys } from '../keys.ts';
import { ask, becomesReady, create, expectUnavailable, faultOf, type Told } from './asking.ts';
import { Server } from './crash-support.ts';
import { Wire } from './wire.ts';

const seeded = databases('seeded');

interface Connected {
  server: Server;
  wire: Wire;
  /** Past the network that fails. */
  url: string;
}

async function connected(): Promise<Connected> {
  const url = await seeded();
  const wire = await Wire.to(url);
  const server = new Server({ DATABASE_URL: wire.url, READ_SECONDS: '2' });
  await server.start();
  return { server, wire, url };
}

const kt = '/v1/organizations/kt';
const website = ({ body }: Told): unknown => body.website;
const change = (url: string, to: string): Promise<unknown> =>
  rowsOf(url, `UPDATE organizations SET website = '${to}' WHERE id = 'kt'`);

/** Until it is kept: a reply that was read while the server did not listen yet is not. */
async function kept({ server, url }: Connected, to: string): Promise<void> {
  await change(url, to);
  await expect.poll(async () => website(await ask(server.base, kt))).toBe(to);
  const hits = async (): Promise<number> => {
    await ask(server.base, kt);
    const reply = await fetch(`${server.base}/metrics`, {
      headers: { authorization: `Bearer ${keys.admin}` },
    });
    return Number(/^tracker_cache_hits_total ([0-9]+)/m.exec(await reply.text())?.[1]);
  };
  await expect.poll(hits, { timeout: 10_000 }).toBeGreaterThan(0);
}

/** Asks again and again for so long, and gives what came, with when it had come. */
async function watch(base: string, forMs: number): Promise<{ told: Told; at: number }[]> {
  const began = performance.now();
  const seen: { told: Told; at: number }[] = [];
  while (performance.now() - began < forMs) {
    const told = await ask(base, kt);
    seen.push({ told, at: performance.now() - began });
    await delay(100);
  }
  return seen;
}

const bound = 10_000;
const old = 'https://old.example/';
const fresh = 'https://new.example/';

test('where nothing comes through, what is kept is not sent for longer than ten seconds, and whoever asks is told so', async () => {
  const it = await connected();
  const { server, wire, url } = it;
  await kept(it, old);
  await Promise.all([1, 2, 3].map((limit) => ask(server.base, `/v1/sources?limit=${limit}`)));
  wire.silence();
  await change(url, fresh);
  // These go out by connections that were good a moment ago.
  const asked = ['/readyz', '/v1/calls', '/v1/rounds'].map((path) => ask(server.base, path));
  const seen = await watch(server.base, bound + 4_000);
  for (const told of await Promise.all(asked)) expectUnavailable(told);
  const late = seen.filter(({ told, at }) => at > bound + 500 && told.status !== 503);
  expect(late.map(({ told, at }) => [at, told.status, website(told)])).toEqual([]);
  for (const { told } of seen) if (told.status !== 200) expectUnavailable(told);
  expect((await ask(server.base, '/healthz')).status).toBe(200);

  wire.reset();
  await becomesReady(server.base);
  await expect.poll(async () => website(await ask(server.base, kt))).toBe(fresh);
  await kept(it, old);
});

test('where what was held up comes through after all, it goes on as if nothing had been', async () => {
  const { server, wire } = await connected();
  await becomesReady(server.base);
  wire.silence();
  const waiting = [ask(server.base, kt), create(server.base, keys.admin, 'held-up')];
  await delay(1_000);
  wire.resume();
  expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual([200, 201]);
});

test('where only the connection that listens dies without a word, reads go on, old for ten seconds at most', async () => {
  const it = await connected();
  const { server, wire, url } = it;
  await kept(it, old);
  wire.silence('tracker changes');
  await change(url, fresh);
  const seen = await watch(server.base, bound + 2_000);
  expect(seen.filter(({ told }) => told.status !== 200)).toEqual([]);
  expect(seen.filter(({ told, at }) => at > bound + 500 && website(told) !== fresh)).toEqual([]);
  wire.resume();
  await kept(it, old);
});

test('a slow network makes it slow, and nothing else', async () => {
  const { server, wire, url } = await connected();
  wire.delayMs = 40;
  const told = await Promise.all(
    Array.from({ length: 30 }, (_, i) =>
      i % 3 === 0
        ? create(server.base, keys.admin, `slow-${i}`)
        : ask(server.base, `/v1/organizations?limit=${i}`),
    ),
  );
  expect(told.map(({ status }) => status)).toEqual(told.map((_, i) => (i % 3 === 0 ? 201 : 200)));
  expect(await rowsOf(url, `SELECT count(*)::int AS n FROM organizations WHERE id LIKE 'slow-%'`)).toEqual([
    { n: 10 },
  ]);
});

test('a connection that is cut in the middle of a message costs one refusal', async () => {
  const { server, wire } = await connected();
  const list = '/v1/sources?limit=200';
  await ask(server.base, list);
  for (const bytes of [0, 1, 4, 100, 5_000]) {
    let cuts = 0;
    wire.cutReply = (piece) => (piece.length > 6_000 && cuts++ === 0 ? bytes : undefined);
    const told = await ask(
      server.base,
      `${list}&fields=id,title,url&sort=${bytes % 2 === 0 ? '' : '-'}id&q=${bytes === 0 ? 'a' : bytes === 4 ? 'e' : 'i'}`,
    );
    wire.cutReply = undefined;
    expect([bytes, cuts, faultOf(told)]).toEqual([bytes, 1, undefined]);
    expect((await ask(server.base, list)).status).toBe(200);
  }
  await becomesReady(server.base);
});

test('a write whose commit was carried out and whose reply was lost is there once, and told of on a second try', async () => {
  const { server, wire, url } = await connected();
  await becomesReady(server.base);
  // Read before it is there, so that a kept reply could tell that it is not.
  expect((await ask(server.base, '/v1/organizations/lost-reply')).status).toBe(404);
  wire.cutReply = (piece) => (piece.includes('COMMIT') ? 0 : undefined);
  expectUnavailable(await create(server.base, keys.admin, 'lost-reply'));
  wire.cutReply = undefined;
  expect((await ask(server.base, '/v1/organizations/lost-reply')).status).toBe(200);
  const again = await create(server.base, keys.admin, 'lost-reply');
  expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([201, 'true']);

  // And one whose commit has never come there.
  wire.cutRequest = (piece) => (piece.includes('COMMIT') ? 0 : undefined);
  expectUnavailable(await create(server.base, keys.admin, 'lost-commit'));
  wire.cutRequest = undefined;
  expect((await ask(server.base, '/v1/organizations/lost-commit')).status).toBe(404);
  const first = await create(server.base, keys.admin, 'lost-commit');
  expect([first.status, first.headers.get('idempotency-replayed')]).toEqual([201, null]);
  expect(
    await rowsOf(url, `SELECT id, version FROM organizations WHERE id LIKE 'lost-%' ORDER BY id`),
  ).toEqual(['lost-commit', 'lost-reply'].map((id) => ({ id, version: 1 })));
});
