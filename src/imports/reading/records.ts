/**
 * Cuts text into lines, or into the records of a CSV, where a quoted cell may hold line breaks. LF, CRLF and CR all
 * end a line. Blank lines are passed over. No byte is looked at twice however the text arrives, and no more is kept
 * than one record: what is longer than it may be ends the reading.
 *
 * Why not csv-parse, which the tests hold this against: for the cells alone it takes about twice as long as reading
 * takes here in all, counts a CRLF inside a cell as two lines, has no bound for a record of endless commas, and lets a
 * quote that is misplaced either end the file or pass in silence.
 */
import { FileError, rowTooLong } from './file-error.ts';
import { placeIn, type Place } from './row.ts';
import { Window } from './window.ts';

const lf = 10;
const cr = 13;
const quote = 34;
const comma = 44;

export class Records {
  /** Of the record given last. */
  line = 1;
  /** Blanks before it in its line. */
  indent = 0;
  /** Where the text in hand begins. */
  #line = 1;
  #afterCr = false;
  #quoted = false;
  #openedAt = 0;
  readonly #window = new Window();
  readonly #rowBytes: number;
  readonly #csv: boolean;

  constructor(rowBytes: number, csv: boolean) {
    this.#rowBytes = rowBytes;
    this.#csv = csv;
  }

  push(chunk: Buffer): void {
    this.#window.push(chunk);
  }

  /** The next record; undefined if its end has not come yet, or if there is none left. */
  next(final: boolean): string | undefined {
    const window = this.#window;
    if (window.at === window.start) this.#passBlanks();
    const end = this.#endOf(final);
    const length = (end ?? window.end) - window.start;
    if (length > this.#rowBytes) throw this.#tooLong();
    if (end === undefined && final && this.#quoted)
      throw new FileError(
        'unclosed-quote',
        'A quote opens here and is never closed. A quote inside a cell is written twice.',
        this.#opened(),
      );
    if (end === undefined && !(final && length > 0)) return undefined;
    const text = window.text(end ?? window.end);
    this.line = this.#line;
    if (this.#csv && text.includes('"')) this.#line += (text.match(/\r\n|\r|\n/g) ?? []).length;
    window.drop(end ?? window.end);
    return text;
  }

  /** Of the byte that comes next. */
  place(): Place {
    const text = this.#window.text(this.#window.end);
    return placeIn(text, text.length, { line: this.#line, column: this.indent + 1 });
  }

  /** One go for a whole run of them: a file may be nothing but line breaks. */
  #passBlanks(): void {
    const { bytes, end } = this.#window;
    let at = this.#window.start;
    for (; at < end; at += 1) {
      const byte = bytes[at];
      if (byte === lf || byte === cr) {
        if (byte === cr || !this.#afterCr) this.#line += 1;
        this.#afterCr = byte === cr;
        this.indent = 0;
      } else if (!this.#csv && (byte === 32 || byte === 9)) {
        this.#afterCr = false;
        this.indent += 1;
      } else break;
    }
    if (at < end) this.#afterCr = false;
    this.#window.drop(at);
  }

  /** Where the record ends, looked for from where the last look ended. */
  #endOf(final: boolean): number | undefined {
    const window = this.#window;
    for (;;) {
      if (this.#quoted) {
        const close = window.find(quote);
        if (close === -1 || (close + 1 === window.end && !final)) {
          window.at = close === -1 ? window.end : close;
          return undefined;
        }
        const doubled = close + 1 < window.end && window.bytes[close + 1] === quote;
        this.#quoted = doubled;
        window.at = close + (doubled ? 2 : 1);
        continue;
      }
      const end = first(window.find(lf), window.find(cr));
      const open = this.#csv ? window.find(quote) : -1;
      if (open === -1 || (end !== -1 && end < open)) {
        window.at = end === -1 ? window.end : end;
        return end === -1 ? undefined : end;
      }
      // A quote opens a cell only at its beginning; elsewhere it is a character like any other.
      if (open === window.start || window.bytes[open - 1] === comma) {
        this.#quoted = true;
        this.#openedAt = open - window.start;
      }
      window.at = open + 1;
    }
  }

  #opened(): Place {
    const { bytes, start } = this.#window;
    const before = bytes.subarray(start, start + this.#openedAt).toString();
    return placeIn(before, before.length, { line: this.#line, column: 1 });
  }

  #tooLong(): FileError {
    const { line, column } = this.#opened();
    const more = this.#quoted
      ? `: the quote that opens in line ${line}, column ${column} is not closed by then`
      : '';
    return rowTooLong(this.#line, this.#rowBytes, more);
  }
}

const first = (a: number, b: number): number => (a === -1 ? b : b === -1 ? a : Math.min(a, b));
