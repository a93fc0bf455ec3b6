/** There are no connections left, in the database or in the server's own pool: it says so, and goes on when there are. */
import pg from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { databases, rowsOf } from '../db/databases.ts';
import { freshDirectory, start, useDirectories } from '../db/embedded-support.ts';
import { keys } from '../keys.ts';
import { ask, becomesReady, create, expectUnavailable } from './asking.ts';
import { Server } from './crash-support.ts';

useDirectories();
const seeded = databases('seeded');

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, application_name: 'greedy' });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

test('others have all connections of the database; when they let go, it goes on', async () => {
  const { url } = await start(freshDirectory(), { settings: { max_connections: '25' } });
  const server = new Server({ DATABASE_URL: url, BOOTSTRAP_ADMIN_KEY: keys.admin });
  await server.start();
  await becomesReady(server.base);

  const first = await connect(url);
  const greedy = [first];
  const takeAll = async (): Promise<void> => {
    for (;;) {
      const another = await connect(url).catch(() => undefined);
      if (!another) return;
      greedy.push(another);
    }
  };
  const takeTheirs = async (): Promise<number> => {
    const { rowCount } = await first.query(
      `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name LIKE 'tracker%'`,
    );
    await takeAll();
    return rowCount ?? 0;
  };
  await expect.poll(takeTheirs, { timeout: 30_000, interval: 20 }).toBe(0);
  expectUnavailable(await ask(server.base, '/readyz'));
  expectUnavailable(await ask(server.base, '/v1/organizations'));
  expectUnavailable(await create(server.base, keys.admin, 'no-room'));
  expect((await ask(server.base, '/healthz')).status).toBe(200);

  for (const client of greedy) await client.end();
  await becomesReady(server.base);
  expect((await create(server.base, keys.admin, 'no-room')).status).toBe(201);
  expect(server.isAlive).toBe(true);
});

test('slow statements have all connections of the server; what is kept is sent, others are told to come again', async () => {
  const url = await seeded();
  const server = new Server({ DATABASE_URL: url, DATABASE_POOL: '3', READ_SECONDS: '8' });
  await server.start();
  await becomesReady(server.base);
  const other = await connect(url);
  onTestFinished(() => other.end());
  const kept = '/v1/organizations/kt';
  await expect
    .poll(async () => {
      await ask(server.base, kept);
      const reply = await fetch(`${server.base}/metrics`, {
        headers: { authorization: `Bearer ${keys.admin}` },
      });
      return Number(/^tracker_cache_hits_total ([0-9]+)/m.exec(await reply.text())?.[1]);
    })
    .toBeGreaterThan(0);

  await other.query('BEGIN');
  await other.query('LOCK TABLE milestones IN ACCESS EXCLUSIVE MODE');
  const slow = [1, 2, 3].map((limit) => ask(server.base, `/v1/milestones?limit=${limit}`));
  const waiting = (): Promise<unknown> =>
    rowsOf(
      url,
      `SELECT count(*)::int AS n FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`,
    );
  await expect.poll(waiting, { timeout: 7_000, interval: 20 }).toEqual([{ n: 3 }]);
  expect((await ask(server.base, kept)).status).toBe(200);
  const [ready, read] = await Promise.all([ask(server.base, '/readyz'), ask(server.base, '/v1/calls')]);
  expectUnavailable(ready);
  expectUnavailable(read);
  for (const told of await Promise.all(slow)) expectUnavailable(told);
  // Their statements have been ended, and their connections are free, while the table is still locked.
  expect((await ask(server.base, '/v1/calls')).status).toBe(200);
  await becomesReady(server.base);
  await other.query('ROLLBACK');
  expect((await ask(server.base, '/v1/milestones')).status).toBe(200);
});
