/** Heads of the chain: how far it goes, and the hash that stands for everything up to there. */
import { sign } from 'node:crypto';
import sql, { empty, type Sql } from 'sql-template-tag';
import type { Row } from '../db/database.ts';
import type { Reader } from '../db/moment.ts';
import type { SigningKey } from './keys.ts';

export interface Head {
  /** How many transactions are on the chain by then. */
  position: number;
  transaction: number | null;
  recordedAt: string | null;
  hash: string;
}

export interface SealedHead extends Head {
  /** When it was sealed, in seconds of Unix time; undefined before the first. */
  sealed?: number;
}

/** Where nothing is sealed yet. */
const beginning: SealedHead = { position: 0, transaction: null, recordedAt: null, hash: '0'.repeat(64) };

const found = (reader: Reader, where: Sql): Promise<(SealedHead & Row)[]> =>
  reader.query(sql`
    SELECT c.position::float8 AS position, c.tx::float8 AS transaction, history.utc(c.recorded_at) AS "recordedAt",
           encode(c.hash, 'hex') AS hash, floor(extract(epoch FROM c.sealed_at))::float8 AS sealed
      FROM history.chain c ${where} ORDER BY c.position DESC LIMIT 1`);

export async function headOf(reader: Reader): Promise<SealedHead> {
  const [head] = await found(reader, empty);
  return head ?? beginning;
}

/** What the head was when the chain went up to a position; undefined where it does not go that far. */
export async function headAt(reader: Reader, position: number): Promise<SealedHead | undefined> {
  if (position === 0) return beginning;
  const [head] = await found(reader, sql`WHERE c.position = ${position}::bigint`);
  return head;
}

export interface Exported {
  position: number;
  hash: string;
}

/** Whether a head that was exported earlier still lies on the chain. */
export const liesOnChain = async (reader: Reader, { position, hash }: Exported): Promise<boolean> =>
  (await headAt(reader, position))?.hash === hash.toLowerCase();

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A JSON Web Signature in the compact form; its payload are claims, with the moment of sealing as `iat`. */
export function signed({ sealed, ...head }: SealedHead, { key, kid }: SigningKey): string {
  const claims = { ...head, ...(sealed === undefined ? {} : { iat: sealed }) };
  const input = `${part({ alg: 'EdDSA', kid, typ: 'audit-head+jwt' })}.${part(claims)}`;
  return `${input}.${sign(null, Buffer.from(input), key).toString('base64url')}`;
}
