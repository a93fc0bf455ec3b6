/** Clocks that are set while a process runs: by so many seconds as a file says. What only goes forward is left alone, as it is by a real one. */
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { expect, onTestFinished, type TestContext } from 'vitest';
import { binariesForOthers, findBinaries } from '../../src/db/embedded-binaries.ts';
import { clusterPath, serverAccount } from '../../src/db/embedded-cluster.ts';
import { makeSocketDirectory } from '../../src/db/embedded-server.ts';
import { freshDirectory, start } from '../db/embedded-support.ts';

export interface Clock {
  file: string;
  /** Ahead of the real one, or behind it. */
  set(seconds: number): void;
}

export function clock(): Clock {
  const dir = mkdtempSync(join(tmpdir(), 'tracker-clock-'));
  chmodSync(dir, 0o755);
  onTestFinished(() => {
    rmSync(dir, { recursive: true, force: true });
  });
  const file = join(dir, 'ahead');
  const set = (seconds: number): void => {
    writeFileSync(file, `${seconds}\n`);
  };
  set(0);
  return { file, set };
}

/** What Node is started with, so that its calendar follows the clock; performance.now() and timers do not, as ever. */
export function nodeOptions({ file }: Clock): string {
  const program = `
    import { readFileSync } from 'node:fs';
    const Real = Date;
    const now = () => Real.now() + 1000 * Number(readFileSync(${JSON.stringify(file)}, 'utf8'));
    globalThis.Date = class Date extends Real {
      constructor(...given) { super(...(given.length > 0 ? given : [now()])); }
      static now() { return now(); }
    };`;
  return `--import=data:text/javascript,${encodeURIComponent(program)}`;
}

const shim = `
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/time.h>
#include <unistd.h>
static long ahead(void) {
  char text[32] = {0};
  int file = open(getenv("CLOCK_FILE"), O_RDONLY);
  if (file < 0 || read(file, text, 31) < 0) text[0] = 0;
  close(file);
  return atol(text);
}
int gettimeofday(struct timeval *restrict now, void *restrict zone) {
  int (*real)(struct timeval *, void *) = dlsym(RTLD_NEXT, "gettimeofday");
  int done = real(now, zone);
  now->tv_sec += ahead();
  return done;
}`;

/** A PostgreSQL that believes the clock. Skips the test where there is no compiler. */
export async function postgresWith({ file }: Clock, context: TestContext): Promise<string> {
  const library = file.replace(/ahead$/, 'clock.so');
  const compiled = spawnSync('cc', ['-shared', '-fPIC', '-o', library, '-xc', '-', '-ldl'], { input: shim });
  if (compiled.status !== 0) context.skip('needs a C compiler');
  const dataDir = freshDirectory();
  await (await start(dataDir)).stop();
  const cluster = join(dataDir, 'postgres');
  const account = serverAccount(cluster);
  const found = findBinaries();
  const { postgres } = account ? binariesForOthers(found) : found;
  const socketDir = makeSocketDirectory(account);
  const child = spawn(
    postgres,
    [
      '-D',
      clusterPath(cluster),
      '-c',
      'listen_addresses=',
      '-c',
      `unix_socket_directories=${socketDir}`,
      '-c',
      'fsync=off',
    ],
    {
      cwd: cluster,
      env: { PATH: process.env.PATH, LC_ALL: 'C', LD_PRELOAD: library, CLOCK_FILE: file },
      stdio: 'ignore',
      ...account,
    },
  );
  const ended = new Promise((resolve) => child.once('exit', resolve));
  onTestFinished(async () => {
    child.kill('SIGQUIT');
    await ended;
    rmSync(socketDir, { recursive: true, force: true });
  });
  const url = `postgresql://tracker@localhost:5432/tracker?host=${encodeURIComponent(socketDir)}&sslmode=disable`;
  const answers = async (): Promise<boolean> => {
    const client = new pg.Client({ connectionString: url });
    try {
      await client.connect();
      await client.end();
      return true;
    } catch {
      return false;
    }
  };
  await expect.poll(answers, { timeout: 30_000 }).toBe(true);
  return url;
}
