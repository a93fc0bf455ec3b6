/** The applier of our own: everything once, in order, and a clear word where it cannot go on. */
import { createServer, type AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { migrate, readMigrations } from '../../src/db/migrate.ts';
import { StartupError } from '../../src/kernel/startup-error.ts';
import { databases, rowsOf } from './databases.ts';

const empty = databases();
const migrated = databases('migrated');

async function fault(url: string): Promise<string> {
  const error = await migrate(url).then(
    () => new Error('nothing'),
    (thrown: unknown) => thrown as Error,
  );
  expect(error).toBeInstanceOf(StartupError);
  expect(error.message).not.toContain('\n');
  return error.message;
}
const book = (url: string) =>
  rowsOf(
    url,
    'SELECT migration_name, checksum, applied_steps_count, finished_at IS NOT NULL AS done FROM _prisma_migrations ORDER BY migration_name',
  );

test('an empty database gets every migration once, in order, and a second run finds nothing to do', async () => {
  const url = await empty();
  const migrations = await readMigrations();
  expect(migrations.length).toBeGreaterThan(3);
  expect(await migrate(url)).toEqual(migrations.map(({ name }) => name));
  const written = await book(url);
  expect(written).toEqual(
    migrations.map(({ name, checksum }) => ({
      migration_name: name,
      checksum,
      applied_steps_count: 1,
      done: true,
    })),
  );
  expect(await migrate(url)).toEqual([]);
  expect(await book(url)).toEqual(written);
});

test('two appliers at once apply each migration once', async () => {
  const url = await empty();
  const both = await Promise.all([migrate(url), migrate(url)]);
  const names = (await readMigrations()).map(({ name }) => name);
  expect(both.flat()).toEqual(names);
  expect((await book(url)).map((row) => row.migration_name)).toEqual(names);
});

test('a database that stopped half-way gets the rest', async () => {
  const url = await migrated();
  const [last] = (await readMigrations()).slice(-1);
  await rowsOf(url, `CREATE TABLE kept AS SELECT 1 AS x; DROP SCHEMA public CASCADE; CREATE SCHEMA public`);
  expect((await migrate(url)).at(-1)).toBe(last?.name);
});

describe('a book that does not agree with the files stops the start and changes nothing', () => {
  const spoilt = async (text: string): Promise<[message: string, before: unknown, after: unknown]> => {
    const url = await migrated();
    await rowsOf(url, text);
    const before = await book(url);
    return [await fault(url), before, await book(url)];
  };

  test('a file that was changed after it was applied', async () => {
    const [message, before, after] = await spoilt(
      `UPDATE _prisma_migrations SET checksum = repeat('0', 64) WHERE migration_name LIKE '%_rules'`,
    );
    expect(message).toMatch(/^The migration \d+_rules was changed after it had been applied\.$/);
    expect(after).toEqual(before);
  });

  test('a migration that failed and was not finished', async () => {
    const [message, before, after] = await spoilt(
      `UPDATE _prisma_migrations SET finished_at = NULL WHERE migration_name LIKE '%_rules'`,
    );
    expect(message).toMatch(/^The migration \d+_rules failed before;/);
    expect(after).toEqual(before);
  });

  test('a migration of a newer version', async () => {
    const [message, before, after] = await spoilt(
      `INSERT INTO _prisma_migrations SELECT 'x', checksum, finished_at, '29991231000000_later', logs, NULL, started_at, 1 FROM _prisma_migrations LIMIT 1`,
    );
    expect(message).toMatch(/29991231000000_later.*newer/);
    expect(after).toEqual(before);
  });

  test('also where something else is still to be applied', async () => {
    const url = await empty();
    const [one] = await readMigrations();
    await rowsOf(
      url,
      `CREATE TABLE _prisma_migrations (id varchar(36) PRIMARY KEY NOT NULL, checksum varchar(64) NOT NULL, finished_at timestamptz, migration_name varchar(255) NOT NULL, logs text, rolled_back_at timestamptz, started_at timestamptz NOT NULL DEFAULT now(), applied_steps_count integer NOT NULL DEFAULT 0);
      INSERT INTO _prisma_migrations (id, checksum, migration_name) VALUES ('x', 'x', '20261124000200_contest')`,
    );
    expect(await fault(url)).toContain('failed before');
    expect((await book(url)).map((row) => row.migration_name)).not.toContain(one?.name);
  });

  test('but one that was marked as rolled back is applied again', async () => {
    const url = await migrated();
    await rowsOf(
      url,
      `DROP SCHEMA public CASCADE; CREATE SCHEMA public;
       CREATE TABLE _prisma_migrations (id varchar(36) PRIMARY KEY NOT NULL, checksum varchar(64) NOT NULL, finished_at timestamptz, migration_name varchar(255) NOT NULL, logs text, rolled_back_at timestamptz, started_at timestamptz NOT NULL DEFAULT now(), applied_steps_count integer NOT NULL DEFAULT 0);
       INSERT INTO _prisma_migrations (id, checksum, migration_name, rolled_back_at) VALUES ('x', 'x', '20261124000000_tables', now())`,
    );
    expect(await migrate(url)).toEqual((await readMigrations()).map(({ name }) => name));
  });
});

test('a migration that fails leaves nothing behind and says which one it was', async () => {
  const url = await empty();
  await rowsOf(url, 'CREATE TABLE programs (mine int)');
  expect(await fault(url)).toMatch(/^The migration 20261124000000_tables failed and was undone: .*programs/);
  expect(
    await rowsOf(
      url,
      `SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1`,
    ),
  ).toEqual([{ table_name: '_prisma_migrations' }, { table_name: 'programs' }]);
  await rowsOf(url, 'DROP TABLE programs');
  expect((await migrate(url)).length).toBeGreaterThan(3);
});

describe('a server that cannot be used is named in one line', () => {
  // The server's own words are shadowed: a real PostgreSQL that says it is 17.5.
  test('one older than 18', async () => {
    const url = await empty();
    await rowsOf(
      url,
      `CREATE SCHEMA old;
       CREATE FUNCTION old.current_setting(name text) RETURNS text LANGUAGE sql
         RETURN CASE name WHEN 'server_version_num' THEN '170005' ELSE '17.5' END;
       DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET search_path = old, pg_catalog, public', current_database()); END $$`,
    );
    expect(await fault(url)).toBe('PostgreSQL 17.5 is too old: version 18 or later is needed.');
    expect(await rowsOf(url, `SELECT to_regclass('public._prisma_migrations')::text AS book`)).toEqual([
      { book: null },
    ]);
  });

  test('one where nothing listens', async () => {
    const listener = createServer();
    await new Promise<void>((ready) => listener.listen(0, '127.0.0.1', ready));
    const { port } = listener.address() as AddressInfo;
    await new Promise((closed) => listener.close(closed));
    expect(await fault(`postgresql://nobody@127.0.0.1:${port}/x`)).toMatch(
      /^The database cannot be reached: .*ECONNREFUSED/,
    );
  });

  test('one that hangs up', async () => {
    const listener = createServer((socket) => socket.destroy());
    await new Promise<void>((ready) => listener.listen(0, '127.0.0.1', ready));
    const { port } = listener.address() as AddressInfo;
    expect(await fault(`postgresql://nobody@127.0.0.1:${port}/x`)).toMatch(
      /^The database cannot be reached: /,
    );
    listener.close();
  });

  test('one without this database, or for other people', async () => {
    const url = new URL(await empty());
    url.pathname = '/there_is_none';
    expect(await fault(url.href)).toMatch(/^The database cannot be reached: .*there_is_none/);
    url.username = 'nobody_here';
    url.password = 'secret-of-mine';
    const message = await fault(url.href);
    expect(message).toMatch(/^The database cannot be reached: /);
    expect(message).not.toContain('secret-of-mine');
  });
});
