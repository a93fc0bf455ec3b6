/** A reply as it streams in, to a file that is there whole or not at all, or to standard output. */
import { createWriteStream } from 'node:fs';
import { realpath, rename, rm, stat } from 'node:fs/promises';
import { Readable, Transform, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { createGzip } from 'node:zlib';
import { asUsage, CliError, exit, isLocal, withLocalFile } from './exit.ts';
import { formOf } from './form.ts';
import { harmless } from './output.ts';

export async function save(reply: Response, path: string | undefined, signal: AbortSignal): Promise<void> {
  if (path === undefined || path === '-') return toOutput(reply, signal);
  const steps = formOf(path).gzip ? [createGzip()] : [];
  await withLocalFile(path, async () => {
    const target = await standing(path);
    // A device or a pipe is written to; a file is only replaced once the new one is complete.
    if (target.special)
      return pipeline([bodyOf(reply), ...steps, createWriteStream(target.path)], { signal });
    const part = `${target.path}.${process.pid}.part`;
    try {
      await pipeline([bodyOf(reply), ...steps, createWriteStream(part)], { signal });
      await rename(part, target.path);
    } catch (error) {
      await rm(part, { force: true });
      throw error;
    }
  });
}

/** Only once somebody reads from it: a stream that breaks off unheard ends the program. */
const bodyOf = (reply: Response): Readable =>
  reply.body ? Readable.fromWeb(reply.body as ReadableStream<Uint8Array>) : Readable.from([]);

/** Where a link leads, so that the link stays. */
async function standing(path: string): Promise<{ path: string; special: boolean }> {
  try {
    return { path: await realpath(path), special: !(await stat(path)).isFile() };
  } catch (error) {
    if (isLocal(error) && error.code === 'ENOENT') return { path, special: false };
    throw error;
  }
}

async function toOutput(reply: Response, signal: AbortSignal): Promise<void> {
  const steps: Writable[] = process.stdout.isTTY ? [harmlessLines()] : [];
  try {
    await pipeline([bodyOf(reply), ...steps, process.stdout], { signal, end: false });
  } catch (error) {
    // Who reads has enough: `tracker export … | head`.
    if (isLocal(error) && error.code === 'EPIPE') return;
    // What is written is written: this must not begin again.
    throw error instanceof TypeError
      ? new CliError(exit.unreachable, 'The connection broke off; the output is not complete.')
      : asUsage('standard output', error);
  }
}

/** On a terminal the data must not steer it; line breaks stay. */
function harmlessLines(): Transform {
  const decoder = new TextDecoder();
  const lines = (text: string): string =>
    text
      .split(/(\r?\n)/)
      .map((part, i) => (i % 2 === 1 ? part : harmless(part)))
      .join('');
  return new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      done(null, lines(decoder.decode(chunk, { stream: true })));
    },
  });
}
