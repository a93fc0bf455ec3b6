/**
 * The queue of large imports: pg-boss, in the database that has the imports, so that an import is queued in the
 * transaction that records it. Started when the server is, or by the first import that needs it.
 */
import { setTimeout as delay } from 'node:timers/promises';
import PgBoss from 'pg-boss';
import sql from 'sql-template-tag';
import type { Client, Database } from '../../db/database.ts';

const queue = 'imports';
/** An import whose server died is given to another after this time, or when its own starts again. */
const expireInSeconds = 3600;
const retries = 3;
const lookEvery = 50;

export interface Task {
  id: string;
  /** Whether it is not tried again if this fails. */
  last: boolean;
  /** The server stops, and the task is for the next one. */
  signal: AbortSignal;
}

export class Queue {
  readonly #db: Database;
  readonly #run: (task: Task) => Promise<void>;
  readonly #ending = new AbortController();
  #running: Promise<void> | undefined;
  #started: Promise<{ boss: PgBoss; worker: string }> | undefined;

  constructor(db: Database, run: (task: Task) => Promise<void>) {
    this.#db = db;
    this.#run = run;
  }

  start(): Promise<{ boss: PgBoss; worker: string }> {
    this.#started ??= this.#start().catch((error: unknown) => {
      this.#started = undefined;
      throw error;
    });
    return this.#started;
  }

  async #start(): Promise<{ boss: PgBoss; worker: string }> {
    const executeSql = (text: string, values: unknown[]): Promise<{ rows: unknown[] }> =>
      this.#db.aside.query(text, values);
    const boss = new PgBoss({ db: { executeSql }, schedule: false });
    // What it meets between jobs it tries again; jobs tell their own faults.
    boss.on('error', () => undefined);
    await boss.start();
    await boss.createQueue(queue, { name: queue, retryLimit: retries, retryDelay: 2, expireInSeconds });
    await this.#resume(boss);
    const worker = await boss.work<{ import: string }>(
      queue,
      { includeMetadata: true, batchSize: 1, pollingIntervalSeconds: 2 },
      async (jobs) => {
        for (const { data, retryCount } of jobs) {
          const running = this.#run({
            id: data.import,
            last: retryCount >= retries,
            signal: this.#ending.signal,
          });
          this.#running = running.catch(() => undefined);
          await running;
        }
      },
    );
    return { boss, worker };
  }

  /** What was left by a server that died. That an import is in the queue twice does no harm: it is claimed once. */
  async #resume(boss: PgBoss): Promise<void> {
    const left = await this.#db.query<{ id: string }>(
      sql`SELECT id::text AS id FROM imports WHERE status IN ('queued', 'running') ORDER BY id`,
    );
    for (const { id } of left) await boss.send(queue, { import: id });
  }

  /** Queued with what the transaction of the client writes, or not at all. */
  async send(client: Client, id: string): Promise<void> {
    const { boss } = await this.start();
    const executeSql = (text: string, values: unknown[]): Promise<{ rows: unknown[] }> =>
      client.pg.query(text, values);
    await boss.send(queue, { import: id }, { db: { executeSql } });
  }

  /** Once the transaction has ended: no need to wait until the queue is looked at. */
  wake(): void {
    void this.start().then(
      ({ boss, worker }) => {
        boss.notifyWorker(worker);
      },
      () => undefined,
    );
  }

  /** Whether the import has ended within so many seconds, on whatever server. */
  async ended(id: string, seconds: number): Promise<boolean> {
    const until = performance.now() + seconds * 1000;
    for (;;) {
      const [row] = await this.#db.query<{ ended: boolean }>(
        sql`SELECT status NOT IN ('queued', 'running') AS ended FROM imports WHERE id = ${id}::uuid`,
      );
      if (row?.ended !== false) return row !== undefined;
      if (this.#ending.signal.aborted || performance.now() >= until) return false;
      await this.moment(lookEvery);
    }
  }

  /** A pause that is over when the server ends. */
  async moment(milliseconds: number): Promise<void> {
    await delay(milliseconds, undefined, { signal: this.#ending.signal }).catch(() => undefined);
  }

  get isEnding(): boolean {
    return this.#ending.signal.aborted;
  }

  async stop(): Promise<void> {
    this.#ending.abort();
    const started = await this.#started?.catch(() => undefined);
    await this.#running;
    await started?.boss.stop({ graceful: false });
  }
}
