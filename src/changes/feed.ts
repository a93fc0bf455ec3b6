/** What follows a place in the feed: at once, or as soon as there is something. */
import type { Database } from '../db/database.ts';
import { beginning, type Place } from './cursor.ts';
import { lookEvery, type Listener } from '../db/listener.ts';
import { changesStatement, lastStatement, type Change, type Filter, type Looked } from './sql.ts';

/** Lines of the log that are looked at in one statement, where the first look did not find enough. */
const linesMost = 2_000;
/** For how long one page is looked for; what was looked at is behind its `next`. */
const looksFor = 1_000;

export interface Asked {
  after: Place;
  filter: Filter;
  limit: number;
}

export interface Page {
  changes: Change[];
  next: Place;
  /** Whether there is more to look at now. */
  more: boolean;
  /** Somebody takes long to commit, who may yet record something before others. */
  isBehind: boolean;
}

export class Feed {
  readonly #db: Database;
  readonly #listener: Listener;
  /** What several wait for is looked for once. */
  readonly #looking = new Map<string, Promise<Page>>();

  constructor(db: Database, listener: Listener) {
    this.#db = db;
    this.#listener = listener;
  }

  get isEnding(): boolean {
    return this.#listener.isEnding;
  }

  /** After all that is there now. */
  async now(): Promise<Place> {
    const { until } = await this.#db.recorded.soon();
    const [last] = await this.#db.query<{ at: string; tx: string }>(lastStatement(until));
    return last ? { at: last.at, tx: Number(last.tx), n: Number.MAX_SAFE_INTEGER, rows: 0 } : beginning;
  }

  async page({ after, filter, limit }: Asked): Promise<Page> {
    const { until, isNow } = await this.#db.recorded.soon();
    const changes: Change[] = [];
    let lines = limit + 1;
    const ends = performance.now() + looksFor;
    let next = after;
    for (;;) {
      const most = { lines, rows: limit - changes.length + 1 };
      const [looked] = await this.#db.query<Looked>(changesStatement(next, until, filter, most));
      if (!looked) throw new Error('no log');
      changes.push(...looked.changes);
      if (changes.length > limit) {
        const page = changes.slice(0, limit);
        return { changes: page, next: page.at(-1)?.place ?? next, more: true, isBehind: !isNow };
      }
      next = looked.last ?? next;
      const more = looked.lines === lines;
      if (!more || changes.length === limit || performance.now() > ends)
        return { changes, next, more, isBehind: !isNow };
      lines = linesMost;
    }
  }

  /** The next page with something on it; an empty one when the time is over, the client is gone or the server ends. */
  async pageWithin(asked: Asked, milliseconds: number, gone: AbortSignal): Promise<Page> {
    const ends = performance.now() + milliseconds;
    let heard = this.#listener.heard;
    let page = await this.page(asked);
    for (;;) {
      const left = ends - performance.now();
      if (page.changes.length > 0 || left <= 0 || gone.aborted || this.#listener.isEnding) return page;
      if (!page.more)
        await this.#listener.after(heard, page.isBehind ? Math.min(left, lookEvery) : left, gone);
      heard = this.#listener.heard;
      page = await this.#together({ ...asked, after: page.next }, heard);
    }
  }

  /** For whoever was woken: one who was woken by the same word and stands at the same place looks for all of them. */
  #together(asked: Asked, heard: number): Promise<Page> {
    const key = JSON.stringify([heard, asked]);
    let looking = this.#looking.get(key);
    if (!looking) {
      looking = this.page(asked).finally(() => this.#looking.delete(key));
      this.#looking.set(key, looking);
    }
    return looking;
  }
}
