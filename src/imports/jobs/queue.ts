/**
 * The queue of large imports: pg-boss, in the database that has the imports, so that an import is queued in the
 * transaction that records it. Started when the server is, or by the first import that needs it.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type PgBoss from 'pg-boss';
import sql from 'sql-template-tag';
import type { Client, Database } from '../../db/database.ts';
import { Tally, type Ended } from '../tally.ts';

const queue = 'imports';
/** As the migration queue says it, and that what a dead server left is taken up after an hour, if nobody has before. */
const retries = 3;
/** How often the queue is looked at where nobody says that there is something. */
const fetchEvery = 2_000;
/** How often it is looked for imports whose server has died while others stayed. */
const adoptEvery = 30_000;
/** After how many seconds an import is looked at again that somebody else still works on. */
const againAfter = 2;
const lookEvery = 50;
/** Whoever works on an import says so twice a second. */
const abandoned = `i.status = 'running' AND p.updated_at < clock_timestamp() - interval '30 seconds'`;

export interface Task {
  id: string;
  /** Whether it is not tried again if this fails. */
  last: boolean;
  /** The server stops, and the task is for the next one. */
  signal: AbortSignal;
}

/** `taken` where somebody else works on it, who may yet fail; `done` where somebody else has done it. */
export type Outcome = Ended | 'done' | 'taken';

export class Queue {
  /** Of all imports, also of those that were carried out at once. */
  readonly tally = new Tally();
  readonly #db: Database;
  readonly #run: (task: Task) => Promise<Outcome>;
  readonly #ending = new AbortController();
  #working: Promise<void> | undefined;
  #started: Promise<PgBoss> | undefined;
  #woken = new AbortController();

  constructor(db: Database, run: (task: Task) => Promise<Outcome>) {
    this.#db = db;
    this.#run = run;
  }

  start(): Promise<PgBoss> {
    this.#started ??= this.#start().catch((error: unknown) => {
      this.#started = undefined;
      throw error;
    });
    return this.#started;
  }

  async #start(): Promise<PgBoss> {
    const executeSql = (text: string, values: unknown[]): Promise<{ rows: unknown[] }> =>
      this.#db.aside.query(text, values);
    // Not needed to answer anybody, so nobody waits for it at start. Its tables and the queue are made by a migration.
    const { default: Boss } = await import('pg-boss');
    const boss = new Boss({ db: { executeSql }, schedule: false, migrate: false });
    // What it meets between jobs it tries again; jobs tell their own faults.
    boss.on('error', () => undefined);
    await boss.start();
    await this.#adopt(boss, `i.status IN ('queued', 'running')`);
    this.#working = this.#work(boss);
    return boss;
  }

  /** What was left by a server that died. That an import is in the queue twice does no harm: it is claimed once. */
  async #adopt(boss: PgBoss, left: string): Promise<void> {
    // Beside the pool: whoever waits for the start may hold the last connection of it.
    const { rows } = await this.#db.aside.query<{ id: string }>(
      `SELECT i.id::text AS id FROM imports i JOIN import_progress p ON p.import = i.id WHERE ${left} ORDER BY i.id`,
    );
    for (const { id } of rows) await boss.send(queue, { import: id });
  }

  /** One after the other. pg-boss has such a loop too, which loses its process when the database is gone at the end of a job. */
  async #work(boss: PgBoss): Promise<void> {
    let looked = performance.now();
    while (!this.isEnding) {
      this.#woken = new AbortController();
      const [job] = await boss.fetch<{ import: string }>(queue, { includeMetadata: true }).catch(() => []);
      // If the database cannot be told, it gives the job again after its time, and then there is nothing to do.
      if (job) await this.#carryOut(boss, job).catch(() => undefined);
      else if (performance.now() - looked > adoptEvery) {
        looked = performance.now();
        await this.#adopt(boss, abandoned).catch(() => undefined);
      } else await this.#pause(fetchEvery, this.#woken.signal);
    }
  }

  async #carryOut(boss: PgBoss, job: PgBoss.JobWithMetadata<{ import: string }>): Promise<void> {
    const task = { id: job.data.import, last: job.retryCount >= retries, signal: this.#ending.signal };
    try {
      const outcome = await this.#run(task);
      if (outcome === 'taken') await boss.sendAfter(queue, job.data, {}, againAfter);
      else if (outcome !== 'done') this.tally.note(outcome);
    } catch (error) {
      await boss.fail(queue, job.id, { message: (error as Error).message });
      return;
    }
    await boss.complete(queue, job.id);
  }

  /** Queued with what the transaction of the client writes, or not at all. */
  async send(client: Client, id: string): Promise<void> {
    const boss = await this.start();
    const executeSql = async (text: string, values: unknown[]): Promise<{ rows: unknown[] }> =>
      (await client.connection()).query(text, values);
    await boss.send(queue, { import: id }, { db: { executeSql } });
  }

  /** Once the transaction has ended: no need to wait until the queue is looked at. */
  wake(): void {
    this.#woken.abort();
    this.start().catch(() => undefined);
  }

  /** Whether the import has ended within so many seconds, on whatever server. */
  async ended(id: string, seconds: number): Promise<boolean> {
    const until = performance.now() + seconds * 1000;
    for (;;) {
      const [row] = await this.#db.query<{ ended: boolean }>(
        sql`SELECT status NOT IN ('queued', 'running') AS ended FROM imports WHERE id = ${id}::uuid`,
      );
      if (row?.ended !== false) return row !== undefined;
      if (this.isEnding || performance.now() >= until) return false;
      await this.moment(lookEvery);
    }
  }

  /** A pause that is over when the server ends. */
  moment(milliseconds: number): Promise<void> {
    return this.#pause(milliseconds);
  }

  async #pause(milliseconds: number, ...over: AbortSignal[]): Promise<void> {
    const signal = AbortSignal.any([this.#ending.signal, ...over]);
    await delay(milliseconds, undefined, { signal }).catch(() => undefined);
  }

  get isEnding(): boolean {
    return this.#ending.signal.aborted;
  }

  async stop(): Promise<void> {
    this.#ending.abort();
    const boss = await this.#started?.catch(() => undefined);
    await this.#working;
    await boss?.stop({ graceful: false });
  }
}
