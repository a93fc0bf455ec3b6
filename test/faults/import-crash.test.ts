/** The server is killed at any moment; clients send the same again, and find every row there once. */
import pg from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { asApi } from '../../src/db/roles.ts';
import { databases, rowsOf } from '../db/databases.ts';
import { freshDirectory, start, useDirectories } from '../db/embedded-support.ts';
import { ndjson, organizations } from '../http/import-jobs.ts';
import { keys } from '../keys.ts';
import { expectReplies, expectRows, postAndKill } from './crash-posting.ts';
import { insist, Server, type Batch, type Reply } from './crash-support.ts';

useDirectories();

const seeded = databases('seeded');

const post = (server: Server, batch: Batch): Promise<Reply> => insist(server, keys.importer, batch);

test('killed 25 times at random moments, it has exactly the acknowledged rows, once each, and each key has its reply', async () => {
  const url = await seeded();
  const server = new Server({ DATABASE_URL: asApi(url) });
  const acknowledged = await postAndKill(server, keys.importer, { kills: 25, upMs: 1_000 });
  await expectReplies(server, keys.importer, acknowledged);
  await expectRows(url, acknowledged);
});

test('so it has when its own PostgreSQL is killed with it, 5 times', async () => {
  const dataDir = freshDirectory();
  const server = new Server({ DATA_DIR: dataDir, BOOTSTRAP_ADMIN_KEY: keys.admin });
  const acknowledged = await postAndKill(server, keys.admin, { kills: 5, upMs: 4_000 });
  await expectReplies(server, keys.admin, acknowledged);
  await server.kill();
  await expectRows((await start(dataDir)).url, acknowledged);
});

/** Takes the turn of organizations: an import of them waits, with its transaction open, until it is given back. */
async function holdTurn(url: string): Promise<pg.Client> {
  const holder = new pg.Client({ connectionString: url });
  await holder.connect();
  onTestFinished(() => holder.end());
  await holder.query(`SELECT pg_advisory_lock(hashtextextended('import:organizations', 0))`);
  return holder;
}

const whereWaiting = `WHERE wait_event = 'advisory' AND datname = current_database()`;
const waiting = async (url: string): Promise<number> =>
  (await rowsOf(url, `SELECT FROM pg_stat_activity ${whereWaiting}`)).length;

test('a job that was running when its server was killed goes on with the next server, and is applied once', async () => {
  const url = await seeded();
  const holder = await holdTurn(url);
  const server = new Server({ DATABASE_URL: asApi(url) });
  await server.start();
  const file = ndjson(organizations('midway', 6_000));
  const first = await post(server, { key: 'midway', file });
  expect(first.status).toBe(202);
  await expect.poll(() => waiting(url), { timeout: 30_000, interval: 20 }).toBe(1);
  await server.kill();
  // The database has not noticed: the import still belongs to a connection of the server that is gone.
  await server.start();
  expect(await waiting(url)).toBe(1);
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

test('a job whose server ends each time that it works on it is failed after ten times, and says so', async () => {
  const url = await seeded();
  await holdTurn(url);
  const server = new Server({ DATABASE_URL: asApi(url) });
  await server.start();
  const file = ndjson(organizations('deadly', 10));
  const first = await post(server, { key: 'deadly', file, prefer: 'respond-async' });
  for (let ends = 0; ends < 10; ends += 1) {
    await expect.poll(() => waiting(url), { timeout: 30_000, interval: 20 }).toBe(1);
    await server.kill();
    await rowsOf(url, `SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity ${whereWaiting}`);
    await server.start();
  }
  const state = (): Promise<Record<string, unknown>[]> =>
    rowsOf(url, `SELECT status, problem #>> '{0,detail}' AS detail FROM imports`);
  await expect
    .poll(state, { timeout: 30_000, interval: 50 })
    .toEqual([{ status: 'failed', detail: expect.stringMatching(/^The server ended 10 times/) as string }]);
  expect(await post(server, { key: 'deadly', file, prefer: 'respond-async' })).toEqual({
    ...first,
    replayed: true,
  });
  expect(await rowsOf(url, `SELECT FROM import_files`)).toEqual([]);
});
