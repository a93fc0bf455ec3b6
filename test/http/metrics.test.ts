/** What the server says about itself to Prometheus. */
import { readFile } from 'node:fs/promises';
import { expect, onTestFinished, test } from 'vitest';
import { buildApp, type Parts } from '../../src/app.ts';
import { Database } from '../../src/db/database.ts';
import { keys } from '../keys.ts';
import { tracker } from '../tracker.ts';
import { ended, holdTurn, ndjson, organizations, send, type Sending } from './import-jobs.ts';

const guarded = tracker();
const it = tracker({ METRICS: 'public', RATE_LIMIT_WRITES: 100, RATE_LIMIT_READS: 10_000 });
const off = tracker({ METRICS: 'off' });

type Sample = [labels: Record<string, string>, value: number];

/** The samples of a metric. */
async function read(name: string, from = it): Promise<Sample[]> {
  const { text } = await from.anyone.get('/metrics').expect(200);
  return samples(text, name);
}

const samples = (text: string, name: string): Sample[] =>
  [...text.matchAll(/^([a-z0-9_]+)(?:\{(.*)\})? (\S+)$/gm)]
    .filter(([, found]) => found === name)
    .map(([, , labels = '', value]) => [
      Object.fromEntries(
        [...labels.matchAll(/([a-z_]+)="([^"]*)"/g)].map(([, label, text]) => [label, text]),
      ),
      Number(value),
    ]);

/** The sum of those that have these labels. */
async function valueOf(name: string, labels: Record<string, string> = {}): Promise<number> {
  return (await read(name))
    .filter(([own]) => Object.entries(labels).every(([label, value]) => own[label] === value))
    .reduce((sum, [, value]) => sum + value, 0);
}

const count = 'http_request_duration_seconds_count';

test('metrics need a key with the scope admin, unless the server is told otherwise', async () => {
  expect((await guarded.anyone.get('/metrics')).status).toBe(401);
  const lacking = await guarded.writer.get('/metrics');
  expect([lacking.status, lacking.body.code]).toEqual([403, 'insufficient-scope']);
  const told = await guarded.anyone.get('/metrics').set('authorization', `Bearer ${keys.admin}`);
  expect([told.status, told.headers['content-type'], told.headers['cache-control']]).toEqual([
    200,
    'text/plain; version=0.0.4; charset=utf-8',
    'no-store',
  ]);
  expect((await it.anyone.get('/metrics')).status).toBe(200);
  expect((await off.anyone.get('/metrics')).body.code).toBe('no-such-path');
});

test('requests are counted by the pattern of their route, not by their address', async () => {
  const route = { route: '/v1/organizations/:id', method: 'GET' };
  const before = await valueOf(count, route);
  for (const id of ['kt', 'sk-telecom', 'nobody', 'somebody'])
    await it.anyone.get(`/v1/organizations/${id}?x`);
  for (const id of ['kt', 'naver-cloud']) await it.anyone.get(`/v1/organizations/${id}`).expect(200);
  expect(await valueOf(count, route)).toBe(before + 6);
  expect(await valueOf(count, { ...route, status: '2xx' })).toBeGreaterThanOrEqual(2);
  expect(await valueOf(count, { ...route, status: '4xx' })).toBeGreaterThanOrEqual(4);
  for (const path of ['/made/up/1', '/made/up/2', '/docs/made-up', '/v1/organizations/kt/made-up'])
    await it.anyone.get(path).expect(404);
  const routes = (await read(count)).map(([{ route: name }]) => name);
  expect(routes.filter((name) => /made|kt|nobody/.test(name ?? ''))).toEqual([]);
  expect(await valueOf(count, { route: '(none)', status: '4xx' })).toBeGreaterThanOrEqual(3);
});

test('no series is told twice, and buckets add up', async () => {
  const { text } = await it.anyone.get('/metrics');
  const names = text.split('\n').flatMap((line) => /^[a-z0-9_]+(?:\{.*\})?(?= )/.exec(line) ?? []);
  expect(new Set(names).size).toBe(names.length);
  const buckets = samples(text, 'http_request_duration_seconds_bucket');
  for (const [{ route, method, status }, value] of samples(text, count)) {
    const own = buckets.filter(
      ([one]) => one.route === route && one.method === method && one.status === status,
    );
    expect([route, own.at(-1)?.[0].le, own.at(-1)?.[1]]).toEqual([route, '+Inf', value]);
    expect(own.map(([, sum]) => sum)).toEqual(own.map(([, sum]) => sum).sort((a, b) => a - b));
  }
});

