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
export function installKey(db: Database, name: string, secret: string, scopes: Scope[]): Promise<boolean> {
  const hash = new Uint8Array(hashOf(secret));
  return withPrisma(db, async ({ apiKey }) => {
    const same = await apiKey.findUnique({ where: { hash } });
    if (same?.revokedAt) return false;
    const expired = same?.expiresAt && same.expiresAt <= new Date();
    if (same && !expired && scopes.every((scope) => same.scopes.includes(scope))) return true;
    const secretNow = { hash, hint: hintOf(secret), formerHash: null, formerUntil: null };
    await apiKey.upsert({
      where: { name },
      create: { name, scopes, ...secretNow },
      update: { ...secretNow, expiresAt: null, revokedAt: null, version: { increment: 1 } },
    });
    return true;
  });
}
