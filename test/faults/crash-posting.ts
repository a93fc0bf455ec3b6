/** Clients that import while their server is killed, and what must be there after that. */
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFailed } from 'vitest';
import { rowsOf } from '../db/databases.ts';
import { ndjson, organizations } from '../http/import-jobs.ts';
import { insist, randomly, type Batch, type Reply, type Server } from './crash-support.ts';

const posters = 4;

export interface Acknowledged {
  batch: Batch;
  prefix: string;
  count: number;
  reply: Reply;
}

/** Sends one batch after the other, each until it is acknowledged; every third becomes a job. */
async function poster(
  name: string,
  random: () => number,
  post: (batch: Batch) => Promise<Reply>,
  isOver: () => boolean,
): Promise<Acknowledged[]> {
  const all: Acknowledged[] = [];
  while (!isOver()) {
    const prefix = `${name}-${all.length}`;
    const count = 20 + Math.floor(random() * 300);
    const prefer = all.length % 3 === 2 ? { prefer: 'respond-async' } : {};
    const batch = { key: prefix, file: ndjson(organizations(prefix, count)), ...prefer };
    all.push({ batch, prefix, count, reply: await post(batch) });
  }
  return all;
}

/** Kills the server so many times at random moments while batches are posted, and gives what was acknowledged. */
export async function postAndKill(
  server: Server,
  apiKey: string,
  { kills, upMs }: { kills: number; upMs: number },
): Promise<Acknowledged[]> {
  const seed = Number(process.env.CRASH_SEED ?? Date.now() % 2 ** 31);
  onTestFailed(() => {
    console.error(`Again with CRASH_SEED=${seed}`);
  });
  const random = randomly(seed);
  await server.start();
  let over = false;
  const post = (batch: Batch): Promise<Reply> => insist(server, apiKey, batch);
  const posting = Promise.all(
    Array.from({ length: posters }, (_, i) => poster(`crash-${i}`, randomly(seed + i + 1), post, () => over)),
  );
  // A fault of a poster is met below; until then it is nobody's.
  posting.catch(() => undefined);
  while (server.kills < kills) {
    await delay(random() * upMs);
    await server.kill();
    await server.start();
  }
  over = true;
  const acknowledged = (await posting).flat();
  expect(acknowledged.length).toBeGreaterThan(posters);
  return acknowledged;
}

interface Ended {
  status: string;
  counts: Record<string, number>;
}

/** Each key has its reply, and what it began has come to its end, jobs by themselves. */
export async function expectReplies(
  server: Server,
  apiKey: string,
  acknowledged: Acknowledged[],
): Promise<void> {
  const read = async (path: string): Promise<unknown> => {
    const reply = await fetch(server.base + path, { headers: { authorization: `Bearer ${apiKey}` } });
    return ((await reply.json()) as { data: unknown }).data;
  };
  for (const { batch, count, reply } of acknowledged) {
    const state = async (): Promise<Ended> => (await read(reply.location)) as Ended;
    await expect
      .poll(state, { timeout: 60_000, interval: 100 })
      .toMatchObject({ status: 'applied', counts: { read: count, create: count } });
    const again = await insist(server, apiKey, batch);
    expect([batch.key, again]).toEqual([batch.key, { ...reply, replayed: true }]);
  }
}

/** Exactly the acknowledged rows, once each, of as many imports. */
export async function expectRows(url: string, acknowledged: Acknowledged[]): Promise<void> {
  const found = await rowsOf(
    url,
    `SELECT regexp_replace(id, '-[0-9]+$', '') AS prefix, count(*)::int AS count, max(version) AS version
       FROM organizations WHERE id LIKE 'crash-%' GROUP BY 1 ORDER BY 1`,
  );
  const wanted = acknowledged
    .map(({ prefix, count }) => ({ prefix, count, version: 1 }))
    .sort((a, b) => (a.prefix < b.prefix ? -1 : 1));
  expect(found).toEqual(wanted);
  const [made] = await rowsOf(url, `SELECT count(*)::int AS imports FROM imports`);
  expect(made).toEqual({ imports: acknowledged.length });
}
