/**
 * Restores a backup into a new database. The file is read twice: first all of it is checked, so that one that does not fit
 * leaves nothing behind; then its rows are loaded in one transaction, behind the backs of the triggers. Whoever owns the
 * tables may do that, no superuser is needed.
 */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { verify, type Verification } from '../audit/verify.ts';
import { Database } from '../db/database.ts';
import { connected, migrate } from '../db/migrate.ts';
import { check, type Checked } from './check.ts';
import { tableLine, Unfit, type Totals } from './form.ts';
import { partsOf, type Part } from './read.ts';
import { keepShapes, shapes, stageShapes } from './shapes.ts';
import { sameForms, tablesOf } from './tables.ts';

export interface Restored extends Checked {
  /** Those that came after the backup. */
  migrated: string[];
  verification: Verification;
}

export async function restore(url: string, path: string, signal: AbortSignal): Promise<Restored> {
  const checked = await check(path, signal);
  const { header, totals } = checked;
  const migrations = header.migrations.map(({ name }) => name);
  const client = await connected(url);
  try {
    await refuseUnlessNew(client, migrations);
    await migrate(url, { only: migrations, signal });
    await client.query(`BEGIN; ${sameForms}`);
    await load(client, path, totals, signal);
    await client.query('COMMIT');
    const migrated = await migrate(url, { signal });
    await client.query('ANALYZE');
    return { ...checked, migrated, verification: await verified(url, header.head, signal) };
  } finally {
    await client.end();
  }
}

/** New: nothing at all, or what a restore that failed leaves, the tables of this very backup and nothing in them. */
async function refuseUnlessNew(client: pg.Client, migrations: string[]): Promise<void> {
  const { rows } = await client.query<{ tables: number; book: boolean }>(
    `SELECT count(*)::int AS tables, to_regclass('public._prisma_migrations') IS NOT NULL AS book
       FROM pg_class c WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
        AND c.relnamespace IN (SELECT oid FROM pg_namespace WHERE nspname IN ('public', 'history', 'known', 'as_of', 'as_of_known', 'pgboss'))
        AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')`,
  );
  if (rows[0]?.tables === 0) return;
  if (rows[0]?.book === true) {
    const { rows: book } = await client.query<{ name: string }>(
      'SELECT migration_name AS name FROM _prisma_migrations ORDER BY 1',
    );
    const names = book.map(({ name }) => name);
    if (names.length === migrations.length && names.every((name, i) => name === migrations[i]))
      return refuseUnlessEmpty(client);
  }
  throw notNew;
}

const notNew = new Unfit('The database is not empty: a backup is restored into a new one.');

async function refuseUnlessEmpty(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ some: boolean }>(
    `SELECT EXISTS (SELECT FROM history.transactions) OR EXISTS (SELECT FROM api_keys) OR EXISTS (SELECT FROM imports) AS some`,
  );
  if (rows[0]?.some !== false) throw notNew;
}

async function load(client: pg.Client, path: string, totals: Totals, signal: AbortSignal): Promise<void> {
  const tables = await tablesOf(client);
  for (const { name } of tables) await client.query(`ALTER TABLE ${name} DISABLE TRIGGER USER`);
  // Under the locks that this has taken.
  await refuseUnlessEmpty(client);
  const keys = await dropForeignKeys(client);
  await stageShapes(client);
  const parts = partsOf(path);
  for await (const part of parts) {
    signal.throwIfAborted();
    const document =
      part !== 'end of rows' && 'document' in part ? tableLine.safeParse(part.document) : undefined;
    if (!document?.success) continue;
    const { table, columns } = document.data;
    const target = tables.find(({ name }) => name === table);
    if (!target || columns.some((column) => !target.columns.includes(column)))
      throw new Unfit(`${path} has a table ${table} that its migrations do not make.`);
    const into = table === shapes.table ? shapes.staged : table;
    if (into === table) await client.query(`DELETE FROM ${table}`);
    const copy = client.query(
      copyFrom(
        `COPY ${into} (${columns.map((column) => pg.escapeIdentifier(column)).join(', ')}) FROM STDIN`,
      ),
    );
    await pipeline(Readable.from(rowsIn(parts), { objectMode: false }), copy, { signal });
    if (copy.rowCount !== totals.rows[table])
      throw new Unfit(
        `${path}: ${table} came to ${copy.rowCount} rows instead of ${totals.rows[table] ?? 'none'}.`,
      );
  }
  await keepShapes(client);
  for (const { name, definition, table } of keys)
    await client.query(`ALTER TABLE ${table} ADD CONSTRAINT ${pg.escapeIdentifier(name)} ${definition}`);
  for (const { name } of tables) await client.query(`ALTER TABLE ${name} ENABLE TRIGGER USER`);
  await setSequences(client, totals);
}

/** Up to the end of this table; the reader stays open for the next. */
async function* rowsIn(parts: AsyncGenerator<Part>): AsyncGenerator<Buffer> {
  for (;;) {
    const next = await parts.next();
    if (next.done === true || next.value === 'end of rows') return;
    if ('rows' in next.value) yield next.value.rows;
  }
}

interface ForeignKey {
  table: string;
  name: string;
  definition: string;
}

/** They are made again when all is there, and judge it as a whole: tables point to each other, and to themselves. */
async function dropForeignKeys(client: pg.Client): Promise<ForeignKey[]> {
  const { rows } = await client.query<ForeignKey>(
    `SELECT format('%I.%I', n.nspname, c.relname) AS table, k.conname AS name, pg_get_constraintdef(k.oid) AS definition
       FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE k.contype = 'f' AND n.nspname IN ('public', 'history') ORDER BY 1, 2`,
  );
  for (const { table, name } of rows)
    await client.query(`ALTER TABLE ${table} DROP CONSTRAINT ${pg.escapeIdentifier(name)}`);
  return rows;
}

/** Never back: what the migrations took from one is taken. */
async function setSequences(client: pg.Client, { sequences }: Totals): Promise<void> {
  for (const { name, last, isCalled } of sequences)
    await client.query(
      `SELECT setval(s.oid, $2::bigint, $3) FROM pg_class s JOIN pg_sequence q ON q.seqrelid = s.oid
        WHERE s.oid = to_regclass($1) AND coalesce(pg_sequence_last_value(s.oid), 0) < $2::bigint`,
      [name, last, isCalled],
    );
}

/** Everything is recomputed: the log, its chain, and each version of each row. */
async function verified(
  url: string,
  head: { position: number; hash: string },
  signal: AbortSignal,
): Promise<Verification> {
  const db = new Database(url, 2, 600);
  try {
    return await verify(db, head, signal);
  } finally {
    await db.end();
  }
}
