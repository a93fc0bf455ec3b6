/** What became of each row, kept with the import. */
import sql, { raw, type Sql } from 'sql-template-tag';
import type { Client } from '../../db/database.ts';
import { Problem } from '../../kernel/problems.ts';
import type { Counts, Order } from './order.ts';
import { columnNames, type Stage } from './stage.ts';

/** Of what a new row would be: names in the file may mean other rows by the time that a plan is carried out. */
const digestOf = ({ columns, lists }: Stage): Sql =>
  sql`CASE WHEN s.faults IS NULL AND m.n IS NULL THEN hashtextextended(ROW(${raw(columnNames([...columns, ...lists], 's.'))})::text, 0) END`;

/** Each row of the file and each removal, as the plan has them. */
const outcomes = (removes: boolean, digest = sql`NULL::bigint`) => sql`
  SELECT s.n, s.line, CASE WHEN s.faults IS NOT NULL THEN 'error' WHEN m.n IS NULL THEN 'create'
                           WHEN m.changes = '{}' THEN 'unchanged' ELSE 'update' END AS status,
         CASE WHEN s.faults IS NULL THEN coalesce(m.target, s.id)::text END AS row_id, m.version,
         nullif(m.changes, '{}') AS changes, s.faults, CASE WHEN s.faults IS NOT NULL THEN s.raw::json END AS raw, ${digest} AS digest
    FROM staged s LEFT JOIN matched m ON m.n = s.n AND s.faults IS NULL
  ${
    removes
      ? sql`UNION ALL SELECT (SELECT count(*)::int FROM staged) + row_number() OVER (ORDER BY r.target)::int, NULL, 'delete', r.target::text, r.version, NULL, NULL, NULL, NULL FROM removed r`
      : sql``
  }`;

export async function countOutcomes(client: Client, removes: boolean): Promise<Counts> {
  const rows = await client.query<{ status: keyof Counts; rows: number }>(
    sql`SELECT o.status, count(*)::int AS rows FROM (${outcomes(removes)}) AS o GROUP BY o.status`,
  );
  const counts: Counts = { read: 0, create: 0, update: 0, unchanged: 0, delete: 0, error: 0 };
  for (const { status, rows: number } of rows) {
    counts[status] = number;
    if (status !== 'delete') counts.read += number;
  }
  return counts;
}

/** Of an import that wrote nothing only the rows in error are of use, unless it is a plan. */
export async function recordRows(
  client: Client,
  { id, dryRun }: Order,
  stage: Stage,
  removes: boolean,
  only?: 'error',
): Promise<void> {
  await client.query(sql`
    INSERT INTO import_rows (import, n, line, status, row_id, version, changes, faults, raw, digest)
    SELECT ${id}::uuid, o.* FROM (${outcomes(removes, dryRun ? digestOf(stage) : undefined)}) AS o ${only ? sql`WHERE o.status = 'error'` : sql``} ORDER BY o.n`);
}

/** How many rows that are not as planned are named. */
const differencesMost = 100;

/** The plan is carried out as it was shown, or not at all. */
export async function refuseOtherThanPlanned(
  client: Client,
  plan: string,
  stage: Stage,
  removes: boolean,
): Promise<void> {
  // The id of a row that is yet to be made is new each time.
  const planned = raw(
    `p.status, CASE WHEN p.status <> 'create' THEN p.row_id END, p.version, p.changes, p.digest`,
  );
  const now = raw(
    `o.status, CASE WHEN o.status <> 'create' THEN o.row_id END, o.version, o.changes, o.digest`,
  );
  const rows = await client.query(sql`
    SELECT coalesce(o.n, p.n) AS n, coalesce(o.line, p.line) AS line, coalesce(o.row_id, p.row_id) AS id,
           p.status AS planned, o.status AS now
      FROM (${outcomes(removes, digestOf(stage))}) AS o FULL JOIN (SELECT * FROM import_rows WHERE import = ${plan}::uuid) AS p ON p.n = o.n
     WHERE (${planned}) IS DISTINCT FROM (${now}) ORDER BY 1 LIMIT ${differencesMost}`);
  if (rows.length === 0) return;
  throw new Problem(
    'plan-outdated',
    `${rows.length === differencesMost ? `At least ${differencesMost}` : String(rows.length)} rows are not as they were when the plan was made: make a new plan.`,
    { extra: { rows } },
  );
}
