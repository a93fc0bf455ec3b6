/**
 * The keys that are valid, in memory, so that a request with a key asks the database nothing. What is changed on this
 * server counts at once; what is changed on another, or in the database itself, within `trustedFor`.
 */
import { timingSafeEqual } from 'node:crypto';
import sql, { type Sql } from 'sql-template-tag';
import type { Database } from '../db/database.ts';
import { Problem } from '../kernel/problems.ts';
import { hashOf } from '../kernel/secret.ts';
import type { Key, Scope } from './key.ts';
import { Uses } from './uses.ts';

/** After this, in milliseconds, the keys are read again beside the request that needs one. */
const freshFor = 5_000;
/** After this nobody is let in by what was read then: the request waits for the reading. */
export const trustedFor = 15_000;
const readingsMost = 5;
/** No key is shorter: what is need not be looked for. */
const shortest = 32;

interface Held {
  key: Key;
  hash: Buffer;
  /** When it ends, by the clock that nobody can set. */
  ends: number;
}

interface Read extends Record<string, unknown> {
  id: string;
  scopes: Scope[];
  program: string | null;
  hash: Buffer;
  left: number | null;
}

const validSecrets = (condition: Sql): Sql => sql`
  SELECT k.id::text AS id, k.scopes, k.program, s.hash, (extract(epoch FROM s.until - now()) * 1000)::float8 AS left
    FROM api_keys k, LATERAL (VALUES (k.hash, k.expires_at), (k.former_hash, least(k.former_until, k.expires_at))) AS s(hash, until)
   WHERE k.revoked_at IS NULL AND s.hash IS NOT NULL AND (s.until IS NULL OR s.until > now()) AND ${condition}`;

/** Where to look. Only the rest of the hash, compared in constant time, says that it is the one. */
const placeOf = (hash: Buffer): string => hash.toString('latin1', 0, 8);

export class KeyRing {
  readonly uses: Uses;
  readonly #db: Database;
  #held = new Map<string, Held>();
  #readAt = -Infinity;
  #reading: Promise<void> | undefined;
  #changes = 0;

  constructor(db: Database, failed: (error: unknown) => void) {
    this.#db = db;
    this.uses = new Uses(db, failed);
  }

  async find(secret: string): Promise<Key | undefined> {
    if (secret.length < shortest) return undefined;
    const hash = hashOf(secret);
    if (performance.now() - this.#readAt > trustedFor) await this.#trusted();
    // What fails here fails again where somebody waits for it.
    else if (performance.now() - this.#readAt > freshFor) this.#read().catch(() => undefined);
    return this.#look(hash) ?? this.#ask(hash);
  }

  /** What is known of it without asking, though it may have been changed elsewhere since. */
  held(secret: string): Key | undefined {
    return this.#look(hashOf(secret));
  }

  /** Something was changed, and has been committed. */
  forget(): void {
    this.#changes += 1;
    this.#readAt = -Infinity;
    this.#reading = undefined;
  }

  #look(hash: Buffer): Key | undefined {
    const held = this.#held.get(placeOf(hash));
    return held && timingSafeEqual(held.hash, hash) && performance.now() < held.ends ? held.key : undefined;
  }

  /** It may have been made on another server just now. */
  async #ask(hash: Buffer): Promise<Key | undefined> {
    const changes = this.#changes;
    const began = performance.now();
    const [row] = await this.#db.query<Read>(
      validSecrets(sql`(k.hash = ${hash} OR k.former_hash = ${hash}) AND s.hash = ${hash}`),
    );
    if (!row) return undefined;
    const held = heldOf(row, began);
    if (changes === this.#changes) this.#held.set(placeOf(hash), held);
    return held.key;
  }

  async #trusted(): Promise<void> {
    for (let tries = 1; performance.now() - this.#readAt > trustedFor; tries += 1) {
      if (tries > readingsMost)
        throw new Problem('unavailable', 'The keys cannot be read fast enough right now.', {
          headers: { 'retry-after': '5' },
        });
      await this.#read();
    }
  }

  /** One reading at a time, whoever waits for it. */
  #read(): Promise<void> {
    const reading = (this.#reading ??= this.#readAll().finally(() => {
      if (this.#reading === reading) this.#reading = undefined;
    }));
    return reading;
  }

  async #readAll(): Promise<void> {
    const changes = this.#changes;
    const began = performance.now();
    const rows = await this.#db.query<Read>(validSecrets(sql`true`));
    // It may have been read before the change.
    if (changes !== this.#changes) return;
    this.#held = new Map(rows.map((row) => [placeOf(row.hash), heldOf(row, began)]));
    this.#readAt = began;
  }
}

const heldOf = ({ id, scopes, program, hash, left }: Read, readAt: number): Held => ({
  key: { id, scopes, program: program ?? undefined },
  hash,
  ends: left === null ? Infinity : readAt + left,
});
