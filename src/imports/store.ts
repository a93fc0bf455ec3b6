/** Imports at rest: what was asked for, what became of it, and the file while it may still be needed. */
import sql, { raw, type Sql } from 'sql-template-tag';
import type { Client } from '../db/database.ts';
import type { Reader } from '../db/moment.ts';
import type { Fault } from '../kernel/problems.ts';
import type { Order, Report } from './merging/order.ts';

/** How long a plan can be carried out, and how long the record of an import and its rows is kept. */
const plansFor = '24 hours';
const recordsFor = '90 days';
const partBytes = 1_048_576;

export async function recordOrder(client: Client, order: Omit<Order, 'id'>): Promise<string> {
  const [row] = await client.query<{ id: string }>(sql`
    INSERT INTO imports (resource, mode, on_error, dry_run, plan, scope, max_delete, correction, form, gzip, actor, status, started_at, expires_at)
    VALUES (${order.resource.name}, ${order.mode}, ${order.onError}, ${order.dryRun}, ${order.plan ?? null}::uuid,
            ${order.scope ? JSON.stringify(order.scope) : null}::jsonb, ${order.maxDelete}, ${order.correction ?? null},
            ${order.form}, ${order.gzip}, ${order.actor}, 'running', now(),
            now() + ${order.dryRun ? plansFor : recordsFor}::interval)
    RETURNING id::text AS id`);
  return row?.id ?? '';
}

export async function recordReport(
  client: Client,
  id: string,
  report: Report,
  columns: readonly string[],
): Promise<void> {
  await client.query(sql`
    UPDATE imports SET status = ${report.status}, counts = ${JSON.stringify(report.counts)}::jsonb,
           standings = ${JSON.stringify(report.standings)}::jsonb, columns = ${columns}::text[],
           problem = ${report.faults.length > 0 ? JSON.stringify(report.faults) : null}::jsonb, finished_at = clock_timestamp()
     WHERE id = ${id}::uuid`);
}

/** The file of a plan, which is read once more when the plan is carried out. */
export async function keepFile(client: Client, id: string, bytes: Buffer): Promise<void> {
  for (let part = 0; part * partBytes < bytes.length; part += 1)
    await client.query(
      sql`INSERT INTO import_files (import, part, bytes) VALUES (${id}::uuid, ${part}, ${bytes.subarray(part * partBytes, (part + 1) * partBytes)})`,
    );
}

export async function fileOf(client: Client, id: string): Promise<Buffer> {
  const parts = await client.query<{ bytes: Buffer }>(
    sql`SELECT bytes FROM import_files WHERE import = ${id}::uuid ORDER BY part`,
  );
  return Buffer.concat(parts.map(({ bytes }) => bytes));
}

export interface Kept {
  resource: string;
  mode: Order['mode'];
  on_error: Order['onError'];
  dry_run: boolean;
  scope: Record<string, string> | null;
  max_delete: number;
  correction: string | null;
  form: Order['form'];
  gzip: boolean;
  status: string;
  errors: number;
  expired: boolean;
  applied: string | null;
}

/** Locked, so that a plan is carried out once. */
export async function planOf(client: Client, id: string): Promise<Kept | undefined> {
  const [row] = await client.query<Kept & Record<string, unknown>>(sql`
    SELECT i.resource, i.mode, i.on_error, i.dry_run, i.scope, i.max_delete, i.correction, i.form, i.gzip, i.status,
           coalesce((i.counts ->> 'error')::int, 0) AS errors, i.expires_at <= now() AS expired,
           (SELECT a.id::text FROM imports a WHERE a.plan = i.id AND a.status = 'applied') AS applied
      FROM imports i WHERE i.id = ${id}::uuid FOR UPDATE OF i`);
  return row;
}

/** The import as the wire has it, and its state for the ETag. */
export async function importDocument(reader: Reader, id: string): Promise<string | undefined> {
  const [row] = await reader.query<{ doc: string }>(sql`
    SELECT json_build_object(
      'id', i.id, 'resource', i.resource, 'mode', i.mode, 'onError', i.on_error, 'dryRun', i.dry_run, 'plan', i.plan,
      'scope', i.scope, 'maxDelete', i.max_delete, 'correction', i.correction, 'status', i.status,
      'counts', i.counts, 'standings', i.standings,
      'problems', coalesce(i.problem, '[]'::jsonb), 'errors', ${faultsStatement(id)},
      'createdAt', ${instant('created_at')}, 'finishedAt', ${instant('finished_at')}, 'expiresAt', ${instant('expires_at')},
      'links', json_strip_nulls(json_build_object('self', '/v1/imports/' || i.id, 'rows', '/v1/imports/' || i.id || '/rows',
               'apply', CASE WHEN i.status = 'planned' THEN '/v1/imports/' || i.id || '/apply' END)))::text AS doc
      FROM imports i WHERE i.id = ${id}::uuid`);
  return row?.doc;
}

const instant = (column: string): Sql =>
  raw(`to_char(i.${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`);

/** How many faults a report lists; the rows have all of them. */
const faultsMost = 200;

/** The faults of the rows of an import, in the order of the file. */
function faultsStatement(id: string): Sql {
  return sql`(SELECT coalesce(json_agg(f.fault ORDER BY f.n, f.nth), '[]') FROM (
      SELECT r.n, u.nth, jsonb_strip_nulls(jsonb_build_object('row', r.n, 'line', r.line)) || u.fault AS fault
        FROM import_rows r, jsonb_array_elements(r.faults) WITH ORDINALITY AS u(fault, nth)
       WHERE r.import = ${id}::uuid AND r.status = 'error' ORDER BY r.n, u.nth LIMIT ${faultsMost}) AS f)`;
}

export async function faultsOf(reader: Reader, id: string): Promise<Fault[]> {
  const [row] = await reader.query<{ faults: Fault[] }>(sql`SELECT ${faultsStatement(id)} AS faults`);
  return row?.faults ?? [];
}
