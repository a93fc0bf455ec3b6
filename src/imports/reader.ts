/** Reads the file of an import, within the limits that all imports share. */
import { Readable } from 'node:stream';
import { readFile, type FileReader } from './reading/read.ts';
import type { Asked } from './store.ts';

/** What a file may unpack to, as a multiple of what may be sent. */
const unpacking = 4;
/** How many times its own size a gzip file may unpack to. */
const unpackingRatio = 1000;
const rowBytes = 1_048_576;

export const readerOf = (
  body: Iterable<Buffer> | AsyncIterable<Buffer>,
  { form, gzip, resource }: Asked,
  { fileBytes, rows }: { fileBytes: number; rows: number },
): FileReader =>
  readFile(Readable.from(body), {
    form,
    gzip,
    resource,
    limits: { bytes: fileBytes * unpacking, rowBytes, rows, ratio: unpackingRatio },
  });
