/** Imports at rest: what was asked for, what became of it, and how the wire shows it. */
import sql, { raw, type Sql } from 'sql-template-tag';
import type { Client } from '../db/database.ts';
import type { Reader } from '../db/moment.ts';
import type { Fault } from '../kernel/problems.ts';
import type { Registry } from '../resource/registry.ts';
import { timeLeft, type Step } from './jobs/progress.ts';
import type { Counts, Order, Report } from './merging/order.ts';
import type { StandingsEffect } from './merging/standings.ts';

/** How long a plan can be carried out. */
const plansFor = '24 hours';

export const statuses = [
  'queued',
  'running',
  'planned',
  'applied',
  'refused',
  'failed',
  'cancelled',
] as const;
export type Status = (typeof statuses)[number];
/** What an id of an import looks like. */
export const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export type Asked = Omit<Order, 'id'>;

export async function recordOrder(
  client: Client,
  order: Asked,
  status: 'queued' | 'running',
  file?: string,
): Promise<string> {
  const [row] = await client.query<{ id: string }>(sql`
    INSERT INTO imports (resource, mode, on_error, dry_run, plan, file, scope, max_delete, correction, form, gzip, actor, program, status, started_at, expires_at)
    VALUES (${order.resource.name}, ${order.mode}, ${order.onError}, ${order.dryRun}, ${order.plan ?? null}::uuid, ${file ?? null}::uuid,
            ${order.scope ? JSON.stringify(order.scope) : null}::jsonb, ${order.maxDelete}, ${order.correction ?? null},
            ${order.form}, ${order.gzip}, ${order.actor}, ${order.program ?? null}, ${status}, CASE WHEN ${status}::text = 'running' THEN now() END,
            now() + ${plansFor}::interval)
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
           standings = ${JSON.stringify(report.standings)}::json, columns = ${columns}::text[],
           problem = ${report.faults.length > 0 ? JSON.stringify(report.faults) : null}::jsonb,
           expires_at = clock_timestamp() + ${plansFor}::interval, finished_at = clock_timestamp()
     WHERE id = ${id}::uuid`);
}

/** Of an import that ended without a report: nothing was written. */
export const recordEnd = (
  reader: Reader,
  id: string,
  status: 'refused' | 'failed' | 'cancelled',
  faults: Fault[],
): Promise<unknown> =>
  reader.query(sql`
    UPDATE imports SET status = ${status}, problem = ${JSON.stringify(faults)}::jsonb, finished_at = clock_timestamp()
     WHERE id = ${id}::uuid AND status IN ('queued', 'running')`);

interface Kept extends Record<string, unknown> {
  resource: string;
  mode: Order['mode'];
  on_error: Order['onError'];
  dry_run: boolean;
  plan: string | null;
  file: string | null;
  scope: Record<string, string> | null;
  max_delete: number;
  correction: string | null;
  form: Order['form'];
  gzip: boolean;
  actor: string;
  program: string | null;
}

const keptColumns = raw(
  'i.resource, i.mode, i.on_error, i.dry_run, i.plan::text AS plan, i.file::text AS file, i.scope, i.max_delete, i.correction, i.form, i.gzip, i.actor, i.program',
);

const orderOf = (registry: Registry, kept: Kept): Asked => ({
  resource: registry.get(kept.resource),
  mode: kept.mode,
  onError: kept.on_error,
  dryRun: kept.dry_run,
  ...(kept.scope ? { scope: kept.scope } : {}),
  maxDelete: kept.max_delete,
  ...(kept.correction === null ? {} : { correction: kept.correction }),
  actor: kept.actor,
  program: kept.program ?? undefined,
  form: kept.form,
  gzip: kept.gzip,
  ...(kept.plan === null ? {} : { plan: kept.plan }),
});

export interface Plan {
  order: Asked;
  file: string;
  rows: number;
  status: Status;
  errors: number;
  /** Why it was refused as a whole, if it was. */
  refused: string | null;
  expired: boolean;
  applied: string | null;
}

/** The import that has carried out the plan i, or is about to. */
const appliedAs = sql`(SELECT a.id::text FROM imports a WHERE a.plan = i.id AND a.status IN ('queued', 'running', 'applied') LIMIT 1)`;

/** Locked, so that a plan is carried out once. */
export async function planOf(client: Client, registry: Registry, id: string): Promise<Plan | undefined> {
  const [row] = await client.query<Kept & Omit<Plan, 'order' | 'file'>>(sql`
    SELECT ${keptColumns}, i.status, coalesce((i.counts ->> 'read')::int, 0) AS rows, coalesce((i.counts ->> 'error')::int, 0) AS errors,
           i.problem -> 0 ->> 'detail' AS refused, i.expires_at <= now() AS expired, ${appliedAs} AS applied
      FROM imports i WHERE i.id = ${id}::uuid FOR NO KEY UPDATE OF i`);
  return row && { ...row, file: row.file ?? '', order: orderOf(registry, row) };
}

interface Claimed {
  order: Asked;
  file: string;
  cancelled: boolean;
  /** How often in a row it was begun, this time included, without anybody saying how that ended. */
  begun: number;
  /** The span of the request that sent it, where there are traces. */
  traceparent: string | null;
}

