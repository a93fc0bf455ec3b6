/** The chain itself, some of it at a time: whether each link fits the one before, and the transaction that it seals. */
import sql from 'sql-template-tag';
import type { Row } from '../db/database.ts';
import type { Reader } from '../db/moment.ts';
import type { Finding } from './break.ts';

const linksMost = 1_000;
/** A transaction with more rows than this is taken alone. */
const rowsMost = 50_000;

/** Up to where the chain was looked at, and what it hung on there. */
interface Reached {
  position: number;
  hash: Buffer;
}
export const start: Reached = { position: 0, hash: Buffer.alloc(32) };

/** How far to look next; undefined at the end. */
export async function stretch(reader: Reader, after: number): Promise<number | undefined> {
  const sizes = await reader.query<{ position: number; rows: number }>(sql`
    SELECT c.position::float8 AS position,
           coalesce((SELECT sum(octet_length(l.digests)) / 16 FROM history.changes l WHERE l.tx = c.tx), 0)::float8 AS rows
      FROM history.chain c WHERE c.position > ${after}::bigint ORDER BY c.position LIMIT ${linksMost}`);
  let rows = 0;
  let end: number | undefined;
  for (const size of sizes) {
    rows += size.rows;
    if (end !== undefined && rows > rowsMost) break;
    end = size.position;
  }
  return end;
}

interface Link extends Row {
  position: number;
  tx: string;
  hash: Buffer;
  missing: boolean;
  moved: string | null;
  fits: boolean;
}

/** Looks at the links up to a position: how far they fit, and what is wrong with the first that does not. */
export async function checkLinks(
  reader: Reader,
  before: Reached,
  end: number,
): Promise<{ reached: Reached; finding?: Finding }> {
  const links = await reader.query<Link>(sql`
    SELECT c.position::float8 AS position, c.tx::text AS tx, c.hash, t.tx IS NULL AS missing,
           CASE WHEN t.recorded_at IS DISTINCT FROM c.recorded_at THEN coalesce(history.utc(t.recorded_at), 'nothing') END AS moved,
           CASE WHEN t.tx IS NULL THEN false ELSE c.hash = sha256(c.before || history.entry_hash(t)) END AS fits
      FROM (SELECT c.*, lag(c.hash, 1, ${before.hash}::bytea) OVER (ORDER BY c.position) AS before FROM history.chain c
             WHERE c.position > ${before.position}::bigint AND c.position <= ${end}::bigint) AS c
      LEFT JOIN history.transactions t ON t.tx = c.tx
     ORDER BY c.position`);
  let reached = before;
  for (const link of links) {
    const finding = wrongWith(link, reached.position);
    if (finding) return { reached, finding };
    reached = { position: link.position, hash: link.hash };
  }
  return { reached };
}

function wrongWith({ position, tx, missing, moved, fits }: Link, last: number): Finding | undefined {
  if (position !== last + 1)
    return {
      kind: 'chain-cut',
      position: last + 1,
      detail: `the chain goes on with position ${position} after ${last}`,
    };
  if (missing) return { kind: 'transaction-missing', tx, detail: `transaction ${tx} was sealed and is gone` };
  if (moved !== null)
    return {
      kind: 'transaction-changed',
      tx,
      detail: `transaction ${tx} says now that it was recorded at ${moved}`,
    };
  if (fits) return undefined;
  return {
    kind: 'transaction-changed',
    tx,
    detail: `transaction ${tx}, its log or this link of the chain is not what was sealed`,
  };
}
