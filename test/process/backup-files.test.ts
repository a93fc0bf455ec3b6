/** What can be restored and what cannot: older backups, spoilt files, databases that are not new, data directories. */
import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { gunzipSync, gzipSync } from 'node:zlib';
import supertest from 'supertest';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { verify } from '../../src/audit/verify.ts';
import { Database } from '../../src/db/database.ts';
import { startEmbedded } from '../../src/db/embedded.ts';
import { migrate, readMigrations } from '../../src/db/migrate.ts';
import { asApi } from '../../src/db/roles.ts';
import { rowsOf } from '../db/databases.ts';
import { go, places } from './backup-support.ts';
import { folder, run } from './cli-support.ts';

const at = folder();
const { empty, managed, serve } = places();
const source = (id: string): string =>
  `INSERT INTO sources (id, kind, title, language, url) VALUES ('${id}', 'press', '${id}', 'en', 'https://example.org/${id}')`;
const done = { code: 0, err: '' };

let whole = Buffer.alloc(0);
beforeAll(async () => {
  const url = await empty();
  await migrate(url);
  await rowsOf(url, source('misread'));
  await rowsOf(
    url,
    `INSERT INTO organizations (id, name_en, kind, country, sources) VALUES ('one', 'One', 'company', 'KR', '{misread}')`,
  );
  expect(await go('backup', at('whole.gz'), url)).toMatchObject(done);
  whole = await readFile(at('whole.gz'));
});

/** The file with its text changed, and a sum that fits it again unless told otherwise. */
function altered(change: (text: string) => string, { sum = true } = {}): Buffer {
  const text = gunzipSync(whole).toString();
  const end = text.lastIndexOf('\n', text.length - 2) + 1;
  const changed = change(text.slice(0, end));
  expect(changed).not.toBe(text.slice(0, end));
  const last = `{"sha256":"${createHash('sha256').update(changed).digest('hex')}"}\n`;
  return gzipSync(changed + (sum ? last : text.slice(end)));
}

test('a backup of before comes to the migrations that were there, and then to all of them', async () => {
  const names = (await readMigrations()).map(({ name }) => name);
  const old = await empty();
  await migrate(old, { only: names.slice(0, -2) });
  await rowsOf(old, source('old'));
  expect(await go('backup', at('old.gz'), old)).toMatchObject(done);
  const into = await managed();
  const { code, out, err } = await go('restore', at('old.gz'), into);
  expect([code, err]).toEqual([0, '']);
  expect(out).toContain('\n2 migrations applied since then.\nIn order: 0 transactions with 1 versions.\n');
  expect(await migrate(into)).toEqual([]);
  const { server } = await serve(into);
  expect((await supertest(server).get('/v1/sources/old')).body.title).toBe('old');
});

test('shapes of the log that had other numbers are told apart, and what is written next has its own', async () => {
  const first = await empty();
  await migrate(first);
  // As where a migration was undone and tried again: what one number says here, another says there.
  await rowsOf(
    first,
    `ALTER SEQUENCE history.shapes_shape_seq RESTART WITH 500;
                       CALL history.add_keeper('sources', 'NULL::text'); CALL history.protect('history.keep_sources');
                       UPDATE history.shapes SET holder = 'models', columns = '{id}' WHERE shape = 1`,
  );
  await rowsOf(first, source('one'));
  expect(await go('backup', at('shapes.gz'), first)).toMatchObject(done);
  const into = await managed();
  expect(await go('restore', at('shapes.gz'), into)).toMatchObject(done);
  await rowsOf(into, `UPDATE sources SET title = 'Two' WHERE id = 'one'`);
  const db = new Database(asApi(into), 1);
  onTestFinished(() => db.end());
  expect(await verify(db, undefined, new AbortController().signal)).toMatchObject({ ok: true, break: null });
  expect(
    await rowsOf(
      into,
      'SELECT c.operation, s.holder FROM history.changes c JOIN history.shapes s USING (shape) ORDER BY c.n',
    ),
  ).toEqual([
    { operation: 'create', holder: 'sources' },
    { operation: 'update', holder: 'sources' },
  ]);
});

