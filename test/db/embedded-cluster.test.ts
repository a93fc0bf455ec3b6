/** The cluster of the embedded PostgreSQL: what is in it, how it is made, and whose it is. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { PrismaPg } from '@prisma/adapter-pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { startEmbedded, type EmbeddedPostgres } from '../../src/db/embedded.ts';
import { launch } from './embedded-program.ts';
import {
  AS_ROOT,
  TIMEOUT_MS,
  eventually,
  expectKept,
  freshDirectory,
  home,
  NOBODY,
  open,
  postmasterOf,
  query,
  readyDirectory,
  start,
  useDirectories,
} from './embedded-support.ts';

useDirectories();

describe('a cluster', { timeout: TIMEOUT_MS }, () => {
  let server: EmbeddedPostgres;

  beforeAll(async () => {
    const settings = { work_mem: '7MB', listen_addresses: '*' };
    server = await startEmbedded({ dataDir: await readyDirectory(), settings });
  });

  afterAll(() => server.stop());

  test('is UTF-8, sorted by code point, checksummed, and knows letters of every script', async () => {
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
    const adapter = await new PrismaPg({ connectionString: server.url }).connect();
    const answer = await adapter.queryRaw({
      sql: 'SELECT current_user::text AS who',
      args: [],
      argTypes: [],
    });
    await adapter.dispose();
    expect(answer.rows).toEqual([['tracker']]);
  });
});

test(
  'a first start that was interrupted, in initdb or before the database, is made up for',
  async () => {
    const dataDir = freshDirectory();
    const child = await launch();
    void child.ask(`start ${dataDir}`);
    const draft = () =>
      (existsSync(dataDir) ? readdirSync(dataDir) : []).find((name) => name.includes('.new-'));
    await eventually('initdb has begun', () => existsSync(join(dataDir, draft() ?? 'none', 'PG_VERSION')));
    await child.killed();
    expect(existsSync(join(dataDir, 'postgres'))).toBe(false);

    const second = await start(dataDir, { durable: false });
    expect(await query(second.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect(draft()).toBeUndefined();

    await query(second.url.replace('/tracker?', '/postgres?'), 'DROP DATABASE tracker');
    await second.stop();
    const third = await start(dataDir);
    expect(await query(third.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  },
  TIMEOUT_MS,
);

describe.runIf(AS_ROOT)('the user of the server', { timeout: TIMEOUT_MS }, () => {
  test('is not root, and works on data below a directory closed to it, also after a crash', async () => {
    expect(statSync(home).mode & 0o777).toBe(0o700);
    const dataDir = await readyDirectory();
    const first = await start(dataDir);
    const postmaster = postmasterOf(dataDir);
    expect(statSync(`/proc/${postmaster}`).uid).toBe(NOBODY);
    expect(readlinkSync(`/proc/${postmaster}/cwd`)).toBe(join(dataDir, 'postgres'));
    await query(first.url, 'INSERT INTO kept VALUES (1)');
    // A killed backend makes the postmaster restart all others, by which recovery runs inside a live server.
    await query(first.url, `COPY kept FROM PROGRAM 'kill -9 $PPID'`).catch(() => undefined);
    const log = () => readFileSync(join(dataDir, 'postgres.log'), 'utf8');
    await eventually('the server has recovered', () => {
      return log().split('ready to accept connections').length === 3;
    });
    await expectKept(first.url, [1]);
    process.kill(postmaster, 'SIGKILL');
    await first.exited;
    await first.stop();
    const second = await start(dataDir);
    await expectKept(second.url, [1]);
  });

  test('may be an ordinary one, and root after that serves the same data as that user', async () => {
    const dataDir = await readyDirectory(freshDirectory(open));
    execFileSync('chown', ['-R', `${NOBODY}:${NOBODY}`, dataDir]);
    const child = await launch({ uid: NOBODY });
    const written: number[] = [];
    for (const round of [1, 2]) {
      const started = await child.ask(`start ${dataDir}`);
      expect(started, `round ${round}`).toMatchObject({ event: 'started' });
      await query(started.url, `INSERT INTO kept VALUES (${round})`);
      written.push(round);
      const stopped = await child.ask('stop');
      expect(stopped, `round ${round}`).toMatchObject({ event: 'stopped', expected: true });

      const asRoot = await start(dataDir);
      expect(statSync(`/proc/${postmasterOf(dataDir)}`).uid).toBe(NOBODY);
      await expectKept(asRoot.url, written);
      await asRoot.stop();
    }
  });
});
