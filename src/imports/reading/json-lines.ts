/** Rows of NDJSON: one document a line. A line that is none is a fault of that line, and reading goes on. */
import type { Resource } from '../../resource/declare.ts';
import { FileError, tooManyRows } from './file-error.ts';
import { JsonRow } from './json-row.ts';
import { Records } from './records.ts';
import type { FileRow, Limits, Place, RowSource } from './row.ts';

export class JsonLines implements RowSource {
  readonly ignored: Set<string>;
  #n = 0;
  readonly #row: JsonRow;
  readonly #lines: Records;
  readonly #limits: Limits;

  constructor(resource: Resource, limits: Limits) {
    this.#row = new JsonRow(resource);
    this.ignored = this.#row.ignored;
    this.#lines = new Records(limits.rowBytes, false);
    this.#limits = limits;
  }

  push(chunk: Buffer, rows: FileRow[], final = false): void {
    this.#lines.push(chunk);
    for (;;) {
      const text = this.#lines.next(final);
      if (text === undefined) return;
      const { line, indent } = this.#lines;
      if (this.#n === 0 && text.startsWith('['))
        throw new FileError(
          'wrong-form',
          'This is a JSON array and not NDJSON, which has one object a line. Send it as application/json.',
          { line, column: indent + 1 },
        );
      if (this.#n >= this.#limits.rows) throw tooManyRows(line, this.#limits.rows);
      rows.push(this.#row.read(text, { n: (this.#n += 1), line, column: indent + 1 }));
    }
  }

  end(rows: FileRow[]): void {
    this.push(Buffer.alloc(0), rows, true);
  }

  place(): Place {
    return this.#lines.place();
  }
}
