/**
 * Room on the disk of the embedded PostgreSQL. Where it cannot write its log it ends, and every reader with it; so
 * whoever writes is stopped while there is still room for that.
 */
import { statfs } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

/** Some segments of the log, 16 MB each, and what a set of rows writes until it is stopped. */
export const reserveBytes = 64 * 2 ** 20;
const lookEvery = 100;
/** A statement that ends within this time of having been stopped may well have been. */
const stopsFor = 10_000;

/** With the code that PostgreSQL gives when a file cannot grow. */
class DiskFull extends Error {
  readonly code = '53100';
}

export class Disk {
  #isFull = false;
  #stoppedAt = -Infinity;
  readonly #ending = new AbortController();
  readonly #watching: Promise<void>;

  /** `stopWriters` is called again and again while there is too little room. */
  constructor(directory: string, stopWriters: () => Promise<unknown>) {
    this.#watching = this.#watch(directory, stopWriters);
  }

  async #watch(directory: string, stopWriters: () => Promise<unknown>): Promise<void> {
    const { signal } = this.#ending;
    while (!signal.aborted) {
      const { bavail, bsize } = await statfs(directory).catch(() => ({ bavail: Infinity, bsize: 1 }));
      this.#isFull = bavail * bsize < reserveBytes;
      if (this.#isFull) {
        this.#stoppedAt = performance.now();
        await stopWriters().catch(() => undefined);
      }
      await delay(lookEvery, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  refuseWhenFull(): void {
    if (this.#isFull) throw new DiskFull('less than the reserve is free');
  }

  /** The error of a statement, or what it was stopped for. */
  reasonOf(error: unknown): unknown {
    const stopped = (error as { code?: unknown }).code === '57014';
    return stopped && performance.now() - this.#stoppedAt < stopsFor
      ? new DiskFull('stopped before the disk was full', { cause: error })
      : error;
  }

  async end(): Promise<void> {
    this.#ending.abort();
    await this.#watching;
  }
}
