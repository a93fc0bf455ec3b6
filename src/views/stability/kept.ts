/** What was asked for last, up to so many: who has not been asked for longest goes first. */
const most = 100;

export class Kept<Value> {
  readonly #values = new Map<string, Value>();

  get(key: string): Value | undefined {
    const value = this.#values.get(key);
    if (value !== undefined) this.set(key, value);
    return value;
  }

  set(key: string, value: Value): void {
    this.#values.delete(key);
    this.#values.set(key, value);
    for (const oldest of this.#values.keys()) {
      if (this.#values.size <= most) return;
      this.#values.delete(oldest);
    }
  }
}
