/**
 * Large imports are carried out in a thread, so that others are answered meanwhile. It begins with the first and ends
 * when none has come for a while, and its memory with it. Where it dies, the try has failed.
 */
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { Database } from '../../db/database.ts';
import type { Versions } from '../../db/versions.ts';
import type { Telemetry } from '../../telemetry/settings.ts';
import { threadEntry } from '../../kernel/thread.ts';
import { forgetFileOf } from '../file.ts';
import { recordEnd } from '../store.ts';
import type { Outcome, Task } from './queue.ts';
import type { Given, Told } from './worker.ts';

const idleMost = 10_000;
/** How long its end is waited for, where it has something to send off. */
const endMost = 4_000;
/** Measured: half the memory. What lives for a row is collected often, and sooner with a limit than without. */
const resourceLimits = { maxYoungGenerationSizeMb: 8, maxOldGenerationSizeMb: 1024 };

export class Aside {
  readonly #given: Given;
  readonly #versions: Versions | undefined;
  #thread: Worker | undefined;
  #idle: NodeJS.Timeout | undefined;
  #job: { resolve: (outcome: Outcome) => void; reject: (reason: unknown) => void } | undefined;

  constructor({ url, disk, versions }: Database, fileBytes: number, telemetry: Telemetry | undefined) {
    this.#versions = versions;
    const shared = versions && { tables: versions.tables, numbers: versions.shared };
    this.#given = { url, disk: disk?.shared, fileBytes, versions: shared, telemetry };
  }

  /** One at a time. */
  async work({ id, signal }: Task): Promise<Outcome> {
    signal.throwIfAborted();
    clearTimeout(this.#idle);
    const thread = (this.#thread ??= this.#open());
    const tell = (told: Told): void => {
      thread.postMessage(told);
    };
    const stop = (): void => {
      tell('stop');
    };
    signal.addEventListener('abort', stop);
    try {
      return await new Promise<Outcome>((resolve, reject) => {
        this.#job = { resolve, reject };
        tell({ id });
      });
    } finally {
      signal.removeEventListener('abort', stop);
      this.#idle = setTimeout(() => void this.end(), idleMost);
    }
  }

  #open(): Worker {
    const thread = new Worker(threadEntry('imports/jobs/worker.ts'), {
      workerData: this.#given,
      resourceLimits,
    });
    const gone = (reason: unknown): void => {
      if (this.#thread !== thread) return;
      this.#thread = undefined;
      this.#versions?.forgetThread();
      this.#job?.reject(reason);
    };
    thread.on('message', (outcome: Outcome) => {
      this.#job?.resolve(outcome);
    });
    thread.on('error', gone);
    thread.on('exit', () => {
      gone(new Error('the thread of imports ended'));
    });
    return thread;
  }

  async end(): Promise<void> {
    clearTimeout(this.#idle);
    const thread = this.#thread;
    this.#thread = undefined;
    if (thread && this.#given.telemetry) {
      thread.postMessage('end' satisfies Told);
      // Its spans leave first, in a limited time.
      await Promise.race([once(thread, 'exit'), delay(endMost, undefined, { ref: false })]);
    }
    await thread?.terminate();
    this.#versions?.forgetThread();
  }
}

/** After the last try. */
export async function giveUp(db: Database, id: string): Promise<void> {
  const detail = 'It failed on our side several times: send the file again under a new Idempotency-Key';
  await recordEnd(db, id, 'failed', [{ code: 'internal-error', detail }]);
  await forgetFileOf(db, id);
}
