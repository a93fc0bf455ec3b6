/** API keys at rest: only the SHA-256 of a key is stored, and a key is found by it. */
import { createHash, randomBytes } from 'node:crypto';
import sql from 'sql-template-tag';
import type { Database } from './database.ts';
import { withPrisma } from './prisma-client.ts';

export type Scope = 'import' | 'import:plan' | 'import:apply' | 'write' | 'admin';

export interface Key {
  id: string;
  scopes: Scope[];
}

const hashOf = (key: string): Buffer => createHash('sha256').update(key).digest();

/** A prefix that secret scanners can look for, and 256 random bits. */
export const newKey = (): string => `sat_${randomBytes(32).toString('base64url')}`;

export async function findKey(db: Database, key: string): Promise<Key | undefined> {
  const [found] = await db.query<{ id: string; scopes: Scope[] }>(sql`
    SELECT id::text AS id, scopes FROM api_keys
     WHERE hash = ${hashOf(key)} AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())`);
  return found;
}

export async function hasKeys(db: Database): Promise<boolean> {
  const [row] = await db.query<{ some: boolean }>(sql`SELECT EXISTS (SELECT FROM api_keys) AS some`);
  return row?.some ?? false;
}

/** Installs a key under a name; the same name again replaces the key, so the old one stops working. */
export async function installKey(db: Database, name: string, key: string, allowed: Scope[]): Promise<void> {
  const found = await findKey(db, key);
  if (found && allowed.every((scope) => found.scopes.includes(scope))) return;
  const state = { hash: new Uint8Array(hashOf(key)), scopes: allowed, revokedAt: null, expiresAt: null };
  await withPrisma(db, (prisma) =>
    prisma.apiKey.upsert({ where: { name }, create: { name, ...state }, update: state }),
  );
}
