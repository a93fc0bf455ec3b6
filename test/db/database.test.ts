/** The pool: what breaks a connection breaks what was asked on it, and nothing else. */
import sql from 'sql-template-tag';
import { afterAll, expect, test } from 'vitest';
import { Database, type Client } from '../../src/db/database.ts';
import { databases, rowsOf } from './databases.ts';

const empty = databases();
const open: Database[] = [];
afterAll(() => Promise.all(open.map((db) => db.end())));

const pidOf = async (client: Client): Promise<number> =>
  (await client.query<{ pid: number }>(sql`SELECT pg_backend_pid() AS pid`))[0]?.pid ?? 0;

test.each([
  ['between two statements', async () => Promise.resolve()],
  ['in the middle of one', (client: Client) => client.query(sql`SELECT pg_sleep(600)`)],
])('a connection that is lost %s of a transaction fails that transaction alone', async (_when, meanwhile) => {
  const url = await empty();
  const db = new Database(url, 1);
  open.push(db);
  const lost = db.transaction(async (client) => {
    const pid = await pidOf(client);
    const connection = await client.connection();
    const ended = new Promise((resolve) => connection.once('end', resolve));
    const busy = meanwhile(client).catch((error: unknown) => error);
    await rowsOf(url, `SELECT pg_terminate_backend(${pid})`);
    await Promise.all([ended, busy]);
    return client.query(sql`SELECT 1`);
  });
  await expect(lost).rejects.toThrow();
  expect(await db.query(sql`SELECT 2 AS n`)).toEqual([{ n: 2 }]);
});
