/**
 * The one door for writing. Rows come as validated documents and go in as one statement for the whole set, so that
 * single writes, the seed and imports are judged by the same triggers. What is made here is run in a transaction, in order.
 */
import sql, { join, raw, type Sql } from 'sql-template-tag';
import type { Resource } from './declare.ts';
import type { Rows } from './fields.ts';
import { isWritable } from './declare.ts';
import type { Registry } from './registry.ts';

export type Document = Record<string, unknown>;

export const valueAt = (document: unknown, path: string): unknown =>
  path
    .split('.')
    .reduce<unknown>(
      (inner, key) => (typeof inner === 'object' && inner !== null ? (inner as Document)[key] : undefined),
      document,
    );

export interface Column {
  path: string;
  column: string;
  type: string;
}

/** The columns of the row itself; a list of objects in one JSON column counts as one. */
export function columnsOf(resource: Resource): Column[] {
  const own = resource.leaves
    .filter(
      ({ path, leaf, rows }) =>
        !rows &&
        !leaf.derived &&
        isWritable(path.split('.')[0] ?? path, resource.fields[path.split('.')[0] ?? path] as never),
    )
    .map(({ path, leaf }) => ({ path, column: leaf.column ?? path, type: leaf.pg }));
  const json = Object.entries(resource.fields).flatMap(([path, field]) =>
    field.type === 'rows' && !field.table
      ? [{ path, column: path.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`), type: 'jsonb' }]
      : [],
  );
  return [...own, ...json];
}

export const childTables = (
  resource: Resource,
): { path: string; field: Rows; table: NonNullable<Rows['table']> }[] =>
  Object.entries(resource.fields).flatMap(([path, field]) =>
    field.type === 'rows' && field.table ? [{ path, field, table: field.table }] : [],
  );

/** The tables that hold what the resources say. */
export const tablesOf = ({ all }: Pick<Registry, 'all'>): string[] =>
  all.flatMap((resource) => [resource.table, ...childTables(resource).map(({ table }) => table.name)]);

const record = (columns: Column[], document: Document): Document =>
  Object.fromEntries(columns.map(({ path, column }) => [column, valueAt(document, path)]));

const quoted = (columns: Column[], prefix = ''): Sql =>
  raw(columns.map(({ column }) => `${prefix}"${column}"`).join(', '));
const recordset = (columns: Column[], records: Document[]): Sql =>
  sql`json_to_recordset(${JSON.stringify(records)}::json) AS r(${raw(columns.map(({ column, type }) => `"${column}" ${type}`).join(', '))})`;

/** What adds the rows. */
export function insertions(resource: Resource, documents: Document[]): Sql[] {
  // A UUID is the server's to give, unless the seed brings one along.
  const ids = documents.every((document) => document.id !== undefined);
  const columns = columnsOf(resource).filter(({ path }) => path !== 'id' || ids);
  const rows = sql`
    INSERT INTO ${raw(resource.table)} (${quoted(columns)})
    SELECT ${quoted(columns, 'r.')} FROM ${recordset(
      columns,
      documents.map((document) => record(columns, document)),
    )}`;
  const children = childTables(resource).flatMap(({ field, table, path }) =>
    childInsertion(
      field,
      table,
      documents.flatMap((document) =>
        childRecords(field, table, valueAt(document, path), document.id as string),
      ),
    ),
  );
  return [rows, ...children];
}

/** The id of the first row of the resource that this transaction has added, as the log has it. */
export const addedId = ({ table }: Resource): Sql => sql`
  (SELECT c.ids[1] FROM history.changes c
    WHERE c.tx = history.own_number() AND c.holder = ${table} AND c.operation = 'create' ORDER BY c.n LIMIT 1)`;

export const childColumns = (field: Rows, table: NonNullable<Rows['table']>): Column[] => [
  { path: '', column: table.parent, type: 'text' },
  ...Object.entries(field.fields).map(([path, leaf]) => ({
    path,
    column: leaf.column ?? path,
    type: leaf.pg,
  })),
];

function childRecords(
  field: Rows,
  table: NonNullable<Rows['table']>,
  items: unknown,
  parent: string,
): Document[] {
  return ((items ?? []) as Document[]).map((item) => ({
    [table.parent]: parent,
    ...Object.fromEntries(
      Object.entries(field.fields).map(([name, leaf]) => [leaf.column ?? name, item[name]]),
    ),
  }));
}

function childInsertion(field: Rows, table: NonNullable<Rows['table']>, records: Document[]): Sql[] {
  if (records.length === 0) return [];
  const columns = childColumns(field, table);
  return [
    sql`INSERT INTO ${raw(table.name)} (${quoted(columns)}) SELECT ${quoted(columns, 'r.')} FROM ${recordset(columns, records)}`,
  ];
}

/** Brings the list of one row to the given state and leaves members that stay as they are untouched. */
function childReplacement(
  field: Rows,
  table: NonNullable<Rows['table']>,
  records: Document[],
  parent: string,
): Sql[] {
  const columns = childColumns(field, table);
  const same = raw(
    columns.map(({ column }) => `c."${column}" IS NOT DISTINCT FROM r."${column}"`).join(' AND '),
  );
  return [
    sql`DELETE FROM ${raw(table.name)} c WHERE c.${raw(table.parent)} = ${parent}
      AND NOT EXISTS (SELECT FROM ${recordset(columns, records)} WHERE ${same})`,
    // Counted, so that a member named twice goes to the database twice and is refused there.
    sql`INSERT INTO ${raw(table.name)} (${quoted(columns)})
      SELECT ${quoted(columns, 'r.')} FROM ${recordset(columns, records)}
      EXCEPT ALL SELECT ${quoted(columns, 'c.')} FROM ${raw(table.name)} c WHERE c.${raw(table.parent)} = ${parent}`,
  ];
}

const idType = (resource: Resource): Sql => raw(resource.id === 'uuid' ? 'uuid' : 'text');

/** What writes the fields that differ: nothing at all where none does. */
export function changesOf(resource: Resource, id: string, before: Document, after: Document): Sql[] {
  const differs = ({ path }: { path: string }): boolean =>
    JSON.stringify(valueAt(before, path) ?? null) !== JSON.stringify(valueAt(after, path) ?? null);
  const columns = columnsOf(resource).filter((column) => column.path !== 'id' && differs(column));
  const changes: Sql[] = [];
  if (columns.length > 0) {
    const set = join(columns.map(({ column }) => sql`${raw(`"${column}" = r."${column}"`)}`));
    // The database compares once more: 100.50 is 100.5, and a row that says the same keeps its version.
    changes.push(
      sql`UPDATE ${raw(resource.table)} t SET ${set} FROM ${recordset(columns, [record(columns, after)])}
           WHERE t.id = ${id}::${idType(resource)} AND (${quoted(columns, 't.')}) IS DISTINCT FROM (${quoted(columns, 'r.')})`,
    );
  }
  for (const { field, table, path } of childTables(resource).filter(differs))
    changes.push(...childReplacement(field, table, childRecords(field, table, valueAt(after, path), id), id));
  return changes;
}

export const deletions = (resource: Resource, id: string): Sql[] => [
  ...childTables(resource).map(
    ({ table }) => sql`DELETE FROM ${raw(table.name)} WHERE ${raw(table.parent)} = ${id}`,
  ),
  sql`DELETE FROM ${raw(resource.table)} WHERE id = ${id}::${idType(resource)}`,
];
