/** The bytes between what has been read and what has arrived. */
export class Window {
  bytes: Buffer = Buffer.allocUnsafe(128 * 1024);
  start = 0;
  end = 0;
  /** Up to where it has been looked through. */
  at = 0;
  #view = this.bytes.subarray(0, 0);
  /** Where a byte stands next, as far as that is known; good until something arrives. */
  #next = new Map<number, number>();

  push(chunk: Buffer): void {
    if (this.end + chunk.length > this.bytes.length) this.#makeRoom(chunk.length);
    chunk.copy(this.bytes, this.end);
    this.end += chunk.length;
    this.#view = this.bytes.subarray(0, this.end);
    this.#next.clear();
  }

  /** The first such byte from `at` on, or -1. */
  find(byte: number): number {
    const known = this.#next.get(byte);
    if (known !== undefined && (known === -1 || known >= this.at)) return known;
    const found = this.#view.indexOf(byte, this.at);
    this.#next.set(byte, found);
    return found;
  }

  text(end: number): string {
    return this.#view.toString('utf8', this.start, end);
  }

  drop(upTo: number): void {
    this.start = upTo;
    this.at = upTo;
  }

  #makeRoom(bytes: number): void {
    const kept = this.end - this.start;
    // Twice what is kept, so that bytes are not moved again and again as a long row grows.
    if ((kept + bytes) * 2 > this.bytes.length) {
      const larger = Buffer.allocUnsafe((kept + bytes) * 2);
      this.bytes.copy(larger, 0, this.start, this.end);
      this.bytes = larger;
    } else this.bytes.copyWithin(0, this.start, this.end);
    this.at -= this.start;
    this.start = 0;
    this.end = kept;
  }
}
