/**
 * The one door for writing. Rows come as validated documents and go in as one statement for the whole set, so that
 * single writes, the seed and imports are judged by the same triggers. Every function runs inside a transaction.
 */
import sql, { join, raw, type Sql } from 'sql-template-tag';
import type { Client } from '../db/database.ts';
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

/** Inserts the rows and gives their ids in the order of the documents. */
export async function insertRows(
  client: Client,
  resource: Resource,
  documents: Document[],
): Promise<string[]> {
  // A UUID is the server's to give, unless the seed brings one along.
  const ids = documents.every((document) => document.id !== undefined);
  const columns = columnsOf(resource).filter(({ path }) => path !== 'id' || ids);
  const inserted = await client.query<{ id: string }>(sql`
    INSERT INTO ${raw(resource.table)} (${quoted(columns)})
    SELECT ${quoted(columns, 'r.')} FROM ${recordset(
      columns,
      documents.map((document) => record(columns, document)),
    )}
    RETURNING id::text AS id`);
  const newIds = inserted.map(({ id }) => id);
  for (const child of childTables(resource)) {
    const records = documents.flatMap((document, i) =>
      childRecords(child.field, child.table, valueAt(document, child.path), newIds[i] ?? ''),
    );
    await insertChildren(client, child.field, child.table, records);
  }
  return newIds;
}

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

async function insertChildren(
  client: Client,
  field: Rows,
  table: NonNullable<Rows['table']>,
  records: Document[],
): Promise<void> {
  if (records.length === 0) return;
  const columns = childColumns(field, table);
  await client.query(
    sql`INSERT INTO ${raw(table.name)} (${quoted(columns)}) SELECT ${quoted(columns, 'r.')} FROM ${recordset(columns, records)}`,
  );
}

/** Brings the list of one row to the given state and leaves members that stay as they are untouched. */
async function replaceChildren(
  client: Client,
  field: Rows,
  table: NonNullable<Rows['table']>,
  records: Document[],
  parent: string,
): Promise<void> {
  const columns = childColumns(field, table);
  const same = raw(
    columns.map(({ column }) => `c."${column}" IS NOT DISTINCT FROM r."${column}"`).join(' AND '),
  );
  await client.query(sql`DELETE FROM ${raw(table.name)} c WHERE c.${raw(table.parent)} = ${parent}
    AND NOT EXISTS (SELECT FROM ${recordset(columns, records)} WHERE ${same})`);
  // Counted, so that a member named twice goes to the database twice and is refused there.
  await client.query(sql`INSERT INTO ${raw(table.name)} (${quoted(columns)})
    SELECT ${quoted(columns, 'r.')} FROM ${recordset(columns, records)}
    EXCEPT ALL SELECT ${quoted(columns, 'c.')} FROM ${raw(table.name)} c WHERE c.${raw(table.parent)} = ${parent}`);
}

const idType = (resource: Resource): Sql => raw(resource.id === 'uuid' ? 'uuid' : 'text');

/** Writes only the fields that differ, and nothing at all where none does. */
export async function updateRow(
  client: Client,
  resource: Resource,
  id: string,
  before: Document,
  after: Document,
): Promise<void> {
  const differs = ({ path }: { path: string }): boolean =>
    JSON.stringify(valueAt(before, path) ?? null) !== JSON.stringify(valueAt(after, path) ?? null);
  const columns = columnsOf(resource).filter((column) => column.path !== 'id' && differs(column));
  if (columns.length > 0) {
    const set = join(columns.map(({ column }) => sql`${raw(`"${column}" = r."${column}"`)}`));
    // The database compares once more: 100.50 is 100.5, and a row that says the same keeps its version.
    await client.query(
      sql`UPDATE ${raw(resource.table)} t SET ${set} FROM ${recordset(columns, [record(columns, after)])}
           WHERE t.id = ${id}::${idType(resource)} AND (${quoted(columns, 't.')}) IS DISTINCT FROM (${quoted(columns, 'r.')})`,
    );
  }
  for (const child of childTables(resource).filter(differs))
    await replaceChildren(
      client,
      child.field,
      child.table,
      childRecords(child.field, child.table, valueAt(after, child.path), id),
      id,
    );
}

export async function deleteRow(client: Client, resource: Resource, id: string): Promise<void> {
  for (const { table } of childTables(resource))
    await client.query(sql`DELETE FROM ${raw(table.name)} WHERE ${raw(table.parent)} = ${id}`);
  await client.query(sql`DELETE FROM ${raw(resource.table)} WHERE id = ${id}::${idType(resource)}`);
}
