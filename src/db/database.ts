/** The one pool that everything shares, and the few ways in which it is used. */
import { createHash } from 'node:crypto';
import pg from 'pg';
import sql, { raw, type Sql } from 'sql-template-tag';
import { Disk, DiskWatch } from './disk.ts';
import { answerWithin, connectionTo, poolOf, secondsMost, type Bounded } from './pools.ts';
import { Recorded } from './recorded.ts';
import { Batcher } from './batcher.ts';
import { Transaction } from './transaction.ts';
import { isSilent } from './transient.ts';
import type { Versions } from './versions.ts';

export type Row = Record<string, unknown>;
/** What a transaction needs to say about its writer; the database keeps it with what is written. */
export interface Writer {
  actor: string;
  correction?: string;
  /** The id of the request, or of the import, that it writes for. */
  request?: string;
  import?: string;
  /** The programme that its key is bound to: nothing that belongs elsewhere is written. */
  program?: string | undefined;
  /** Seconds that it waits for what others hold locked; without it as long as its statements may take. */
  waits?: number | undefined;
}

export interface Client {
  query<T extends Row = Row>(statement: Sql): Promise<T[]>;
  /** The connection itself, in the transaction. */
  connection(): Promise<pg.ClientBase>;
}

/**
 * Statements get a name, and with it a plan that is kept, only for so many different texts: a client can make up
 * combinations of filters without end, and each named statement takes memory in every connection.
 */
const statementNamesMost = 300;

/** Of those that have written something, whoever is about to write more. */
const stopWriters = `
  SELECT pg_cancel_backend(pid) FROM pg_stat_activity
   WHERE datname = current_database() AND state = 'active' AND backend_xid IS NOT NULL AND pid <> pg_backend_pid()`;

/** The process of the database that serves a connection. */
export const processOf = (client: pg.ClientBase): number =>
  (client as unknown as { processID: number }).processID;

/** Says to the database who writes in this transaction, and why if it is a correction; a select list. */
const writerSettings = (writer: Writer): Sql => sql`
  set_config('tracker.actor', ${writer.actor}, true), set_config('tracker.correction', ${writer.correction ?? ''}, true),
  set_config('tracker.request', ${writer.request ?? ''}, true), set_config('tracker.import', ${writer.import ?? ''}, true),
  set_config('tracker.program', ${writer.program ?? ''}, true), set_config('lock_timeout', ${`${writer.waits ?? 0}s`}, true)`;

/** The same, said in the middle of the transaction. */
export async function sayWriter(client: Client, writer: Writer): Promise<void> {
  await client.query(sql`SELECT ${writerSettings(writer)}`);
}

const patience = sql`set_config('statement_timeout', ${`${secondsMost}s`}, true)`;

/**
 * For temporary tables that have the same name and other columns each time: a statement that was planned for the last
 * ones would fail on the next.
 */
export const unprepared = (client: Client): Client => ({
  connection: () => client.connection(),
  query: async <R extends Row = Row>({ text, values }: Sql) =>
    (await (await client.connection()).query<R>(text, values)).rows,
});

export class Database {
  readonly pool: pg.Pool;
  /** For streams that last as long as their reader takes: they never take the connections that others wait for. */
  readonly exports: pg.Pool;
  /** For what is done beside a transaction that itself holds a connection: it must not wait for one of those. */
  readonly aside: pg.Pool;
  /** For small reads that many ask at the same time. */
  readonly batcher = new Batcher((statement) => this.query(statement));
  /** How far the history is settled. */
  readonly recorded = new Recorded(this);
  /** For threads, which have connections of their own. */
  readonly url: string;
  /** Where the database has its files on a disk of ours. */
  disk: Disk | undefined;
  /** Where somebody wants to know how often the tables were written. */
  versions: Versions | undefined;
  readonly #names = new Map<string, string>();
  /** The processes of the database that serve the pool. */
  readonly #own = new Set<number>();
  readonly #lostAfter: number;
  readonly #transactionLostAfter: number;
  #watch: DiskWatch | undefined;

