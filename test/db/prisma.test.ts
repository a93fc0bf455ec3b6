/** Prisma and our own applier may take over from each other, and the schema says what the migrations make. */
import { expect, test } from 'vitest';
import { migrate, readMigrations } from '../../src/db/migrate.ts';
import { everything, migrationList, schemaFiles, withEngine } from '../prisma-engine.ts';
import { databases, rowsOf } from './databases.ts';

const empty = databases();
const migrated = databases('migrated');
const filters = everything;

test('after our applier Prisma finds nothing pending, nothing edited, nothing failed and no drift', async () => {
  const url = await migrated();
  const migrationsList = await migrationList();
  await withEngine(url, empty, async (engine) => {
    expect(
      await engine.diagnoseMigrationHistory({ migrationsList, optInToShadowDatabase: false, filters }),
    ).toEqual({
      editedMigrationNames: [],
      failedMigrationNames: [],
      hasMigrationsTable: true,
      history: null,
    });
    // What `migrate dev` would do: a reset if the database had drifted from the migrations.
    expect(await engine.devDiagnostic({ migrationsList, filters })).toEqual({
      action: { tag: 'createMigration' },
    });
    expect(await engine.applyMigrations({ migrationsList, filters })).toEqual({ appliedMigrationNames: [] });
  });
});

test('the migrations make what schema.prisma says, and nothing that it does not', async () => {
  const difference = await withEngine(await empty(), empty, async (engine) =>
    engine.diff({
      from: { tag: 'migrations', ...(await migrationList()) },
      to: { tag: 'schemaDatamodel', ...(await schemaFiles()) },
      script: true,
      exitCode: true,
      filters,
    }),
  );
  expect(difference).toEqual({
    exitCode: 0,
    stdout: expect.stringMatching(/^(-- This is an empty migration\.)?\s*$/) as string,
  });
});

test('a column that the migrations do not make would be noticed', async () => {
  const { files } = await schemaFiles();
  const planted = files.map((file) => ({
    ...file,
    content: file.content.replace(/^model Program \{$/m, '$&\n  planted String?'),
  }));
  const difference = await withEngine(await empty(), empty, async (engine) =>
    engine.diff({
      from: { tag: 'migrations', ...(await migrationList()) },
      to: { tag: 'schemaDatamodel', files: planted },
      script: true,
      exitCode: true,
      filters,
    }),
  );
  expect(difference.exitCode).toBe(2);
  expect(difference.stdout).toContain('ADD COLUMN     "planted"');
});

test('what Prisma applied our applier accepts as applied, and both write the same book', async () => {
  const url = await empty();
  const names = (await readMigrations()).map(({ name }) => name);
  const migrationsList = await migrationList();
  expect(
    await withEngine(url, empty, (engine) => engine.applyMigrations({ migrationsList, filters })),
  ).toEqual({ appliedMigrationNames: names });
  expect(await migrate(url)).toEqual([]);
  const ours = await migrated();
  const shape = `SELECT column_name, data_type, is_nullable, column_default, character_maximum_length FROM information_schema.columns
    WHERE table_name = '_prisma_migrations' ORDER BY ordinal_position`;
  expect(await rowsOf(ours, shape)).toEqual(await rowsOf(url, shape));
  const lines = `SELECT migration_name, checksum, applied_steps_count, rolled_back_at FROM _prisma_migrations ORDER BY 1`;
  expect(await rowsOf(ours, lines)).toEqual(await rowsOf(url, lines));
});
