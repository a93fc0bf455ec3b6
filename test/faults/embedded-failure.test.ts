/** Starts of the embedded PostgreSQL that cannot succeed: each says why in a line and damages nothing. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { beforeAll, describe, expect, test } from 'vitest';

import { startEmbedded } from '../../src/db/embedded.ts';
import { launch } from '../db/embedded-program.ts';
import {
  AS_ROOT,
  TIMEOUT_MS,
  expectKept,
  failureOf,
  freshDirectory,
  NOBODY,
  open,
  query,
  readyDirectory,
  start,
  useDirectories,
} from '../db/embedded-support.ts';
import { mountDisk } from './disk-support.ts';

useDirectories();

describe('the data directory', { timeout: TIMEOUT_MS }, () => {
  test('is a file', async () => {
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

  test('is on a read-only file system', async (context) => {
    const disk = mountDisk(context, 10);
    execFileSync('mount', ['-o', 'remount,ro', disk]);
    expect(await failureOf(startEmbedded({ dataDir: disk }))).toBe(
      `Cannot write to the data directory ${disk}: the file system is read-only.`,
    );
  });

  test('belongs to somebody else', async () => {
    const dataDir = freshDirectory(open);
    mkdirSync(dataDir, { mode: 0o555 });
    const child = await launch(AS_ROOT ? { uid: NOBODY } : {});
    expect(await child.ask(`start ${dataDir}`)).toMatchObject({
      name: 'StartupError',
      message: `Cannot write to the data directory ${dataDir}: permission denied.`,
    });
  });
});

describe('the disk is full', { timeout: TIMEOUT_MS }, () => {
  test('during initdb', async (context) => {
    const disk = mountDisk(context, 20);
    const message = await failureOf(startEmbedded({ dataDir: disk, durable: false }));
    expect(message).toMatch(/disk is full/);
    expect(readdirSync(disk)).toEqual([]);
    execFileSync('mount', ['-o', 'remount,size=200m', disk]);
    await start(disk, { durable: false });
  });

  test('at later starts, to the last byte or but for 4 KB', async (context) => {
    const disk = mountDisk(context, 80);
    const dataDir = await readyDirectory(join(disk, 'data'));
    const first = await start(dataDir);
    await query(first.url, 'INSERT INTO kept VALUES (1)');
    await first.stop();
    for (const leftKb of [0, 4]) {
      rmSync(join(dataDir, 'postgres.log.1')); // or the next start would gain what this takes
      const ballast = join(disk, 'ballast');
      writeFileSync(join(disk, 'reserve'), Buffer.alloc(leftKb * 1024));
      expect(() => {
        writeFileSync(ballast, Buffer.alloc(90 * 2 ** 20));
      }).toThrow('ENOSPC');
      rmSync(join(disk, 'reserve'));
      expect(await failureOf(startEmbedded({ dataDir })), `${leftKb} KB`).toMatch(/disk is full/);
      rmSync(ballast);
      const again = await start(dataDir);
      await expectKept(again.url, [1]);
      await again.stop();
    }
  });
});

describe('the cluster is there', { timeout: TIMEOUT_MS }, () => {
  let dataDir = '';

  beforeAll(async () => {
    dataDir = await readyDirectory();
  });

  test('but of another major version, or is none', async () => {
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

  test('but the server refuses: its own reason is given, and the log of the run before is still there', async () => {
    const message = await failureOf(startEmbedded({ dataDir, settings: { no_such_thing: '1' } }));
    expect(message).toContain('unrecognized configuration parameter "no_such_thing"');
    expect(message).toContain(join(dataDir, 'postgres.log'));
    expect(readFileSync(join(dataDir, 'postgres.log.1'), 'utf8')).toContain('database system is shut down');
    expect(existsSync(join(dataDir, 'owner.json'))).toBe(false);
    await expectKept((await start(dataDir)).url, []);
  });
});
