/** For the tests of the embedded PostgreSQL: directories, clusters that are ready, and what is asked of a server. */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import pg from 'pg';
import { afterAll, afterEach, beforeAll, expect, inject } from 'vitest';

import { processStart } from '../../src/db/directory-lock.ts';
import { startEmbedded, type EmbeddedOptions, type EmbeddedPostgres } from '../../src/db/embedded.ts';
import { errorCode, StartupError } from '../../src/kernel/startup-error.ts';

export const SOURCE = resolve(import.meta.dirname, '../../src');
/** The module, below SOURCE. */
export const SOURCE_FILES = ['kernel', 'db'].flatMap((folder) =>
  readdirSync(join(SOURCE, folder))
    .filter((name) => /^(embedded|directory|startup|roles).*\.ts$/.test(name))
    .map((name) => join(folder, name)),
);
export const AS_ROOT = process.getuid?.() === 0;
export const NOBODY = 65534;
export const DEADLINE_MS = 20_000;
/** For a test as a whole: on a busy machine it takes five times as long as on a quiet one. */
export const TIMEOUT_MS = 60_000;

/*
 * `home` is open to nobody but us, so as root every test here also shows that PostgreSQL, as another user, works
 * below a directory it cannot traverse. `open` is for the tests that need the contrary. Each file has its own two.
 */
export let home = '';
export let open = '';
/** What a test leaves to be done after it, the last first. */
export const undo: (() => unknown)[] = [];

/** Every file that uses this module calls it first. */
export function useDirectories(): void {
  beforeAll(() => {
    home = mkdtempSync(join(tmpdir(), 'tracker-test-'));
    open = mkdtempSync(join(tmpdir(), 'tracker-test-'));
    chmodSync(open, 0o755);
  });
  afterEach(async () => {
    for (const step of undo.splice(0).reverse()) await step();
  });
  afterAll(() => {
    for (const dir of [home, open]) rmSync(dir, { recursive: true, force: true });
  });
}

let directories = 0;

export function freshDirectory(parent = home): string {
  directories += 1;
  return join(parent, `${directories}`);
}

/** A data directory with a cluster in it, and in that an empty table `kept`: sparing most tests an initdb. */
export async function readyDirectory(dir = freshDirectory()): Promise<string> {
  const template = await madeOnce('cluster', async (draft) => {
    const server = await startEmbedded({ dataDir: draft, durable: false });
    await query(server.url, 'CREATE TABLE kept (n int)');
    await server.stop();
  });
  execFileSync('cp', ['-a', template, dir]); // keeps the owner
  return dir;
}

/** Made by the file of this run that needs it first, the others wait; and anew when the module has been edited. */
export async function madeOnce(name: string, make: (draft: string) => Promise<void>): Promise<string> {
  const edited = Math.max(...SOURCE_FILES.map((file) => statSync(join(SOURCE, file)).mtimeMs));
  const place = join(inject('dataDir'), `${name}-${edited}`);
  const made = join(place, 'made');
  if (existsSync(made)) return made;
  try {
    mkdirSync(place);
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
    await eventually(`another file has made the ${name}`, () => existsSync(made), TIMEOUT_MS);
    return made;
  }
  const draft = join(place, 'draft');
  await make(draft);
  renameSync(draft, made);
  return made;
}

/** Fewer processes and less memory: for a server of which a test only needs that it runs. */
const FRUGAL = {
  shared_buffers: '1MB',
  io_method: 'sync',
  autovacuum: 'off',
  max_logical_replication_workers: '0',
};

export async function start(
  dataDir: string,
  options: Omit<EmbeddedOptions, 'dataDir'> = {},
): Promise<EmbeddedPostgres> {
  const server = await startEmbedded({ dataDir, settings: FRUGAL, ...options });
  undo.push(() => server.stop());
  return server;
}

export async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined); // the server is killed on purpose here and there
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

export async function expectKept(url: string, values: number[]): Promise<void> {
  const rows = await query(url, 'SELECT n FROM kept ORDER BY n');
  expect(rows.map((row) => row.n)).toEqual(values);
}

export async function eventually(what: string, holds: () => boolean, withinMs = DEADLINE_MS): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`never came true: ${what}`);
    await delay(20);
  }
}

export const isAlive = (pid: number) => processStart(pid) !== undefined;

export function postmasterOf(dataDir: string): number {
  return Number(readFileSync(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0]);
}

export async function failureOf(promise: Promise<unknown>): Promise<string> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(StartupError);
  const { message } = error as StartupError;
  expect(message).not.toMatch(/\n/);
  return message;
}
