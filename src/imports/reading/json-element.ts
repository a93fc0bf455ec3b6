/** Where one element of a JSON array ends, looked for in bytes that arrive piece by piece. */
import { FileError } from './file-error.ts';
import type { Lines } from './lines.ts';
import type { Place } from './row.ts';
import type { Window } from './window.ts';

const quote = 34;
const backslash = 92;

/** Up to where it is known which bracket is open; deeper than a row may nest anyway. */
const bracketsMost = 64;

export class Element {
  readonly line: number;
  readonly column: number;
  #depth = 0;
  /** The brackets that close what is open. */
  readonly #closing = new Uint8Array(bracketsMost);
  #quoted = false;
  #escaped = false;
  #quotedFrom = { line: 0, column: 0 };
  /** A number or a word, which ends where something else begins. */
  #bare = false;

  constructor({ line, column }: Place) {
    this.line = line;
    this.column = column;
  }

  /** Moves `window.at` on: to the byte after the element and true, or to the end of what there is. */
  read(window: Window, lines: Lines): boolean {
    const { bytes, end } = window;
    for (let at = window.at; at < end; at += 1) {
      const byte = bytes[at] ?? 0;
      const ended = this.#quoted ? this.#inText(byte, lines) : this.#inValue(byte, lines);
      if (ended === 'before') {
        window.at = at;
        return true;
      }
      lines.pass(byte);
      if (ended) {
        window.at = at + 1;
        return true;
      }
    }
    window.at = end;
    return false;
  }

  #inText(byte: number, lines: Lines): boolean {
    if (this.#escaped) this.#escaped = false;
    else if (byte === backslash) this.#escaped = true;
    else if (byte === quote) {
      this.#quoted = false;
      return this.#depth === 0;
    }
    if (byte === 10 || byte === 13) {
      const { line, column } = this.#quotedFrom;
      throw new FileError(
        'malformed-json',
        `A text opens in line ${line}, column ${column} and does not close in its line. A line break inside a text is written \\n.`,
        lines.place(),
      );
    }
    return false;
  }

  #inValue(byte: number, lines: Lines): boolean | 'before' {
    if (this.#bare) {
      if (byte === 44 || byte === 93 || byte === 32 || (byte >= 9 && byte <= 13)) return 'before';
      return false;
    }
    if (byte === quote) {
      this.#quoted = true;
      this.#quotedFrom = lines.place();
    } else if (byte === 123 || byte === 91) {
      // { and } are two apart in ASCII, and so are [ and ].
      if (this.#depth < bracketsMost) this.#closing[this.#depth] = byte + 2;
      this.#depth += 1;
    } else if (byte === 125 || byte === 93) {
      this.#depth -= 1;
      const wanted = this.#depth < bracketsMost ? this.#closing[this.#depth] : byte;
      if (wanted !== byte)
        throw new FileError(
          'malformed-json',
          `Expected \`${String.fromCharCode(wanted ?? 0)}\`, found \`${String.fromCharCode(byte)}\`, in the row that begins in line ${this.line}, column ${this.column}.`,
          lines.place(),
        );
      return this.#depth === 0;
    } else if (this.#depth === 0) this.#bare = true;
    return false;
  }
}
