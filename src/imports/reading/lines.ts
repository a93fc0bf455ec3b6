import type { Place } from './row.ts';

/** Counts lines, and the characters of the last one, in bytes of UTF-8 that pass one by one. */
export class Lines {
  #line = 1;
  #column = 1;
  #afterCr = false;

  pass(byte: number): void {
    if (byte === 10 || byte === 13) {
      if (byte === 13 || !this.#afterCr) this.#line += 1;
      this.#column = 1;
      this.#afterCr = byte === 13;
      return;
    }
    this.#afterCr = false;
    // What continues a character is none of its own.
    if ((byte & 0xc0) !== 0x80) this.#column += 1;
  }

  /** Of the byte that comes next. */
  place(): Place {
    return { line: this.#line, column: this.#column };
  }
}
