/** The pool: what breaks a connection breaks what was asked on it, and nothing else; and statements that are sent together. */
import sql, { type Sql } from 'sql-template-tag';
import { afterAll, expect, test } from 'vitest';
import { Database, type Client } from '../../src/db/database.ts';
import type { Transaction } from '../../src/db/transaction.ts';
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

const transactionOn = async <T>(work: (transaction: Transaction) => Promise<T>): Promise<T> => {
  const db = new Database(await empty(), 1);
  open.push(db);
  return db.transaction(work);
};
const number = (n: number): Sql => sql`SELECT ${n}::int AS n`;

test('statements that are sent together are answered each, and see what those before them did', async () => {
  const answers = await transactionOn((transaction) =>
    transaction.pipelined([
      sql`CREATE TEMPORARY TABLE sent (n int)`,
      sql`INSERT INTO sent SELECT ${7}::int AS n RETURNING n + 1 AS next`,
      sql`SELECT n FROM sent UNION ALL SELECT n FROM sent`,
      sql`SELECT FROM sent WHERE n = 0`,
    ]),
  );
  expect(answers).toEqual([[], [{ next: 8 }], [{ n: 7 }, { n: 7 }], []]);
});

test('once one of them has failed, none that comes after it is run, and the connection goes on', async () => {
  const passedOver = sql`INSERT INTO counted VALUES (${2}::int)`;
  const found = await transactionOn(async (transaction) => {
    await transaction.pipelined([sql`CREATE TEMPORARY TABLE counted (n int)`, sql`SAVEPOINT before`]);
    const failing = transaction.pipelined([
      sql`INSERT INTO counted VALUES (${1}::int)`,
      sql`SELECT 1 / ${0}::int AS n`,
      passedOver,
    ]);
    await expect(failing).rejects.toMatchObject({ code: '22012' });
    await transaction.query(sql`ROLLBACK TO SAVEPOINT before`);
    // The database has not heard of it yet.
    await transaction.pipelined([passedOver, number(1)]);
    return transaction.query(sql`SELECT n FROM counted`);
  });
  expect(found).toEqual([{ n: 2 }]);
});

test('what fails with the first statement leaves no transaction behind', async () => {
  const db = new Database(await empty(), 1);
  open.push(db);
  await expect(db.transaction((client) => client.query(sql`SELECT 1 / ${0}::int AS n`))).rejects.toThrow();
  const states = await rowsOf(
    db.url,
    `SELECT DISTINCT state FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'tracker'`,
  );
  expect(states).toEqual([{ state: 'idle' }]);
});

test('a transaction in which nothing is said does nothing', async () => {
  expect(await transactionOn(() => Promise.resolve('nothing'))).toBe('nothing');
});

test('the connection itself is in the transaction also where nothing was said before', async () => {
  const text = `SELECT current_setting('transaction_read_only') AS only, current_setting('statement_timeout') AS most`;
  const { rows } = await transactionOn(async (transaction) => (await transaction.connection()).query(text));
  expect(rows).toEqual([{ only: 'off', most: '1min' }]);
});
