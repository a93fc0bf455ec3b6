/** Reads the file of an import, within the limits that all imports share. */
import { Readable } from 'node:stream';
import { unreadable } from './outcome.ts';
import { pieces, Received } from './reading/bytes.ts';
import { FileError } from './reading/file-error.ts';
import { readFile, type FileReader } from './reading/read.ts';
import type { Limits } from './reading/row.ts';
import type { Asked } from './store.ts';

/** What a file may unpack to, as a multiple of what may be sent. */
const unpacking = 4;
/** How many times its own size a gzip file may unpack to. */
const unpackingRatio = 100;
const rowBytes = 1_048_576;

const limitsOf = (fileBytes: number, rows: number): Limits => ({
  bytes: fileBytes * unpacking,
  rowBytes,
  rows,
  ratio: unpackingRatio,
});

export const readerOf = (
  body: Iterable<Buffer> | AsyncIterable<Buffer>,
  { form, gzip, resource }: Asked,
  { fileBytes, rows }: { fileBytes: number; rows: number },
): FileReader => readFile(Readable.from(body), { form, gzip, resource, limits: limitsOf(fileBytes, rows) });

/** A small file that unpacks to very much is refused before a row of it is looked at, or a job is made of it. */
export async function refuseBomb(bytes: Buffer, fileBytes: number): Promise<void> {
  try {
    const unpacked = pieces(new Received(Readable.from([bytes])), true, limitsOf(fileBytes, 0));
    while (!(await unpacked.next()).done);
  } catch (error) {
    // What else is wrong with it is found, and told with its place, when it is read.
    if (error instanceof FileError && error.code === 'unpacks-too-far') throw unreadable(error);
  }
}
