/*
 * One live process per data directory, by the file `owner.json`.
 *
 * The lock is written whole and then linked into place: link(2) fails when the name is taken, as an exclusive create
 * does, and nobody can ever read half a lock. An owner is alive when its pid exists AND started when the lock says;
 * the pid alone would be fooled by a number used again after a crash, which in a container is the rule. About an owner in
 * another container a pid says nothing at all: there the caller is asked whether the directory is being used.
 *
 * A dead owner is succeeded, not deleted. "Unlink it, then create mine" lets two processes that both saw the same dead
 * owner each remove the other's new lock. Instead whoever wants to succeed owner N links a claim named after N: only one can.
 * The claim counts if owner.json still names N afterwards; it is then renamed over owner.json. A claimer that dies on
 * the way is itself succeeded by the same rule, so the owner is always at the end of the chain of claims.
 */
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  linkSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';

import { errorCode, reasonOf, StartupError } from '../kernel/startup-error.ts';

interface DirectoryLock {
  release(): void;
}

interface Owner {
  pid: number;
  /** When the process started, in the system's own terms: only ever compared for equality. */
  started: string;
  /** Where the pid means something: in one container, between two boots. */
  namespace: string;
  nonce: string;
  since: string;
}

const LOCK_NAME = 'owner.json';
/** Every lost round means that another process got further; so many in a row means that the file system misbehaves. */
const ROUNDS_MAX = 100;
/** A process that exists but whose start cannot be read (`hidepid`): taken for the owner, to be on the safe side. */
const UNKNOWN_START = 'unknown';

export function lockDirectory(dir: string, isUsedUnseen: () => boolean = () => false): DirectoryLock {
  const lockFile = join(dir, LOCK_NAME);
  const me: Owner = {
    pid: process.pid,
    started: processStart(process.pid) ?? UNKNOWN_START,
    namespace: pidNamespace(),
    nonce: randomUUID(),
    since: new Date().toISOString(),
  };
  try {
    for (let round = 0; round < ROUNDS_MAX; round += 1) {
      if (!createWhole(lockFile, me) && !succeed(dir, lockFile, me, isUsedUnseen)) continue;
      removeLeftovers(dir);
      return {
        release: () => {
          if (readOwner(lockFile)?.nonce === me.nonce) rmSync(lockFile, { force: true });
        },
      };
    }
  } catch (error) {
    if (error instanceof StartupError) throw error;
    throw new StartupError(`Cannot write to the data directory ${dir}: ${reasonOf(error)}.`, {
      cause: error,
    });
  }
  throw new StartupError(`Cannot lock the data directory ${dir}: ${lockFile} keeps changing.`);
}

/** Takes the place of a dead owner. False: somebody else moved first, look again. Throws when the owner lives. */
function succeed(dir: string, lockFile: string, me: Owner, isUsedUnseen: () => boolean): boolean {
  const first = readOwner(lockFile);
  if (!first) return false;
  let last = first;
  for (let next = readOwner(claimOn(lockFile, last)); next; next = readOwner(claimOn(lockFile, last)))
    last = next;
  const isForeign = last.namespace !== me.namespace;
  if (isForeign ? isUsedUnseen() : isAlive(last)) {
    if (readOwner(lockFile)?.nonce !== first.nonce) return false; // the claim was void: its maker is not the owner
    const where = isForeign ? ' of another container' : '';
    throw new StartupError(
      `The data directory ${dir} is in use by process ${last.pid}${where} since ${last.since}: stop it, or choose another directory.`,
    );
  }
  const claim = claimOn(lockFile, last);
  if (!createWhole(claim, me)) return false;
  // Nonces never return, so an unchanged first owner means that no other claim was completed before this one was made.
  if (readOwner(lockFile)?.nonce !== first.nonce) {
    rmSync(claim, { force: true });
    return false;
  }
  renameSync(claim, lockFile);
  return true;
}

function claimOn(lockFile: string, owner: Owner): string {
  return `${lockFile}.${owner.nonce}`;
}

/** False when the name is taken, or when a new owner tidied the draft away. */
function createWhole(path: string, owner: Owner): boolean {
  const draft = `${path}.${randomUUID()}.draft`;
  try {
    const fd = openSync(draft, 'wx', 0o644);
    try {
      writeSync(fd, `${JSON.stringify(owner)}\n`);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST' || errorCode(error) === 'ENOENT') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Only the owner calls this: claims and drafts of others are void by then, and their makers find that out. */
function removeLeftovers(dir: string): void {
  for (const name of readdirSync(dir)) {
    if (name.startsWith(`${LOCK_NAME}.`)) rmSync(join(dir, name), { force: true });
  }
}

function readOwner(path: string): Owner | undefined {
  let text: string;
  let identity: string;
  try {
    text = readFileSync(path, 'utf8');
    const { ino, mtimeMs } = statSync(path);
    identity = `${ino}-${mtimeMs}`;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const owner = JSON.parse(text) as Partial<Owner> | null;
    if (
      Number.isInteger(owner?.pid) &&
      typeof owner?.started === 'string' &&
      typeof owner.since === 'string' &&
      typeof owner.namespace === 'string' &&
      /^[\w.-]{1,80}$/.test(owner.nonce ?? '')
    ) {
      return owner as Owner;
    }
  } catch {
    // Not JSON: handled below.
  }
  // A lock that nobody could have written, damaged from outside: a dead owner with a name of its own.
  return {
    pid: 0,
    started: '',
    namespace: pidNamespace(),
    nonce: `damaged-${identity}`,
    since: 'an unknown time',
  };
}

function isAlive(owner: Owner): boolean {
  if (owner.pid <= 0) return false;
  const started = processStart(owner.pid);
  return started !== undefined && (started === owner.started || started === UNKNOWN_START);
}

/** When a live process started; undefined when there is none. A zombie is dead: no parent may ever have reaped it. */
export function processStart(pid: number): string | undefined {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (errorCode(error) === 'ESRCH') return undefined;
  }
  try {
    if (process.platform === 'linux') {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      // The command name, field 2, may hold spaces and brackets: count from its end. State is field 3, start field 22.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
      return fields[19] ?? UNKNOWN_START;
    }
    const line = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', `${pid}`], {
      encoding: 'utf8',
      env: { LC_ALL: 'C' },
    });
    const [state = '', ...start] = line.trim().split(/\s+/);
    return state.startsWith('Z') ? undefined : start.join(' ');
  } catch {
    return UNKNOWN_START;
  }
}

function pidNamespace(): string {
  if (process.platform !== 'linux') return '';
  const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  return `${boot} ${readlinkSync('/proc/self/ns/pid')}`;
}
