/**
 * The key that heads are signed with: the one of the settings, or one that is made once and kept in the database. The
 * public halves of all that were ever used are kept, so that a head stays checkable when its key was replaced.
 */
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import sql from 'sql-template-tag';
import type { Database } from '../db/database.ts';
import { publicHalf, signingKeyOf } from '../kernel/signing-key.ts';

export interface SigningKey {
  key: KeyObject;
  kid: string;
}

export class SigningKeys {
  readonly #db: Database;
  readonly #given: KeyObject | undefined;
  #current: Promise<SigningKey> | undefined;

  constructor(db: Database, given: KeyObject | undefined) {
    this.#db = db;
    this.#given = given;
  }

  current(): Promise<SigningKey> {
    this.#current ??= this.#find().catch((error: unknown) => {
      this.#current = undefined;
      throw error;
    });
    return this.#current;
  }

  async #find(): Promise<SigningKey> {
    if (this.#given) {
      await this.#keep(this.#given, null);
      return { key: this.#given, kid: publicHalf(this.#given).kid };
    }
    const key = (await this.#own()) ?? (await this.#make());
    return { key, kid: publicHalf(key).kid };
  }

  async #own(): Promise<KeyObject | undefined> {
    const [row] = await this.#db.query<{ pem: string }>(
      sql`SELECT private_key AS pem FROM history.signing_keys WHERE private_key IS NOT NULL`,
    );
    return row && signingKeyOf(row.pem);
  }

  /** Of several servers that make one at once, one wins. */
  async #make(): Promise<KeyObject> {
    const { privateKey } = generateKeyPairSync('ed25519');
    await this.#keep(privateKey, privateKey.export({ format: 'pem', type: 'pkcs8' }).toString());
    const key = await this.#own();
    if (!key) throw new Error('history.signing_keys holds no Ed25519 key');
    return key;
  }

  async #keep(key: KeyObject, pem: string | null): Promise<void> {
    const { kid, x } = publicHalf(key);
    await this.#db.query(sql`
      INSERT INTO history.signing_keys (kid, public_key, private_key) VALUES (${kid}, ${x}, ${pem}) ON CONFLICT DO NOTHING`);
  }

  /** As a JSON Web Key Set, the newest first. */
  async all(): Promise<{ keys: object[] }> {
    await this.current();
    const rows = await this.#db.query<{ kid: string; x: string }>(
      sql`SELECT kid, public_key AS x FROM history.signing_keys ORDER BY made_at DESC, kid`,
    );
    return {
      keys: rows.map(({ kid, x }) => ({ kty: 'OKP', crv: 'Ed25519', x, kid, use: 'sig', alg: 'EdDSA' })),
    };
  }
}
