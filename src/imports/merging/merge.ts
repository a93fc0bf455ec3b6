/** Writes what was matched: inserts, changes and removals, each as one statement for the whole set. */
import sql, { join, raw, type Sql } from 'sql-template-tag';
import type { Client } from '../../db/database.ts';
import type { Resource } from '../../resource/declare.ts';
import { listColumns } from './match.ts';
import { columnNames, type Stage } from './stage.ts';

/** The rows that a replace-scope may remove, as a condition on the row t. */
export type Scope = Record<string, string>;

const scopeCondition = (resource: Resource, scope: Scope): Sql =>
  join(
    Object.entries(scope).map(
      ([path, value]) =>
        sql`${raw(`t."${resource.leaves.find((at) => at.path === path)?.leaf.column ?? ''}"::text`)} = ${value}`,
    ),
    ' AND ',
  );

const isNew = sql`s.faults IS NULL AND NOT EXISTS (SELECT FROM matched m WHERE m.n = s.n)`;
const isChanged = sql`m.changes <> '{}'`;

/** A row that somebody changed since it was completed or matched must be matched again, so that nobody is overwritten unseen. */
export class MatchedAnew extends Error {}

/** Counted by the database: there may be as many rows as the file has. */
async function lockChanged(client: Client, resource: Resource): Promise<void> {
  const [row] = await client.query<{ same: number; wanted: number }>(sql`
    WITH locked AS MATERIALIZED (
      SELECT t.version = m.version AND (s.given IS NULL OR s.seen IS NOT DISTINCT FROM m.version) AS same
        FROM ${raw(resource.table)} t JOIN matched m ON m.target = t.id JOIN staged s ON s.n = m.n
       WHERE ${isChanged} ORDER BY t.id FOR UPDATE OF t)
    SELECT (SELECT count(*) FILTER (WHERE l.same)::int FROM locked l) AS same,
           (SELECT count(*)::int FROM matched m WHERE ${isChanged}) AS wanted`);
  if (row?.same !== row?.wanted) throw new MatchedAnew();
  // Counted, since the planner thinks that EXISTS soon finds one, and here there is nearly never any.
  const [gone] = await client.query<{ gone: boolean }>(
    sql`SELECT count(*) > 0 AS gone FROM staged s WHERE s.seen IS NOT NULL AND ${isNew}`,
  );
  if (gone?.gone) throw new MatchedAnew();
}

async function lockRemoved(client: Client, resource: Resource): Promise<void> {
  const [row] = await client.query<{ changed: boolean }>(sql`
    WITH locked AS MATERIALIZED (
      SELECT t.version = r.version AS same FROM ${raw(resource.table)} t JOIN removed r ON r.target = t.id
       ORDER BY t.id FOR UPDATE OF t)
    SELECT EXISTS (SELECT FROM locked l WHERE NOT l.same) AS changed`);
  if (row?.changed) throw new MatchedAnew();
}

interface Merging {
  scope?: Scope;
  /** Hears how many new rows are there. */
  written: (rows: number) => void;
}

export async function mergeRows(client: Client, stage: Stage, { scope, written }: Merging): Promise<void> {
  const { resource } = stage;
  written(0);
  await lockChanged(client, resource);
  if (scope) await lockRemoved(client, resource);
  if (scope) await removeRest(client, resource);
  await changeRows(client, stage);
  await insertNew(client, stage, written);
  for (const list of listColumns(resource)) await mergeList(client, list);
  // Some rules are judged when the transaction ends; their faults belong to this import.
  await client.query(sql`SELECT judge_deferred()`);
}

/** New rows are written in parts of this size, so that it can be told how far it is; not where they may need each other. */
const partRows = 100_000;
const needEachOther = ({ leaves, name }: Resource): boolean =>
  leaves.some(({ leaf, path }) => leaf.refersTo === name && path !== 'id');