  /**
   * `readSeconds` is what a statement may take that only reads, `writeSeconds` what others may: 0 for as long as it takes.
   */
  constructor(url: string, size = 10, readSeconds = 20, writeSeconds = secondsMost) {
    this.url = url;
    this.#lostAfter = answerWithin(readSeconds);
    this.#transactionLostAfter = answerWithin(writeSeconds);
    this.pool = poolOf(url, size, { seconds: readSeconds, lostAfter: this.#transactionLostAfter });
    // A COPY takes as long as its reader, who is watched (copy-out.ts).
    this.exports = poolOf(url, Math.max(2, Math.ceil(size / 3)));
    this.aside = poolOf(url, 2, { lostAfter: answerWithin() });
    this.pool.on('connect', (client) => this.#own.add(processOf(client)));
    this.pool.on('remove', (client) => this.#own.delete(processOf(client)));
  }

  /** Whether the process of the database with that number serves the pool of this one. */
  isOwn(processId: number): boolean {
    return this.#own.has(processId);
  }

  /** Stops writers before the disk of the directory is full. */
  watchDisk(directory: string): void {
    this.disk = new Disk();
    this.#watch = new DiskWatch(this.disk, directory, () => this.aside.query(stopWriters));
  }

  refuseWhenFull(): void {
    this.disk?.refuseWhenFull();
  }

  #prepared(statement: Sql): pg.QueryConfig {
    const text = statement.text;
    let name = this.#names.get(text);
    if (name === undefined && this.#names.size < statementNamesMost) {
      name = createHash('sha256').update(text).digest('base64url').slice(0, 24);
      this.#names.set(text, name);
    }
    return { text, values: statement.values, ...(name === undefined ? {} : { name }) };
  }

  /** `lostAfter`: the milliseconds after which its connection counts as lost. */
  async query<T extends Row = Row>(statement: Sql, lostAfter = this.#lostAfter): Promise<T[]> {
    const bounded: Bounded = { ...this.#prepared(statement), query_timeout: lostAfter };
    return (await this.pool.query<T>(bounded)).rows;
  }

  async transaction<T>(
    work: (transaction: Transaction) => Promise<T>,
    writer?: Writer,
    mode: 'READ WRITE' | 'READ ONLY' = 'READ WRITE',
    isolation: 'READ COMMITTED' | 'REPEATABLE READ' = 'READ COMMITTED',
  ): Promise<T> {
    const isWriting = mode === 'READ WRITE';
    if (isWriting) this.refuseWhenFull();
    const opening = [raw(`BEGIN ISOLATION LEVEL ${isolation} ${mode}`)];
    if (isWriting)
      opening.push(sql`SELECT ${writer ? sql`${patience}, ${writerSettings(writer)}` : patience}`);
    const client = await this.pool.connect();
    const prepared = (statement: Sql): pg.QueryConfig => this.#prepared(statement);
    const transaction = new Transaction(client, {
      opening: opening.map(prepared),
      prepared,
      lostAfter: this.#transactionLostAfter,
      versions: isWriting ? this.versions : undefined,
    });
    let broken: Error | undefined;
    try {
      const result = await work(transaction);
      if (transaction.isOpen) await this.#commit(client, await transaction.written());
      return result;
    } catch (error) {
      if (isSilent(error)) broken = error;
      else if (transaction.isOpen)
        await client.query('ROLLBACK').catch((failure: unknown) => {
          broken = failure as Error;
        });
      throw this.disk?.reasonOf(error) ?? error;
    } finally {
      client.release(broken);
    }
  }

  async #commit(client: pg.ClientBase, written: string[]): Promise<void> {
    const letGo = this.versions?.hold(this.versions.placesOf(written));
    try {
      await client.query('COMMIT');
    } finally {
      letGo?.();
    }
  }

  /** A connection of its own, for whoever listens as long as the process lives; to be connected and ended by the caller. */
  listening(name: string): pg.Client {
    return new pg.Client({ ...connectionTo(this.url), application_name: name });
  }

  async end(): Promise<void> {
    await this.#watch?.end();
    await Promise.all([this.pool.end(), this.exports.end(), this.aside.end()]);
  }
}
