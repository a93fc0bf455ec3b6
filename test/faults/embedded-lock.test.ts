/** One program at a time in the data directory of an embedded PostgreSQL. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { beforeAll, describe, expect, test } from 'vitest';

import { lockDirectory } from '../../src/db/directory-lock.ts';
import { startEmbedded } from '../../src/db/embedded.ts';
import { StartupError } from '../../src/kernel/startup-error.ts';
import { builtProject, launch } from '../db/embedded-program.ts';
import {
  AS_ROOT,
  TIMEOUT_MS,
  expectKept,
  failureOf,
  freshDirectory,
  NOBODY,
  open,
  readyDirectory,
  start,
  useDirectories,
} from '../db/embedded-support.ts';

useDirectories();

describe('the lock', { timeout: TIMEOUT_MS }, () => {
  let dataDir = '';

  beforeAll(async () => {
    dataDir = await readyDirectory();
  });

  test('keeps a second instance out, names the holder, and leaves the first alone', async () => {
    const first = await start(dataDir);
    const message = await failureOf(startEmbedded({ dataDir }));
    expect(message).toContain(dataDir);
    expect(message).toContain(`process ${process.pid} `);
    await expectKept(first.url, []);
    await first.stop();
    await expectKept((await start(dataDir)).url, []);
  });

  test('lets exactly one of several in at once, be the directory new or left by a dead owner', async () => {
    const parent = freshDirectory(open);
    const contested = join(parent, 'data');
    mkdirSync(parent);
    if (AS_ROOT) chownSync(parent, NOBODY, NOBODY);
    const launchOne = () => launch(AS_ROOT ? { uid: NOBODY } : {}); // an ordinary user, who makes the cluster too
    const children = await Promise.all([launchOne(), launchOne(), launchOne()]);
    for (const round of ['new', 'left by a dead owner']) {
      if (round !== 'new') {
        const dead = await launchOne();
        await dead.ask(`start ${contested}`);
        await dead.killed();
      }
      const answers = await Promise.all(children.map((child) => child.ask(`start ${contested}`)));
      const winner = children[answers.findIndex((answer) => answer.event === 'started')];
      expect(answers.map((answer) => answer.event).sort(), round).toEqual(['failed', 'failed', 'started']);
      for (const { event, name, message } of answers) {
        if (event === 'failed')
          expect([name, message], round).toEqual([
            'StartupError',
            expect.stringContaining(`process ${winner?.pid ?? 0} `),
          ]);
      }
      const owners = readdirSync(contested).filter((name) => name.startsWith('owner'));
      expect(owners, round).toEqual(['owner.json']);
      expect(await winner?.ask('stop'), round).toMatchObject({ event: 'stopped' });
    }
  });

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
    const project = await builtProject();
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
