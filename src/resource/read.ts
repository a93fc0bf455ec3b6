/** The three ways rows go out: one item, one page, the whole filtered list as a stream. One statement each. */
import { LRUCache } from 'lru-cache';
import sql, { empty, join, raw, type Sql } from 'sql-template-tag';
import type { Sending } from '../db/copy.ts';
import type { Row } from '../db/database.ts';
import type { Language } from '../kernel/language.ts';
import { cells, lastCellsOf, valueOf } from './columns.ts';
import type { Resource } from './declare.ts';
import { documentOf, documentWith } from './document.ts';
import { condition, type Filter } from './filter.ts';
import {
  positionColumns,
  rangesAfter,
  rangesFromStart,
  sortKeys,
  wholeRange,
  type Range,
  type SortKey,
} from './order.ts';
import type { ListFormat, ListQuery } from './query.ts';
import type { Registry } from './registry.ts';

export interface Reading {
  resource: Resource;
  registry: Registry;
  language: Language;
  query: ListQuery;
  filters: Filter[];
}

const row = 't';

/** Of each resource some that were written last: a text of some thousand characters for each request is felt. */
const documents = new WeakMap<Resource, LRUCache<string, Sql>>();
const documentsMost = 100;

function document({ resource, registry, language, query }: Reading): Sql {
  const { fields, include } = query;
  const shape = JSON.stringify([language, fields, include]);
  let known = documents.get(resource);
  if (!known) documents.set(resource, (known = new LRUCache({ max: documentsMost })));
  let written = known.get(shape);
  if (!written) {
    const text = include
      ? documentWith(include, resource, registry, row, language, fields)
      : documentOf(resource, row, language, fields);
    known.set(shape, (written = raw(text)));
  }
  return written;
}

export interface Item extends Row {
  /** The row as JSON text. */
  doc: string;
  /** Names this state of this row: its version and when it was written, since a deleted id may be taken again. */
  revision: string;
}

/** An `Item`; no row where there is none. The id, or what tells it. */
export const itemStatement = (reading: Reading, id: string | Sql): Sql => sql`
  SELECT ${document(reading)} AS doc,
         t.version || '-' || to_hex((extract(epoch FROM t.updated_at) * 1000000)::bigint) AS revision
    FROM ${raw(reading.resource.table)} t WHERE t.id = ${id}::${raw(reading.resource.id === 'uuid' ? 'uuid' : 'text')}`;

/** For regexp_replace: what LIKE takes for a wildcard, and the same with a backslash before it. */
const wildcards = '[\\\\%_]';
const escaped = '\\\\\\&';

/** Each word is in one of the texts, or in an alias. Its pattern is made once, and a text that is absent costs nothing. */
function search({ resource, registry }: Reading, words: string): Sql {
  const aliases = registry.all
    .find(({ name }) => name === 'aliases')
    ?.leaves.find(({ subject }) => subject?.includes(resource.singular));
  const own = resource.search.flatMap((path) => resource.leaves.find((leaf) => leaf.path === path) ?? []);
  // Escaped after folding, which may make a wildcard of a character that was none (％).
  const isIn = (text: string, word: string): Sql =>
    sql`fold(${raw(text)}) LIKE (SELECT '%' || regexp_replace(fold(${word}), ${wildcards}, ${escaped}, 'g') || '%')`;
  const anywhere = (word: string): Sql => {
    const texts = own.map(({ leaf }) => isIn(valueOf(leaf, row, 'en'), word));
    if (aliases)
      texts.push(
        sql`EXISTS (SELECT FROM aliases a WHERE a.entity_type = ${raw(`'${resource.singular}'`)} AND a.entity_id = ${raw(row)}.id AND ${isIn('a.alias', word)})`,
      );
    return sql`(${join(texts, ' OR ')})`;
  };
  const each = words.split(/\s+/).filter((word) => word !== '');
  return each.length > 0 ? join(each.map(anywhere), ' AND ') : sql`true`;
}

function where(reading: Reading): Sql {
  const { query, filters } = reading;
  const conditions = filters
    .filter(({ parameter }) => query[parameter] !== undefined)
    .map((filter) => condition(filter, query[filter.parameter], row, { asSet: filter === anchor(reading) }));
  if (query.q !== undefined) conditions.push(search(reading, query.q));
  return conditions.length > 0 ? sql`${join(conditions, ' AND ')}` : sql`true`;
}

/**
 * A list that is narrowed by one reference and comes in the order of ids is read along an index of both. Ordered by id
 * alone it looks to the planner as if a walk through the whole table would soon have found a page, and a plan that was
 * made while the table was small goes on to do so when it has grown.
 */
function anchor({ query, filters, resource }: Reading): Filter | undefined {
  if ((query.sort ?? []).length > 0) return undefined;
  const given = filters.filter(({ parameter }) => query[parameter] !== undefined);
  const [only] = given.filter(({ at, operator }) => at.leaf.kind === 'ref' && operator === 'eq');
  const one = only && (query[only.parameter] as unknown[]).length === 1 ? only : undefined;
  const { leaf, rows, path } = one?.at ?? {};
  return given.length === 1 && one && !rows && !leaf?.derived && path !== 'id' && resource.id === 'uuid'
    ? one
    : undefined;
}

