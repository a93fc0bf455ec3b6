/** Keys that the server itself puts there when it starts. */
import sql from 'sql-template-tag';
import type { Database } from '../db/database.ts';
import { withPrisma } from '../db/prisma-client.ts';
import { hashOf, hintOf } from '../kernel/secret.ts';
import type { Scope } from './key.ts';

/** The name of the key that BOOTSTRAP_ADMIN_KEY sets. */
export const bootstrap = 'bootstrap';

export async function hasKeys(db: Database): Promise<boolean> {
  const [row] = await db.query<{ some: boolean }>(sql`SELECT EXISTS (SELECT FROM api_keys) AS some`);
  return row?.some ?? false;
}

/**
 * Installs a key under a name; another secret under the same name replaces the one before, which stops working. A secret
 * that was revoked is not brought back: then the answer is false.
 */
export async function installKey(
  db: Database,
  name: string,
  secret: string,
  scopes: Scope[],
): Promise<boolean> {
  const hash = hashOf(secret);
  // Asked before Prisma is loaded: nearly always all is as it should be.
  const [same] = await db.query<{ revoked: boolean; fits: boolean }>(sql`
    SELECT revoked_at IS NOT NULL AS revoked,
           coalesce(expires_at > clock_timestamp(), true) AND scopes @> ${scopes}::text[] AS fits
      FROM api_keys WHERE hash = ${hash}`);
  if (same?.revoked) return false;
  if (same?.fits) return true;
  const secretNow = { hash: new Uint8Array(hash), hint: hintOf(secret), formerHash: null, formerUntil: null };
  await withPrisma(db, ({ apiKey }) =>
    apiKey.upsert({
      where: { name },
      create: { name, scopes, ...secretNow },
      update: { ...secretNow, expiresAt: null, revokedAt: null, version: { increment: 1 } },
    }),
  );
  return true;
}
