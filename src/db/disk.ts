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
const stopsFor = 10_000n;

/** With the code that PostgreSQL gives when a file cannot grow. */
class DiskFull extends Error {
  readonly code = '53100';
}

const now = (): bigint => process.hrtime.bigint() / 1_000_000n;

/** What is known of the disk. The threads of a process share it: whoever was stopped can tell why, however busy it is. */
export class Disk {
  readonly shared: SharedArrayBuffer;
  /** Whether it is full, and when writers were last stopped for that, in milliseconds of the clock of the process. */
  readonly #known: BigInt64Array;

  constructor(shared = new SharedArrayBuffer(2 * BigInt64Array.BYTES_PER_ELEMENT)) {
    this.shared = shared;
    this.#known = new BigInt64Array(shared);
  }

  found(isFull: boolean): void {
    if (isFull) Atomics.store(this.#known, 1, now());
    Atomics.store(this.#known, 0, isFull ? 1n : 0n);
  }

  refuseWhenFull(): void {
    if (Atomics.load(this.#known, 0)) throw new DiskFull('less than the reserve is free');
  }

  /** The error of a statement, or what it was stopped for. */
  reasonOf(error: unknown): unknown {
    const stopped = (error as { code?: unknown }).code === '57014';
    const at = Atomics.load(this.#known, 1);
    return stopped && at > 0n && now() - at < stopsFor
      ? new DiskFull('stopped before the disk was full', { cause: error })
      : error;
  }
}

export class DiskWatch {
  readonly #ending = new AbortController();
  readonly #watching: Promise<void>;

  /** `stopWriters` is called again and again while there is too little room. */
  constructor(disk: Disk, directory: string, stopWriters: () => Promise<unknown>) {
    this.#watching = this.#watch(disk, directory, stopWriters);
  }

  async #watch(disk: Disk, directory: string, stopWriters: () => Promise<unknown>): Promise<void> {
    const { signal } = this.#ending;
    while (!signal.aborted) {
      const { bavail, bsize } = await statfs(directory).catch(() => ({ bavail: Infinity, bsize: 1 }));
      const isFull = bavail * bsize < reserveBytes;
      disk.found(isFull);
      if (isFull) await stopWriters().catch(() => undefined);
      await delay(lookEvery, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  async end(): Promise<void> {
    this.#ending.abort();
    await this.#watching;
  }
}
