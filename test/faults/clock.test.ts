/** Clocks are set forward and back while the server works: nothing happens twice, nothing before what came before it. */
import pg from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { databases } from '../db/databases.ts';
import { useDirectories } from '../db/embedded-support.ts';
import { ndjson, organizations } from '../http/import-jobs.ts';
import { keys } from '../keys.ts';
import { ask, becomesReady, create, type Told } from './asking.ts';
import { clock, nodeOptions, postgresWith } from './clock-support.ts';
import { insist, Server } from './crash-support.ts';

useDirectories();
const seeded = databases('seeded');

const day = 86_400;
const jumps = [day, -day, 400 * day, -3_600, 0];
const admin = { authorization: `Bearer ${keys.admin}` };

const plan = (base: string, key: string): Promise<Told> =>
  ask(base, '/v1/imports?resource=organizations&dryRun=true', {
    method: 'POST',
    headers: { ...admin, 'content-type': 'application/x-ndjson', 'idempotency-key': key },
    body: ndjson(organizations(key, 3)),
  });
const apply = (base: string, planned: Told, key: string): Promise<Told> =>
  ask(base, `/v1/imports/${(planned.body.data as { id: string }).id}/apply`, {
    method: 'POST',
    headers: { ...admin, 'idempotency-key': key },
  });

test('the clock of the server is set: requests, keys, plans, jobs and limits go on as before', async () => {
  const time = clock();
  const url = await seeded();
  const server = new Server({
    DATABASE_URL: url,
    NODE_OPTIONS: nodeOptions(time),
    RATE_LIMIT_READS: '30',
    RATE_LIMIT_WRITES: '1000',
  });
  await server.start();
  const { base } = server;
  const planned = await plan(base, 'before');
  const job = await insist(server, keys.admin, {
    key: 'job',
    file: ndjson(organizations('job', 200)),
    prefer: 'respond-async',
  });
  for (const [n, seconds] of jumps.entries()) {
    time.set(seconds);
    expect((await create(base, keys.writer, `jump-${n}`)).status).toBe(201);
    const again = await create(base, keys.writer, `jump-${n}`);
    expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([201, 'true']);
    const kept = await ask(base, `/v1/organizations/jump-${n}`, { headers: admin });
    expect([kept.status, kept.body.version]).toEqual([200, 1]);
    await becomesReady(base);
  }
  time.set(day);
  expect((await apply(base, planned, 'apply')).status).toBeLessThan(300);
  time.set(-day);
  expect((await apply(base, planned, 'apply')).headers.get('idempotency-replayed')).toBe('true');
  expect((await apply(base, planned, 'apply-again')).status).toBe(409);
  expect(job.status).toBe(202);
  const state = async (): Promise<unknown> => (await ask(base, job.location, { headers: admin })).body.data;
  await expect.poll(state, { timeout: 30_000 }).toMatchObject({ status: 'applied', counts: { create: 200 } });

  // A minute is a minute: what is used up stays so, whatever day it is.
  const limited = async (): Promise<Told> => {
    let told = await ask(base, '/v1/calls');
    for (let n = 0; n < 40 && told.status === 200; n += 1) told = await ask(base, '/v1/calls');
    return told;
  };
  expect((await limited()).status).toBe(429);
  for (const seconds of jumps) {
    time.set(seconds);
    const told = await ask(base, '/v1/calls');
    expect([seconds, told.status, Number(told.headers.get('retry-after')) <= 60]).toEqual([
      seconds,
      429,
      true,
    ]);
  }
  expect(await server.end('SIGTERM')).toBe(0);
  expect(server.output).not.toContain('"level":50');
});

interface Change {
  id: string;
  recordedAt: string;
}
interface Page {
  data: Change[];
  page: { next: string; more: boolean };
}

test('the clock of the database is set: the history goes on from where it was, and what was known stays so', async (context) => {
  const time = clock();
  const url = await postgresWith(time, context);
  const server = new Server({ DATABASE_URL: url, BOOTSTRAP_ADMIN_KEY: keys.admin });
  await server.start();
  const { base } = server;
  const read = async <T>(path: string): Promise<T> => (await ask(base, path, { headers: admin })).body as T;
  let since = (await read<Page>('/v1/changes?since=now')).page.next;
  const followed: Change[] = [];
  const follow = async (): Promise<void> => {
    for (let more = true; more;) {
      const { data, page } = await read<Page>(`/v1/changes?since=${since}&limit=2`);
      followed.push(...data);
      since = page.next;
      more = page.more;
    }
  };
  const planned = await plan(base, 'before');
  const written: string[] = [];
  const write = async (id: string): Promise<void> => {
    const made = await create(base, keys.admin, id);
    expect([id, made.status]).toEqual([id, 201]);
    written.push(id);
    const again = await create(base, keys.admin, id);
    expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([201, 'true']);
    await follow();
  };
  const knownAt = (moment: string): Promise<unknown> =>
    read(`/v1/organizations?country=KR&fields=id&limit=500&knownAt=${moment}`);

  await write('at-first');
  const known: [string, unknown][] = [];
  for (const [n, seconds] of jumps.entries()) {
    time.set(seconds);
    await write(`jump-${n}`);
    await write(`after-${n}`);
    const moment = followed.at(-1)?.recordedAt ?? '';
    known.push([moment, await knownAt(moment)]);
  }
  // Set back while a transaction is under way.
  const session = new pg.Client({ connectionString: url });
  await session.connect();
  onTestFinished(() => session.end());
  await session.query('BEGIN');
  await session.query(
    `INSERT INTO organizations (id, name_en, kind, country, sources) VALUES ('in-between', 'x', 'company', 'KR', '{seed-001}')`,
  );
  time.set(-2 * day);
  await write('meanwhile');
  await session.query('COMMIT');
  written.push('in-between');
  await write('at-last');

  expect(followed.map(({ id }) => id)).toEqual(written);
  const moments = followed.map(({ recordedAt }) => recordedAt);
  expect(moments).toEqual([...new Set(moments)].sort());
  // It went forward with the clock, and did not come back with it.
  expect(Date.parse(moments.at(-1) ?? '')).toBeGreaterThan(Date.now() + 399 * day * 1_000);
  for (const [moment, then] of known) expect([moment, await knownAt(moment)]).toEqual([moment, then]);
  const verified = await read<{ data: unknown }>('/v1/audit/verify');
  expect(verified.data).toMatchObject({ ok: true });

  // The plan holds for a day of the database's; and is carried out once.
  time.set(3 * day);
  expect((await apply(base, planned, 'too-late')).status).toBe(409);
  time.set(0);
  expect((await apply(base, planned, 'in-time')).status).toBeLessThan(300);
  expect((await apply(base, planned, 'once-more')).status).toBe(409);
  await becomesReady(base);
  expect(await server.end('SIGTERM')).toBe(0);
});
