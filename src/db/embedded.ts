/*
 * A PostgreSQL server of our own, for those who have none: it lives in the data directory, is reached by a Unix socket only,
 * starts and ends with this process, and mends by itself what a killed process or a power failure left behind.
 *
 *   <dataDir>/owner.json    who uses the directory (directory-lock.ts)
 *   <dataDir>/postgres/     the cluster
 *   <dataDir>/postgres.log  the server's log of this run; postgres.log.1 of the run before
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import pg from 'pg';

import { lockDirectory } from './directory-lock.ts';
import { binariesForOthers, findBinaries, type Binaries } from './embedded-binaries.ts';
import { DATABASE_USER, ensureCluster, serverAccount } from './embedded-cluster.ts';
import { readPostmasterFile, shutDown, stopOrphans, type Step, type Supervised } from './embedded-process.ts';
import { apiRole } from './roles.ts';
import { makeSocketDirectory, PORT, spawnServer, waitUntilReady } from './embedded-server.ts';
import { errorCode, reasonOf, StartupError } from '../kernel/startup-error.ts';

export interface EmbeddedPostgres {
  /** Of the owner, for node-postgres and Prisma alike; requests are served as asApi(url) (roles.ts). */
  url: string;
  socketDir: string;
  /** Any number of times; if the server does not go within 10 s it is made to. */
  stop(): Promise<void>;
  /** When the server has ended, whoever ended it; expected: stop() did. If not, stop() still frees the directory. */
  exited: Promise<{ code: number | null; expected: boolean }>;
}

export interface EmbeddedOptions {
  dataDir: string;
  log?: (line: string) => void;
  /** False: a power failure may destroy the data. For tests. */
  durable?: boolean;
  /** PostgreSQL settings on top of the defaults (embedded-server.ts). */
  settings?: Record<string, string>;
}

const DATABASE = 'tracker';

const STOP_STEPS: readonly Step[] = [
  ['SIGINT', 10_000],
  ['SIGQUIT', 5_000],
  ['SIGKILL', 5_000],
];

export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const dataDir = resolve(options.dataDir);
  const binaries = findBinaries();
  makeDataDirectory(dataDir);
  const lock = lockDirectory(dataDir, () => isLockedByServer(join(dataDir, 'postgres')));
  try {
    return await startLocked(dataDir, binaries, options, () => {
      lock.release();
    });
  } catch (error) {
    lock.release();
    if (error instanceof StartupError) throw error;
    throw new StartupError(`Cannot start PostgreSQL in ${dataDir}: ${reasonOf(error)}.`, { cause: error });
  }
}

/** Where a server that uses the directory listens, if there is one; it may be about to end. */
export function runningUrl(dataDir: string): string | undefined {
  const note = readPostmasterFile(join(resolve(dataDir), 'postgres'));
  return note?.isReady === true ? databaseUrl(note.socketDir, DATABASE) : undefined;
}

/** The lock that a server and its backends hold (embedded-process.ts): it counts across containers, where no pid does. */
function isLockedByServer(clusterDir: string): boolean {
  return existsSync(clusterDir) && spawnSync('flock', ['-n', clusterDir, 'true']).status === 1;
}

function makeDataDirectory(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new StartupError(`Cannot make the data directory ${dataDir}: ${reasonOf(error)}.`, {
      cause: error,
    });
  }
}

async function startLocked(
  dataDir: string,
  found: Binaries,
  { log = () => undefined, durable = true, settings = {} }: EmbeddedOptions,
  release: () => void,
): Promise<EmbeddedPostgres> {
  const clusterDir = join(dataDir, 'postgres');
  const account = serverAccount(clusterDir);
  const binaries = account ? binariesForOthers(found) : found;
  await stopOrphans(clusterDir, log);
  await ensureCluster({ clusterDir, account, binaries, durable, log });

  const socketDir = makeSocketDirectory(account);
  const tidy = () => {
    rmSync(socketDir, { recursive: true, force: true });
    release();
  };
  let server: Supervised | undefined;
  try {
    server = await spawnServer({ dataDir, clusterDir, socketDir, account, binaries, durable, settings });
    await waitUntilReady(server, dataDir, clusterDir, log);
    const url = databaseUrl(socketDir, DATABASE);
    await ensureDatabase(url, databaseUrl(socketDir, 'postgres'));
    await query(url, ensureApiLogin);
    return supervise(server, url, socketDir, tidy);
  } catch (error) {
    if (server) await endServer(server);
    tidy();
    throw error;
  }
}

/** Everything is said that PGPORT or PGSSLMODE in the environment of a client would otherwise decide. */
function databaseUrl(socketDir: string, database: string): string {
  return `postgresql://${DATABASE_USER}@localhost:${PORT}/${database}?host=${encodeURIComponent(socketDir)}&sslmode=disable`;
}

/** The first start makes the database, or the next one if the first was interrupted here. */
async function ensureDatabase(url: string, maintenanceUrl: string): Promise<void> {
  try {
    await query(url, 'SELECT 1');
  } catch (error) {
    if (errorCode(error) !== '3D000') throw error; // invalid_catalog_name: no such database
    await query(maintenanceUrl, `CREATE DATABASE ${DATABASE}`);
  }
}

/** Who can reach the socket may log in as anybody; and by that name the migrations know whom to let do what. */
const ensureApiLogin = `
  DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${apiRole}') THEN CREATE ROLE ${apiRole} LOGIN;
    ELSIF NOT (SELECT rolcanlogin FROM pg_roles WHERE rolname = '${apiRole}') THEN ALTER ROLE ${apiRole} LOGIN;
    END IF;
  END $$`;

async function query(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

function supervise(server: Supervised, url: string, socketDir: string, tidy: () => void): EmbeddedPostgres {
  let stopping: Promise<void> | undefined;
  const exited = server.exit.then((code) => ({ code, expected: stopping !== undefined }));
  server.keepAlive(false); // a program that has nothing else to do may end, and the server with it
  const stop = async () => {
    await endServer(server);
    tidy();
  };
  return { url, socketDir, exited, stop: () => (stopping ??= stop()) };
}

async function endServer(server: Supervised): Promise<void> {
  server.keepAlive(true);
  const goneWithin = async (ms: number) => {
    const timeout = new AbortController();
    const late = delay(ms, false, { signal: timeout.signal }).catch(() => false);
    const gone = await Promise.race([server.exit.then(() => true), late]);
    timeout.abort();
    return gone;
  };
  if (await goneWithin(0)) return;
  await shutDown(
    STOP_STEPS,
    (signal) => {
      server.signal(signal);
    },
    goneWithin,
  );
}
