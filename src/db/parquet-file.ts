/**
 * A Parquet file in the making. The writer of the library makes a group of rows in one stroke, and nothing else is done
 * meanwhile. So each column has a writer of its own, all on the same bytes, with a pause after each; and what they note
 * of their column goes into the notes of the whole, which end the file.
 */
import { setImmediate } from 'node:timers/promises';
import { ByteWriter, ParquetWriter, type SchemaElement } from 'hyparquet-writer';

interface Column {
  name: string;
  schema: SchemaElement[];
}

export class ParquetFile {
  readonly #bytes = new ByteWriter();
  readonly #columns: { name: string; writer: ParquetWriter }[];
  readonly #whole: ParquetWriter;
  readonly #send: (bytes: Buffer) => void;

  constructor(columns: Column[], send: (bytes: Buffer) => void) {
    this.#columns = columns.map((column) => ({ name: column.name, writer: this.#writer([column]) }));
    // Each of them has begun a file; only this beginning is sent.
    this.#bytes.index = 0;
    this.#bytes.offset = 0;
    this.#whole = this.#writer(columns);
    this.#send = send;
  }

  #writer(columns: Column[]): ParquetWriter {
    const schema = [
      { name: 'root', num_children: columns.length },
      ...columns.flatMap(({ schema }) => schema),
    ];
    return new ParquetWriter({ writer: this.#bytes, schema });
  }

  /** `cells`: for each column the values of the rows. */
  async writeGroup(cells: unknown[][], rows: number): Promise<void> {
    const start = this.#bytes.offset;
    for (const [i, { name, writer }] of this.#columns.entries()) {
      void writer.write({ columnData: [{ name, data: cells[i] ?? [] }], rowGroupSize: rows });
      this.#flush();
      await setImmediate();
    }
    const noted = this.#columns.map(({ writer }) => writer);
    const groups = noted.flatMap(({ row_groups }) => row_groups.splice(0));
    this.#whole.pendingIndexes.push(...noted.flatMap(({ pendingIndexes }) => pendingIndexes.splice(0)));
    this.#whole.num_rows += BigInt(rows);
    this.#whole.row_groups.push({
      columns: groups.flatMap(({ columns }) => columns),
      num_rows: BigInt(rows),
      total_byte_size: groups.reduce((sum, { total_byte_size }) => sum + total_byte_size, 0n),
      total_compressed_size: BigInt(this.#bytes.offset - start),
    });
  }

  finish(): void {
    void this.#whole.finish();
    this.#flush();
  }

  /** A copy, since the writers go on in the same memory. */
  #flush(): void {
    this.#send(Buffer.from(this.#bytes.getBytes()));
    this.#bytes.index = 0;
  }
}
