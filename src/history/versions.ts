/** The versions of one row, and the states of rows at given moments. */
import sql, { raw, type Sql } from 'sql-template-tag';
import type { Row } from '../db/database.ts';
import type { Reader } from '../db/moment.ts';
import type { Resource } from '../resource/declare.ts';
import { documentOf } from '../resource/document.ts';
import type { Document } from '../resource/write.ts';
import { storedFields } from './changes.ts';

const idType = (resource: Resource): Sql => raw(resource.id === 'uuid' ? 'uuid' : 'text');
const instant = (value: string): Sql => raw(`history.utc(${value})`);

/** All versions of a row. One that was overtaken in its own transaction was never what the tracker said. */
const versionsOf = (resource: Resource, id: string): Sql => sql`
  SELECT v.version, v.recorded_in, v.superseded_in FROM (
    SELECT version, recorded_in, NULL::bigint AS superseded_in FROM ${raw(`public.${resource.table}`)} WHERE id = ${id}::${idType(resource)}
    UNION ALL
    SELECT version, recorded_in, superseded_in FROM ${raw(`history.${resource.table}`)} WHERE id = ${id}::${idType(resource)}) AS v
   WHERE v.superseded_in IS DISTINCT FROM v.recorded_in`;

export interface Entry extends Row {
  version: number;
  operation: 'create' | 'update' | 'delete';
  recordedAt: string;
  supersededAt: string | null;
  transaction: number;
  actor: string;
  request: string | null;
  import: string | null;
  reason: string | null;
  /** Its place among the entries of the row; grows with time. */
  place: number;
}

/** What happened to a row, the newest first; before a place, and by a moment, where one is given. */
export const entriesOf = (
  resource: Resource,
  id: string,
  { before, knownAt, limit }: { before?: number; knownAt?: string; limit: number },
): Sql => sql`
  WITH versions AS (${versionsOf(resource, id)}), entries AS (
    SELECT v.version, v.version * 2 AS place, v.recorded_in AS tx, v.superseded_in AS until,
           CASE WHEN EXISTS (SELECT FROM versions f WHERE f.superseded_in = v.recorded_in) THEN 'update' ELSE 'create' END AS operation
      FROM versions v
    UNION ALL
    -- Gone until the id was taken again.
    SELECT v.version, v.version * 2 + 1, v.superseded_in, (SELECT min(n.recorded_in) FROM versions n WHERE n.version > v.version), 'delete' FROM versions v
     WHERE v.superseded_in IS NOT NULL AND NOT EXISTS (SELECT FROM versions n WHERE n.recorded_in = v.superseded_in))
  SELECT e.version, e.operation, e.place, ${instant('t.recorded_at')} AS "recordedAt", ${instant('u.recorded_at')} AS "supersededAt",
         t.tx::float8 AS transaction, t.actor, t.request, t.import::text AS import, t.reason
    FROM entries e JOIN history.transactions t ON t.tx = e.tx
    LEFT JOIN history.transactions u ON u.tx = e.until ${knownAt === undefined ? sql`` : sql`AND u.recorded_at <= ${knownAt}::timestamptz`}
   WHERE ${before === undefined ? sql`true` : sql`e.place < ${before}`}
     AND ${knownAt === undefined ? sql`true` : sql`t.recorded_at <= ${knownAt}::timestamptz`}
   ORDER BY e.place DESC LIMIT ${limit}`;

/** When a version was recorded, and the newest version that there is. */
export async function versionRecorded(
  reader: Reader,
  resource: Resource,
  id: string,
  version: number,
): Promise<{ recordedAt: string | null; latest: number | null }> {
  const [found] = await reader.query<{ recordedAt: string | null; latest: number | null }>(sql`
    WITH versions AS (${versionsOf(resource, id)})
    SELECT (SELECT ${instant('max(t.recorded_at)')} FROM versions v JOIN history.transactions t ON t.tx = v.recorded_in
             WHERE v.version = ${version}) AS "recordedAt",
           (SELECT max(version) FROM versions) AS latest`);
  return found ?? { recordedAt: null, latest: null };
}

/** The rows' documents, with what is stored of them, by id: as they were known at the moment. For a transaction that reads the past. */
export async function statesAt(
  reader: Reader,
  resource: Resource,
  ids: string[],
  moment: string,
): Promise<Map<string, Document>> {
  await reader.query(sql`SELECT history.look_at(${moment}::timestamptz)`);
  const document = documentOf(resource, 't', 'en', storedFields(resource));
  const rows = await reader.query<{ id: string; doc: Document }>(sql`
    SELECT t.id::text AS id, (${raw(document)})::json AS doc
      FROM ${raw(resource.table)} t WHERE t.id = ANY (${ids}::${idType(resource)}[])`);
  return new Map(rows.map(({ id, doc }) => [id, doc]));
}
