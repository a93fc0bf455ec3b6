/**
 * Rows of CSV: cells become the values of the API's JSON by the fields that the header names. The column of a fault is
 * the number of its cell, which a spreadsheet shows; `field` is the name of the column.
 */
import type { Resource } from '../../resource/declare.ts';
import { cellsOf } from './csv-cells.ts';
import { documentOf, noteNuls, type Note } from './csv-document.ts';
import { headerOf, type Header } from './csv-header.ts';
import { FileError, tooManyRows } from './file-error.ts';
import { Records } from './records.ts';
import {
  faultsMost,
  shortened,
  type FileRow,
  type Limits,
  type RowFault,
  type Place,
  type RowSource,
} from './row.ts';

export class CsvRows implements RowSource {
  columns?: string[];
  readonly ignored = new Set<string>();
  #header: Header | undefined;
  #n = 0;
  #passed = 0;
  /** Whether any NUL has been seen: hardly any file has one, and then the cells need not be looked through. */
  #nul = false;
  readonly #records: Records;
  readonly #resource: Resource;
  readonly #limits: Limits;

  constructor(resource: Resource, limits: Limits) {
    this.#resource = resource;
    this.#limits = limits;
    this.#records = new Records(limits.rowBytes, true);
  }

  push(chunk: Buffer, rows: FileRow[], final = false): void {
    this.#nul ||= chunk.includes(0);
    this.#records.push(chunk);
    for (;;) {
      const record = this.#records.next(final);
      if (record === undefined) return;
      if (this.#header) this.#add(record, this.#header, rows);
      else this.#begin(record);
    }
  }

  end(rows: FileRow[]): void {
    this.push(Buffer.alloc(0), rows, true);
    if (!this.#header)
      throw new FileError('empty-file', 'The file is empty. Its first line names the columns.', { line: 1 });
  }

  place(): Place {
    return this.#records.place();
  }

  #begin(record: string): void {
    this.#header = headerOf(
      this.#resource,
      cellsOf(record, () => undefined),
      this.#records.line,
    );
    this.columns = this.#header.columns;
    for (const name of this.#header.ignored) this.ignored.add(name);
  }

  #add(record: string, header: Header, rows: FileRow[]): void {
    const { line } = this.#records;
    const faults: RowFault[] = [];
    const note: Note = (place, code, detail, cells) => {
      if (faults.length < faultsMost)
        faults.push({
          column: place + 1,
          field: header.columns[place] ?? '',
          code,
          detail,
          value: shortened(cells[place] ?? null),
        });
    };
    const strays: number[] = [];
    const cells = cellsOf(record, (column) => strays.push(column - 1));
    if (this.#n + this.#passed >= this.#limits.rows) throw tooManyRows(line, this.#limits.rows);
    // Spreadsheets leave rows of nothing but commas behind.
    if (cells[0] === '' && cells.every((cell) => cell === '')) {
      this.#passed += 1;
      return;
    }
    for (const place of strays.slice(0, faultsMost))
      note(
        place,
        'stray-quote',
        'text follows the closing quote; a quote inside a cell is written twice',
        cells,
      );
    if (this.#nul) noteNuls(cells, note);
    const row: FileRow = {
      n: (this.#n += 1),
      line,
      columns: header.columns,
      raw: cells,
      given: header.given,
      faults,
    };
    const wanted = header.columns.length;
    if (cells.length === wanted) row.document = documentOf(this.#resource, header, cells, note);
    else
      note(
        Math.min(cells.length, wanted),
        'wrong-cell-count',
        `the row has ${cells.length} ${cells.length === 1 ? 'cell' : 'cells'} and the header ${wanted}; a text with a comma in it stands in quotes`,
        cells,
      );
    rows.push(row);
  }
}