describe('a file that is not a whole backup of this version is one clear line, and nothing is written', () => {
  const cases: [string, () => Buffer, RegExp][] = [
    [
      'one that is cut off',
      () => whole.subarray(0, whole.length / 2),
      /breaks off: it is not a whole backup/,
    ],
    [
      'one without its end',
      () => gzipSync(gunzipSync(whole).subarray(0, -80)),
      /breaks off: it is not a whole/,
    ],
    [
      'one with a byte changed',
      () => Buffer.from(whole).fill(0xff, whole.length >> 1, (whole.length >> 1) + 1),
      /was altered|breaks off|is no backup/,
    ],
    [
      'one that was altered and packed again',
      () => altered((text) => text.replaceAll('misread', 'misreed'), { sum: false }),
      /was altered: its sum does not fit/,
    ],
    [
      'one that goes on',
      () => gzipSync(Buffer.concat([gunzipSync(whole), Buffer.from('more\n')])),
      /it goes on/,
    ],
    [
      'one of a newer form',
      () => altered((text) => text.replace('"form":1', '"form":2')),
      /by a newer version/,
    ],
    [
      'one with a migration to come',
      () => altered((text) => text.replace('"migrations":[', '$&{"name":"2999_later","checksum":"x"},')),
      /by a newer version of the tracker: it has the migration 2999_later/,
    ],
    [
      'one with another migration',
      () => altered((text) => text.replace(/("checksum":")../, '$1zz')),
      /has another migration 20261124000000_tables/,
    ],
    [
      'one with fewer rows than it says',
      () => altered((text) => text.replace(/^misread\t.*\n/m, '')),
      /no whole/,
    ],
    ['another gzip', () => gzipSync('{"hello": "world"}\n'), /is no backup of a tracker/],
    ['no gzip', () => Buffer.from('PGDMP'), /is no backup of a tracker/],
    ['an empty file', () => Buffer.alloc(0), /breaks off|is no backup/],
  ];
  test.each(cases)('%s', async (_name, spoilt, says) => {
    await writeFile(at('bad.gz'), spoilt());
    const url = await managed();
    const { code, out, err } = await go('restore', at('bad.gz'), url);
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(says);
    expect(err.trim().split('\n')).toHaveLength(1);
    const made = `SELECT relname FROM pg_class WHERE relnamespace IN ('public'::regnamespace, to_regnamespace('history'))`;
    expect(await rowsOf(url, made)).toEqual([]);
  });

  test('one that is not there, and a place where none can be written', async () => {
    const url = await empty();
    const [none, nowhere] = [
      await go('restore', at('none.gz'), url),
      await go('backup', at('no/it.gz'), url),
    ];
    expect([none.code, none.err]).toEqual([2, expect.stringMatching(/none\.gz: there is no such file/)]);
    expect([nowhere.code, nowhere.err]).toEqual([2, 'There is no tracker in this database.\n']);
    await migrate(url);
    const { code, err } = await go('backup', at('no/it.gz'), url);
    expect([code, err]).toEqual([2, expect.stringMatching(/it\.gz: there is no such file or directory\n$/)]);
  });
});

test('a backup whose rows do not fit together is loaded not at all; the same database then takes a good one', async () => {
  const spoilt = altered((text) => text.replace(/^(one\tOne\t.*)KR/m, '$1XX'));
  await writeFile(at('spoilt.gz'), spoilt);
  const url = await managed();
  const { code, out, err } = await go('restore', at('spoilt.gz'), url);
  expect([code, out]).toEqual([3, '']);
  expect(err).toMatch(/^The database failed: .*organizations_country_check.*\n$/);
  expect(await rowsOf(url, 'SELECT FROM sources')).toEqual([]);
  expect(await go('restore', at('whole.gz'), url)).toMatchObject(done);
  expect(await go('restore', at('whole.gz'), url)).toEqual({
    code: 2,
    out: '',
    err: 'The database is not empty: a backup is restored into a new one.\n',
  });
});

test('a backup of a log that was tampered with is restored, and the break is named with the exit code 1', async () => {
  await writeFile(
    at('forged.gz'),
    altered((text) => text.replace(/^one\tOne\t/m, 'one\tTwo\t')),
  );
  const { code, out } = await go('restore', at('forged.gz'), await managed());
  expect([code, out]).toEqual([
    1,
    expect.stringMatching(/\nBroken, .*\[version-changed\]\n {4}organizations, one, version 1/),
  ]);
});

test('the login of the API may not read everything, and is told as whom to back up', async () => {
  const url = await empty();
  await migrate(url);
  const { code, err } = await go('backup', at('api.gz'), asApi(url));
  expect([code, err.trim()]).toEqual([
    2,
    'The database login tracker_api may not read everything: back up as the owner of the tables (MIGRATION_DATABASE_URL, or DATABASE_URL).',
  ]);
  expect((await readdir(at('.'))).filter((name) => name.startsWith('api.gz'))).toEqual([]);
});

test('a database of others, or that is away, is one clear line', async () => {
  const url = await empty();
  await rowsOf(url, 'CREATE TABLE mine (x int)');
  const taken = await go('restore', at('whole.gz'), url);
  expect([taken.code, taken.err]).toEqual([2, expect.stringContaining('is not empty')]);
  const away = await go('backup', at('away.gz'), 'postgresql://nobody@127.0.0.1:1/none');
  expect([away.code, away.err]).toEqual([3, expect.stringMatching(/^The database cannot be reached: .*\n$/)]);
  expect((await readdir(at(''))).filter((name) => name.startsWith('away'))).toEqual([]);
});

test('a data directory is restored into, and backed up while its server runs and after', async () => {
  const cli = (command: string, file: string, DATA_DIR: string) =>
    run([command, at(file)], { url: 'http://127.0.0.1:1', env: { DATA_DIR } });
  const data = at('data');
  const none = await cli('backup', 'none.gz', data);
  expect([none.code, none.err]).toEqual([3, expect.stringContaining('There is no database in')]);
  expect(await cli('restore', 'whole.gz', data)).toMatchObject(done);
  expect(await cli('backup', 'stopped.gz', data)).toMatchObject(done);
  const server = await startEmbedded({ dataDir: data });
  await rowsOf(server.url, source('meanwhile'));
  expect(await cli('backup', 'running.gz', data)).toMatchObject(done);
  await server.stop();
  const rows = async (file: string): Promise<string> => gunzipSync(await readFile(at(file))).toString();
  expect(await rows('stopped.gz')).not.toContain('meanwhile');
  expect(await rows('running.gz')).toContain('meanwhile');
});