async function insertNew(
  client: Client,
  { resource, columns }: Stage,
  written: (rows: number) => void,
): Promise<void> {
  const part = needEachOther(resource) ? Infinity : partRows;
  const id = resource.id === 'uuid' ? 'id, ' : '';
  const [last] = await client.query<{ n: number | null }>(sql`SELECT max(n) AS n FROM staged`);
  const connection = await client.connection();
  let rows = 0;
  for (let from = 0; from < (last?.n ?? 0); from += part) {
    const { rowCount } = await connection.query(sql`
      INSERT INTO ${raw(resource.table)} (${raw(id + columnNames(columns))})
      SELECT ${raw(id + columnNames(columns, 's.'))} FROM staged s
       WHERE s.n > ${from} AND s.n <= ${Math.min(from + part, last?.n ?? 0)} AND ${isNew} ORDER BY s.n`);
    written((rows += rowCount ?? 0));
  }
}

async function changeRows(client: Client, { resource, columns }: Stage): Promise<void> {
  const written = columns.filter(({ path }) => path !== 'id');
  const sets = raw(written.map(({ column }) => `"${column}" = s."${column}"`).join(', '));
  await client.query(sql`
    UPDATE ${raw(resource.table)} t SET ${sets} FROM matched m JOIN staged s ON s.n = m.n
     WHERE t.id = m.target AND ${isChanged}
       AND (${raw(columnNames(written, 't.'))}) IS DISTINCT FROM (${raw(columnNames(written, 's.'))})`);
}

type List = ReturnType<typeof listColumns>[number];

/** Members that stay as they are stay untouched. */
async function mergeList(client: Client, { path, table, parent, columns }: List): Promise<void> {
  const wire = columns.map(({ path: name, type }) => `"${name}" ${type}`).join(', ');
  const same = columns
    .map(({ path: name, column }) => `c."${column}" IS NOT DISTINCT FROM r."${name}"`)
    .join(' AND ');
  const items = raw(`jsonb_to_recordset(s."list_${path}") AS r(${wire})`);
  const values = raw(columns.map(({ path: name }) => `r."${name}"`).join(', '));
  const into = raw(`${table} (${parent}, ${columnNames(columns)})`);
  await client.query(sql`
    DELETE FROM ${raw(table)} c USING matched m JOIN staged s ON s.n = m.n
     WHERE c.${raw(parent)} = m.target AND m.changes ? ${path} AND NOT EXISTS (SELECT FROM ${items} WHERE ${raw(same)})`);
  await client.query(sql`
    INSERT INTO ${into} SELECT m.target, ${values} FROM matched m JOIN staged s ON s.n = m.n, ${items}
     WHERE m.changes ? ${path}
       AND NOT EXISTS (SELECT FROM ${raw(table)} c WHERE c.${raw(parent)} = m.target AND ${raw(same)})`);
  await client.query(sql`
    INSERT INTO ${into} SELECT s.id, ${values} FROM staged s, ${items} WHERE ${isNew}`);
}

/** The temporary table `removed`: the rows of the scope that the file does not have. */
export async function findRest(client: Client, resource: Resource, scope: Scope): Promise<void> {
  await client.query(sql`DROP TABLE IF EXISTS removed`);
  await client.query(sql`
    CREATE TEMPORARY TABLE removed ON COMMIT DROP AS
    SELECT t.id AS target, t.version FROM ${raw(resource.table)} t
     WHERE ${scopeCondition(resource, scope)} AND NOT EXISTS (SELECT FROM matched m WHERE m.target = t.id)`);
}

async function removeRest(client: Client, resource: Resource): Promise<void> {
  for (const { table, parent } of listColumns(resource))
    await client.query(sql`DELETE FROM ${raw(table)} WHERE ${raw(parent)} IN (SELECT target FROM removed)`);
  await client.query(sql`DELETE FROM ${raw(resource.table)} t USING removed r WHERE r.target = t.id`);
}
