/** The end of the embedded PostgreSQL, wanted or not, and what is there again after it. */
import { spawn } from 'node:child_process';
import { chownSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import pg from 'pg';
import { beforeAll, describe, expect, test } from 'vitest';

import { lockDirectory } from '../../src/db/directory-lock.ts';
import { shutDown, spawnSupervised } from '../../src/db/embedded-process.ts';
import { launch } from '../db/embedded-program.ts';
import {
  DEADLINE_MS,
  TIMEOUT_MS,
  eventually,
  expectKept,
  isAlive,
  postmasterOf,
  query,
  readyDirectory,
  start,
  undo,
  useDirectories,
} from '../db/embedded-support.ts';

useDirectories();

/** For the tests that leave the table empty and the server ended, however. */
let emptyDir = '';

beforeAll(async () => {
  emptyDir = await readyDirectory();
});

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

describe('the end of the server', { timeout: TIMEOUT_MS }, () => {
  const log = () => readFileSync(join(emptyDir, 'postgres.log'), 'utf8');

  test('stop() can be called twice and leaves neither server, socket nor lock', async () => {
    const server = await start(emptyDir);
    const postmaster = postmasterOf(emptyDir);
    const idle = new pg.Client({ connectionString: server.url });
    idle.on('error', () => undefined);
    await idle.connect();
    await Promise.all([server.stop(), server.stop()]);
    await server.stop();
    expect(await server.exited).toEqual({ code: 0, expected: true });
    expect(isAlive(postmaster)).toBe(false);
    expect(existsSync(server.socketDir)).toBe(false);
    expect(readdirSync(emptyDir).sort()).toEqual(['postgres', 'postgres.log', 'postgres.log.1']);
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
    const server = await start(emptyDir);
    process.kill(postmasterOf(emptyDir), 'SIGKILL');
    expect(await server.exited).toEqual({ code: null, expected: false });
    await server.stop();
    await expectKept((await start(emptyDir)).url, []);
  });

  test.for(['by SIGKILL', 'for want of anything to do'])('comes with that of the program %s', async (how) => {
    const child = await launch();
    const { socketDir } = await child.ask(`start ${emptyDir}`);
    const postmaster = postmasterOf(emptyDir);
    if (how === 'by SIGKILL') await child.killed();
    else child.end();
    await child.exit;
    await eventually('the server has stopped', () => !isAlive(postmaster));
    await eventually('the socket directory is removed', () => !existsSync(socketDir));
    expect(log()).toContain('database system is shut down');
  });

  test('does not come with a Ctrl-C before the program has drained', async () => {
    const child = await launch();
    const { url } = await child.ask(`start ${emptyDir}`);
    const interrupted = child.next();
    process.kill(-child.pid, 'SIGINT'); // what a terminal does: the whole process group
    expect(await interrupted).toMatchObject({ event: 'interrupted' });
    await expectKept(url, []);
    expect(await child.ask('stop')).toMatchObject({ event: 'stopped', expected: true });
    expect(log().match(/received .* request/g)).toHaveLength(1);
  });
});

describe.runIf(process.platform === 'linux')(
  'committed rows are there again',
  { timeout: TIMEOUT_MS },
  () => {
    let dataDir = '';
    let round = 0;

    beforeAll(async () => {
      dataDir = await readyDirectory();
    });

    /** Commits a row that no test before this one can have left behind. */
    async function commit(url: string): Promise<number[]> {
      round += 1;
      await query(url, `TRUNCATE kept; INSERT INTO kept VALUES (${round})`);
      return [round];
    }

    test.for(['program', 'watcher', 'watcher, program', 'watcher, program, server'])(
      'after kill -9 of: %s',
      async (victims) => {
        const child = await launch();
        const { url, socketDir } = await child.ask(`start ${dataDir}`);
        const committed = await commit(url);
        const postmaster = postmasterOf(dataDir);
        if (victims.includes('watcher')) process.kill(watcherOf(socketDir), 'SIGKILL');
        if (victims.includes('server')) process.kill(postmaster, 'SIGKILL');
        if (victims.includes('program')) await child.killed();
        else expect(await child.ask('stop')).toMatchObject({ event: 'stopped', expected: true });

        const again = await start(dataDir);
        expect(isAlive(postmaster)).toBe(false);
        expect(existsSync(socketDir)).toBe(false);
        await expectKept(again.url, committed);
      },
    );

    test('after the death of a server whose backend goes on computing', async () => {
      const child = await launch();
      const { url, socketDir } = await child.ask(`start ${dataDir}`);
      const committed = await commit(url);
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
      await expectKept(again.url, committed);
      await busy;
    });

    test('when postmaster.pid and owner.json name processes that have nothing to do with it', async () => {
      const { uid, gid } = statSync(join(emptyDir, 'postgres'));
      const stranger = spawn('sleep', ['60'], { uid, gid });
      undo.push(() => stranger.kill());
      const file = join(emptyDir, 'postgres', 'postmaster.pid');
      writeFileSync(file, `${stranger.pid ?? 0}\n/elsewhere\n1\n5432\n\n\n1 1\nready\n`);
      chownSync(file, uid, gid);
      const lock = lockDirectory(emptyDir);
      const owner = JSON.parse(readFileSync(join(emptyDir, 'owner.json'), 'utf8')) as object;
      lock.release();
      writeFileSync(join(emptyDir, 'owner.json'), JSON.stringify({ ...owner, pid: stranger.pid ?? 0 }));
      await expectKept((await start(emptyDir)).url, []);
      expect(isAlive(stranger.pid ?? 0)).toBe(true);
    });
  },
);
