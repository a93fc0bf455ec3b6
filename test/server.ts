/** One real PostgreSQL for the whole run, with a template database that every test file gets its own copy of. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { Database } from '../src/db/database.ts';
import { startEmbedded } from '../src/db/embedded.ts';
import { migrate } from '../src/db/migrate.ts';
import { seed } from '../src/resource/seed.ts';
import { loadRegistry } from '../src/resource/registry.ts';
import { installKeys } from './keys.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The template: migrated, seeded, with the keys of keys.ts. Never connect to it; copy it. */
    templateUrl: string;
  }
}

export default async function server(project: TestProject): Promise<() => Promise<void>> {
  const dataDir = await mkdtemp(join(tmpdir(), 'tracker-test-'));
  const postgres = await startEmbedded({ dataDir, durable: false, settings: { max_connections: '200' } });
  await migrate(postgres.url);
  const db = new Database(postgres.url, 2);
  await seed(db, await loadRegistry());
  await installKeys(db);
  await db.end();
  project.provide('templateUrl', postgres.url);
  return async () => {
    await postgres.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
}
