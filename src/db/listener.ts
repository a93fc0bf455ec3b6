/**
 * One connection of this process that listens to the database and hears what is recorded, so that nobody holds a
 * connection while waiting, and what was read is known to be outdated. While it is lost, and until there is another, those
 * who wait look again every second. A connection that is silently dead is noticed within ten seconds.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import type { Database } from './database.ts';
import type { Bounded } from './pools.ts';

export const lookEvery = 1_000;
const checkEvery = 5_000;
const answerWithin = 5_000;
/** By this name it can be told in pg_stat_activity. */
const name = 'tracker changes';

/** Hears which tables were written; undefined where that is not known, for what was not heard. */
export type Hearing = (tables: string[] | undefined) => void;

export class Listener {
  readonly #db: Database;
  readonly #ending = new AbortController();
  readonly #waiting = new Set<() => void>();
  readonly #hearings: Hearing[] = [];
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

  /** Whether everything that is recorded now will be heard. */
  get isListening(): boolean {
    return this.#isListening;
  }

  onHeard(hearing: Hearing): void {
    this.#hearings.push(hearing);
    this.#running ??= this.#listen();
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

  /** Until everything is heard that was recorded before: the database tells that first. */
  async caughtUp(): Promise<void> {
    if (this.#isListening) await this.#client?.query('SELECT').catch(() => undefined);
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
    const over = new AbortController();
    const lost = new Promise<void>((resolve) => {
      client.once('end', resolve);
    }).finally(() => {
      // Before anybody reads anything more.
      this.#isListening = false;
      over.abort();
    });
    client.on('error', () => undefined);
    client.on('notification', ({ processId, payload = '' }) => {
      if (!this.#db.isOwn(processId)) this.#tell(payload === '' ? undefined : payload.split(','));
      this.#wake();
    });
    try {
      await client.connect();
      const listen: Bounded = { text: 'LISTEN tracker_changes', query_timeout: answerWithin };
      await client.query(listen);
      // What was recorded before that was not heard.
      this.#tell(undefined);
      this.#isListening = true;
      this.#wake();
      await Promise.race([lost, silent(client, over.signal)]);
    } finally {
      this.#isListening = false;
      over.abort();
      await ended(client);
    }
  }

  #tell(tables: string[] | undefined): void {
    for (const hearing of this.#hearings) hearing(tables);
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

/** Until the connection gives no answer any more. */
async function silent(client: pg.Client, over: AbortSignal): Promise<void> {
  for (;;) {
    await delay(checkEvery, undefined, { signal: over });
    const answered = client.query('SELECT').then(() => true);
    const late = delay(answerWithin, false, { signal: over });
    if (!(await Promise.race([answered, late]))) return;
  }
}

/** Ends it; one that does not answer is not waited for. */
async function ended(client: pg.Client): Promise<void> {
  await Promise.race([client.end(), delay(lookEvery, undefined, { ref: false })]);
}