/** Takes an import that waits, or that somebody left in the middle; undefined where it has ended. */
export async function claim(reader: Reader, registry: Registry, id: string): Promise<Claimed | undefined> {
  const [row] = await reader.query<Kept & Pick<Claimed, 'cancelled' | 'begun' | 'traceparent'>>(sql`
    WITH i AS (UPDATE imports t SET status = 'running', started_at = clock_timestamp()
                WHERE t.id = ${id}::uuid AND t.status IN ('queued', 'running') RETURNING t.*),
         p AS (UPDATE import_progress o SET begun = o.begun + 1 FROM i WHERE o.import = i.id RETURNING o.cancelled, o.begun, o.traceparent)
    SELECT ${keptColumns}, p.cancelled, p.begun, p.traceparent FROM i, p`);
  return row && { ...row, order: orderOf(registry, row), file: row.file ?? '' };
}

/** Its server is still there: what stopped it was not that. */
export const recordAlive = (reader: Reader, id: string): Promise<unknown> =>
  reader.query(sql`UPDATE import_progress SET begun = 0 WHERE import = ${id}::uuid`);

const instant = (column: string): Sql =>
  raw(`to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`);

interface Recorded extends Kept {
  id: string;
  status: Status;
  counts: Partial<Counts>;
  standings: StandingsEffect[];
  problem: Fault[] | null;
  step: Step | null;
  created: string;
  finished: string | null;
  expires: string;
  /** Of a plan: whether its time has not passed and nobody has carried it out. */
  open: boolean;
}

/** How many faults a report lists; the rows have all of them. */
const faultsMost = 200;

/** The faults of single rows in the order of the file, the first of them. */
async function faultsOf(reader: Reader, id: string): Promise<Fault[]> {
  const rows = await reader.query<{ n: number; line: number | null; fault: Fault }>(sql`
    SELECT r.n, r.line, u.fault FROM import_rows r, jsonb_array_elements(r.faults) WITH ORDINALITY AS u(fault, nth)
     WHERE r.import = ${id}::uuid AND r.status = 'error' ORDER BY r.n, u.nth LIMIT ${faultsMost}`);
  return rows.map(({ n, line, fault }) => rowFault(n, line, fault));
}

/** A fault with its place first, as people read it. */
export function rowFault(row: number, line: number | null, fault: Fault): Fault {
  const { line: own, column, pointer, field, code, value, detail } = fault;
  return Object.fromEntries(
    Object.entries({ row, line: own ?? line, column, pointer, field, code, value, detail }).filter(
      ([, told]) => told !== undefined && told !== null,
    ),
  ) as unknown as Fault;
}

const shown = ['read', 'create', 'update', 'unchanged', 'delete', 'error'] as const;

export interface ImportDocument extends Record<string, unknown> {
  id: string;
  resource: string;
  program: string | null;
  status: Status;
  counts: Counts;
  problems: Fault[];
  errors: Fault[];
}

const isRefused = ({ problem, counts, on_error }: Recorded): boolean =>
  problem !== null || ((counts.error ?? 0) > 0 && on_error === 'abort');

/** The import as the wire has it. */
export async function importDocument(reader: Reader, id: string): Promise<ImportDocument | undefined> {
  const [row] = await reader.query<Recorded>(sql`
    SELECT i.id::text AS id, ${keptColumns}, i.status, i.counts, i.standings, i.problem,
           ${instant('i.created_at')} AS created, ${instant('i.finished_at')} AS finished, ${instant('i.expires_at')} AS expires,
           i.status = 'planned' AND i.expires_at > now() AND ${appliedAs} IS NULL AS open,
           CASE WHEN i.status IN ('queued', 'running') THEN row_to_json(p) END AS step
      FROM imports i LEFT JOIN (
        SELECT import, phase, bytes::float8, total_bytes::float8 AS total, read, valid, written,
               extract(epoch FROM clock_timestamp() - began_at)::float8 AS seconds,
               extract(epoch FROM clock_timestamp() - phase_began_at)::float8 AS phase_seconds FROM import_progress
      ) AS p ON p.import = i.id WHERE i.id = ${id}::uuid`);
  if (!row) return undefined;
  const self = `/v1/imports/${id}`;
  const going = row.status === 'queued' || row.status === 'running';
  return {
    id,
    resource: row.resource,
    mode: row.mode,
    onError: row.on_error,
    dryRun: row.dry_run,
    plan: row.plan,
    scope: row.scope,
    maxDelete: row.max_delete,
    correction: row.correction,
    program: row.program,
    status: row.status,
    counts: Object.fromEntries(shown.map((name) => [name, row.counts[name] ?? 0])) as unknown as Counts,
    progress: row.step && timeLeft(row.step),
    standings: row.standings,
    problems: row.problem ?? [],
    errors: await faultsOf(reader, id),
    createdAt: row.created,
    finishedAt: row.finished,
    expiresAt: row.status === 'planned' ? row.expires : null,
    links: {
      self,
      rows: `${self}/rows`,
      ...(going ? { events: `${self}/events` } : {}),
      ...(row.open && !isRefused(row) ? { apply: `${self}/apply` } : {}),
    },
  };
}
