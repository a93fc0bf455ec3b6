/** The one pool that everything shares, and the few ways in which it is used. */
import { createHash } from 'node:crypto';
import pg from 'pg';
import type { Sql } from 'sql-template-tag';
import { Disk, DiskWatch } from './disk.ts';
import { Recorded } from './recorded.ts';
import { Together } from './together.ts';
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
  pg: pg.ClientBase;
}

/** With the milliseconds after which its connection counts as lost. */
export type Bounded = pg.QueryConfig & { query_timeout: number };

const sessionOptions = [
  'jit=off',
  'TimeZone=UTC',
  'DateStyle=ISO',
  'idle_in_transaction_session_timeout=120s',
  // Measured: halves the server's work for statements with LIMIT $n and = ANY ($1).
  'plan_cache_mode=force_generic_plan',
];

/**
 * Statements get a name, and with it a plan that is kept, only for so many different texts: a client can make up
 * combinations of filters without end, and each named statement takes memory in every connection.
 */
const statementNamesMost = 300;

/** How long a statement may take, in seconds, unless it only reads. */
const secondsMost = 60;
/** So much later than the database itself would have ended the statement, nothing more is to come by that connection. */
const graceSeconds = 5;

/** For a statement that may take so long: the milliseconds after which its connection counts as lost; 0 for never. */
export const answerWithin = (seconds = secondsMost): number =>
  seconds === 0 ? 0 : (seconds + graceSeconds) * 1000;

const connectionTo = (url: string, seconds = secondsMost): pg.ClientConfig => ({
  connectionString: url,
  connectionTimeoutMillis: 5_000,
  // For what waits without a bound of its own: the system notices that the other side is gone.
  keepAlive: true,
  keepAliveInitialDelayMillis: 10_000,
  options: [...sessionOptions, `statement_timeout=${seconds * 1000}`]
    .map((option) => `-c ${option}`)
    .join(' '),
  application_name: 'tracker',
});

function poolOf(
  url: string,
  max: number,
  { seconds, lostAfter = 0 }: { seconds?: number; lostAfter?: number } = {},
): pg.Pool {
  const pool = new pg.Pool({ ...connectionTo(url, seconds), max, query_timeout: lostAfter });
  // A connection that breaks is replaced, and whoever uses it is told by the next query. Without a listener it would end
  // the process: while idle by way of the pool, in a transaction by its own.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => {
    client.on('error', () => undefined);
  });
  return pool;
}

/** Of those that have written something, whoever is about to write more. */
const stopWriters = `
  SELECT pg_cancel_backend(pid) FROM pg_stat_activity
   WHERE datname = current_database() AND state = 'active' AND backend_xid IS NOT NULL AND pid <> pg_backend_pid()`;

/** The tables that this transaction wrote. */
const written = {
  name: 'written',
  text: `SELECT coalesce(array_agg(DISTINCT holder), '{}') AS holders FROM history.changes WHERE tx = history.own_number()`,
};

/** The process of the database that serves a connection. */
export const processOf = (client: pg.ClientBase): number =>
  (client as unknown as { processID: number }).processID;

/** Says to the database who writes in this transaction, and why if it is a correction. */
export async function sayWriter(client: pg.ClientBase, writer: Writer): Promise<void> {
  await client.query({
    name: 'writer',
    text: `SELECT set_config('tracker.actor', $1, true), set_config('tracker.correction', $2, true),
                  set_config('tracker.request', $3, true), set_config('tracker.import', $4, true),
                  set_config('tracker.program', $5, true), set_config('lock_timeout', $6, true)`,
    values: [
      writer.actor,
      writer.correction ?? '',
      writer.request ?? '',
      writer.import ?? '',
      writer.program ?? '',
      `${writer.waits ?? 0}s`,
    ],
  });
}

/**
 * For temporary tables that have the same name and other columns each time: a statement that was planned for the last
 * ones would fail on the next.
 */
export const unprepared = ({ pg: connection }: Client): Client => ({
  pg: connection,
  query: async <R extends Row = Row>(statement: Sql) =>
    (await connection.query<R>(statement.text, statement.values)).rows,
});

export class Database {
  readonly pool: pg.Pool;
  /** For streams that last as long as their reader takes: they never take the connections that others wait for. */
  readonly exports: pg.Pool;
  /** For what is done beside a transaction that itself holds a connection: it must not wait for one of those. */
  readonly aside: pg.Pool;
  /** For small reads that many ask at the same time. */
  readonly together = new Together((statement) => this.query(statement));
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
  #watch: DiskWatch | undefined;

  /**
   * `readSeconds` is what a statement may take that only reads, `writeSeconds` what others may: 0 for as long as it takes.
   */
  constructor(url: string, size = 10, readSeconds = 20, writeSeconds = secondsMost) {
    this.url = url;
    this.#lostAfter = answerWithin(readSeconds);
    this.pool = poolOf(url, size, { seconds: readSeconds, lostAfter: answerWithin(writeSeconds) });
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
    work: (client: Client) => Promise<T>,
    writer?: Writer,
    mode = 'READ WRITE',
    isolation = 'READ COMMITTED',
  ): Promise<T> {
    if (mode === 'READ WRITE') this.refuseWhenFull();
    const client = await this.pool.connect();
    let broken: Error | undefined;
    try {
      const patience = mode === 'READ WRITE' ? `; SET LOCAL statement_timeout = '${secondsMost}s'` : '';
      await client.query(`BEGIN ISOLATION LEVEL ${isolation} ${mode}${patience}`);
      if (writer) await sayWriter(client, writer);
      const result = await work({
        pg: client,
        query: async <R extends Row = Row>(statement: Sql) =>
          (await client.query<R>(this.#prepared(statement))).rows,
      });
      await this.#commit(client, mode);
      return result;
    } catch (error) {
      if (isSilent(error)) broken = error;
      else
        await client.query('ROLLBACK').catch((failure: unknown) => {
          broken = failure as Error;
        });
      throw this.disk?.reasonOf(error) ?? error;
    } finally {
      client.release(broken);
    }
  }

  async #commit(client: pg.ClientBase, mode: string): Promise<void> {
    const { versions } = this;
    if (!versions || mode !== 'READ WRITE') {
      await client.query('COMMIT');
      return;
    }
    const { rows } = await client.query<{ holders: string[] }>(written);
    const letGo = versions.hold(versions.placesOf(rows[0]?.holders ?? []));
    try {
      await client.query('COMMIT');
    } finally {
      letGo();
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
