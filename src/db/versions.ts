/**
 * How often each table was written, as far as this process knows. What was read while a table had one number is what it
 * holds for as long as it has that number. The numbers lie in shared memory, since a thread of this process writes too.
 *
 * A commit is held: from before it is sent until it is answered, nobody can say which of the two states is the present.
 */
export type Mark = Int32Array;

const statementsMost = 300;

/** What threads share: for each table how often it was written, and how many commits each of the two holds. */
const numbersFor = (tables: readonly string[]): number => 3 * tables.length;

export class Versions {
  readonly shared: SharedArrayBuffer;
  readonly tables: readonly string[];
  readonly all: readonly number[];
  readonly #numbers: Int32Array;
  readonly #places: ReadonlyMap<string, number>;
  readonly #named = new Map<string, readonly number[]>();
  /** Where the holds of this thread begin. */
  readonly #holds: number;

  /** With what the main thread shares, these are the versions of a thread beside it. */
  constructor(tables: readonly string[], shared?: SharedArrayBuffer) {
    this.tables = tables;
    this.shared = shared ?? new SharedArrayBuffer(numbersFor(tables) * Int32Array.BYTES_PER_ELEMENT);
    this.all = tables.map((_, place) => place);
    this.#numbers = new Int32Array(this.shared);
    this.#places = new Map(tables.map((table, place) => [table, place]));
    this.#holds = (shared ? 2 : 1) * tables.length;
  }

  /** The places of these tables; of all where one is not known. */
  placesOf(tables: readonly string[]): readonly number[] {
    const places = tables.map((table) => this.#places.get(table));
    return places.every((place) => place !== undefined) ? places : this.all;
  }

  /** The places of the tables that a statement names: more than it reads, where a column is called like a table. */
  namedIn(statement: string): readonly number[] {
    const known = this.#named.get(statement);
    if (known) return known;
    const words = new Set(statement.match(/[a-z_]+/g));
    const named = this.all.filter((place) => words.has(this.tables[place] ?? ''));
    // A client can make up statements without end.
    if (this.#named.size < statementsMost) this.#named.set(statement, named);
    return named;
  }

  /** Holds the places during a commit; to be let go once it is answered, whatever the answer is: with those that it changed. */
  hold(places: readonly number[]): (changed?: readonly number[]) => void {
    for (const place of places) Atomics.add(this.#numbers, this.#holds + place, 1);
    return (changed = places) => {
      this.written(changed);
      for (const place of places) Atomics.sub(this.#numbers, this.#holds + place, 1);
    };
  }

  written(places: readonly number[]): void {
    for (const place of places) Atomics.add(this.#numbers, place, 1);
  }

  /** The thread beside has died, perhaps while it held something. */
  forgetThread(): void {
    this.written(this.all);
    for (const place of this.all) Atomics.store(this.#numbers, 2 * this.tables.length + place, 0);
  }

  /** The state of all tables now; taken before something is read, it says what state that is of. */
  mark(): Mark {
    return this.#numbers.slice();
  }

  /** Whether the places are in one state in both marks, and no commit was under way that changes them. */
  areSame(one: Mark, other: Mark, places: readonly number[]): boolean {
    const { length } = this.tables;
    for (const place of places) {
      if (one[place] !== other[place]) return false;
      if (one[length + place] !== 0 || other[length + place] !== 0) return false;
      if (one[2 * length + place] !== 0 || other[2 * length + place] !== 0) return false;
    }
    return true;
  }

  /** Whether the places are still as the mark says. */
  isStill(mark: Mark, places: readonly number[]): boolean {
    return this.areSame(mark, this.#numbers, places);
  }
}
