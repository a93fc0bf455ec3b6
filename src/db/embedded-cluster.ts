/*
 * The cluster: the directory in which PostgreSQL keeps its data, and the user who owns it.
 *
 * PostgreSQL refuses to run as root, so root runs it as `nobody`, or as the owner of a cluster that is there already.
 * That user need not be able to reach the directory: the program is started *in* it, before it drops root's rights,
 * and calls it /proc/self/cwd from then on. So data below /root stays there.
 */
import {
  chownSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { WAY_OUT, type Binaries } from './embedded-binaries.ts';
import { spawnSupervised, type Account } from './embedded-process.ts';
import { errorCode, reasonOf, StartupError } from '../kernel/startup-error.ts';

export const DATABASE_USER = 'tracker';

/** How a program started in the cluster directory calls it. */
export function clusterPath(clusterDir: string): string {
  return process.platform === 'linux' ? '/proc/self/cwd' : clusterDir;
}

/** Whom to run PostgreSQL as; undefined: as ourselves. */
export function serverAccount(clusterDir: string): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const { uid, gid } = statSync(clusterDir, { throwIfNoEntry: false }) ?? { uid: 0, gid: 0 };
  return uid === 0 ? nobody() : { uid, gid };
}

function nobody(): Account {
  const passwd = existsSync('/etc/passwd') ? readFileSync('/etc/passwd', 'utf8') : '';
  const [, uid = '65534', gid = '65534'] = /^nobody:[^:]*:(-?\d+):(-?\d+):/m.exec(passwd) ?? [];
  return { uid: Number(uid) >>> 0, gid: Number(gid) >>> 0 }; // macOS writes -2
}

interface ClusterOptions {
  clusterDir: string;
  account: Account | undefined;
  binaries: Binaries;
  durable: boolean;
  log: (line: string) => void;
}

/** Makes the cluster unless it is there. Nothing that is there already is ever changed or removed. */
export async function ensureCluster(options: ClusterOptions): Promise<void> {
  const { clusterDir, binaries } = options;
  await removeDrafts(clusterDir);
  const major = majorVersionOf(clusterDir);
  if (major === undefined) {
    await createCluster(options);
  } else if (major !== binaries.major) {
    throw new StartupError(
      `The data in ${clusterDir} was written by PostgreSQL ${major}, this is PostgreSQL ${binaries.major}: dump it with the old version and load it with the new one, or choose another directory.`,
    );
  }
}

function majorVersionOf(clusterDir: string): string | undefined {
  try {
    return readFileSync(join(clusterDir, 'PG_VERSION'), 'utf8').trim();
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') {
      throw new StartupError(`Cannot read the data in ${clusterDir}: ${reasonOf(error)}.`, { cause: error });
    }
  }
  // A cluster gets its name when it is complete: anything else under that name is not of our making.
  if (statSync(clusterDir, { throwIfNoEntry: false }) && readdirSync(clusterDir).length > 0) {
    throw new StartupError(`${clusterDir} holds files that are not a PostgreSQL cluster: move them away.`);
  }
  return undefined;
}

/** What an interrupted initdb left. It may be dying still and write to it: after the last try the next start goes on. */
async function removeDrafts(clusterDir: string): Promise<void> {
  const parent = dirname(clusterDir);
  const drafts = () => readdirSync(parent).filter((name) => name.startsWith(`${basename(clusterDir)}.new-`));
  for (let tries = 0; drafts().length > 0 && tries < 50; tries += 1) {
    if (tries > 0) await delay(50);
    for (const name of drafts()) {
      try {
        rmSync(join(parent, name), { recursive: true, force: true });
      } catch (error) {
        if (errorCode(error) !== 'ENOTEMPTY') throw error;
      }
    }
  }
}

/** initdb in a sibling, renamed when it is whole and on the disk: there is never half a cluster under the name. */
async function createCluster(options: ClusterOptions): Promise<void> {
  const { clusterDir, account, log } = options;
  log(`creating a PostgreSQL cluster in ${clusterDir}`);
  const draft = mkdtempSync(`${clusterDir}.new-`);
  try {
    if (account) chownSync(draft, account.uid, account.gid);
    await initdb(draft, options);
    renameSync(draft, clusterDir);
    syncDirectory(dirname(clusterDir));
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/**
 * Sorting by code point needs nothing of the operating system and cannot change under an index. pg_trgm though asks the C
 * library what a letter is, and in the plain C locale it finds none in "Łódź": hence a UTF-8 LC_CTYPE where there is one.
 */
const CHARACTER_TYPES = ['C.UTF-8', 'en_US.UTF-8', 'C'];

async function initdb(
  draft: string,
  { clusterDir, account, binaries, durable }: ClusterOptions,
): Promise<void> {
  const options = [
    ...['-D', clusterPath(draft), '--username', DATABASE_USER, '--auth', 'trust', '--encoding', 'UTF8'],
    ...['--locale', 'C', '--locale-provider', 'builtin', '--builtin-locale', 'C.UTF-8', '--data-checksums'],
    '--no-clean', // the caller removes it all, and sees before whether the disk is full
    ...(durable ? [] : ['--no-sync']),
  ];
  let printed = '';
  for (const characterType of CHARACTER_TYPES) {
    const command = [binaries.initdb, ...options, '--lc-ctype', characterType];
    const run = await spawnSupervised({ command, cwd: draft, account });
    const code = await run.exit;
    if (code === 0) return;
    printed = run.output();
    if (isCannotRun(code)) throw cannotRun(printed);
    if (!printed.includes('invalid locale name')) break;
  }
  throw new StartupError(
    `Cannot create the PostgreSQL cluster ${clusterDir}: ${complaintIn(printed)}${fullDiskNote(draft)}.`,
  );
}

/** The shell's exit codes for a program that is not executable or not found; the loader's for a missing library. */
export function isCannotRun(code: number | null): boolean {
  return code === 126 || code === 127;
}

export function cannotRun(printed: string): StartupError {
  return new StartupError(
    `The embedded PostgreSQL does not run on this system (${complaintIn(printed)}): ${WAY_OUT}.`,
  );
}

function syncDirectory(dir: string): void {
  const fd = openSync(dir, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

const COMPLAINT = /^.*?\b(?:PANIC|FATAL|error):\s*/i;

/** The first complaint in what PostgreSQL wrote, for those after it are consequences; the last line if there is none. */
export function complaintIn(text: string): string {
  const lines = text.split('\n').map((line) => line.trim());
  const written = lines.filter((line) => line !== '');
  const line = written.find((each) => COMPLAINT.test(each)) ?? written.at(-1) ?? 'it said nothing';
  return line.replace(COMPLAINT, '').replace(/\.$/, '');
}

/** PostgreSQL does not always say it, nor can it always write it down. A segment of its write-ahead log takes 16 MB. */
export function fullDiskNote(dir: string): string {
  const { bavail, bsize } = statfsSync(dir);
  const freeMb = Math.floor((bavail * bsize) / 2 ** 20);
  return freeMb < 16 ? `; the disk is full (${freeMb} MB are free)` : '';
}
