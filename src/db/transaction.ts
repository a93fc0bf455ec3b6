/** A transaction on one connection. What opens it goes to the database with its first statement. */
import type pg from 'pg';
import sql, { raw, type Sql } from 'sql-template-tag';
import { Pipeline, type Answers } from './pipeline.ts';
import { isRefusal } from './transient.ts';
import type { Versions } from './versions.ts';

/** The tables that this transaction wrote. */
const holders = sql`(SELECT coalesce(array_agg(DISTINCT holder), '{}') FROM history.changes WHERE tx = history.own_number()) AS holders`;
const written = sql`SELECT ${holders}`;

export interface Manner {
  opening: pg.QueryConfig[];
  /** A statement as it is known to the connections. */
  prepared: (statement: Sql) => pg.QueryConfig;
  /** The milliseconds after which a connection counts as lost that does not answer a statement. */
  lostAfter: number;
  /** Where somebody wants to know which tables it wrote. */
  versions: Versions | undefined;
}

export class Transaction {
  readonly #client: pg.ClientBase;
  readonly #manner: Manner;
  #isOpen = false;
  #goesOn = false;
  #hasEnded = false;
  #said = 0;
  /** Whether something may be said of which nothing is known here. */
  #isShared = false;
  /** What was written by the last statement. */
  #holders: string[] | undefined;

  constructor(client: pg.ClientBase, manner: Manner) {
    this.#client = client;
    this.#manner = manner;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** The connection itself, in the transaction. */
  async connection(): Promise<pg.ClientBase> {
    this.#isShared = true;
    if (!this.#isOpen) await this.#send([]);
    return this.#client;
  }

  async query<T extends Record<string, unknown>>(statement: Sql): Promise<T[]> {
    const [rows = []] = await this.pipelined([statement]);
    return rows as T[];
  }

  /** Statements of which none depends on what another gives. */
  pipelined(statements: Sql[]): Promise<Answers> {
    return this.#send(statements.map(this.#manner.prepared));
  }

  /** What is the last to whoever writes is not yet the last of all. */
  goOn(): void {
    this.#goesOn = true;
  }

  /**
   * The last of the transaction, where that is known, and at their end what reads a row: so what was written is told along
   * with that. Where `within` says which tables it may be, the COMMIT goes along too: others wait for this transaction until
   * it ends, so a way there and back less is felt by all of them.
   */
  async last<T extends Record<string, unknown>>(
    writes: Sql[],
    read = sql`SELECT`,
    within?: readonly string[],
  ): Promise<T | undefined> {
    if (within && !this.#goesOn) return this.#end(writes, read, within);
    const reading = this.#manner.versions ? sql`SELECT last.*, ${holders} FROM (${read}) AS last` : read;
    const sent = this.pipelined([...writes, reading]);
    const said = this.#said;
    const row = (await sent).at(-1)?.[0];
    if (this.#said === said) this.#holders = row?.holders as string[] | undefined;
    return row as T | undefined;
  }

  /** The tables that it wrote, as far as somebody wants to know. */
  async written(): Promise<string[]> {
    if (!this.#manner.versions) return [];
    if (this.#holders && !this.#isShared) return this.#holders;
    return (await this.query<{ holders: string[] }>(written))[0]?.holders ?? [];
  }

  async #end<T>(writes: Sql[], read: Sql, tables: readonly string[]): Promise<T | undefined> {
    const { versions } = this.#manner;
    const reading = versions
      ? sql`SELECT last.*, history.written_within(${tables}::text[]) AS holders FROM (${read}) AS last`
      : read;
    const letGo = versions?.hold(versions.placesOf(tables));
    // All, where it is not known whether it was committed.
    let changed: readonly number[] | undefined;
    try {
      const row = (await this.pipelined([...writes, reading, raw('COMMIT')])).at(-2)?.[0];
      this.#isOpen = false;
      this.#hasEnded = true;
      if (row) changed = versions?.placesOf(row.holders as string[]);
      return row as T | undefined;
    } catch (error) {
      if (isRefusal(error)) changed = [];
      throw error;
    } finally {
      letGo?.(changed);
    }
  }

  async #send(statements: pg.QueryConfig[]): Promise<Answers> {
    if (this.#hasEnded) throw new Error('the transaction has been committed');
    this.#holders = undefined;
    this.#said += 1;
    const opening = this.#isOpen ? [] : this.#manner.opening;
    this.#isOpen = true;
    const all = [...opening, ...statements];
    const [single] = all;
    if (all.length === 1 && single) return [(await this.#client.query(single)).rows];
    const answers = await new Pipeline(all, this.#manner.lostAfter).sentBy(this.#client);
    return answers.slice(opening.length);
  }
}
