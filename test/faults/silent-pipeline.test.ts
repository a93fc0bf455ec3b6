/** A database that does not answer a write is given up in time, however many statements went to it together. */
import sql from 'sql-template-tag';
import { afterAll, expect, test } from 'vitest';
import { answerWithin } from '../../src/db/pools.ts';
import { Database } from '../../src/db/database.ts';
import { databases } from '../db/databases.ts';

const empty = databases();
let db: Database | undefined;
afterAll(() => db?.end());

test('statements that go together are waited for no longer than a single one', async () => {
  const writeSeconds = 1;
  db = new Database(await empty(), 1, 1, writeSeconds);
  const seconds = (answerWithin(writeSeconds) / 1000) * 0.6;
  const sleep = sql`SELECT pg_sleep(${seconds}::float8)`;
  await expect(db.transaction((transaction) => transaction.pipelined([sleep, sleep]))).rejects.toThrow(
    'Query read timeout',
  );
  expect(await db.query(sql`SELECT 1 AS n`)).toEqual([{ n: 1 }]);
});
