/** What becomes of each staged row: it is matched with the row that has its key, completed from it, and compared. */
import sql, { join, raw, type Sql } from 'sql-template-tag';
import type { Client } from '../../db/database.ts';
import type { Resource } from '../../resource/declare.ts';
import { jsonLeaf, jsonRows } from '../../resource/columns.ts';
import { childColumns, childTables, type Column } from '../../resource/write.ts';
import { columnNames, type Stage } from './stage.ts';

/** Adds faults to staged rows; the query gives n, field, code, detail and value. Their place in the file is added. */
export function addFaults(client: Client, { header }: Stage, faults: Sql): Promise<unknown> {
  const place = header
    ? sql`'column', array_position(${header}::text[], q.field)`
    : sql`'pointer', coalesce(r.pointer, '') || CASE WHEN q.field ~ '^[A-Za-z.]+$' THEN '/' || replace(q.field, '.', '/') ELSE '' END`;
  return client.query(sql`
    UPDATE staged s SET faults = coalesce(s.faults, '[]'::jsonb) || f.list
      FROM (SELECT q.n, jsonb_agg(jsonb_strip_nulls(jsonb_build_object(${place}, 'field', q.field, 'code', q.code, 'detail', q.detail, 'value', q.value))) AS list
              FROM (${faults}) AS q(n, field, code, detail, value) JOIN staged r ON r.n = q.n GROUP BY q.n) f
     WHERE f.n = s.n`);
}

interface KeyColumn {
  path: string;
  column: string;
  nullable: boolean;
}

export const keyOf = ({ naturalKey, leaves }: Resource): KeyColumn[] =>
  naturalKey.map((path) => {
    const leaf = leaves.find((at) => at.path === path)?.leaf;
    return { path, column: leaf?.column ?? path, nullable: leaf?.nullable ?? false };
  });

/** Nulls in a key are equal. The plain comparisons are what an index or a hash can use. */
export const sameKey = (key: KeyColumn[]): Sql =>
  join(
    key.map(({ column, nullable }) =>
      raw(
        nullable
          ? `(t."${column}" = s."${column}" OR (t."${column}" IS NULL AND s."${column}" IS NULL))`
          : `t."${column}" = s."${column}"`,
      ),
    ),
    ' AND ',
  );

/** A key that stands twice in one file: the first row may stay, the others say where it stood before. */
export async function refuseRepeated(client: Client, stage: Stage): Promise<void> {
  const key = keyOf(stage.resource);
  const columns = raw(key.map(({ column }) => `"${column}"`).join(', '));
  const field = key.map(({ path }) => path).join(' + ');
  await addFaults(
    client,
    stage,
    sql`SELECT n, ${field}::text, 'repeated-key',
               format('line %s has the same %s', first, ${field}::text), NULL::jsonb
          FROM (SELECT n, first_value(line) OVER same AS first, row_number() OVER same AS nth
                  FROM staged WHERE faults IS NULL WINDOW same AS (PARTITION BY ${columns} ORDER BY n)) AS k
         WHERE nth > 1`,
  );
}

/** Somebody has changed a row since it was looked at. */
export async function completeAgain(client: Client, stage: Stage): Promise<void> {
  await client.query(sql`UPDATE staged SET seen = NULL WHERE seen IS NOT NULL`);
  await completeRows(client, stage);
}

/** What a row does not say stays as it is where the row exists; where it does not, it is missing. */
export async function completeRows(client: Client, stage: Stage): Promise<void> {
  const { resource, columns, lists } = stage;
  const kept = (column: Column, i: number, from: Sql): Sql =>
    sql`${raw(`"${column.column}"`)} = CASE WHEN substr(s.given, ${raw(String(i + 1))}, 1) = '1' THEN ${raw(`s."${column.column}"`)} ELSE ${from} END`;
  const sets = [
    ...columns.map((column, i) => kept(column, i, raw(`t."${column.column}"`))),
    ...lists.map((column, i) => kept(column, columns.length + i, existingList(resource, column.path))),
  ];
  await client.query(sql`
    UPDATE staged s SET seen = t.version, ${join(sets)} FROM ${raw(resource.table)} t
     WHERE s.given IS NOT NULL AND s.faults IS NULL AND ${sameKey(keyOf(resource))}`);
  await client.query(
    sql`UPDATE staged SET faults = lacking WHERE lacking IS NOT NULL AND seen IS NULL AND faults IS NULL`,
  );
}

/** The list of the existing row t, as the wire has it. */
function existingList(resource: Resource, path: string): Sql {
  const field = resource.fields[path];
  if (field?.type !== 'rows') throw new Error(`${resource.name}.${path} is no list`);
  return raw(`${jsonRows(field, path, 't', () => true)}::jsonb`);
}

const inAnyOrder = (list: Sql): Sql =>
  sql`(SELECT coalesce(jsonb_agg(x ORDER BY x), '[]') FROM jsonb_array_elements(${list}) AS x)`;

/** The temporary table `matched`: the existing row of each staged row that has one, and what would change in it. */
export async function matchRows(client: Client, stage: Stage): Promise<void> {
  const { resource, columns, lists } = stage;
  const compared = columns.filter(({ path }) => path !== 'id');
  const differ = sql`(${raw(columnNames(compared, 't.'))}) IS DISTINCT FROM (${raw(columnNames(compared, 's.'))})`;
  const changes = [
    ...compared.map(
      (column) =>
        sql`CASE WHEN ${raw(`t."${column.column}" IS DISTINCT FROM s."${column.column}"`)}
             THEN jsonb_build_object(${column.path}::text, jsonb_build_object('from', ${wire(resource, column, 't')}, 'to', ${wire(resource, column, 's')})) ELSE '{}' END`,
    ),
    ...lists.map(
      ({ path, column }) =>
        sql`CASE WHEN ${inAnyOrder(existingList(resource, path))} <> ${inAnyOrder(raw(`coalesce(s."${column}", '[]')`))}
             THEN jsonb_build_object(${path}::text, jsonb_build_object('from', ${existingList(resource, path)}, 'to', coalesce(${raw(`s."${column}"`)}, '[]'))) ELSE '{}' END`,
    ),
  ];
  const whether = lists.length > 0 ? sql`true` : differ;
  await client.query(sql`DROP TABLE IF EXISTS matched`);
  await client.query(sql`
    CREATE TEMPORARY TABLE matched ON COMMIT DROP AS
    SELECT s.n, t.id AS target, t.version, CASE WHEN ${whether} THEN ${join(changes, ' || ')} ELSE '{}' END AS changes
      FROM staged s JOIN ${raw(resource.table)} t ON ${sameKey(keyOf(resource))} WHERE s.faults IS NULL`);
  await client.query(sql`ANALYZE matched`);
}

/** A value as the API writes it; a list of objects in one column is written as it stands. */
function wire(resource: Resource, { path, column }: Column, alias: 's' | 't'): Sql {
  const leaf = resource.leaves.find((at) => at.path === path)?.leaf;
  return raw(`to_jsonb(${leaf ? jsonLeaf(leaf, alias, 'en') : `${alias}."${column}"`})`);
}

/** The columns of a list's own table, beside the column that names the parent. */
export const listColumns = (
  resource: Resource,
): { path: string; table: string; parent: string; columns: Column[] }[] =>
  childTables(resource).map(({ path, field, table }) => ({
    path,
    table: table.name,
    parent: table.parent,
    columns: childColumns(field, table).slice(1),
  }));
