/**
 * Ctrl-C. It ends what is going on, or first does what was agreed on instead (asking the server to cancel); the second
 * one always ends.
 */

/** npx passes a Ctrl-C on to a program that the terminal has told already: both are one. */
const sameKeyPress = 500;

export class Interrupt {
  readonly #ending = new AbortController();
  #instead: (() => void) | undefined;
  #last = -Infinity;

  /** Aborted once the program is to end. */
  readonly signal = this.#ending.signal;

  constructor() {
    for (const name of ['SIGINT', 'SIGTERM'] as const)
      process.on(name, () => {
        this.#heard(name);
      });
  }

  /** What the first Ctrl-C does while the work is on, instead of ending it. */
  async instead<T>(action: () => void, work: () => Promise<T>): Promise<T> {
    this.#instead = action;
    try {
      return await work();
    } finally {
      this.#instead = undefined;
    }
  }

  #heard(name: 'SIGINT' | 'SIGTERM'): void {
    const now = performance.now();
    if (name === 'SIGINT' && now - this.#last < sameKeyPress) return;
    this.#last = now;
    const action = name === 'SIGINT' ? this.#instead : undefined;
    this.#instead = undefined;
    if (action) action();
    else this.#ending.abort();
  }
}
