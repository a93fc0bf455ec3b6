/** Files for the tests of reading, and reading them to the end. */
import { Readable } from 'node:stream';
import type { Resource } from '../../src/resource/declare.ts';
import { FileError } from '../../src/imports/reading/file-error.ts';
import { readFile, type FileReader } from '../../src/imports/reading/read.ts';
import type { FileForm, FileRow, Limits } from '../../src/imports/reading/row.ts';
import evaluations from '../../src/resources/evaluations.ts';

export const limits: Limits = { bytes: 10_000_000, rowBytes: 100_000, rows: 100_000 };

export interface Read extends Pick<FileReader, 'columns' | 'ignored'> {
  rows: FileRow[];
  error: FileError | undefined;
  body: Readable;
  reader: FileReader;
}

export interface How {
  resource?: Resource;
  gzip?: boolean;
  limits?: Partial<Limits>;
}

/** What a stream of these pieces gives. Anything but a FileError fails the test. */
export async function readPieces(
  form: FileForm,
  pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  { resource = evaluations, gzip = false, limits: some = {} }: How = {},
): Promise<Read> {
  const body = Readable.from(pieces, { objectMode: false });
  const reader = readFile(body, { form, gzip, resource, limits: { ...limits, ...some } });
  const rows: FileRow[] = [];
  let error: FileError | undefined;
  try {
    for await (const batch of reader.rows) rows.push(...batch);
  } catch (thrown) {
    if (!(thrown instanceof FileError)) throw thrown;
    error = thrown;
  }
  return { rows, error, body, reader, columns: reader.columns, ignored: reader.ignored };
}

export const read = (form: FileForm, file: string | Uint8Array, how: How = {}): Promise<Read> =>
  readPieces(form, [typeof file === 'string' ? Buffer.from(file) : file], how);

/** The only row's faults, as `code field detail`. */
export async function faults(form: FileForm, file: string, how: How = {}): Promise<string[]> {
  const { rows, error } = await read(form, file, how);
  if (error) throw error;
  return rows.flatMap((row) => row.faults.map(({ code, field, detail }) => `${code} ${field}: ${detail}`));
}

/** A file cut at the places given. */
export function cutAt(file: Buffer, places: readonly number[]): Buffer[] {
  const cuts = [0, ...places.map((place) => place % (file.length + 1)).sort((a, b) => a - b), file.length];
  return cuts.slice(1).map((to, i) => file.subarray(cuts[i], to));
}

/** Everything that comes. */
export async function all<T>(some: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of some) items.push(item);
  return items;
}
