/** Reads a backup, a part at a time: documents, and rows in pieces of whole lines. What does not fit its sum is refused. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { endOfRows, lastLine, linesIn, tableLine, Unfit } from './form.ts';

export type Part = { document: unknown } | { rows: Buffer; count: number } | 'end of rows';

/** Longer than any row can be: PostgreSQL has no field above a gigabyte, and we none above some megabytes. */
const longestLine = 256 * 2 ** 20;

/** Throws before it gives a part that is not one, and at the end if anything was changed or is missing. */
export async function* partsOf(path: string): AsyncGenerator<Part> {
  const hash = createHash('sha256');
  const altered = (why: string): Unfit => new Unfit(`${path} was altered: ${why}.`);
  let isBegun = false;
  let isRows = false;
  let isOver = false;
  // From the beginning of a line.
  let left: Buffer = Buffer.alloc(0);
  const take = (end: number): Buffer => {
    const taken = left.subarray(0, end);
    left = left.subarray(end);
    return taken;
  };
  for await (const bytes of unpacked(path)) {
    left = left.length === 0 ? bytes : Buffer.concat([left, bytes]);
    for (;;) {
      const isEndOfRows: boolean = isRows && left.subarray(0, endOfRows.length).equals(endOfRows);
      const end = isEndOfRows ? endOfRows.length : isRows ? wholeRows(left) : left.indexOf(10) + 1;
      if (end === 0) break;
      if (isOver) throw altered('it goes on after its end');
      const taken = take(end);
      const document: unknown = isRows ? undefined : parsed(taken);
      if (!isRows && document === undefined)
        throw isBegun ? altered('it cannot be read') : new Unfit(`${path} is no backup of a tracker.`);
      isBegun = true;
      const last = lastLine.safeParse(document);
      if (last.success) {
        if (last.data.sha256 !== hash.digest('hex')) throw altered('its sum does not fit');
        isOver = true;
        continue;
      }
      hash.update(taken);
      if (isRows && !isEndOfRows) yield { rows: taken, count: linesIn(taken) };
      else if (isRows) yield 'end of rows';
      else yield { document };
      isRows = isRows ? !isEndOfRows : tableLine.safeParse(document).success;
    }
    if (left.length > longestLine) throw new Unfit(`${path} is no backup of a tracker.`);
  }
  if (isOver && left.length > 0) throw altered('it goes on after its end');
  if (!isOver) throw new Unfit(`${path} breaks off: it is not a whole backup.`);
}

/** Up to where there are whole rows, and no more than those. */
function wholeRows(bytes: Buffer): number {
  const end = bytes.indexOf(`\n${endOfRows.toString()}`);
  return (end === -1 ? bytes.lastIndexOf(10) : end) + 1;
}

function parsed(text: Buffer): unknown {
  try {
    return JSON.parse(text.toString('utf8'));
  } catch {
    return undefined;
  }
}

async function* unpacked(path: string): AsyncGenerator<Buffer> {
  const file = createReadStream(path);
  const gunzip = createGunzip();
  file.once('error', (error) => gunzip.destroy(error));
  try {
    yield* file.pipe(gunzip) as AsyncIterable<Buffer>;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'Z_BUF_ERROR') throw new Unfit(`${path} breaks off: it is not a whole backup.`);
    if (code?.startsWith('Z_') !== true) throw error;
    throw new Unfit(
      message === 'incorrect header check'
        ? `${path} is no backup of a tracker.`
        : `${path} was altered: it cannot be unpacked.`,
    );
  } finally {
    file.destroy();
  }
}
