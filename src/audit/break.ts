/** What can be wrong with the log, and what it is about. */
import sql from 'sql-template-tag';
import type { Reader } from '../db/moment.ts';

export const breakKinds = {
  'chain-cut': 'positions of the chain are gone',
  'transaction-missing': 'a transaction that was sealed is gone',
  'transaction-changed':
    'a transaction, a line of its log or the chain is not what it was when it was sealed',
  'transaction-slipped-in': 'a transaction before the head was never sealed',
  'log-unknown': 'the log speaks of a transaction or of a table that is not there',
  'version-missing': 'a version that the log has is gone',
  'version-changed': 'a version is not what was recorded',
  'version-unknown': 'a version is there that the log does not have, or more often than the log has it',
} as const;
export type BreakKind = keyof typeof breakKinds;

/** What was found out; where it stands on the chain is looked up once, for the one that is told. */
export interface Finding {
  kind: BreakKind;
  detail: string;
  /** Where there is no transaction to look it up by. */
  position?: number;
  tx?: string;
  holder?: string;
  id?: string;
  version?: number;
}

export interface Break {
  position: number | null;
  transaction: number | null;
  recordedAt: string | null;
  resource: string | null;
  id: string | null;
  version: number | null;
  kind: BreakKind;
  detail: string;
}

export async function placed(reader: Reader, finding: Finding): Promise<Break> {
  const { kind, detail, tx, holder, id, version } = finding;
  const [found] = await reader.query<{ position: number | null; recordedAt: string | null }>(sql`
    SELECT (SELECT c.position FROM history.chain c WHERE c.tx = w.tx)::float8 AS position,
           history.utc(coalesce((SELECT c.recorded_at FROM history.chain c WHERE c.tx = w.tx),
                                (SELECT t.recorded_at FROM history.transactions t WHERE t.tx = w.tx))) AS "recordedAt"
      FROM (SELECT ${tx ?? null}::bigint AS tx) w`);
  return {
    position: finding.position ?? found?.position ?? null,
    transaction: tx === undefined ? null : Number(tx),
    recordedAt: found?.recordedAt ?? null,
    resource: holder?.replaceAll('_', '-') ?? null,
    id: id ?? null,
    version: version ?? null,
    kind,
    detail,
  };
}
