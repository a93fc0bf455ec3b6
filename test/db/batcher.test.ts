/** Statements that several ask at the same time: run together, answered apart. */
import sql, { type Sql } from 'sql-template-tag';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Database } from '../../src/db/database.ts';
import { Batcher } from '../../src/db/batcher.ts';
import { databases } from './databases.ts';

const empty = databases();
let db: Database;
let runs: string[] = [];
let batcher: Batcher;
beforeAll(async () => {
  db = new Database(await empty(), 4);
  batcher = new Batcher((statement) => {
    runs.push(statement.text);
    return db.query(statement);
  });
});
afterAll(() => db.end());

const numbers = Array.from({ length: 40 }, (_, i) => i);
const askAll = async (ask: (n: number) => Sql): Promise<PromiseSettledResult<object[]>[]> => {
  runs = [];
  return Promise.allSettled(numbers.map((n) => batcher.query(ask(n))));
};
const valuesOf = (results: PromiseSettledResult<object[]>[]): unknown[] =>
  results.map((result) => (result.status === 'fulfilled' ? result.value : 'refused'));

test('each gets its own rows, in their order, none where there are none, and few statements are run', async () => {
  const found = await askAll(
    (n) =>
      sql`SELECT i, ${`“${n}”, \\ {"'`}::text AS said FROM generate_series(1, ${n % 4}::int) AS i ORDER BY i DESC`,
  );
  expect(valuesOf(found)).toEqual(
    numbers.map((n) =>
      Array.from({ length: n % 4 }, (_, i) =>
        expect.objectContaining({ i: (n % 4) - i, said: `“${n}”, \\ {"'` }),
      ),
    ),
  );
  expect(runs.length).toBeLessThan(8);
});

test('what is not there is null for whom it was null', async () => {
  const found = await askAll((n) => sql`SELECT ${n % 2 ? null : n}::int AS n`);
  expect(valuesOf(found)).toEqual(
    numbers.map((n) => [expect.objectContaining({ n: n % 2 ? null : n }) as object]),
  );
});

test('who asks what cannot be answered is refused alone', async () => {
  const found = await askAll((n) => sql`SELECT 100 / ${n - 20}::int AS n`);
  expect(valuesOf(found)).toEqual(
    numbers.map((n) =>
      n === 20 ? 'refused' : [expect.objectContaining({ n: Math.trunc(100 / (n - 20)) }) as object],
    ),
  );
});

test('other statements are asked beside, and a later one finds nothing left over', async () => {
  runs = [];
  const found = await Promise.all([
    batcher.query(sql`SELECT ${1}::int AS a`),
    batcher.query(sql`SELECT ${2}::int AS b`),
    batcher.query(sql`SELECT ${3}::int AS a`),
  ]);
  expect(found).toEqual([[{ a: 1 }], [{ b: 2 }], [{ a: 3 }]]);
  expect(await batcher.query(sql`SELECT ${4}::int AS a`)).toEqual([{ a: 4 }]);
  expect(runs).toHaveLength(4);
});

const ask = (lock: number): Promise<object[]> =>
  batcher.query(sql`SELECT pg_advisory_xact_lock_shared(${lock}::bigint)::text AS got`);

test('nobody waits behind what takes long today', async () => {
  const held = await db.pool.connect();
  await held.query('SELECT pg_advisory_lock(1)');
  let left = 2;
  const slow = Promise.all([1, 1].map((lock) => ask(lock).then(() => (left -= 1))));
  expect(await ask(2)).toEqual([{ got: '' }]);
  expect(left).toBe(2);
  await held.query('SELECT pg_advisory_unlock(1)');
  held.release();
  await slow;
});

test('nor behind what takes long in company', async () => {
  const held = await db.pool.connect();
  await held.query('SELECT pg_advisory_lock(1)');
  const quick = ask(2);
  // One alone, then as many together as ever go: these make use of the place that the quick one leaves.
  const slow = Promise.all(Array.from({ length: 17 }, () => ask(1)));
  const later = Promise.all(Array.from({ length: 8 }, () => ask(2)));
  await quick;
  expect(await later).toHaveLength(8);
  await held.query('SELECT pg_advisory_unlock(1)');
  held.release();
  await slow;
});
