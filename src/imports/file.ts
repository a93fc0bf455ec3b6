/**
 * The file of an import as it is received: small ones stay in memory, larger ones go to the database part by part, so
 * that memory does not grow with them and whoever works on them later finds them there.
 */
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import sql from 'sql-template-tag';
import type { Client, Database } from '../db/database.ts';
import type { Reader } from '../db/moment.ts';
import { bodyMost, bytesLeast } from '../http/slow-bodies.ts';
import { Problem } from '../kernel/problems.ts';

const partBytes = 1_048_576;
/** Up to here a file stays in memory. */
export const memoryBytes = 4 * partBytes;
export interface ReceivedFile {
  digest: string;
  length: number;
  /** The bytes, or the name under which the database has them. */
  bytes?: Buffer;
  file?: string;
}

export async function receiveFile(db: Database, body: IncomingMessage, limit: number): Promise<ReceivedFile> {
  const hash = createHash('sha256');
  let waiting: Buffer[] = [];
  let held = 0;
  let length = 0;
  let parts = 0;
  let file: string | undefined;
  const flush = async (ended: boolean): Promise<void> => {
    const bytes = Buffer.concat(waiting);
    const whole = ended ? held : held - (held % partBytes);
    waiting = [bytes.subarray(whole)];
    held -= whole;
    db.refuseWhenFull();
    file ??= await newFile(db);
    await keepParts(db, file, bytes.subarray(0, whole), parts);
    parts += Math.ceil(whole / partBytes);
  };
  try {
    for await (const chunk of unhurried(body)) {
      length += chunk.length;
      if (length > limit)
        throw new Problem(
          'body-too-large',
          `A file may have ${limit} bytes; compress it with gzip or send it in parts.`,
          { headers: { connection: 'close' } },
        );
      hash.update(chunk);
      waiting.push(chunk);
      held += chunk.length;
      if (held >= (file === undefined ? memoryBytes : partBytes)) await flush(false);
    }
    if (file !== undefined && held > 0) await flush(true);
  } catch (error) {
    if (file !== undefined) await forgetFile(db, file);
    throw error;
  }
  return {
    digest: hash.digest('hex'),
    length,
    ...(file === undefined ? { bytes: Buffer.concat(waiting) } : { file }),
  };
}

/** The body, unless its sender is too slow or goes away. It is then left unread, so that a reply can be sent. */
async function* unhurried(body: IncomingMessage): AsyncGenerator<Buffer> {
  // Reading that ends early must not take the connection along: the refusal goes out on it.
  const chunks = body.iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer, undefined>;
  try {
    for (let bytes = 0, left = bodyMost; ;) {
      const come = new AbortController();
      const since = performance.now();
      const pause = delay(left, undefined, { signal: come.signal }).then(() => {
        const detail = `Within ${bodyMost / 1000} seconds at least ${bytesLeast} bytes of a file have to come.`;
        throw new Problem('request-timeout', detail, { headers: { connection: 'close' } });
      });
      const next = await Promise.race([chunks.next(), pause]).finally(() => {
        come.abort();
      });
      if (next.done) return;
      // What we take to keep it does not count against the sender.
      left -= performance.now() - since;
      bytes += next.value.length;
      if (bytes >= bytesLeast) [bytes, left] = [0, bodyMost];
      yield next.value;
    }
  } finally {
    // Who is still sending looks for the answer only when all is sent: the rest is taken and thrown away. (Not at once:
    // a stream that somebody listens to does not flow, and it learns in the next tick that nobody does any more.)
    void chunks.return?.().then(() =>
      setImmediate(() => {
        body.resume();
      }),
    );
  }
}

async function newFile(reader: Reader): Promise<string> {
  const [row] = await reader.query<{ file: string }>(sql`SELECT uuidv7()::text AS file`);
  return row?.file ?? '';
}

async function keepParts(reader: Reader, file: string, bytes: Buffer, first: number): Promise<void> {
  for (let part = 0; part * partBytes < bytes.length; part += 1)
    await reader.query(
      sql`INSERT INTO import_files (file, part, bytes) VALUES (${file}::uuid, ${first + part}, ${bytes.subarray(part * partBytes, (part + 1) * partBytes)})`,
    );
}

/** The name under which the database has the file. */
export async function keptFile(client: Client, { file, bytes }: ReceivedFile): Promise<string> {
  if (file !== undefined) return file;
  const made = await newFile(client);
  await keepParts(client, made, bytes ?? Buffer.alloc(0), 0);
  return made;
}

/** So small that what is read of it is collected with the youngest, and does not pile up. */
const pieceBytes = 65_536;

/** In pieces, so that no more than one is in memory. */
export async function* piecesOf(reader: Reader, file: string): AsyncGenerator<Buffer> {
  for (let part = 0, at = 0; ;) {
    const [row] = await reader.query<{ bytes: Buffer; length: number }>(sql`
      SELECT substring(bytes FROM ${at + 1} FOR ${pieceBytes}) AS bytes, length(bytes) AS length
        FROM import_files WHERE file = ${file}::uuid AND part = ${part}`);
    if (!row) return;
    yield row.bytes;
    at += pieceBytes;
    if (at >= row.length) [part, at] = [part + 1, 0];
  }
}

export async function wholeFile(reader: Reader, file: string): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of piecesOf(reader, file)) pieces.push(piece);
  return Buffer.concat(pieces);
}

export async function lengthOf(reader: Reader, file: string): Promise<number> {
  const [row] = await reader.query<{ length: number }>(
    sql`SELECT coalesce(sum(length(bytes)), 0)::float8 AS length FROM import_files WHERE file = ${file}::uuid`,
  );
  return row?.length ?? 0;
}

/** Of the parts f: that no import will ask for them any more. */
const unneeded = sql`NOT EXISTS (
  SELECT FROM imports i WHERE i.file = f.file
     AND (i.status IN ('queued', 'running') OR (i.status = 'planned' AND i.expires_at > now()
          AND NOT EXISTS (SELECT FROM imports a WHERE a.plan = i.id AND a.status = 'applied'))))`;

/** Removes the file unless some import still needs it. */
export const forgetFile = (reader: Reader, file: string): Promise<unknown> =>
  reader.query(sql`DELETE FROM import_files f WHERE f.file = ${file}::uuid AND ${unneeded}`);

export const forgetFileOf = (reader: Reader, id: string): Promise<unknown> =>
  reader.query(
    sql`DELETE FROM import_files f WHERE f.file = (SELECT file FROM imports WHERE id = ${id}::uuid) AND ${unneeded}`,
  );

/** What nobody will ask for any more: uploads that broke off, files of plans that have expired, old records. */
export async function forgetOldImports(db: Database): Promise<void> {
  await db.query(sql`DELETE FROM imports WHERE created_at < now() - interval '90 days'`);
  await db.query(
    sql`DELETE FROM import_files f WHERE f.received_at < now() - interval '1 day' AND ${unneeded}`,
  );
}
