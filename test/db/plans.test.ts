/**
 * How PostgreSQL goes about the lists, on the data set of the benchmarks: whatever a list is narrowed or ordered by, a page
 * of it must not read a large table from end to end. What is held against the plans are the statements that the API sends,
 * planned as it has them planned: once, for any values.
 *
 * A walk along the ids that keeps what fits and ends with the page is no such reading: the planner takes it where it expects
 * to find enough on the way.
 */
import pg from 'pg';
import type { Sql } from 'sql-template-tag';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeEvaluations, makeProgrammes } from '../../bench/data.ts';
import { Database } from '../../src/db/database.ts';
import { asApi } from '../../src/db/roles.ts';
import type { Resource } from '../../src/resource/declare.ts';
import { filtersOf, type Filter } from '../../src/resource/filter.ts';
import { includesOf } from '../../src/resource/include.ts';
import { sortablePaths, sortKeys } from '../../src/resource/order.ts';
import type { ListQuery } from '../../src/resource/query.ts';
import { itemStatement, pageStatement, type Reading } from '../../src/resource/read.ts';
import { loadRegistry } from '../../src/resource/registry.ts';
import { databases } from './databases.ts';

const registry = await loadRegistry();
const resources = registry.all.map((resource) => ({ name: resource.name, resource }));
const makeDatabase = databases('seeded');

/** So many that the planner sees what they are like. */
const programs = { all: 42, evaluated: 6 };
/** What has fewer rows here has some thousands beside a million evaluations: they are read in a few milliseconds. */
const smallRows = 10_000;
const large = new Set<string>();

/** By what nothing can be found faster, and why no index is kept for it. Each must be true. */
const unindexed: Record<string, Record<string, string[]>> = {
  evaluations: {
    'a few values, which most rows have: an index would give half of the table': [
      'status',
      'passed',
      'version',
    ],
    'free text, which `q` looks into': ['note'],
    'the order of the ids already, which are of UUID version 7': ['createdAt'],
    'with an index on it every change would be written to all the others too (no HOT update); /v1/changes tells what changed':
      ['updatedAt'],
  },
  criteria: {
    'a few values, which most rows have': ['stage', 'gate', 'version', 'maxScore', 'weight'],
    'beside a million evaluations there are 50,000 of them, read in some 15 ms; those of a programme or a round are found by that':
      ['names.en', 'names.ko', 'names.fr', 'name', 'description', 'createdAt', 'updatedAt'],
  },
};
const isUnindexed = ({ name }: Resource, path: string): boolean =>
  Object.values(unindexed[name] ?? {}).some((paths) => paths.includes(path));

let db: Database;

beforeAll(async () => {
  const url = await makeDatabase();
  const client = new pg.Client(url);
  await client.connect();
  const run = (text: string, values?: unknown[]): Promise<pg.QueryResult> => client.query(text, values);
  await makeProgrammes(run, programs.all);
  await makeEvaluations(run, programs.evaluated);
  await run('VACUUM ANALYZE');
  const { rows } = await client.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND reltuples > $1`,
    [smallRows],
  );
  for (const { name } of rows) large.add(name);
  await client.end();
  db = new Database(asApi(url), 2);
});
afterAll(() => db.end());

interface Node {
  'Node Type': string;
  'Relation Name'?: string;
  Plans?: Node[];
}

/** The large tables that it reads from end to end. */
async function readWhole({ text }: Sql): Promise<string[]> {
  const { rows } = await db.pool.query<{ 'QUERY PLAN': [{ Plan: Node }] }>(
    `EXPLAIN (GENERIC_PLAN, FORMAT JSON) ${text}`,
  );
  const plan = rows[0]?.['QUERY PLAN'][0].Plan;
  if (!plan) throw new Error('no plan');
  const nodes = (node: Node): Node[] => [node, ...(node.Plans ?? []).flatMap(nodes)];
  return nodes(plan)
    .filter((node) => node['Node Type'] === 'Seq Scan')
    .flatMap((node) => node['Relation Name'] ?? [])
    .filter((table) => large.has(table));
}

const readingOf = (resource: Resource, query: ListQuery): Reading => ({
  resource,
  registry,
  language: 'en',
  query,
  filters: filtersOf(resource),
});
const page = (resource: Resource, query: ListQuery, after?: (string | null)[]): Sql =>
  pageStatement(readingOf(resource, query), 50, after);

/** Of the right form; the plan is for any value. */
function samples({ at: { leaf }, operator }: Filter): unknown[] {
  if (operator === 'eq') return [['x'], ['x', 'y'], ...(leaf.nullable ? [['null']] : [])];
  if (operator === 'ne') return [['x']];
  return [leaf.kind === 'date' ? '2026-01' : 'x'];
}

/** Positions in a list: each value known or not, as far as the field allows. */
function positions(resource: Resource, sort: string): (string | null)[][] {
  const keys = sortKeys(resource, [sort]);
  const known = keys.map(() => 'x');
  return keys[0]?.at.leaf.nullable ? [known, [null, ...known.slice(1)]] : [known];
}

const small = ({ table }: Resource): boolean => !large.has(table);

test('the data set has large tables: evaluations, and what they are given by', () => {
  expect([...large]).toEqual(expect.arrayContaining(['evaluations', 'criteria']));
  for (const name of Object.keys(unindexed)) expect(large).toContain(registry.get(name).table);
});

describe.each(resources)('$name', ({ resource }) => {
  test('a page narrowed by any field reads no large table as a whole', async () => {
    for (const filter of filtersOf(resource)) {
      if (isUnindexed(resource, filter.at.path)) continue;
      for (const value of samples(filter))
        expect([filter.parameter, await readWhole(page(resource, { [filter.parameter]: value }))]).toEqual([
          filter.parameter,
          [],
        ]);
    }
  });

  test('nor does a page in the order of any field, up or down, from the beginning or from a cursor on', async () => {
    for (const path of sortablePaths(resource)) {
      if (isUnindexed(resource, path)) continue;
      for (const sort of [path, `-${path}`])
        for (const after of [undefined, ...positions(resource, sort)])
          expect([sort, after, await readWhole(page(resource, { sort: [sort] }, after))]).toEqual([
            sort,
            after,
            [],
          ]);
    }
  });

  test('what is excepted from that is so', async () => {
    if (small(resource)) return;
    const read = async (path: string): Promise<boolean> =>
      (await readWhole(page(resource, { sort: [path] }))).length > 0;
    for (const path of Object.values(unindexed[resource.name] ?? {}).flat())
      expect([path, await read(path)]).toEqual([path, true]);
  });

  test('an item with all that can be included reads no large table as a whole', async () => {
    const include = Object.keys(includesOf(resource, registry));
    if (include.length > 0)
      expect(await readWhole(itemStatement(readingOf(resource, { include }), 'x'))).toEqual([]);
  });
});

test('the lists that people ask for read no large table as a whole', async () => {
  const evaluations = registry.get('evaluations');
  const [round, consortium] = [['x'], ['y']];
  for (const query of [
    {},
    { round, consortium, sort: ['-score'] },
    { round, sort: ['-score', 'consortium'] },
    { round, status: ['undisclosed'] },
    { consortium, 'disclosedOn[gte]': '2026', sort: ['-disclosedOn'] },
  ] satisfies Partial<ListQuery>[])
    for (const after of [undefined, sortKeys(evaluations, 'sort' in query ? query.sort : []).map(() => 'x')])
      expect([query, await readWhole(page(evaluations, query as ListQuery, after))]).toEqual([query, []]);
});
