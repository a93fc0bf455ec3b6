/*
 * Running a PostgreSQL program so that it ends with us, and ending it.
 *
 * The program is in a session of its own: Ctrl-C in a terminal goes to the whole foreground group, and the server must
 * outlive the requests that the app still drains. What ends it instead is the end of a pipe that only we hold open:
 * a small shell reads from it, and it ends however we end, by SIGKILL too.
 *
 * The shell that watches is a grandchild and the program takes the place of the first shell (`exec`), so that its pid and
 * exit code are known here, and the death of the watcher does not end the server: the next start finds the orphan.
 */
import { execFileSync, spawn, type StdioOptions } from 'node:child_process';
import { readdirSync, readFileSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { processStart } from './directory-lock.ts';
import { errorCode, StartupError } from '../kernel/startup-error.ts';

export interface Account {
  uid: number;
  gid: number;
}

export interface Supervised {
  pid: number;
  /** The exit code; null after a signal. */
  exit: Promise<number | null>;
  signal(name: NodeJS.Signals): void;
  /** Whether the running program keeps the event loop alive: at first it does. */
  keepAlive(yes: boolean): void;
  /** What it printed, unless that went to a log. */
  output(): string;
}

/** Exit code of the shell when a server that we cannot see, in another container for instance, holds the cluster. */
export const CLUSTER_IN_USE = 75;

/*
 * $1 is the socket directory, empty for a program that is not a server; the rest is the command. Descriptor 3 is the
 * cluster directory: the server and its backends inherit the lock on it, which so lasts as long as any of them. Under
 * that lock no server can be running, so a postmaster.pid is stale and may go: PostgreSQL itself only looks whether some
 * process has that pid, and in a container one usually has. (flock belongs to Linux; macOS does without the second lock.)
 * A server that ends removes its socket. (Its pid may stay for long where the first process is no init and reaps nobody.)
 */
const SHELL = `
dir=$1; shift; exec 4<&0
if [ -n "$dir" ]; then
  tries=0
  until ! command -v flock >/dev/null || flock -n 3; do
    [ $? -eq 1 ] || break
    [ $tries -lt 50 ] || exit ${CLUSTER_IN_USE}
    tries=$((tries + 1)); sleep 0.1
  done
  rm -f postmaster.pid
fi
( (
  cd /; read -r end <&4; kill -INT $$
  tries=0
  while [ -S "$dir/.s.PGSQL.5432" ] && kill -0 $$ && [ $tries -lt 600 ]; do sleep 0.1; tries=$((tries + 1)); done
  [ -z "$dir" ] || [ $tries -eq 600 ] || rm -rf "$dir"
) 3<&- >/dev/null 2>&1 & )
exec "$@" </dev/null 4<&-
`;

export async function spawnSupervised(options: {
  command: string[];
  cwd: string;
  account: Account | undefined;
  server?: { socketDir: string; logFd: number; clusterFd: number };
}): Promise<Supervised> {
  const { command, cwd, account, server } = options;
  const stdio: StdioOptions = server
    ? ['pipe', server.logFd, server.logFd, server.clusterFd]
    : ['pipe', 'pipe', 'pipe', 'ignore'];
  const child = spawn('/bin/sh', ['-c', SHELL, 'tracker-postgres', server?.socketDir ?? '', ...command], {
    cwd,
    stdio,
    detached: true,
    env: minimalEnvironment(),
    ...account,
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  child.stdin?.on('error', () => undefined); // it ended before we did: `exit` tells
  const exit = new Promise<number | null>((resolve) =>
    child.once('close', (code) => {
      resolve(code);
    }),
  );
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve).on('error', reject);
  });
  const pipe = child.stdin as unknown as { ref(): void; unref(): void };
  return {
    pid: child.pid ?? 0,
    exit,
    signal: (name) => child.kill(name),
    keepAlive: (yes) => {
      for (const handle of [child, pipe]) {
        if (yes) handle.ref();
        else handle.unref();
      }
    },
    output: () => printed,
  };
}

/** Not ours: the server may belong to another user, who has no business with our secrets; and PG* would steer it. */
function minimalEnvironment(): NodeJS.ProcessEnv {
  const { PATH, LD_LIBRARY_PATH } = process.env;
  return {
    PATH: PATH ?? '/usr/bin:/bin',
    LC_ALL: 'C',
    ...(LD_LIBRARY_PATH === undefined ? {} : { LD_LIBRARY_PATH }),
  };
}

