/** Sealing: what was recorded goes onto the chain (see the migration audit), whichever server does it. */
import type { FastifyInstance } from 'fastify';
import sql from 'sql-template-tag';
import type { Database } from '../db/database.ts';

const lookEvery = 5_000;

export class Sealer {
  readonly #db: Database;
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  constructor(db: Database) {
    this.#db = db;
  }

  /**
   * Seals everything that is recorded by now. One at a time: others wait for it here, not at the lock of the database, where
   * each would hold a connection; they share the one after, which sees what was recorded before any of them came.
   */
  seal(): Promise<void> {
    if (!this.#running)
      return (this.#running = this.#seal().finally(() => {
        this.#running = undefined;
      }));
    this.#next ??= this.#running
      .catch(() => undefined)
      .then(() => {
        this.#next = undefined;
        return this.seal();
      });
    return this.#next;
  }

  async #seal(): Promise<void> {
    const [left] = await this.#db.query<{ some: boolean }>(
      sql`SELECT EXISTS (SELECT FROM history.unsealed('infinity')) AS some`,
    );
    if (!left?.some) return;
    const until = await this.#db.recorded.now();
    let sealed: number;
    do {
      const [row] = await this.#db.transaction((client) =>
        client.query<{ sealed: number }>(sql`SELECT history.seal(${until}::timestamptz) AS sealed`),
      );
      sealed = row?.sealed ?? 0;
    } while (sealed > 0);
  }

  /** While the server listens, what is recorded is sealed some seconds later. */
  inBackground(app: FastifyInstance): void {
    let timer: NodeJS.Timeout | undefined;
    const look = (): void => {
      if (this.#running) return;
      this.seal().catch((error: unknown) => {
        app.log.warn(error, 'the log could not be sealed');
      });
    };
    app.addHook('onListen', () => {
      timer = setInterval(look, lookEvery).unref();
    });
    app.addHook('preClose', async () => {
      clearInterval(timer);
      await this.#running?.catch(() => undefined);
    });
  }
}
