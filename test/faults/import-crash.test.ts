/** The server is killed at any moment; clients send the same again, and find every row there once. */
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { expect, onTestFailed, onTestFinished, test } from 'vitest';
import { databases, rowsOf } from '../db/databases.ts';
import { ndjson, organizations } from '../http/import-jobs.ts';
import { keys } from '../keys.ts';
import { insist, randomly, Server, type Batch, type Reply } from './crash-support.ts';

const seeded = databases('seeded');
const kills = 25;
const posters = 4;

interface Acknowledged {
  batch: Batch;
  prefix: string;
  count: number;
  reply: Reply;
}

const post = (server: Server, batch: Batch): Promise<Reply> => insist(server, keys.importer, batch);

/** Sends one batch after the other, each until it is acknowledged; every third becomes a job. */
async function poster(server: Server, name: string, random: () => number, isOver: () => boolean) {
  const all: Acknowledged[] = [];
  while (!isOver()) {
    const prefix = `${name}-${all.length}`;
    const count = 20 + Math.floor(random() * 300);
    const prefer = all.length % 3 === 2 ? { prefer: 'respond-async' } : {};
    const batch = { key: prefix, file: ndjson(organizations(prefix, count)), ...prefer };
    all.push({ batch, prefix, count, reply: await post(server, batch) });
  }
  return all;
}

test('killed 25 times at random moments, it has exactly the acknowledged rows, once each, and each key has its reply', async () => {
  const seed = Number(process.env.CRASH_SEED ?? Date.now() % 2 ** 31);
  onTestFailed(() => {
    console.error(`Again with CRASH_SEED=${seed}`);
  });
  const random = randomly(seed);
  const url = await seeded();
  const server = new Server({ DATABASE_URL: url });
  await server.start();
  let over = false;
  const posting = Promise.all(
    Array.from({ length: posters }, (_, i) =>
      poster(server, `crash-${i}`, randomly(seed + i + 1), () => over),
    ),
  );
  // A fault of a poster is met below; until then it is nobody's.
  posting.catch(() => undefined);
  while (server.kills < kills) {
    await delay(random() * 1_000);
    await server.kill();
    await server.start();
  }
  over = true;
  const acknowledged = (await posting).flat();
  expect(acknowledged.length).toBeGreaterThan(posters);

  // Jobs that were acknowledged go on by themselves.
  const open = (): Promise<Record<string, unknown>[]> =>
    rowsOf(url, `SELECT id FROM imports WHERE status IN ('queued', 'running')`);
  await expect.poll(open, { timeout: 60_000, interval: 100 }).toEqual([]);
  for (const { batch, count, reply } of acknowledged) {
    const again = await post(server, batch);
    expect([batch.key, again]).toEqual([batch.key, { ...reply, replayed: true }]);
    const [state] = await rowsOf(url, `SELECT status, counts FROM imports WHERE id = '${reply.data.id}'`);
    expect(state).toMatchObject({ status: 'applied', counts: { read: count, create: count } });
  }
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
});

test('a job that was running when its server was killed goes on with the next server, and is applied once', async () => {
  const url = await seeded();
  const holder = new pg.Client({ connectionString: url });
  await holder.connect();
  onTestFinished(() => holder.end());
  await holder.query(`SELECT pg_advisory_lock(hashtextextended('import:organizations', 0))`);
  const server = new Server({ DATABASE_URL: url });
  await server.start();
  const file = ndjson(organizations('midway', 6_000));
  const first = await post(server, { key: 'midway', file });
  expect(first.status).toBe(202);
  const waiting = async (): Promise<number> =>
    (
      await rowsOf(
        url,
        `SELECT FROM pg_stat_activity WHERE wait_event = 'advisory' AND datname = current_database()`,
      )
    ).length;
  await expect.poll(waiting, { timeout: 30_000, interval: 20 }).toBe(1);
  await server.kill();
  // The database has not noticed: the import still belongs to a connection of the server that is gone.
  await server.start();
  expect(await waiting()).toBe(1);
  await holder.query('SELECT pg_advisory_unlock_all()');
  const state = (): Promise<Record<string, unknown>[]> =>
    rowsOf(url, `SELECT status, counts ->> 'create' AS created FROM imports`);
  await expect
    .poll(state, { timeout: 60_000, interval: 50 })
    .toEqual([{ status: 'applied', created: '6000' }]);
  const rows = await rowsOf(
    url,
    `SELECT count(*)::int AS rows, max(version) AS version FROM organizations WHERE id LIKE 'midway-%'`,
  );
  expect(rows).toEqual([{ rows: 6_000, version: 1 }]);
  expect(await post(server, { key: 'midway', file })).toEqual({ ...first, replayed: true });
});
