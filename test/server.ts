/** One real PostgreSQL for the whole run, with a template database that every test file gets its own copy of. */
import { mkdtemp, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { Database } from '../src/db/database.ts';
import { startEmbedded } from '../src/db/embedded.ts';
import { connected, migrate } from '../src/db/migrate.ts';
import { asApi } from '../src/db/roles.ts';
import { seed } from '../src/resource/seed.ts';
import { loadRegistry } from '../src/resource/registry.ts';
import { installKeys } from './keys.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The template: migrated, seeded, with the keys of keys.ts. Never connect to it; copy it. */
    templateUrl: string;
    /** The name of a second template, which is only migrated: a copy takes far less. */
    migrated: string;
    /** The data directory of the server of the run. */
    dataDir: string;
  }
}

const memory = '/dev/shm';
const roomLeast = 4 * 2 ** 30;

/** Each file has a database made and dropped, some hundred files each time: in memory, where there is room, in half the time. */
async function place(): Promise<string> {
  const { bavail, bsize } = await statfs(memory).catch(() => ({ bavail: 0, bsize: 0 }));
  return bavail * bsize >= roomLeast ? memory : tmpdir();
}

const migrated = 'migrated';

async function copy(url: string, name: string): Promise<void> {
  const maintenance = new URL(url);
  const template = maintenance.pathname.slice(1);
  maintenance.pathname = '/postgres';
  const client = await connected(maintenance.href);
  await client.query(`CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY FILE_COPY`);
  await client.end();
}

export default async function server(project: TestProject): Promise<() => Promise<void>> {
  const dataDir = await mkdtemp(join(await place(), 'tracker-test-'));
  const postgres = await startEmbedded({
    dataDir,
    durable: false,
    settings: { max_connections: '200', autovacuum: 'off' },
  });
  await migrate(postgres.url);
  await copy(postgres.url, migrated);
  const db = new Database(asApi(postgres.url), 2);
  await seed(db, await loadRegistry());
  await installKeys(db);
  await db.end();
  project.provide('dataDir', dataDir);
  project.provide('templateUrl', postgres.url);
  project.provide('migrated', migrated);
  return async () => {
    await postgres.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
}
