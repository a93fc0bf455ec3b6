/**
 * Rows that COPY gives as text, on their way to a reader as Parquet. They are gathered into groups of bounded size, so
 * that memory does not grow with the list but by what is noted of each group for the end of the file. Where a group ends
 * is decided by the rows alone: the same rows are the same bytes.
 */
import { pipeline, Transform, type Readable, type TransformCallback } from 'node:stream';
import type { SchemaElement } from 'hyparquet-writer';
import { ParquetFile } from './parquet-file.ts';

export interface ParquetColumn {
  name: string;
  /** The column and what is nested in it, in the order of the file's schema. */
  schema: SchemaElement[];
  /** From what COPY gives, which is never null here, to what the writer takes. */
  read: (text: string) => unknown;
}

// The first is smaller, so that something comes soon.
const firstRows = 1_000;
const groupRows = 5_000;
const groupCharacters = 4_194_304;
/** Values of a column that are made once for a group, however many rows have them. */
const sameMost = 1_000;

/** How COPY writes what would end a cell or a row. */
const escapes: Record<string, string> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };
const unescaped = (cell: string): string =>
  cell.includes('\\') ? cell.replace(/\\(.)/gs, (_, letter: string) => escapes[letter] ?? letter) : cell;

class ParquetRows extends Transform {
  readonly #columns: ParquetColumn[];
  readonly #file: ParquetFile;
  #cells: unknown[][];
  #same: Map<string, unknown>[];
  #most = firstRows;
  #characters = 0;
  #begun: Buffer = Buffer.alloc(0);

  constructor(columns: ParquetColumn[]) {
    super();
    this.#columns = columns;
    this.#cells = columns.map(() => []);
    this.#same = columns.map(() => new Map<string, unknown>());
    this.#file = new ParquetFile(columns, (bytes) => this.push(bytes));
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#takeLines(chunk).then(() => {
      done();
    }, done);
  }

  override _flush(done: TransformCallback): void {
    this.#endGroup().then(() => {
      this.#file.finish();
      done();
    }, done);
  }

  async #takeLines(chunk: Buffer): Promise<void> {
    const bytes = this.#begun.length === 0 ? chunk : Buffer.concat([this.#begun, chunk]);
    let start = 0;
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
      // Each line a text of its own: the least and the greatest value of each group are kept to the end of the file,
      // and a part of a larger text would keep all of that.
      this.#take(bytes.toString('utf8', start, end));
      start = end + 1;
      if (this.#rows >= this.#most || this.#characters >= groupCharacters) await this.#endGroup();
    }
    this.#begun = bytes.subarray(start);
  }

  #take(line: string): void {
    const texts = line.split('\t');
    for (const [i, cells] of this.#cells.entries()) cells.push(this.#valueOf(i, texts[i] ?? ''));
    this.#characters += line.length;
  }

  #valueOf(column: number, cell: string): unknown {
    if (cell === '\\N') return null;
    const same = this.#same[column];
    let value = same?.get(cell);
    if (value === undefined) {
      value = this.#columns[column]?.read(unescaped(cell));
      if (same && same.size < sameMost) same.set(cell, value);
    }
    return value;
  }

  get #rows(): number {
    return this.#cells[0]?.length ?? 0;
  }

  async #endGroup(): Promise<void> {
    if (this.#rows === 0) return;
    await this.#file.writeGroup(this.#cells, this.#rows);
    this.#cells = this.#columns.map(() => []);
    this.#same = this.#columns.map(() => new Map<string, unknown>());
    this.#most = groupRows;
    this.#characters = 0;
  }
}

/** A pipeline, so that a reader who hangs up ends the COPY as well. */
export const inParquet = (rows: Readable, columns: ParquetColumn[]): Readable =>
  pipeline(rows, new ParquetRows(columns), () => undefined);
