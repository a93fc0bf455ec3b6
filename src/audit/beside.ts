/**
 * What is there that nobody recorded: the log was held against the versions, this is the other way round. Numbers are
 * compared first; who is too many is looked for only where they differ.
 */
import sql, { raw, type Sql } from 'sql-template-tag';
import type { Row } from '../db/database.ts';
import type { Reader } from '../db/moment.ts';
import type { BreakKind, Finding } from './break.ts';
import type { Head } from './head.ts';

/** Versions that one statement sorts, about. */
const sortedMost = 1_000_000;

export async function checkBeside(
  reader: Reader,
  head: Head,
  holders: Iterable<string>,
): Promise<Finding | undefined> {
  return (
    (await slippedIn(reader, head)) ?? (await unknownLine(reader)) ?? (await unknownVersion(reader, holders))
  );
}

async function slippedIn(reader: Reader, { recordedAt, transaction }: Head): Promise<Finding | undefined> {
  if (recordedAt === null) return undefined;
  const [found] = await reader.query<{ tx: string }>(sql`
    SELECT t.tx::text AS tx FROM history.transactions t
     WHERE (t.recorded_at, t.tx) <= (${recordedAt}::timestamptz, ${transaction}::bigint)
       AND NOT EXISTS (SELECT FROM history.chain c WHERE c.tx = t.tx)
     ORDER BY t.recorded_at, t.tx LIMIT 1`);
  return (
    found && {
      kind: 'transaction-slipped-in',
      tx: found.tx,
      detail: `transaction ${found.tx} is said to be recorded before the head and was never sealed`,
    }
  );
}

async function unknownLine(reader: Reader): Promise<Finding | undefined> {
  const [found] = await reader.query<{ n: string; tx: string }>(sql`
    SELECT l.n::text AS n, l.tx::text AS tx FROM history.changes l
     WHERE NOT EXISTS (SELECT FROM history.transactions t WHERE t.tx = l.tx AND t.recorded_at IS NOT NULL) ORDER BY l.n LIMIT 1`);
  return (
    found && {
      kind: 'log-unknown',
      tx: found.tx,
      detail: `line ${found.n} of the log belongs to no transaction that was recorded`,
    }
  );
}

interface Logged extends Row {
  holder: string;
  recorded: number;
  superseded: number;
}

async function unknownVersion(reader: Reader, holders: Iterable<string>): Promise<Finding | undefined> {
  const logged = await reader.query<Logged>(sql`
    SELECT l.holder, (coalesce(sum(octet_length(l.digests)) FILTER (WHERE l.operation <> 'delete'), 0) / 16)::float8 AS recorded,
           (coalesce(sum(octet_length(l.digests)) FILTER (WHERE l.operation <> 'create'), 0) / 16)::float8 AS superseded
      FROM history.changes l GROUP BY l.holder`);
  for (const holder of holders) {
    const { recorded = 0, superseded = 0 } = logged.find((one) => one.holder === holder) ?? {};
    const [stored] = await reader.query<{ present: number; former: number }>(sql`
      SELECT (SELECT count(*) FROM ${raw(`public.${holder}`)})::float8 AS present,
             (SELECT count(*) FROM ${raw(`history.${holder}`)})::float8 AS former`);
    const { present = 0, former = 0 } = stored ?? {};
    const found =
      (present + former === recorded
        ? undefined
        : await surplus(reader, holder, present + former, all(holder))) ??
      (former === superseded ? undefined : await surplus(reader, holder, former, past(holder)));
    if (found) return found;
  }
  return undefined;
}

/** Each version that is stored counts one, each that the log has takes one away. */
const all = (holder: string): Sql => sql`
  SELECT id::text AS id, version, recorded_in, 1 AS k FROM ${raw(`public.${holder}`)}
   UNION ALL SELECT id::text, version, recorded_in, 1 FROM ${raw(`history.${holder}`)}
   UNION ALL SELECT u.id, u.version, NULL, -1 FROM history.changes l, unnest(l.ids, l.versions) AS u(id, version)
              WHERE l.holder = ${holder} AND l.operation <> 'delete'`;
/** The same for former versions and what superseded them. */
const past = (holder: string): Sql => sql`
  SELECT id::text AS id, version, recorded_in, 1 AS k FROM ${raw(`history.${holder}`)}
   UNION ALL SELECT u.id, u.version - CASE l.operation WHEN 'update' THEN 1 ELSE 0 END, NULL, -1
               FROM history.changes l, unnest(l.ids, l.versions) AS u(id, version)
              WHERE l.holder = ${holder} AND l.operation <> 'create'`;

/** The first that does not come out even; in parts, so that no statement has to sort everything. */
async function surplus(
  reader: Reader,
  holder: string,
  stored: number,
  counted: Sql,
): Promise<Finding | undefined> {
  const parts = Math.ceil(stored / sortedMost) || 1;
  for (let part = 0; part < parts; part += 1) {
    const [found] = await reader.query<{ id: string; version: number; tx: string | null; left: number }>(sql`
      SELECT id, version, max(recorded_in)::text AS tx, sum(k)::float8 AS left FROM (${counted}) AS counted
       WHERE abs(hashtextextended(id, 0) % ${parts}::bigint) = ${part}::bigint
       GROUP BY id, version HAVING sum(k) <> 0 ORDER BY id, version LIMIT 1`);
    if (!found) continue;
    const { id, version, tx, left } = found;
    const kind: BreakKind = left > 0 ? 'version-unknown' : 'version-missing';
    const about = { holder, id, version, ...(tx === null ? {} : { tx }) };
    return left > 0
      ? {
          kind,
          ...about,
          detail: 'no line of the log accounts for this version; it says it is of this transaction',
        }
      : { kind, ...about, detail: 'the log has this version more often than it is stored' };
  }
  return undefined;
}
