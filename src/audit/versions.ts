/** What the log says of versions, held against those that are stored: each row by itself, so that it can be named. */
import sql, { raw, type Sql } from 'sql-template-tag';
import type { Row } from '../db/database.ts';
import type { Reader } from '../db/moment.ts';
import type { Finding } from './break.ts';

/** How many rows one statement looks at, about. */
const rowsMost = 20_000;

/** A line of the log, without what it says. */
export interface Line extends Row {
  n: string;
  tx: string;
  holder: string;
  operation: string;
  shape: number;
  rows: number;
}

const lineColumns = sql`l.n::text AS n, l.tx::text AS tx, l.holder, l.operation, l.shape, (octet_length(l.digests) / 16)::float8 AS rows`;

export const linesOnChain = (reader: Reader, after: number, end: number): Promise<Line[]> =>
  reader.query<Line>(sql`
    SELECT ${lineColumns} FROM history.chain c JOIN history.changes l ON l.tx = c.tx
     WHERE c.position > ${after}::bigint AND c.position <= ${end}::bigint ORDER BY c.position, l.n`);

/** Of what was recorded while the verification began. */
export const linesAfterHead = (reader: Reader): Promise<Line[]> =>
  reader.query<Line>(sql`
    SELECT ${lineColumns} FROM history.unsealed('infinity') t JOIN history.changes l ON l.tx = t.tx
     ORDER BY t.recorded_at, t.tx, l.n`);

/** What differs from table to table. */
interface Holder extends Row {
  holder: string;
  /** The type of its ids. */
  type: string;
  /** Whether the computed columns of a former version are what they should be: there they are stored like any other. */
  sound: string;
}

export type Holders = ReadonlyMap<string, Holder>;

export async function holdersOf(reader: Reader): Promise<Holders> {
  const rows = await reader.query<Holder>(sql`
    SELECT h.holder, format_type(a.atttypid, NULL) AS type,
           coalesce((SELECT string_agg(format('t.%I IS NOT DISTINCT FROM (%s)', g.attname, pg_get_expr(d.adbin, d.adrelid)), ' AND ' ORDER BY g.attnum)
                       FROM pg_attribute g JOIN pg_attrdef d ON d.adrelid = g.attrelid AND d.adnum = g.attnum
                      WHERE g.attrelid = a.attrelid AND g.attgenerated <> '' AND NOT g.attisdropped), 'true') AS sound
      FROM (SELECT DISTINCT s.holder FROM history.shapes s) AS h
      JOIN pg_attribute a ON a.attrelid = to_regclass(format('public.%I', h.holder)) AND a.attname = 'id'
     WHERE to_regclass(format('history.%I', h.holder)) IS NOT NULL`);
  return new Map(rows.map((row) => [row.holder, row]));
}

/** The first of the lines, in their order, that does not fit what is stored. */
export async function checkLines(
  reader: Reader,
  holders: Holders,
  lines: Line[],
): Promise<Finding | undefined> {
  let first: (Finding & { at: number }) | undefined;
  for (const { holder, shape, places } of portions(lines)) {
    const target = holders.get(holder);
    const found = target
      ? await checkPortion(reader, target, shape, lines, places)
      : noTable(lines[places[0] ?? 0], places[0] ?? 0);
    if (found && (first === undefined || found.at < first.at)) first = found;
  }
  return first;
}

/** Lines of one table and shape, up to so many rows, by their places among all. */
function* portions(lines: Line[]): Generator<{ holder: string; shape: number; places: number[] }> {
  const open = new Map<string, { holder: string; shape: number; places: number[]; rows: number }>();
  for (const [place, { holder, shape, rows }] of lines.entries()) {
    const key = `${holder}/${shape}`;
    const portion = open.get(key) ?? { holder, shape, places: [], rows: 0 };
    open.set(key, portion);
    portion.places.push(place);
    portion.rows += rows;
    if (portion.rows < rowsMost) continue;
    open.delete(key);
    yield portion;
  }
  yield* open.values();
}

