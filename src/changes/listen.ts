/**
 * Who waits for something to be recorded is woken by one connection of this process, which listens to the database; nobody
 * holds a connection while waiting. It is opened for the first who waits. While it is lost, and until there is another,
 * those who wait look again every second.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import type { Database } from '../db/database.ts';

export const lookEvery = 1_000;
/** By this name it can be told in pg_stat_activity. */
const name = 'tracker changes';

export class Listener {
  readonly #db: Database;
  readonly #ending = new AbortController();
  readonly #waiting = new Set<() => void>();
  #client: pg.Client | undefined;
  #running: Promise<void> | undefined;
  #isListening = false;
  #heard = 0;

  constructor(db: Database) {
    this.#db = db;
  }

  /** How often something was heard; to be read before one looks, and given to `after`. */
  get heard(): number {
    return this.#heard;
  }

  get isEnding(): boolean {
    return this.#ending.signal.aborted;
  }

  /** Until more was heard than that, the time is over, or it does not matter any more. */
  async after(heard: number, milliseconds: number, gone: AbortSignal): Promise<void> {
    this.#running ??= this.#listen();
    if (heard !== this.#heard || gone.aborted || this.isEnding) return;
    await new Promise<void>((resolve) => {
      const over = (): void => {
        clearTimeout(timer);
        gone.removeEventListener('abort', over);
        this.#waiting.delete(over);
        resolve();
      };
      const timer = setTimeout(over, this.#isListening ? milliseconds : Math.min(milliseconds, lookEvery));
      gone.addEventListener('abort', over, { once: true });
      this.#waiting.add(over);
    });
  }

  async #listen(): Promise<void> {
    while (!this.isEnding) {
      // What it meets is met again by whoever looks; here it only means another try.
      await this.#hearUntilLost().catch(() => undefined);
      this.#isListening = false;
      this.#wake();
      await delay(lookEvery, undefined, { signal: this.#ending.signal }).catch(() => undefined);
    }
  }

  async #hearUntilLost(): Promise<void> {
    const client = (this.#client = this.#db.listening(name));
    const lost = new Promise<void>((resolve) => {
      client.once('end', resolve);
    });
    client.on('error', () => undefined);
    client.on('notification', () => {
      this.#wake();
    });
    try {
      await client.connect();
      await client.query('LISTEN tracker_changes');
      this.#isListening = true;
      // What was recorded before that was not heard.
      this.#wake();
      await lost;
    } finally {
      await client.end();
    }
  }

  #wake(): void {
    this.#heard += 1;
    for (const over of [...this.#waiting]) over();
  }

  async stop(): Promise<void> {
    this.#ending.abort();
    this.#wake();
    await this.#client?.end().catch(() => undefined);
    await this.#running;
  }
}
