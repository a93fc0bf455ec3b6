/**
 * Order and position in a list. The order is always made total by the id. A cursor holds the sort values of the
 * last row; the page after it is a chain of ranges, each of which an index can answer without reading what comes
 * before:
 *
 *     sort=-score after (90, id 7)  →  score = 90 and id > 7,  then score < 90,  then score is null
 *
 * Nulls come last in either direction.
 */
import sql, { join, raw, type Sql } from 'sql-template-tag';
import { readCursor } from '../http/cursor.ts';
import { Problem } from '../kernel/problems.ts';
import type { Language } from '../kernel/language.ts';
import type { LeafAt, Resource } from './declare.ts';
import type { Leaf } from './fields.ts';
import { valueOf } from './columns.ts';

export interface SortKey {
  at: LeafAt;
  descending: boolean;
}

export const sortablePaths = (resource: Resource): string[] =>
  resource.leaves.filter(({ leaf, rows }) => leaf.kind !== 'list' && !rows).map(({ path }) => path);

export function sortKeys(resource: Resource, sort: readonly string[]): SortKey[] {
  const words = sort.map((word) => ({ path: word.replace(/^-/, ''), descending: word.startsWith('-') }));
  const upToId = words.slice(0, words.findIndex(({ path }) => path === 'id') + 1 || words.length);
  const complete = upToId.some(({ path }) => path === 'id')
    ? upToId
    : [...upToId, { path: 'id', descending: false }];
  return complete.map(({ path, descending }) => {
    const at = resource.leaves.find((leaf) => leaf.path === path);
    if (!at) throw new Error(`${resource.name} has no leaf ${path}`);
    return { at, descending };
  });
}

/** Names are ordered as a reader expects them, whatever the case; ids, dates and vocabularies by code point. */
function expression({ at }: SortKey, row: string, language: Language): string {
  const value = sortValue(at.leaf, row, language);
  return at.leaf.kind === 'text' ? `(${value} COLLATE "unicode")` : value;
}

/** A long text is ordered by its beginning, so that a cursor, which holds it, stays short. */
function sortValue(leaf: Leaf, row: string, language: Language): string {
  const value = valueOf(leaf, row, language);
  const { maxLength } = leaf.schema as { maxLength?: number | null };
  return leaf.kind === 'text' && (maxLength ?? 0) > beginning ? `left(${value}, ${beginning})` : value;
}
const beginning = 300;

/**
 * Nulls are only spoken of where there can be any: an index that is read backwards has them first, so that it would be of
 * no use. `known`: none of these rows has a null in the first key.
 */
function orderBy(keys: SortKey[], row: string, language: Language, { known = false } = {}): Sql {
  const nulls = (key: SortKey, i: number): string =>
    key.at.leaf.nullable && !(known && i === 0) ? ' NULLS LAST' : '';
  return raw(
    keys
      .map((key, i) => `${expression(key, row, language)} ${key.descending ? `DESC${nulls(key, i)}` : 'ASC'}`)
      .join(', '),
  );
}

/** The sort values of a row as texts, `p0` and so on. */
export const positionColumns = (keys: SortKey[], row: string, language: Language): string =>
  keys.map((key, i) => `${sortValue(key.at.leaf, row, language)}::text AS p${i}`).join(', ');

/** Rows that an index can answer one after the other: which ones, and in what order. */
export interface Range {
  condition?: Sql;
  order: Sql;
}

/** All rows at once. */
export const wholeRange = (keys: SortKey[], row: string, language: Language): Range => ({
  order: orderBy(keys, row, language),
});

/** All rows; going down, those without a value are a range of their own, since an index has them at its upper end. */
export function rangesFromStart(keys: SortKey[], row: string, language: Language): Range[] {
  const [first, ...rest] = keys;
  if (!first?.descending || !first.at.leaf.nullable) return [wholeRange(keys, row, language)];
  const column = raw(expression(first, row, language));
  return [
    { condition: sql`${column} IS NOT NULL`, order: orderBy(keys, row, language, { known: true }) },
    { condition: sql`${column} IS NULL`, order: orderBy(rest, row, language) },
  ];
}

/** The rows after `values`: the ranges in the order in which they follow each other. */
export function rangesAfter(
  keys: SortKey[],
  values: (string | null)[],
  row: string,
  language: Language,
): Range[] {
  const ranges = keys.map((key, depth): Range[] => {
    const fixed = keys.slice(0, depth).map((outer, i) => equals(outer, values[i] ?? null, row, language));
    const value = values[depth] ?? null;
    if (value === null) return [];
    const column = raw(expression(key, row, language));
    const within = (condition: Sql): Sql => join([...fixed, condition], ' AND ');
    const beyond = sql`${column} ${raw(key.descending ? '<' : '>')} ${value}::${raw(key.at.leaf.pg)}`;
    const [left, after] = [keys.slice(depth), keys.slice(depth + 1)];
    return [
      { condition: within(beyond), order: orderBy(left, row, language, { known: true }) },
      ...(key.at.leaf.nullable
        ? [{ condition: within(sql`${column} IS NULL`), order: orderBy(after, row, language) }]
        : []),
    ];
  });
  return ranges.reverse().flat();
}

function equals(key: SortKey, value: string | null, row: string, language: Language): Sql {
  const column = raw(expression(key, row, language));
  return value === null ? sql`${column} IS NULL` : sql`${column} = ${value}::${raw(key.at.leaf.pg)}`;
}

/** Fails where a value is none of the type that it stands for. */
export const positionStatement = (keys: SortKey[], values: (string | null)[]): Sql =>
  sql`SELECT ${join(keys.map(({ at }, i) => sql`${values[i]}::${raw(at.leaf.pg)}`))}`;

// ── The cursor itself ──────────────────────────────────────────────────────────────────────────────────────────

/** The values of a cursor that was given for the same query; as many as `nullable` says, and null only where it does. */
export function positionIn(query: string, cursor: string, nullable: boolean[]): (string | null)[] {
  const values = readCursor(query, cursor);
  if (values === undefined || !isPosition(values, nullable)) throw invalidCursor();
  return values;
}

export const invalidCursor = (): Problem =>
  new Problem('invalid-cursor', 'The cursor was not given for this list, these filters and this order.', {
    faults: [{ parameter: 'cursor', code: 'invalid-cursor', detail: 'start again without it' }],
  });

const isPosition = (values: unknown[], nullable: boolean[]): values is (string | null)[] =>
  values.length === nullable.length &&
  values.every((value, i) =>
    value === null ? nullable[i] === true : typeof value === 'string' && !value.includes('\0'),
  );
