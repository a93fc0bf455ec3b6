/**
 * The log in commit order, a number of lines at a time. Of those that were looked at only as many rows are taken out as are
 * asked for, so that a page costs the same wherever it lies, in a transaction of a million rows or after it.
 */
import sql, { empty, raw, type Sql } from 'sql-template-tag';
import type { Place } from './cursor.ts';

export interface Filter {
  /** Tables whose changes are shown. */
  holders: string[];
  programs: string[] | undefined;
}

export interface Change {
  /** After it. */
  place: Place;
  holder: string;
  id: string;
  version: number;
  operation: 'create' | 'update' | 'delete';
  program: string | null;
  actor: string;
  request: string | null;
  import: string | null;
  reason: string | null;
}

export interface Looked extends Record<string, unknown> {
  changes: Change[];
  /** How many lines were looked at, and the place after them. */
  lines: number;
  last: Place | null;
}

const instant = (value: string): string => `history.utc(${value})`;

/** The lines after a place that were recorded before `until`, at most so many, and of their rows at most so many. */
export const changesStatement = (
  { at, tx, n, rows }: Place,
  until: string,
  { holders, programs }: Filter,
  most: { lines: number; rows: number },
): Sql => sql`
  WITH looked AS MATERIALIZED (
    SELECT ${raw(instant('t.recorded_at'))} AS at, t.recorded_at, t.tx, t.actor, t.request, t.import, t.reason,
           c.n, c.holder, c.program, c.operation, c.ids, c.versions
      FROM history.transactions t
     CROSS JOIN LATERAL (
             SELECT * FROM history.changes l
              WHERE l.tx = t.tx AND l.n >= CASE WHEN t.tx = ${tx}::bigint THEN ${n}::bigint ELSE 0 END
              ORDER BY l.n LIMIT ${most.lines}::int) AS c
     WHERE (t.recorded_at, t.tx) >= (${at}::timestamptz, ${tx}::bigint) AND t.recorded_at < ${until}::timestamptz
     ORDER BY t.recorded_at, t.tx, c.n LIMIT ${most.lines}::int),
  shown AS (
    SELECT l.*, p.passed, sum(cardinality(l.versions) - p.passed) OVER (ORDER BY l.recorded_at, l.tx, l.n) AS so_far
      FROM looked l, LATERAL (SELECT CASE WHEN l.tx = ${tx}::bigint AND l.n = ${n}::bigint THEN ${rows}::int ELSE 0 END) AS p(passed)
     WHERE l.holder = ANY (${holders}::text[]) ${programs === undefined ? empty : sql`AND l.program = ANY (${programs}::text[])`}
       AND cardinality(l.versions) > p.passed),
  needed AS (
    SELECT s.*, (${most.rows}::int - s.so_far + cardinality(s.versions))::int AS up_to
      FROM shown s WHERE s.so_far - (cardinality(s.versions) - s.passed) < ${most.rows}::int)
  SELECT (SELECT count(*)::int FROM looked) AS lines,
         (SELECT json_build_object('at', l.at, 'tx', l.tx, 'n', l.n + 1, 'rows', 0) FROM looked l ORDER BY l.recorded_at DESC, l.tx DESC, l.n DESC LIMIT 1) AS last,
         (SELECT coalesce(json_agg(json_build_object(
                   'place', json_build_object('at', s.at, 'tx', s.tx, 'n', s.n, 'rows', s.passed + r.nth), 'holder', s.holder, 'id', r.id, 'version', r.version,
                   'operation', s.operation, 'program', s.program, 'actor', s.actor, 'request', s.request, 'import', s.import,
                   'reason', s.reason) ORDER BY s.recorded_at, s.tx, s.n, r.nth), '[]')
            FROM needed s,
                 unnest(s.ids[s.passed + 1 : s.up_to], s.versions[s.passed + 1 : s.up_to]) WITH ORDINALITY AS r(id, version, nth)) AS changes`;

/** The last transaction of which everything is recorded before `until`. */
export const lastStatement = (until: string): Sql => sql`
  SELECT ${raw(instant('t.recorded_at'))} AS at, t.tx::text AS tx FROM history.transactions t
   WHERE t.recorded_at < ${until}::timestamptz ORDER BY t.recorded_at DESC, t.tx DESC LIMIT 1`;