test('kept replies are counted as they are sent again', async () => {
  const path = '/v1/organizations/kt?fields=id,website';
  const [hits, misses] = [
    await valueOf('tracker_cache_hits_total'),
    await valueOf('tracker_cache_misses_total'),
  ];
  for (let n = 0; n < 4; n += 1) await it.anyone.get(path).expect(200);
  expect(await valueOf('tracker_cache_hits_total')).toBe(hits + 3);
  expect(await valueOf('tracker_cache_misses_total')).toBe(misses + 1);
  expect(await valueOf('tracker_cache_entries')).toBeGreaterThan(0);
  expect(await valueOf('tracker_cache_bytes')).toBeGreaterThan(1_000);
});

test('imports are counted once, however often they are sent, with the rows that they wrote', async () => {
  const ask = (prefix: string, more: Partial<Sending> = {}) =>
    send(it, ndjson(organizations(prefix, 3)), { key: prefix, ...more });
  expect((await ask('tallied')).status).toBe(201);
  expect((await ask('tallied')).status).toBe(201);
  expect((await ask('planned', { query: { dryRun: 'true' } })).status).toBe(200);
  expect(await valueOf('tracker_import_rows_total', { change: 'create' })).toBe(3);
  const giveBack = await holdTurn(it);
  const { location = '' } = (await ask('later', { prefer: 'respond-async' })).headers;
  expect(await valueOf('tracker_import_jobs')).toBe(1);
  await giveBack();
  await ended(it, location);
  await expect.poll(() => valueOf('tracker_imports_total', { status: 'applied' })).toBe(2);
  expect(await valueOf('tracker_imports_total', { status: 'planned' })).toBe(1);
  expect(await valueOf('tracker_import_rows_total', { change: 'create' })).toBe(6);
  expect(await valueOf('tracker_import_jobs')).toBe(0);
});

test('refusals are counted by their code', async () => {
  await it.anyone.post('/v1/organizations').send({}).expect(401);
  expect(await valueOf('tracker_problems_total', { code: 'unauthenticated' })).toBeGreaterThanOrEqual(1);
  while ((await it.anyone.post('/v1/organizations').send({})).status !== 429);
  expect(await valueOf('tracker_problems_total', { code: 'rate-limited' })).toBe(1);
});

test('the three pools, the process and the event loop are told', async () => {
  expect((await read('tracker_pool_connections')).map(([labels]) => labels)).toEqual(
    ['main', 'exports', 'aside'].flatMap((pool) => ['in-use', 'idle'].map((state) => ({ pool, state }))),
  );
  expect(await valueOf('tracker_pool_connections_max', { pool: 'main' })).toBe(5);
  expect(await valueOf('tracker_pool_waiting', { pool: 'main' })).toBe(0);
  expect(await valueOf('process_resident_memory_bytes')).toBeGreaterThan(10_000_000);
  expect((await read('nodejs_eventloop_lag_p99_seconds')).length).toBe(1);
  expect(await valueOf('tracker_database_up')).toBe(1);
});

test('metrics are there while the database is not', async () => {
  const db = new Database('postgresql://127.0.0.1:1/nowhere', 1);
  const config = { LOG_LEVEL: 'silent', CORS_ORIGINS: '*', BODY_LIMIT: 1000, IMPORT_BYTES: 1000 } as const;
  const parts: Parts = {
    config: { ...config, PUBLIC_READ: true, METRICS: 'public' },
    db,
    registry: it.registry,
  };
  const app = await buildApp(parts);
  onTestFinished(async () => {
    await app.close();
    await db.end();
  });
  const reply = await app.inject('/metrics');
  expect([reply.statusCode, samples(reply.body, 'tracker_database_up')]).toEqual([200, [[{}, 0]]]);
});

test('the dashboard asks for metrics that there are', async () => {
  const file = new URL('../../docker/grafana-dashboard.json', import.meta.url);
  const { panels } = JSON.parse(await readFile(file, 'utf8')) as {
    panels: { title: string; targets?: { expr: string }[] }[];
  };
  const { text } = await it.anyone.get('/metrics');
  const there = new Set([...text.matchAll(/^[a-z][a-z0-9_]*/gm)].map(([name]) => name));
  const asked = panels.flatMap(({ targets = [] }) =>
    targets.flatMap(({ expr }) => expr.match(/\b(?:http|tracker|process|nodejs)_[a-z0-9_]+/g) ?? []),
  );
  expect(asked.length).toBeGreaterThan(10);
  expect(asked.filter((name) => !there.has(name))).toEqual([]);
});
