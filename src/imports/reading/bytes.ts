/** The bytes of a file as they arrive: counted, hashed, unpacked, and no more of them than the limits allow. */
import { createHash } from 'node:crypto';
import { pipeline, Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { createGunzip } from 'node:zlib';
import { FileError } from './file-error.ts';
import type { Limits } from './row.ts';

/** What is worked on without a pause; also what gzip unpacks at a time. */
const pieceBytes = 64 * 1024;

/** What unpacks to less is no bomb, whatever its size; a row that is too long is found before, and told as such. */
const ratioFrom = 2 << 20;

const lost = new Set([
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'ABORT_ERR',
  'ERR_STREAM_PREMATURE_CLOSE',
  'ERR_STREAM_DESTROYED',
]);

export class Received {
  bytes = 0;
  readonly #hash = createHash('sha256');
  readonly #body: Readable;

  constructor(body: Readable) {
    this.#body = body;
    // An error while nobody reads is met at the next reading; without a listener it would end the process.
    body.on('error', () => undefined);
  }

  async *chunks(): AsyncGenerator<Buffer> {
    try {
      for await (const chunk of this.#body as AsyncIterable<Buffer | string>) {
        const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
        this.bytes += bytes.length;
        this.#hash.update(bytes);
        yield bytes;
      }
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (!lost.has(code ?? '') && message !== 'aborted') throw error;
      throw new FileError(
        'connection-lost',
        `The connection broke off after ${this.bytes} bytes, before the end of the file. Send it again.`,
        { cause: error },
      );
    }
  }

  digest(): string {
    return this.#hash.copy().digest('hex');
  }
}

const gzipMagic = Buffer.from([0x1f, 0x8b]);
const zipMagic = Buffer.from('PK\x03\x04', 'latin1');

/** Looks at the first bytes, however they are cut. */
async function* judged(chunks: AsyncIterable<Buffer>, gzip: boolean): AsyncGenerator<Buffer> {
  let head: Buffer | undefined = Buffer.alloc(0);
  for await (const chunk of chunks) {
    if (!head) {
      yield chunk;
      continue;
    }
    head = Buffer.concat([head, chunk]);
    if (head.length < zipMagic.length) continue;
    judge(head, gzip);
    yield head;
    head = undefined;
  }
  if (!head || head.length === 0) return;
  judge(head, gzip);
  yield head;
}

function judge(head: Buffer, gzip: boolean): void {
  const zipped = head.subarray(0, 2).equals(gzipMagic);
  if (head.subarray(0, 4).equals(zipMagic))
    throw new FileError(
      'wrong-form',
      'The file is a ZIP archive, as Excel workbooks are. Save it as CSV UTF-8, or take the file out of the archive.',
    );
  if (gzip && !zipped)
    throw new FileError(
      'not-gzip',
      'The file was announced as gzip and is not. Leave `Content-Encoding` out.',
    );
  if (!gzip && zipped)
    throw new FileError('wrong-form', 'The file is packed with gzip. Say so: `Content-Encoding: gzip`.');
}

async function* unpacked(received: Received): AsyncGenerator<Buffer> {
  const gunzip = createGunzip({ chunkSize: pieceBytes });
  pipeline(Readable.from(judged(received.chunks(), true), { objectMode: false }), gunzip, () => undefined);
  try {
    yield* gunzip as AsyncIterable<Buffer>;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'Z_BUF_ERROR')
      throw new FileError(
        'truncated-gzip',
        `The gzip file ends after ${received.bytes} bytes in the middle of its data. Pack it again and send all of it.`,
        { cause: error },
      );
    if (code?.startsWith('Z_'))
      throw new FileError(
        'damaged-gzip',
        'The gzip file is damaged, or something that is not gzip follows its data. Pack it again.',
        { cause: error },
      );
    throw error;
  }
  // zlib says nothing of zeros after the end, nor of what may follow them.
  if (gunzip.bytesWritten < received.bytes)
    throw new FileError(
      'damaged-gzip',
      `Something that is not gzip follows the data, from byte ${gunzip.bytesWritten + 1} on. Pack the file again.`,
    );
}

/** In pieces, with a pause between the pieces of what came at once, so that others are answered meanwhile. */
export async function* pieces(received: Received, gzip: boolean, limits: Limits): AsyncGenerator<Buffer> {
  let total = 0;
  for await (const chunk of gzip ? unpacked(received) : judged(received.chunks(), false)) {
    for (let at = 0; at < chunk.length; at += pieceBytes) {
      if (at > 0) await setImmediate();
      const piece = chunk.subarray(at, at + pieceBytes);
      total += piece.length;
      if (total > limits.bytes) {
        yield piece.subarray(0, piece.length - (total - limits.bytes));
        throw new FileError(
          'file-too-large',
          `The file has more than ${limits.bytes} bytes${gzip ? ' when it is unpacked' : ''}. Send it in parts.`,
        );
      }
      if (gzip && limits.ratio !== undefined && total > Math.max(ratioFrom, limits.ratio * received.bytes))
        throw new FileError(
          'unpacks-too-far',
          `The gzip file unpacks to more than ${limits.ratio} times its size. Send it unpacked, or in parts.`,
        );
      yield piece;
    }
  }
}
