/**
 * Applies prisma/migrations as `prisma migrate deploy` does, without its 340 MB and its engine: the same table, the
 * same checksums and the same advisory lock, so that either tool can take over from the other.
 */
import { createHash, randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import pg from 'pg';
import { packageFolder } from '../kernel/package.ts';
import { StartupError } from '../kernel/startup-error.ts';
import { apiRole } from './roles.ts';

const folder = new URL('prisma/migrations/', packageFolder);
/** Prisma's own number: a running `migrate deploy` and this wait for each other. */
export const advisoryLock = 72707369;
const oldestServer = 180_000;

const bookkeeping = `
  CREATE TABLE IF NOT EXISTS _prisma_migrations (
    id varchar(36) PRIMARY KEY NOT NULL,
    checksum varchar(64) NOT NULL,
    finished_at timestamptz,
    migration_name varchar(255) NOT NULL,
    logs text,
    rolled_back_at timestamptz,
    started_at timestamptz NOT NULL DEFAULT now(),
    applied_steps_count integer NOT NULL DEFAULT 0
  )`;

/** Roles do not come along into another server, and may be made after the migrations. */
const letApiWork = `
  DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles r, pg_namespace n JOIN pg_proc p ON p.pronamespace = n.oid AND p.proname = 'grant_api'
                WHERE r.rolname = '${apiRole}' AND n.nspname = 'history'
                  AND NOT has_schema_privilege(r.oid, n.oid, 'USAGE') AND pg_has_role(n.nspowner, 'USAGE'))
    THEN CALL history.grant_api();
    END IF;
  END $$`;

interface Migration {
  name: string;
  sql: string;
  checksum: string;
}

interface Entry {
  migration_name: string;
  checksum: string;
  finished_at: Date | null;
}

export async function readMigrations(): Promise<Migration[]> {
  const names = (await readdir(folder, { withFileTypes: true }))
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
  return Promise.all(
    names.map(async (name) => {
      const sql = await readFile(new URL(`${name}/migration.sql`, folder), 'utf8');
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}

export async function connected(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  // What breaks is told by the query that meets it.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return client;
  } catch (error) {
    throw new StartupError(
      `The database cannot be reached: ${(error as Error).message || String((error as NodeJS.ErrnoException).code)}`,
    );
  }
}

/** `only` these migrations, and no longer than until the `signal`. */
interface Bounds {
  only?: readonly string[];
  signal?: AbortSignal;
}

/** Brings the database up to date, or so far only, and gives the names of the migrations that were applied. */
export async function migrate(url: string, { only, signal }: Bounds = {}): Promise<string[]> {
  const client = await connected(url);
  // Another may hold the lock for long, and a migration may take long. What was not finished is rolled back.
  const end = (): void => void client.end();
  signal?.addEventListener('abort', end);
  try {
    signal?.throwIfAborted();
    await refuseOldServer(client);
    await client.query('SELECT pg_advisory_lock($1)', [advisoryLock]);
    const applied = await applyPending(client, only);
    await client.query(letApiWork);
    return applied;
  } finally {
    signal?.removeEventListener('abort', end);
    // Closing the session lets go of the lock.
    await client.end();
  }
}

/** For who has no other way to let it: an administrator may as well do it. */
export async function letLogIn(url: string, password: string): Promise<void> {
  const client = await connected(url);
  try {
    // A statement that says a password takes no parameter.
    await client.query(`ALTER ROLE ${apiRole} LOGIN PASSWORD ${pg.escapeLiteral(password)}`);
  } finally {
    await client.end();
  }
}

async function refuseOldServer(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ number: number; version: string }>(
    `SELECT current_setting('server_version_num')::int AS number, current_setting('server_version') AS version`,
  );
  const [server] = rows;
  if (server && server.number < oldestServer)
    throw new StartupError(`PostgreSQL ${server.version} is too old: version 18 or later is needed.`);
}

async function applyPending(client: pg.Client, only: readonly string[] | undefined): Promise<string[]> {
  const rows = await entries(client);
  const known = new Map(rows.map((row) => [row.migration_name, row]));
  const migrations = await readMigrations();
  const newer = rows.find((row) => !migrations.some(({ name }) => name === row.migration_name));
  if (newer)
    throw new StartupError(
      `The database has the migration ${newer.migration_name}, which this version does not know: it was made by a newer one.`,
    );
  const pending = migrations
    .filter((migration) => !isApplied(migration, known.get(migration.name)))
    .filter(({ name }) => only?.includes(name) ?? true);
  if (pending[0]) await begin(client, pending[0]);
  for (const migration of pending) await apply(client, migration);
  return pending.map(({ name }) => name);
}

async function entries(client: pg.Client): Promise<Entry[]> {
  const { rows: books } = await client.query(`SELECT WHERE to_regclass('_prisma_migrations') IS NOT NULL`);
  if (books.length === 0) return [];
  const { rows } = await client.query<Entry>(
    'SELECT migration_name, checksum, finished_at FROM _prisma_migrations WHERE rolled_back_at IS NULL',
  );
  return rows;
}

/** A login that may make no tables is one for requests: it can still start on a database that is up to date. */
async function begin(client: pg.Client, { name }: Migration): Promise<void> {
  const { rows } = await client.query(
    `SELECT WHERE coalesce(has_schema_privilege(current_schema(), 'CREATE'), true)`,
  );
  if (rows.length === 0)
    throw new StartupError(
      `The migration ${name} is to be applied, and this login of the database may not: set MIGRATION_DATABASE_URL to that of the owner, or run \`npx tracker migrate\` with it.`,
    );
  await client.query(bookkeeping);
}

/** Throws where the book does not agree with the file. */
function isApplied({ name, checksum }: Migration, entry: Entry | undefined): boolean {
  if (entry?.finished_at === null)
    throw new StartupError(
      `The migration ${name} failed before; mend the database and mark it with \`prisma migrate resolve\`.`,
    );
  if (entry && entry.checksum !== checksum)
    throw new StartupError(`The migration ${name} was changed after it had been applied.`);
  return entry !== undefined;
}

/** All of a migration or nothing: its statements and its entry in the book share a transaction. */
async function apply(client: pg.Client, { name, sql, checksum }: Migration): Promise<void> {
  try {
    await client.query('BEGIN');
    await client.query(sql);
    await client.query(
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
       VALUES ($1, $2, $3, now(), clock_timestamp(), 1)`,
      [randomUUID(), checksum, name],
    );
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw new StartupError(`The migration ${name} failed and was undone: ${(error as Error).message}`);
  }
}
