/** A backup is taken while the server runs and restored into a new database, and nobody can tell the two apart. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import type { FastifyInstance } from 'fastify';
import supertest from 'supertest';
import { beforeAll, expect, test } from 'vitest';
import { migrate } from '../../src/db/migrate.ts';
import { rowsOf } from '../db/databases.ts';
import { deleted, headNow, made, organization, renamed } from '../http/auditing.ts';
import { send } from '../http/importing.ts';
import { keys } from '../keys.ts';
import { tracker } from '../tracker.ts';
import { go, places, replyOf } from './backup-support.ts';
import { folder, type Ended } from './cli-support.ts';

const it = tracker();
const at = folder();
const { empty, managed, serve } = places();

let knownAt = '';
let kept: { position: number; hash: string };
let importId = '';
let planId = '';
let restored = '';
let copy: FastifyInstance;
let taken: Ended;
let loaded: Ended;

beforeAll(async () => {
  for (const id of ['backup-a', 'backup-b', 'backup-gone']) await made(it, id);
  await deleted(it, 'backup-gone');
  const [now] = await it.sql('SELECT history.utc(clock_timestamp()) AS now');
  knownAt = String(now?.now);
  await renamed(it, 'backup-b', 'Later');
  // What could be taken for the end of the rows, and for nothing.
  await renamed(it, 'backup-a', String.raw`\. \N "\\" 한국어`);
  const scored = '/v1/evaluations?round=kr-safm-round-1&criterion=r1-expert&limit=1';
  const { id } = (await it.anyone.get(scored)).body.data[0] as { id: string };
  const corrected = await it.writer
    .patch(`/v1/evaluations/${id}`)
    .set('if-match', '*')
    .send({ score: 20, correction: true, reason: 'Misread' });
  expect(corrected.status).toBe(200);
  const imported = await send(it, 'organizations', [organization('backup-c')], {}, { key: 'once' });
  const planned = await send(it, 'organizations', [organization('backup-d')], { dryRun: true });
  [importId, planId] = [String(imported.body.data.id), String(planned.body.data.id)];
  await it.sql(`INSERT INTO idempotency_keys (actor, key, fingerprint, status, headers, body, created_at)
                SELECT actor, 'old', fingerprint, status, headers, body, now() - interval '8 days' FROM idempotency_keys LIMIT 1`);
  kept = await headNow(it);
  // Recorded and not sealed yet, by a number after one that nobody got.
  await it.sql(`SELECT nextval('history.numbers')`);
  await it.sql(`UPDATE organizations SET name_en = 'Not sealed' WHERE id = 'backup-b'`);
  taken = await go('backup', at('it.gz'), it.url);
  restored = await managed();
  loaded = await go('restore', at('it.gz'), restored);
  copy = await serve(restored);
});

async function expectSame(path: string, key?: string): Promise<void> {
  const one = await replyOf(it.app, path, key);
  expect([path, await replyOf(copy, path, key)]).toEqual([path, one]);
}

test('both say what they did, the file is for nobody else, and nothing lies beside it', async () => {
  expect([taken.code, taken.err]).toEqual([0, '']);
  expect(taken.out).toMatch(/^[0-9,]+ rows of \d+ tables in .*it\.gz\.\nHead: position \d+, [0-9a-f]{64}\n$/);
  expect((await stat(at('it.gz'))).mode & 0o777).toBe(0o600);
  expect(await readdir(at(''))).toEqual(['it.gz']);
  expect([loaded.code, loaded.err]).toEqual([0, '']);
  expect(loaded.out).toMatch(
    /^Restored what was backed up at \S+Z: [0-9,]+ rows of \d+ tables\.\nIn order: [0-9,]+ transactions with [0-9,]+ versions\.\nHead: position \d+, [0-9a-f]{64}\nThe head kept at position \d+ still lies on the chain\.\n$/,
  );
});

test('every list is the same to the byte: now, as it was known at a moment, and of a day', async () => {
  const moment = `knownAt=${encodeURIComponent(knownAt)}`;
  const queries = ['', `&${moment}`, '&asOf=2026-01-20', `&asOf=2026-01-20&${moment}`];
  for (const { name } of it.registry.all)
    for (const query of queries) await expectSame(`/v1/${name}?limit=500${query}`);
  expect(await replyOf(copy, '/v1/organizations/backup-b')).toContain('Not sealed');
  expect(await replyOf(copy, `/v1/organizations/backup-b?${moment}`)).not.toContain('Later');
});

test('histories, changes, what is gone, views, imports, keys and the signed head are the same to the byte', async () => {
  for (const path of [
    '/v1/organizations/backup-a/history',
    '/v1/organizations/backup-b/history',
    '/v1/organizations/backup-gone/history',
    '/v1/organizations/backup-gone',
    '/v1/organizations/backup-b?version=1',
    '/v1/changes?limit=500',
    '/v1/programs/kr-safm/overview',
    '/v1/rounds/kr-safm-round-1/standings',
    `/v1/audit/head?position=${kept.position}`,
    '/v1/audit/keys',
  ])
    await expectSame(path);
  for (const path of ['', '/rows'].flatMap((end) =>
    [importId, planId].map((id) => `/v1/imports/${id}${end}`),
  ))
    await expectSame(path, keys.admin);
  // What was left to seal is sealed by each for itself, and comes to the same; only the moment of it is its own.
  const heads = await Promise.all([it.app, copy].map((app) => replyOf(app, '/v1/audit/head')));
  expect(new Set(heads.map((text) => /"hash":"[0-9a-f]{64}"/.exec(text)?.[0])).size).toBe(1);
  expect(heads[0]).toContain(`"position":${kept.position + 1}`);
});

test('keys, what was done to them, and corrections with their reasons are there; expired idempotency keys and numbers of another server are not', async () => {
  const columns = 'id, name, scopes, hash, created_at, version';
  for (const text of [
    'SELECT * FROM corrections ORDER BY id',
    'SELECT * FROM history.key_events ORDER BY n',
    `SELECT ${columns} FROM api_keys ORDER BY id`,
  ]) {
    const there = await rowsOf(restored, text);
    expect(there.length).toBeGreaterThan(0);
    expect(there).toEqual(await it.sql(text));
  }
  expect(await rowsOf(restored, `SELECT key FROM idempotency_keys WHERE key IN ('old', 'once')`)).toEqual([
    { key: 'once' },
  ]);
  expect(await rowsOf(restored, 'SELECT DISTINCT xid::text AS xid FROM history.transactions')).toEqual([
    { xid: '0' },
  ]);
});

test('the database is as the migrations make it, every trigger and key in its place; the file has what they do not make', async () => {
  const fresh = await empty();
  await migrate(fresh);
  const schemas = `('public'::regnamespace, 'history'::regnamespace)`;
  for (const text of [
    `SELECT conrelid::regclass::text AS holder, conname, convalidated, pg_get_constraintdef(oid) AS is FROM pg_constraint WHERE connamespace IN ${schemas} ORDER BY 1, 2`,
    `SELECT tgrelid::regclass::text AS holder, tgname, tgenabled FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1, 2`,
    `SELECT relname, relacl::text AS acl FROM pg_class WHERE relnamespace IN ${schemas} AND relacl::text NOT LIKE '%tracker_api%' ORDER BY 1`,
  ])
    expect(await rowsOf(restored, text)).toEqual(await rowsOf(fresh, text));
  const tables = await rowsOf(
    fresh,
    `SELECT schemaname || '.' || tablename AS name FROM pg_tables WHERE schemaname IN ('public', 'history') ORDER BY 1`,
  );
  const text = gunzipSync(await readFile(at('it.gz'))).toString();
  const kept = [...text.matchAll(/^\{"table":"([^"]+)"/gm)].map(([, name]) => name);
  // The first comes from the migrations; the others are of no use later.
  const left = ['history.belonging', 'public._prisma_migrations', 'public.rate_counts', 'public.turns'];
  expect(tables.map(({ name }) => name).filter((name) => !kept.includes(String(name)))).toEqual(left);
});

test('writing goes on where it was: ids, versions, numbers, plans; and a retry is not done twice', async () => {
  const post = (key: string, path: string, body: object, headers = {}) =>
    supertest(copy.server)
      .post(path)
      .set({ authorization: `Bearer ${key}`, ...headers })
      .send(body);
  const again = await post(keys.importer, '/v1/imports?resource=organizations', [organization('backup-c')], {
    'idempotency-key': 'once',
  });
  expect([again.status, again.body.data.id, again.headers['idempotency-replayed']]).toEqual([
    201,
    importId,
    'true',
  ]);
  const applied = await supertest(copy.server)
    .post(`/v1/imports/${planId}/apply`)
    .set({ authorization: `Bearer ${keys.importer}`, 'idempotency-key': 'apply' });
  expect([applied.status, applied.body.data.status]).toEqual([201, 'applied']);
  const back = await post(keys.writer, '/v1/organizations', organization('backup-gone'));
  expect([back.status, back.body.version]).toEqual([201, 2]);
  // Its members have numbers of a sequence.
  const consortium = await post(keys.writer, '/v1/consortiums', {
    id: 'backup',
    program: 'kr-safm',
    names: { en: 'Backup' },
    lead: 'backup-b',
    members: [{ organization: 'backup-a', role: 'member', sources: ['seed-001'] }],
    sources: ['seed-001'],
  });
  expect([consortium.status, consortium.text]).toEqual([201, expect.any(String)]);
  const { position, hash } = kept;
  const verified = await supertest(copy.server)
    .get('/v1/audit/verify')
    .query({ position, hash })
    .set('authorization', `Bearer ${keys.admin}`);
  expect(verified.body.data).toMatchObject({ ok: true, exported: { onChain: true } });
  const last = 'SELECT max(tx)::int AS tx FROM history.transactions';
  expect(Number((await rowsOf(restored, last))[0]?.tx)).toBe(Number((await it.sql(last))[0]?.tx) + 3);
});