const keysOf = ({ resource, query }: Reading): SortKey[] => sortKeys(resource, query.sort ?? []);

/** What is narrowed by a reference is few rows, found by that and then sorted: one range is the quickest. */
const isNarrowed = ({ query, filters }: Reading): boolean =>
  filters.some(
    ({ at, operator, parameter }) =>
      query[parameter] !== undefined && at.leaf.kind === 'ref' && operator === 'eq',
  );

function rangesOf(reading: Reading, keys: SortKey[], after: (string | null)[] | undefined): Range[] {
  if (after) return rangesAfter(keys, after, row, reading.language);
  return isNarrowed(reading)
    ? [wholeRange(keys, row, reading.language)]
    : rangesFromStart(keys, row, reading.language);
}

/** The rows in order, from the cursor on. Each range is limited itself, so that the depth of a cursor costs nothing. */
function ordered(
  reading: Reading,
  select: Sql,
  keys: SortKey[],
  after: (string | null)[] | undefined,
  limit: number | undefined,
): Sql {
  const from = sql`SELECT ${select} FROM ${raw(reading.resource.table)} t WHERE ${where(reading)}`;
  const along = anchor(reading)?.at.leaf.column;
  const first = along === undefined ? empty : raw(`${row}.${along}, `);
  const most = limit === undefined ? empty : sql`LIMIT ${limit}::bigint`;
  const ranges = rangesOf(reading, keys, after).map(
    ({ condition, order }) =>
      sql`${from} ${condition ? sql`AND ${condition}` : empty} ORDER BY ${first}${order} ${most}`,
  );
  if (ranges.length === 1 && ranges[0]) return ranges[0];
  // An append keeps the order of its branches and stops at the limit, so later ranges are only read when needed.
  const all = ranges.map((range) => sql`(${range})`);
  return sql`SELECT * FROM (${join(all, ' UNION ALL ')}) ranges ${most}`;
}

export interface Page extends Row {
  /** The documents of its rows, and of one more where there are more; null where there is none. */
  docs: string | null;
  more: boolean;
  /** `p0`, `p1` …: the sort values of its last row, as texts. */
  [position: `p${number}`]: string | null;
}

/** A line each: within a document a line break is written as `\n`, so that this tells them apart. */
const between = ',\n';

/** One `Page`. Measured: reading a row for each document costs as much as all the rest of a list does here. */
export function pageStatement(reading: Reading, limit: number, after: (string | null)[] | undefined): Sql {
  const keys = keysOf(reading);
  const inner = sql`${document(reading)} AS doc, ${raw(positionColumns(keys, row, reading.language))}`;
  const positions = keys.map((_, i) => sql`, (array_agg(${raw(`p${i}`)}))[${limit}::int] AS ${raw(`p${i}`)}`);
  // An aggregate takes its rows in the order of the subquery.
  return sql`
    SELECT string_agg(doc, E',\\n') AS docs, count(*) > ${limit}::int AS more ${join(positions, '')}
      FROM (${ordered(reading, inner, keys, after, limit + 1)}) AS page`;
}

/** The documents in the page with commas between. */
export const docsOf = ({ docs, more }: Page): string =>
  more ? (docs ?? '').slice(0, docs?.lastIndexOf(between)) : (docs ?? '');

/** The sort values of the last row in the page, to be put into a cursor. */
export const positionOf = (reading: Reading, page: Page): (string | null)[] =>
  keysOf(reading).map((_, i) => page[`p${i}`] ?? null);

export const countStatement = (reading: Reading): Sql =>
  sql`SELECT count(*)::int AS total FROM ${raw(reading.resource.table)} t WHERE ${where(reading)}`;

/**
 * Names the state of all tables in the column `state`. All, since a derived field looks into other tables than its own.
 * What a transaction sees of those that wrote only grows, so their number says which they are; and the moment of the last
 * tells it from that of a database that was restored, and went on otherwise.
 */
export const stateStatement = sql`
  SELECT count(*) || ' ' || max(recorded_at) AS state FROM history.transactions WHERE recorded_at IS NOT NULL`;

/** What COPY sends out: one JSON document a line, or cells, for CSV or for a file with types. */
export function sending(
  reading: Reading,
  format: Exclude<ListFormat, 'json'>,
  after: (string | null)[] | undefined,
): Sending {
  const { resource, language, query } = reading;
  const rows = (select: Sql): Sql => ordered(reading, select, keysOf(reading), after, query.limit);
  if (format === 'ndjson') return { format, statement: rows(document(reading)) };
  const statement = rows(raw(cells(format, resource, row, language, query.fields).join(', ')));
  return format === 'csv'
    ? { format, statement, lines: { lastCells: lastCellsOf(resource, query.fields) } }
    : { format: 'text', statement };
}
