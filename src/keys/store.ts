/** API keys at rest: only the SHA-256 of a secret is stored. */
import sql, { raw, type Sql } from 'sql-template-tag';
import type { Client } from '../db/database.ts';
import type { Reader } from '../db/moment.ts';
import { Problem } from '../kernel/problems.ts';
import { hashOf, hintOf } from '../kernel/secret.ts';
import type { Scope } from './key.ts';

export const states = ['active', 'expired', 'revoked'] as const;
type State = (typeof states)[number];

export interface KeyDocument extends Record<string, unknown> {
  id: string;
  name: string;
  scopes: Scope[];
  status: State;
  version: number;
}

const state = raw(
  `CASE WHEN k.revoked_at IS NOT NULL THEN 'revoked' WHEN k.expires_at <= now() THEN 'expired' ELSE 'active' END`,
);
const documents = sql`
  SELECT k.id::text AS id, k.name, k.scopes, k.program, k.hint, ${state} AS status, history.utc(k.created_at) AS "createdAt", k.created_by AS "createdBy",
         history.utc(k.expires_at) AS "expiresAt", history.utc(k.rotated_at) AS "rotatedAt",
         CASE WHEN ${state} = 'active' AND k.former_until > now() THEN history.utc(k.former_until) END AS "formerUntil",
         history.utc(k.last_used_at) AS "lastUsedAt", history.utc(k.revoked_at) AS "revokedAt", k.version
    FROM api_keys k`;

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** `FOR UPDATE`, where it is going to be changed. */
export async function keyDocument(reader: Reader, id: string, lock: Sql = raw('')): Promise<KeyDocument> {
  const [found] = uuid.test(id)
    ? await reader.query<KeyDocument>(sql`${documents} WHERE k.id = ${id}::uuid ${lock}`)
    : [];
  if (!found) throw new Problem('not-found', 'There is no key with this id.');
  return found;
}

export interface KeysAsked {
  name?: string;
  status?: State;
  scope?: Scope;
  program?: string;
  /** The id of the last key of the page before. */
  before?: string;
  limit: number;
}

/** The newest first. */
export const keyDocuments = (reader: Reader, asked: KeysAsked): Promise<KeyDocument[]> => {
  const { name = null, status = null, scope = null, program = null, before = null, limit } = asked;
  return reader.query<KeyDocument>(sql`
    ${documents} WHERE (${name}::text IS NULL OR k.name = ${name}) AND (${status}::text IS NULL OR ${state} = ${status})
       AND (${scope}::text IS NULL OR ${scope} = ANY (k.scopes)) AND (${program}::text IS NULL OR k.program = ${program})
       AND (${before}::uuid IS NULL OR k.id < ${before}::uuid) ORDER BY k.id DESC LIMIT ${limit}`);
};

/** Whoever changes keys takes turns, so that two cannot each revoke the other's as the last but one. */
export const takeTurn = (client: Client): Promise<unknown> =>
  client.query(sql`SELECT pg_advisory_xact_lock(hashtextextended('api-keys', 0))`);

export interface NewKey {
  name: string;
  scopes: Scope[];
  program: string | null;
  expiresAt: string | null;
}

/** The id; undefined where the name is taken. */
export async function insertKey(
  client: Client,
  { name, scopes, program, expiresAt }: NewKey,
  secret: string,
  actor: string,
): Promise<string | undefined> {
  const [made] = await client.query<{ id: string }>(sql`
    INSERT INTO api_keys (name, scopes, program, expires_at, hash, hint, created_by)
    VALUES (${name}, ${scopes}::text[], ${program}, ${expiresAt}::timestamptz, ${hashOf(secret)}, ${hintOf(secret)}, ${actor})
    ON CONFLICT (name) DO NOTHING RETURNING id::text AS id`);
  return made?.id;
}

export const setExpiry = (client: Client, id: string, expiresAt: string | null): Promise<unknown> =>
  client.query(sql`
    UPDATE api_keys SET expires_at = ${expiresAt}::timestamptz, version = version + 1
     WHERE id = ${id}::uuid AND expires_at IS DISTINCT FROM ${expiresAt}::timestamptz`);

/** Two secrets at most are valid: the one that was the former until now ends. */
export const rotate = (client: Client, id: string, secret: string, overlap: number): Promise<unknown> =>
  client.query(sql`
    UPDATE api_keys SET former_hash = CASE WHEN ${overlap}::int > 0 THEN hash END,
           former_until = CASE WHEN ${overlap}::int > 0 THEN now() + ${overlap}::int * interval '1 second' END,
           hash = ${hashOf(secret)}, hint = ${hintOf(secret)}, rotated_at = now(), version = version + 1
     WHERE id = ${id}::uuid`);

export const revoke = (client: Client, id: string): Promise<unknown> =>
  client.query(
    sql`UPDATE api_keys SET revoked_at = now(), former_hash = NULL, former_until = NULL, version = version + 1 WHERE id = ${id}::uuid`,
  );

export async function hasAdmin(reader: Reader): Promise<boolean> {
  const [row] = await reader.query<{ some: boolean }>(
    sql`SELECT EXISTS (SELECT FROM api_keys k WHERE 'admin' = ANY (k.scopes) AND ${state} = 'active') AS some`,
  );
  return row?.some ?? false;
}

export interface KeyEvent extends Record<string, unknown> {
  /** Grows with time. */
  n: number;
}

/** What was done to a key, the newest first. */
export const keyEvents = (
  reader: Reader,
  id: string,
  { before = null, limit }: { before?: number | null; limit: number },
): Promise<KeyEvent[]> =>
  reader.query<KeyEvent>(sql`
    SELECT e.n::float8 AS n, e.event, history.utc(e.at) AS at, e.actor, a.name AS "actorName", e.request,
           history.utc(e.expires_at) AS "expiresAt", history.utc(e.former_until) AS "formerUntil"
      FROM history.key_events e LEFT JOIN api_keys a ON a.id::text = e.actor
     WHERE e.key = ${id}::uuid AND (${before}::bigint IS NULL OR e.n < ${before}::bigint) ORDER BY e.n DESC LIMIT ${limit}`);