export type Step = readonly [signal: NodeJS.Signals, graceMs: number];

/** Fast shutdown; then without a checkpoint, which the next start makes up for; then by force. */
export async function shutDown(
  steps: readonly Step[],
  send: (signal: NodeJS.Signals) => void,
  goneWithin: (ms: number) => Promise<boolean>,
): Promise<boolean> {
  for (const [signal, graceMs] of steps) {
    send(signal);
    if (await goneWithin(graceMs)) return true;
  }
  return false;
}

/** Stops what still runs on this cluster after its supervisor died. Only for the owner of the data directory's lock. */
export async function stopOrphans(clusterDir: string, log: (line: string) => void): Promise<void> {
  const note = readPostmasterFile(clusterDir);
  if (!note) return; // a server that ends properly removes it
  if (serverProcesses(clusterDir, note.pid).length > 0) {
    log(`stopping the PostgreSQL server ${note.pid} that an earlier run left behind`);
    await stopProcesses(clusterDir, note.pid);
  }
  removeSocketDirectory(note.socketDir);
}

async function stopProcesses(clusterDir: string, postmaster: number): Promise<void> {
  const running = () => serverProcesses(clusterDir, postmaster);
  const steps: Step[] = [
    ['SIGINT', 60_000],
    ['SIGQUIT', 10_000],
    ['SIGKILL', 10_000],
  ];
  const gone = await shutDown(
    steps,
    (signal) => {
      const pids = running();
      // The postmaster ends its backends in good order; without one they are on their own.
      const orderly = pids.includes(postmaster) && signal !== 'SIGKILL';
      for (const pid of orderly ? [postmaster] : pids) sendSignal(pid, signal);
    },
    (ms) => until(() => running().length === 0, ms),
  );
  if (!gone) {
    throw new StartupError(
      `The PostgreSQL server ${postmaster} of an earlier run still uses ${clusterDir} and cannot be stopped: stop it, then start again.`,
    );
  }
}

function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (errorCode(error) !== 'ESRCH' && errorCode(error) !== 'EPERM') throw error;
  }
}

async function until(condition: () => boolean, msMax: number): Promise<boolean> {
  const deadline = performance.now() + msMax;
  while (!condition()) {
    if (performance.now() > deadline) return false;
    await delay(20);
  }
  return true;
}

interface PostmasterFile {
  pid: number;
  socketDir: string;
  isReady: boolean;
}

/** postmaster.pid: pid, data directory, start time, port, socket directory, listen address, shared memory, status. */
export function readPostmasterFile(clusterDir: string): PostmasterFile | undefined {
  try {
    const lines = readFileSync(join(clusterDir, 'postmaster.pid'), 'utf8').split('\n');
    return { pid: Number(lines[0]), socketDir: lines[4] ?? '', isReady: lines[7]?.trim() === 'ready' };
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * The postmaster and backends of a cluster, known by where they stand: a pid in a file may be anybody's by now.
 * Without /proc (macOS) only the postmaster is looked for; PostgreSQL itself then refuses to start beside its backends.
 */
function serverProcesses(clusterDir: string, postmaster: number): number[] {
  if (process.platform !== 'linux') return isServerOn(clusterDir, postmaster) ? [postmaster] : [];
  const cluster = statSync(clusterDir);
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const cwd = statSync(`/proc/${pid}/cwd`);
        if (cwd.ino !== cluster.ino || cwd.dev !== cluster.dev) return false;
        return (
          readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === 'postgres' && processStart(pid) !== undefined
        );
      } catch {
        return false; // gone, or another user's
      }
    });
}

function isServerOn(clusterDir: string, pid: number): boolean {
  try {
    const command = execFileSync('ps', ['-ww', '-o', 'command=', '-p', `${pid}`], { encoding: 'utf8' });
    return command.includes('postgres') && command.includes(clusterDir);
  } catch {
    return false; // ps fails when there is no such process
  }
}

/** The path comes from a file: so nothing but a socket's own files is removed, and a directory only when empty. */
function removeSocketDirectory(dir: string): void {
  if (!dir.startsWith('/')) return;
  try {
    for (const name of ['.s.PGSQL.5432', '.s.PGSQL.5432.lock']) rmSync(join(dir, name), { force: true });
    rmdirSync(dir);
  } catch {
    // Left to whoever sweeps the temporary directory.
  }
}
