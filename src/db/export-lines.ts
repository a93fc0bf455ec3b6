/**
 * What COPY gives, on its way to a reader. Lines of CSV end in CRLF (RFC 4180) where COPY ends them in LF; line breaks
 * inside a quoted cell stay as they are. A reader who takes nothing for a minute is given up, since it holds one of the
 * few connections that there are for exports.
 */
import { Transform, type TransformCallback } from 'node:stream';

export type CopyFormat = 'csv' | 'ndjson' | 'text';

const patienceMs = 60_000;
const lookEveryMs = 5_000;

export class ExportLines extends Transform {
  readonly #csv: boolean;
  readonly #watch: NodeJS.Timeout;
  #quoted = false;
  #moved = performance.now();

  constructor(format: CopyFormat) {
    super();
    this.#csv = format === 'csv';
    this.#watch = setInterval(() => {
      if (performance.now() - this.#moved > patienceMs)
        this.destroy(new Error('the reader has stopped reading'));
    }, lookEveryMs).unref();
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#moved = performance.now();
    done(null, this.#csv ? this.#withCrlf(chunk) : chunk);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    clearInterval(this.#watch);
    done(error);
  }

  /** A byte for a character, so that nothing is decoded: no byte of UTF-8 beyond ASCII is a quote or a line feed. */
  #withCrlf(chunk: Buffer): Buffer {
    const text = chunk.toString('latin1');
    if (!this.#quoted && !text.includes('"')) return Buffer.from(text.replaceAll('\n', '\r\n'), 'latin1');
    const parts = text.split('"').map((part, i) => {
      if (i > 0) this.#quoted = !this.#quoted;
      return this.#quoted ? part : part.replaceAll('\n', '\r\n');
    });
    return Buffer.from(parts.join('"'), 'latin1');
  }
}
