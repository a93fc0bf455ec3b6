/**
 * The order of the feed while transactions overlap: whoever reads on from where it stood sees each change once, whoever
 * began first and whoever commits first.
 */
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { tracker } from '../tracker.ts';
import {
  all,
  inserted,
  listening,
  named,
  now,
  organization,
  page,
  session,
  touched,
  waitFor,
  type Entry,
} from './following.ts';

const it = tracker();
const numberOf = (entries: Entry[], id: string): number =>
  entries.find((entry) => entry.id === id)?.transaction ?? 0;

test('a transaction that began first and commits last is seen after the one that overtook it', async () => {
  const [a, b] = [await session(it), await session(it)];
  const since = await now(it);
  await a.query('BEGIN');
  await a.query(inserted('slow'));
  await b.query(inserted('quick'));
  const first = await page(it, { since });
  expect(first.data.map(named)).toEqual(['create quick 1']);
  await a.query(touched('slow'));
  await a.query('COMMIT');
  const second = await page(it, { since: first.page.next });
  expect(second.data.map(named)).toEqual(['create slow 1', 'update slow 2']);
  expect(numberOf(second.data, 'slow')).toBeLessThan(numberOf(first.data, 'quick'));
  expect(await all(it, { since })).toEqual([...first.data, ...second.data]);
  expect((await page(it, { since: second.page.next })).data).toEqual([]);
});

test('what is rolled back is never seen, and holds nothing up', async () => {
  const [a, b] = [await session(it), await session(it)];
  const since = await now(it);
  await a.query('BEGIN');
  await a.query(inserted('undone'));
  await b.query(inserted('stays'));
  expect((await page(it, { since })).data.map(named)).toEqual(['create stays 1']);
  await a.query('ROLLBACK');
  expect((await all(it, { since })).map(named)).toEqual(['create stays 1']);
});

test('a transaction that sets its moment early and then writes more counts from its last moment', async () => {
  const [a, b] = [await session(it), await session(it)];
  const since = await now(it);
  await a.query('BEGIN');
  await a.query(inserted('early'));
  await a.query('SET CONSTRAINTS ALL IMMEDIATE');
  await b.query(inserted('between'));
  // Who overtook it may lie before it or behind: until that is known, neither is told.
  const held = await page(it, { since });
  expect(held.data).toEqual([]);
  await a.query(touched('early'));
  await a.query('COMMIT');
  const { data } = await page(it, { since: held.page.next });
  expect(data.map(named)).toEqual(['create between 1', 'create early 1', 'update early 2']);
  expect(await all(it, { since })).toEqual(data);
});

test('a transaction that judges its constraints at once before it writes counts from its commit like any other', async () => {
  const [a, b] = [await session(it), await session(it)];
  const since = await now(it);
  await a.query('BEGIN');
  await a.query('SET CONSTRAINTS ALL IMMEDIATE');
  await a.query(inserted('judged'));
  await b.query(inserted('went-by'));
  await a.query('COMMIT');
  expect((await all(it, { since })).map(named)).toEqual(['create went-by 1', 'create judged 1']);
});

test('a transaction that sets its moment early and writes no more comes before the one that overtook it', async () => {
  const [a, b] = [await session(it), await session(it)];
  const since = await now(it);
  await a.query('BEGIN');
  await a.query(inserted('moment-set'));
  await a.query('SET CONSTRAINTS ALL IMMEDIATE');
  await b.query(inserted('overtook'));
  const held = await page(it, { since });
  expect(held.data).toEqual([]);
  await a.query('COMMIT');
  const { data } = await page(it, { since: held.page.next });
  expect(data.map(named)).toEqual(['create moment-set 1', 'create overtook 1']);
});

test('whoever waits behind such a transaction is answered when it is given up, of which nobody hears', async () => {
  const [a, b] = [await session(it), await session(it)];
  const since = await now(it);
  await a.query('BEGIN');
  await a.query(inserted('given-up'));
  await a.query('SET CONSTRAINTS ALL IMMEDIATE');
  await b.query(inserted('was-behind'));
  const waiting = waitFor(it, since);
  await listening(it);
  await a.query('ROLLBACK');
  expect((await waiting).data.map(named)).toEqual(['create was-behind 1']);
});

test('under many writers every version is told once, and those of a row in their order', async () => {
  const since = await now(it);
  const writes = 25;
  const rows = Array.from({ length: 4 }, (_, i) => `contested-${i}`);
  await it.sql(inserted(...rows));
  const overHttp = async (writer: number): Promise<void> => {
    for (let i = 0; i < writes; i += 1) {
      const reply =
        i % 3 === 0
          ? await it.writer.post('/v1/organizations').send(organization(`by-${writer}-${i}`))
          : await it.writer
              .patch(`/v1/organizations/${rows[(writer + i) % rows.length]}`)
              .set({ 'if-match': '*', 'content-type': 'application/merge-patch+json' })
              .send(JSON.stringify({ website: `https://example.com/${randomUUID()}` }));
      expect([200, 201]).toContain(reply.status);
    }
  };
  const bySql = async (writer: number): Promise<void> => {
    const client = await session(it);
    for (let i = 0; i < writes; i += 1) {
      await client.query('BEGIN');
      await client.query(touched(rows[(writer + i) % rows.length] ?? ''));
      if (i % 5 === 0) await client.query('SET CONSTRAINTS ALL IMMEDIATE');
      if (i % 2 === 0) await client.query(inserted(`sql-${writer}-${i}`));
      if (i % 7 === 0) await client.query(`DELETE FROM organizations WHERE id = 'sql-${writer}-${i}'`);
      await client.query(i % 11 === 10 ? 'ROLLBACK' : 'COMMIT');
    }
  };
  const told: Entry[] = [];
  const writers = { done: false };
  const reader = (async () => {
    for (let next = since; ;) {
      const wasDone = writers.done;
      const { data, page: at } = await page(it, { since: next, limit: 7, wait: 1 });
      told.push(...data);
      next = at.next;
      if (wasDone && data.length === 0) return;
    }
  })();
  await Promise.all(Array.from({ length: 8 }, (_, i) => (i % 2 === 0 ? overHttp(i) : bySql(i))));
  writers.done = true;
  await reader;

  // All that the database has kept since, one line a version.
  const kept = await it.sql(`
    SELECT v.id, v.version FROM (SELECT id, version, recorded_in FROM organizations UNION ALL
                                 SELECT id, version, recorded_in FROM history.organizations) AS v
     WHERE v.id ~ '^(contested|by|sql)-'`);
  const versions = told.flatMap(({ id, version }) => (version === null ? [] : [`${id} ${version}`]));
  expect([...versions].sort()).toEqual(
    kept.map(({ id, version }) => `${String(id)} ${String(version)}`).sort(),
  );
  const deleted = told.filter(({ operation }) => operation === 'delete').map(({ id }) => id);
  expect(new Set(deleted).size).toBe(deleted.length);
  for (const id of rows) {
    const own = told.filter((entry) => entry.id === id).map(({ version }) => version);
    expect([id, own]).toEqual([id, own.map((_, i) => i + 1)]);
  }
  const times = told.map(({ recordedAt }) => recordedAt);
  expect(times).toEqual([...times].sort());
  expect(await all(it, { since, limit: 500 })).toEqual(told);
});