const noTable = (line: Line | undefined, at: number): (Finding & { at: number }) | undefined =>
  line && {
    kind: 'log-unknown',
    tx: line.tx,
    at,
    detail: `line ${line.n} of the log is about a table ${line.holder}, which keeps no history`,
  };

interface Misfit extends Row {
  nth: number;
  id: string;
  version: number;
  operation: string;
  state: 'missing' | 'changed' | 'former';
}

async function checkPortion(
  reader: Reader,
  { holder, type, sound }: Holder,
  shape: number,
  lines: Line[],
  places: number[],
): Promise<(Finding & { at: number }) | undefined> {
  const [content] = await reader.query<{ text: string }>(sql`SELECT history.line_of(${shape}::int) AS text`);
  const numbers = places.map((place) => lines[place]?.n);
  const [misfit] = await reader.query<Misfit>(
    misfits({ holder, type, sound, content: content?.text ?? 'NULL' }, numbers),
  );
  if (!misfit) return undefined;
  const { nth, id, version, operation, state } = misfit;
  const at = places[nth - 1] ?? 0;
  const tx = lines[at]?.tx ?? '';
  const about = { tx, holder, id, at };
  if (state === 'former')
    return {
      ...about,
      kind: 'version-missing',
      version: version - 1,
      detail: `the version before that of transaction ${tx} is gone, or is not marked as superseded by it`,
    };
  if (state === 'missing')
    return {
      ...about,
      kind: 'version-missing',
      version,
      detail: `transaction ${tx} recorded this version (${operation}); it is gone`,
    };
  return {
    ...about,
    kind: 'version-changed',
    version,
    detail: `the version is not the one that transaction ${tx} recorded (${operation})`,
  };
}

/**
 * Each row of the lines with the versions of its id and number. The digests are taken out of their line once, not once a
 * row; what a version was superseded by is no part of its digest.
 */
const misfits = (
  { holder, type, sound, content }: Holder & { content: string },
  numbers: (string | undefined)[],
): Sql => sql`
  SELECT f.nth, f.id, f.version, f.operation, f.state
    FROM (SELECT l.nth::int AS nth, l.operation, u.id, u.version, u.place,
                 CASE WHEN v.found = 0 THEN 'missing' WHEN v.fits = 0 THEN 'changed'
                      WHEN l.operation = 'update' AND NOT EXISTS (
                        SELECT FROM ${raw(`history.${holder}`)} h WHERE h.id = u.key AND h.version = u.version - 1 AND h.superseded_in = l.tx)
                      THEN 'former' END AS state
            FROM (SELECT w.nth, l.tx, l.operation, l.ids, l.versions, l.digests || ''::bytea AS digests
                    FROM unnest(${numbers}::bigint[]) WITH ORDINALITY AS w(n, nth) JOIN history.changes l ON l.n = w.n OFFSET 0) AS l
           CROSS JOIN LATERAL (
             SELECT u.id, u.version, u.place, substr(l.digests, (u.place * 16 - 15)::int, 16) AS digest,
                    CASE WHEN pg_input_is_valid(u.id, ${raw(`'${type}'`)}) THEN u.id::${raw(type)} END AS key
               FROM unnest(l.ids, l.versions) WITH ORDINALITY AS u(id, version, place)) AS u
           CROSS JOIN LATERAL (
             SELECT count(*) AS found,
                    count(*) FILTER (WHERE v.digest = u.digest AND v.sound AND (l.operation <> 'delete' OR v.superseded_in = l.tx)) AS fits
               FROM (SELECT substr(sha256(convert_to(${raw(content)}, 'UTF8')), 1, 16) AS digest, true AS sound, NULL::bigint AS superseded_in
                       FROM ${raw(`public.${holder}`)} t WHERE t.id = u.key AND t.version = u.version
                      UNION ALL
                     SELECT substr(sha256(convert_to(${raw(content)}, 'UTF8')), 1, 16), ${raw(sound)}, t.superseded_in
                       FROM ${raw(`history.${holder}`)} t WHERE t.id = u.key AND t.version = u.version) AS v) AS v) AS f
   WHERE f.state IS NOT NULL ORDER BY f.nth, f.place LIMIT 1`;
