/**
 * Rows of a JSON array. Its elements are found one after another by their brackets and quotes, and each is handed to
 * JSON.parse as it ends; nothing but the element in hand is kept. What breaks the array itself ends the reading, since
 * from there on nobody knows where a row begins.
 */
import type { Resource } from '../../resource/declare.ts';
import { FileError, rowTooLong, tooManyRows } from './file-error.ts';
import { Element } from './json-element.ts';
import { JsonRow } from './json-row.ts';
import { Lines } from './lines.ts';
import type { FileRow, Limits, Place, RowSource } from './row.ts';
import { Window } from './window.ts';

/** What comes next between the elements. */
type Expected = '[' | 'value or ]' | 'value' | ', or ]' | 'nothing';

const wanted: Record<Expected, string> = {
  '[': 'a JSON array: `[`',
  'value or ]': 'a row or `]`',
  value: 'a row (no comma stands before `]`)',
  ', or ]': '`,` or `]`',
  nothing: 'nothing after the end of the array',
};

export class JsonArray implements RowSource {
  readonly ignored: Set<string>;
  #n = 0;
  #expected: Expected = '[';
  /** The element in hand. */
  #element: Element | undefined;
  readonly #lines = new Lines();
  readonly #window = new Window();
  readonly #row: JsonRow;
  readonly #limits: Limits;

  constructor(resource: Resource, limits: Limits) {
    this.#row = new JsonRow(resource);
    this.ignored = this.#row.ignored;
    this.#limits = limits;
  }

  push(chunk: Buffer, rows: FileRow[]): void {
    const window = this.#window;
    window.push(chunk);
    while (window.at < window.end) {
      if (this.#element) {
        const ended = this.#element.read(window, this.#lines);
        if (window.at - window.start > this.#limits.rowBytes)
          throw rowTooLong(this.#element.line, this.#limits.rowBytes);
        if (ended) this.#add(this.#element, rows);
        continue;
      }
      this.#passBlanks();
      if (window.at < window.end) this.#between(window.bytes[window.at] ?? 0);
    }
    if (!this.#element) window.drop(window.end);
  }

  end(): void {
    if (this.#expected === 'nothing') return;
    if (this.#expected === '[')
      throw new FileError('empty-file', 'The file is empty. An array without rows is `[]`.', { line: 1 });
    const begun = this.#element
      ? `in the row that begins in line ${this.#element.line}, column ${this.#element.column}`
      : `after ${this.#n} rows`;
    throw new FileError(
      'unfinished-array',
      `The file ends before the end of the array, ${begun}.`,
      this.#lines.place(),
    );
  }

  place(): Place {
    return this.#lines.place();
  }

  #passBlanks(): void {
    const { bytes, end } = this.#window;
    let { at } = this.#window;
    for (; at < end; at += 1) {
      const byte = bytes[at] ?? 0;
      if (byte !== 32 && byte !== 10 && byte !== 13 && byte !== 9) break;
      this.#lines.pass(byte);
    }
    this.#window.at = at;
  }

  #between(byte: number): void {
    const window = this.#window;
    const character = String.fromCharCode(byte);
    const value = this.#expected.startsWith('value');
    if (character === '[' && this.#expected === '[') this.#expected = 'value or ]';
    else if (character === ']' && (this.#expected === 'value or ]' || this.#expected === ', or ]'))
      this.#expected = 'nothing';
    else if (character === ',' && this.#expected === ', or ]') this.#expected = 'value';
    else if (value && character !== ',' && character !== ']' && character !== '}' && character !== ':') {
      const place = this.#lines.place();
      if (this.#n >= this.#limits.rows) throw tooManyRows(place.line, this.#limits.rows);
      window.drop(window.at);
      this.#element = new Element(place);
      return;
    } else throw this.#refusal();
    this.#lines.pass(byte);
    window.at += 1;
  }

  #add({ line, column }: Element, rows: FileRow[]): void {
    const window = this.#window;
    const pointer = `/${this.#n}`;
    rows.push(this.#row.read(window.text(window.at), { n: (this.#n += 1), line, column, pointer }));
    window.drop(window.at);
    this.#element = undefined;
    this.#expected = ', or ]';
  }

  #refusal(): FileError {
    const { bytes, at, end } = this.#window;
    const code = bytes.toString('utf8', at, Math.min(end, at + 4)).codePointAt(0) ?? 0;
    const found = code < 32 ? 'a control character' : `\`${String.fromCodePoint(code)}\``;
    if (this.#expected === '[' && code === 123)
      return new FileError(
        'wrong-form',
        'The file is an object and not an array of rows. Of a list of this API, send what stands in `data`; rows one a line are application/x-ndjson.',
        this.#lines.place(),
      );
    const where = this.#n === 0 ? '' : ` after ${this.#n} ${this.#n === 1 ? 'row' : 'rows'}`;
    return new FileError(
      'malformed-json',
      `Expected ${wanted[this.#expected]}, found ${found}${where}.`,
      this.#lines.place(),
    );
  }
}
