/** The file to import: its form, one pass over it for its hash, and then its bytes as a stream. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, open, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addAbortSignal } from 'node:stream';
import { asUsage, CliError, exit, withLocalFile } from './exit.ts';
import { formOf, formsOf, mediaTypes, type Form } from './form.ts';

export interface LocalFile {
  /** As it is named to people. */
  name: string;
  form: Form;
  bytes: number;
  sha256: string;
  headers: Record<string, string>;
  /** Tells how far it is. Fails where these are not the bytes that were hashed. */
  stream: (told: (bytes: number) => void) => AsyncIterable<Uint8Array>;
}

/** Runs the work with the file. What can be read only once, such as standard input, is kept in a temporary one. */
export async function withFile<T>(
  path: string,
  asked: string | undefined,
  signal: AbortSignal,
  work: (file: LocalFile) => Promise<T>,
): Promise<T> {
  const told = formOf(path);
  const form = asked === undefined ? told.form : formsOf.get(asked);
  // Parquet is written here and not read.
  if (form === undefined || form === 'parquet')
    throw new CliError(
      exit.usage,
      path === '-'
        ? 'Say what form standard input has: --format csv, ndjson or json.'
        : `${path}: the ending tells no form (.csv, .ndjson, .jsonl or .json, and .gz after it): give --format.`,
    );
  const input = path === '-';
  const name = input ? '<stdin>' : path;
  if (!input && (await withLocalFile(name, () => stat(path))).isFile())
    return work(await opened({ path, name, signal }, form, told.gzip));
  const directory = await mkdtemp(join(tmpdir(), 'tracker-'));
  try {
    const kept = { path: join(directory, 'input'), name, signal };
    const source = input ? addAbortSignal(signal, process.stdin) : createReadStream(path, { signal });
    const gzip = await withLocalFile(name, () => keep(source, kept.path));
    return await work(await opened(kept, form, gzip));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

interface Source {
  path: string;
  name: string;
  signal: AbortSignal;
}

async function opened(source: Source, form: Form, gzip: boolean): Promise<LocalFile> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of chunksOf(source)) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  const sha256 = hash.digest('hex');
  return {
    name: source.name,
    form,
    bytes,
    sha256,
    headers: { 'content-type': mediaTypes[form], ...(gzip ? { 'content-encoding': 'gzip' } : {}) },
    stream: (told) => sameBytes(source, sha256, told),
  };
}

async function* chunksOf({ path, name, signal }: Source): AsyncGenerator<Buffer> {
  const stream: AsyncIterable<Buffer> = createReadStream(path, { highWaterMark: 262_144, signal });
  try {
    yield* stream;
  } catch (error) {
    throw asUsage(name, error);
  }
}

/** The key of the import is made from the hash: other bytes must not go out under it. */
async function* sameBytes(
  source: Source,
  sha256: string,
  told: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of chunksOf(source)) {
    hash.update(chunk);
    bytes += chunk.length;
    yield chunk;
    told(bytes);
  }
  if (hash.digest('hex') !== sha256)
    throw new CliError(exit.usage, `${source.name} was changed while it was read; nothing was imported.`);
}

/** Whether it is gzip is seen from its first two bytes. */
async function keep(input: AsyncIterable<Buffer>, path: string): Promise<boolean> {
  const file = await open(path, 'wx', 0o600);
  try {
    let start = Buffer.alloc(0);
    for await (const chunk of input) {
      if (start.length < 2) start = Buffer.concat([start, chunk]).subarray(0, 2);
      await file.writeFile(chunk);
    }
    return start.toString('hex') === '1f8b';
  } finally {
    await file.close();
  }
}
