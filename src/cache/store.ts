/**
 * Replies that are kept, bounded in bytes. What comes for the first time may only have a quarter of them, so that whoever
 * makes up addresses without end drives out the like, and not what many ask for.
 */
import { LRUCache } from 'lru-cache';
import type { Mark, Versions } from '../db/versions.ts';
import type { Tagged } from '../http/tagged.ts';

export interface Kept {
  reply: Tagged;
  /** The pattern of the path, for those who count. */
  route: string;
  /** The tables that it was read from, and their state before; none for what never changes. */
  places: readonly number[];
  mark: Mark;
  /** The day that it was read on, since what is planned and what is over depends on it; none for what never changes. */
  day: number | undefined;
}

/** Objects, the field lines and the two addresses of an entry, roughly. */
const overhead = 2_000;
/** A reply that is larger is not kept: few ask for it twice, and it would drive out many. */
const share = 1 / 16;

export class Store {
  readonly #versions: Versions;
  readonly #new: LRUCache<string, Kept>;
  readonly #proven: LRUCache<string, Kept>;

  constructor(bytes: number, versions: Versions) {
    this.#versions = versions;
    const bounded = (part: number): LRUCache<string, Kept> =>
      new LRUCache({
        maxSize: Math.max(1, Math.floor(bytes * part)),
        maxEntrySize: Math.max(1, Math.floor(bytes * share)),
        sizeCalculation: ({ reply }, key) => reply.bytes + 2 * key.length + overhead,
      });
    this.#new = bounded(1 / 4);
    this.#proven = bounded(3 / 4);
  }

  /** What is kept under the key, if it is still what the database would answer. */
  get(key: string, day: number): Kept | undefined {
    const proven = this.#proven.get(key);
    const kept = proven ?? this.#new.get(key);
    if (!kept) return undefined;
    const isOfToday = kept.day === undefined || kept.day === day;
    if (isOfToday && this.#versions.isStill(kept.mark, kept.places)) {
      if (!proven) this.#move(key, kept);
      return kept;
    }
    (proven ? this.#proven : this.#new).delete(key);
    return undefined;
  }

  #move(key: string, kept: Kept): void {
    this.#new.delete(key);
    this.#proven.set(key, kept);
  }

  set(key: string, kept: Kept): void {
    // What was asked for twice before, and has changed since, will be asked for again; but it proves that anew.
    this.#new.set(key, kept);
  }

  /** The reply has grown by another coding. */
  weigh(key: string): void {
    for (const part of [this.#proven, this.#new]) {
      const kept = part.peek(key);
      if (kept) part.set(key, kept);
    }
  }

  get bytes(): number {
    return this.#new.calculatedSize + this.#proven.calculatedSize;
  }

  get entries(): number {
    return this.#new.size + this.#proven.size;
  }
}
