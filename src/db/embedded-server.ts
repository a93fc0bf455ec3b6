/*
 * One run of the server on a cluster: its settings, its log, its socket, and when it is ready or why it is not.
 */
import { chownSync, closeSync, fchownSync, mkdtempSync, openSync, readFileSync, renameSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { publicTemporaryDir, type Binaries } from './embedded-binaries.ts';
import { cannotRun, clusterPath, complaintIn, fullDiskNote, isCannotRun } from './embedded-cluster.ts';
import {
  CLUSTER_IN_USE,
  readPostmasterFile,
  spawnSupervised,
  type Account,
  type Supervised,
} from './embedded-process.ts';
import { errorCode, StartupError } from '../kernel/startup-error.ts';

/** A name for the socket file only: no TCP port is opened. */
export const PORT = 5432;

const DEFAULT_SETTINGS = {
  jit: 'off', // compiling costs more than it saves for queries of this size
  shared_buffers: '128MB',
  max_connections: '60',
  timezone: 'UTC',
  log_timezone: 'UTC',
};
const UNSAFE_SETTINGS = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };

interface ServerPlan {
  dataDir: string;
  clusterDir: string;
  socketDir: string;
  account: Account | undefined;
  binaries: Binaries;
  durable: boolean;
  settings: Record<string, string>;
}

export async function spawnServer(plan: ServerPlan): Promise<Supervised> {
  const { clusterDir, socketDir, account } = plan;
  const settings = {
    ...DEFAULT_SETTINGS,
    ...(plan.durable ? {} : UNSAFE_SETTINGS),
    ...plan.settings,
    listen_addresses: '',
    port: `${PORT}`,
    unix_socket_directories: `"${socketDir}"`,
    unix_socket_permissions: '0700',
    logging_collector: 'off',
  };
  const command = [plan.binaries.postgres, '-D', clusterPath(clusterDir)];
  for (const [name, value] of Object.entries(settings)) command.push('-c', `${name}=${value}`);
  const logFd = openLog(logFile(plan.dataDir), account);
  const clusterFd = openSync(clusterDir, 'r');
  try {
    return await spawnSupervised({
      command,
      cwd: clusterDir,
      account,
      server: { socketDir, logFd, clusterFd },
    });
  } finally {
    closeSync(logFd);
    closeSync(clusterFd);
  }
}

function logFile(dataDir: string): string {
  return join(dataDir, 'postgres.log');
}

/** A file and not a pipe: the server must be able to write when we are busy, or gone. */
function openLog(file: string, account: Account | undefined): number {
  try {
    renameSync(file, `${file}.1`);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
  }
  const fd = openSync(file, 'ax', 0o600);
  if (account) fchownSync(fd, account.uid, account.gid);
  return fd;
}

/** Recovery after a crash may take long, so there is no limit as long as the server lives; but it is not silent. */
export async function waitUntilReady(
  server: Supervised,
  dataDir: string,
  clusterDir: string,
  log: (line: string) => void,
): Promise<void> {
  let ended: { code: number | null } | undefined;
  void server.exit.then((code) => (ended = { code }));
  const pollMs = 10;
  for (let polls = 1; ; polls += 1) {
    if (ended) throw failedStart(ended.code, dataDir);
    const note = readPostmasterFile(clusterDir);
    if (note?.pid === server.pid && note.isReady) return;
    if (polls % 500 === 0) log(`PostgreSQL is still starting, see ${logFile(dataDir)}`);
    await delay(pollMs);
  }
}

function failedStart(code: number | null, dataDir: string): StartupError {
  if (code === CLUSTER_IN_USE) {
    return new StartupError(
      `Another PostgreSQL server, perhaps in another container, uses ${dataDir}: stop it, or choose another directory.`,
    );
  }
  const log = logFile(dataDir);
  const written = readFileSync(log, 'utf8');
  if (isCannotRun(code)) return cannotRun(written);
  const said = complaintIn(written);
  return new StartupError(
    `PostgreSQL could not start in ${dataDir}: ${said}${fullDiskNote(dataDir)} (see ${log}).`,
  );
}

/** Short, because a socket's path is limited to about 100 bytes; and where the server's user can get to it. */
export function makeSocketDirectory(account: Account | undefined): string {
  const base = account ? publicTemporaryDir() : tmpdir();
  const socketDir = mkdtempSync(join(Buffer.byteLength(base) <= 70 ? base : '/tmp', 'tracker-')); // mode 0700
  if (account) chownSync(socketDir, account.uid, account.gid);
  return socketDir;
}
