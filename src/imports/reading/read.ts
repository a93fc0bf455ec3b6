/**
 * Reads a file of rows, in any of three forms, as it arrives: pulled by whoever goes through the rows, with no more of
 * it in memory than one row and one batch. What is wrong with single rows is told with them; what makes the rest
 * unreadable is thrown as a FileError, after the rows before it were given.
 *
 * The stream is destroyed when reading ends early. To a request that means the loss of its connection before a reply
 * could be sent: give a stream that the request is piped into.
 */
import type { Readable } from 'node:stream';
import type { Resource } from '../../resource/declare.ts';
import { pieces, Received } from './bytes.ts';
import { CsvRows } from './csv-rows.ts';
import { JsonArray } from './json-array.ts';
import { JsonLines } from './json-lines.ts';
import type { FileForm, FileRow, Limits, RowSource } from './row.ts';
import { utf8 } from './utf8.ts';

export interface FileReader {
  /** The header of a CSV as it stands, known when the first rows have come. */
  readonly columns: string[] | undefined;
  /** Fields of the file that are computed or set by the server, and were therefore passed over. */
  readonly ignored: ReadonlySet<string>;
  rows: AsyncIterable<FileRow[]>;
  /** As received, before unpacking. */
  bytesRead(): number;
  /** SHA-256, in hexadecimal, of the bytes as received; of the file when all of it has been read. */
  digest(): string;
}

export interface Options {
  form: FileForm;
  gzip: boolean;
  resource: Resource;
  limits: Limits;
}

const batchLeast = 200;
const batchMost = 500;
/** A batch is given before it has its rows if they are large. */
const batchBytes = 256 * 1024;

const sources = { csv: CsvRows, ndjson: JsonLines, json: JsonArray };

export function readFile(body: Readable, options: Options): FileReader {
  const received = new Received(body);
  const source: RowSource = new sources[options.form](options.resource, options.limits);
  return {
    get columns() {
      return source.columns;
    },
    ignored: source.ignored,
    rows: batches(body, received, source, options),
    bytesRead: () => received.bytes,
    digest: () => received.digest(),
  };
}

async function* batches(
  body: Readable,
  received: Received,
  source: RowSource,
  { form, gzip, limits }: Options,
): AsyncGenerator<FileRow[]> {
  let rows: FileRow[] = [];
  let bytes = 0;
  const taken = (): FileRow[] => {
    const all = rows;
    rows = [];
    bytes = 0;
    return all;
  };
  try {
    for await (const text of utf8(pieces(received, gzip, limits), form, () => source.place())) {
      bytes += text.length;
      source.push(text, rows);
      if (rows.length >= batchLeast || (bytes >= batchBytes && rows.length > 0)) yield* inBatches(taken());
    }
    source.end(rows);
    yield* inBatches(taken());
  } catch (error) {
    yield* inBatches(taken());
    throw error;
  } finally {
    body.destroy();
  }
}

function* inBatches(rows: FileRow[]): Generator<FileRow[]> {
  for (let at = 0; at < rows.length; at += batchMost) yield rows.slice(at, at + batchMost);
}
