/** Writes a backup: one snapshot of everything, streamed, to a file that is there whole or not at all. */
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import pg from 'pg';
import { keptFor } from '../http/idempotency.ts';
import { version } from '../version.ts';
import { endOfRows, format, formVersion, linesIn, Unfit, type Header } from './form.ts';
import { CopyOut } from '../db/copy-out.ts';
import { connected } from '../db/migrate.ts';
import { sameForms, sequencesOf, tablesOf, type Table } from './tables.ts';

/** insufficient_privilege */
const notAllowed = '42501';

export interface Written {
  rows: Record<string, number>;
  head: Header['head'];
}

export async function writeBackup(url: string, path: string, signal: AbortSignal): Promise<Written> {
  const part = `${path}.${process.pid}.part`;
  const client = await connected(url);
  try {
    await client.query(`BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; ${sameForms}`);
    const written: Written = { rows: {}, head: await headOf(client) };
    await pipeline(
      Readable.from(everything(client, written), { objectMode: false }),
      createGzip(),
      // Keys are in it, if only as hashes, and perhaps the one that signs heads.
      createWriteStream(part, { flags: 'wx', mode: 0o600, flush: true }),
      { signal },
    );
    await rename(part, path);
    return written;
  } catch (error) {
    await rm(part, { force: true });
    if (error instanceof pg.DatabaseError && error.code === notAllowed)
      throw new Unfit(
        `The database login ${client.user ?? ''} may not read everything: back up as the owner of the tables (MIGRATION_DATABASE_URL, or DATABASE_URL).`,
      );
    throw error;
  } finally {
    await client.end();
  }
}

async function headOf(client: pg.Client): Promise<Header['head']> {
  const { rows: schemas } = await client.query(`SELECT WHERE to_regclass('history.chain') IS NOT NULL`);
  if (schemas.length === 0) throw new Unfit('There is no tracker in this database.');
  const { rows } = await client.query<Header['head']>(
    `SELECT position::float8 AS position, encode(hash, 'hex') AS hash FROM history.chain ORDER BY chain.position DESC LIMIT 1`,
  );
  return rows[0] ?? { position: 0, hash: '0'.repeat(64) };
}

async function* everything(client: pg.Client, { rows, head }: Written): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  const hashed = (bytes: Buffer): Buffer => {
    hash.update(bytes);
    return bytes;
  };
  const { rows: migrations } = await client.query<Header['migrations'][number]>(
    `SELECT migration_name AS name, checksum FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL ORDER BY 1`,
  );
  const madeAt = new Date().toISOString();
  const header: Header = { format, form: formVersion, madeAt, program: version, migrations, head };
  yield hashed(line(header));
  for (const table of await tablesOf(client)) {
    yield hashed(line({ table: table.name, columns: table.columns }));
    let count = 0;
    for await (const bytes of client.query(
      new CopyOut(`COPY (${rowsOf(table)}) TO STDOUT`),
    ) as AsyncIterable<Buffer>) {
      count += linesIn(bytes);
      yield hashed(bytes);
    }
    yield hashed(endOfRows);
    rows[table.name] = count;
  }
  // After the rows: a sequence is never behind what was taken from it.
  yield hashed(line({ rows, sequences: await sequencesOf(client) }));
  yield line({ sha256: hash.digest('hex') });
}

const line = (value: object): Buffer => Buffer.from(`${JSON.stringify(value)}\n`);

/** A key that has expired is nobody's; and a number of this server's transactions would be another's on the next. */
function rowsOf({ name, columns }: Table): string {
  const list = columns.map((column) =>
    name === 'history.transactions' && column === 'xid' ? `'0'::xid8` : pg.escapeIdentifier(column),
  );
  const where =
    name === 'public.idempotency_keys' ? ` WHERE created_at >= now() - interval '${keptFor}'` : '';
  return `SELECT ${list.join(', ')} FROM ${name}${where}`;
}
