/** What a reply is made of: which tables it was read from, and in which state they were before. */
import type { Sql } from 'sql-template-tag';
import type { Mark, Versions } from './versions.ts';

/** The present, the past of a day, or what was known at a moment, which never changes. */
export type Tense = 'present' | 'day' | 'moment';

export class Reads {
  readonly mark: Mark;
  readonly #versions: Versions;
  readonly #places = new Set<number>();
  #isNoted = false;
  #isLasting = true;

  constructor(versions: Versions) {
    this.#versions = versions;
    this.mark = versions.mark();
  }

  get places(): readonly number[] {
    return [...this.#places];
  }

  /** Whether it says what was read; of what says nothing nobody knows when it is outdated. */
  get isNoted(): boolean {
    return this.#isNoted;
  }

  /** Whether all of it is settled, and will be read the same for ever. */
  get isLasting(): boolean {
    return this.#isLasting;
  }

  note({ text }: Sql, tense: Tense): void {
    this.#isNoted = true;
    if (tense === 'moment') return;
    this.#isLasting = false;
    // The views of a day look into tables that the statement does not name.
    const places = tense === 'day' ? this.#versions.all : this.#versions.namedIn(text);
    for (const place of places) this.#places.add(place);
  }
}
