/**
 * Where the log goes: standard output, whatever stands behind it. Lines leave together, since to send each by itself takes longer
 * than to make it. What cannot be written now, to a full pipe or disk, is tried again, and nobody waits for it: lines that there
 * is no room for are lost rather than kept without end. (pino's own destination stays in its last flush for ever where nobody
 * takes the lines, or the disk is full.)
 */
import { write, writeSync } from 'node:fs';

const standardOutput = 1;
/** Characters that are sent without waiting for more, and that wait at most. */
const together = 4_096;
const most = 16_777_216;
const laterMs = 100;
/** How long the end of the process waits for somebody who takes nothing. */
const patienceMs = 1_000;
const pauseMs = 5;

/** A full pipe: whoever reads it is slow. */
const isFull = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'EAGAIN';

class LogOutput {
  #lines = '';
  /** What is on its way, or could not go. */
  #leaving = Buffer.alloc(0);
  #isWriting = false;
  #timer: NodeJS.Timeout | undefined;
  #isRefused = false;
  #isEnding = false;
  #settled: (() => void) | undefined;

  write(line: string): void {
    if (this.#leaving.length + this.#lines.length + line.length > most) return;
    this.#lines += line;
    if (this.#leaving.length > 0) return;
    if (this.#lines.length >= together) this.#send();
    else this.#sendLater();
  }

  /** What is on its way is out of reach when the process ends, and may be in the midst of a line: so it is waited for. */
  async end(): Promise<void> {
    this.#isEnding = true;
    if (this.#isWriting) {
      await new Promise<void>((resolve) => {
        this.#settled = resolve;
        setTimeout(resolve, patienceMs);
      });
    }
  }

  #sendLater(): void {
    this.#timer ??= setTimeout(() => {
      this.#send();
    }, laterMs).unref();
  }

  #send(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#isEnding || !this.#take()) return;
    this.#isWriting = true;
    write(standardOutput, this.#leaving, (error, written) => {
      this.#isWriting = false;
      if (error) this.#refused(error);
      else this.#sent(written);
      this.#settled?.();
    });
  }

  /** Whether there is anything left to write. */
  #take(): boolean {
    if (this.#leaving.length === 0) {
      this.#leaving = Buffer.from(this.#lines);
      this.#lines = '';
    }
    return this.#leaving.length > 0;
  }

  #sent(written: number): void {
    this.#leaving = this.#leaving.subarray(written);
    if (this.#leaving.length > 0 || this.#lines.length >= together) this.#send();
    else {
      this.#isRefused = false;
      if (this.#lines.length > 0) this.#sendLater();
    }
  }

  #refused(error: Error): void {
    this.#sendLater();
    if (isFull(error) || this.#isRefused) return;
    // Once, until all that waited has been written.
    this.#isRefused = true;
    console.error(`The log cannot be written, and goes on when it can be: ${error.message}`);
  }

  /** When nothing can be awaited any more. What is on its way even then is written by Node before it ends. */
  finish(): void {
    if (this.#isWriting) this.#leaving = Buffer.alloc(0);
    const pause = new Int32Array(new SharedArrayBuffer(4));
    let since = performance.now();
    while (this.#take())
      try {
        this.#leaving = this.#leaving.subarray(writeSync(standardOutput, this.#leaving));
        since = performance.now();
      } catch (error) {
        if (!isFull(error) || performance.now() - since > patienceMs) return;
        Atomics.wait(pause, 0, 0, pauseMs);
      }
  }
}

/** The one of the process. */
export const logOutput = new LogOutput();
process.once('exit', () => {
  logOutput.finish();
});
