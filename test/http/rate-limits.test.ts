/** How much one client can ask for in a minute. Each test comes from addresses of its own. */
import { expect, onTestFinished, test } from 'vitest';
import type { Response } from 'supertest';
import { buildApp } from '../../src/app.ts';
import { Database } from '../../src/db/database.ts';
import { keys } from '../keys.ts';
import { tracker } from '../tracker.ts';

const limits = { RATE_LIMIT_READS: 100, RATE_LIMIT_WRITES: 5 };
const it = tracker({ ...limits, TRUST_PROXY: ['127.0.0.1'] });
const untrusting = tracker({ RATE_LIMIT_READS: 3, RATE_LIMIT_WRITES: 3 });

type Fields = Record<string, string>;
const get = (path: string, address: string, fields: Fields = {}) =>
  it.anyone.get(path).set({ 'x-forwarded-for': address, ...fields });
const bearer = (key: string): Fields => ({ authorization: `Bearer ${key}` });

/** What is left, and how many seconds until there are new ones. */
function left({ headers }: Response, policy = 'reads'): { r: number; t: number } {
  const [, name, r, t] = /^"([a-z]+)";r=([0-9]+);t=([0-9]+)$/.exec(headers.ratelimit ?? '') ?? [];
  expect(name).toBe(policy);
  return { r: Number(r), t: Number(t) };
}

/** All that a client without a key may still read. */
async function useUp(address: string, fields: Fields = {}): Promise<void> {
  for (let n = left(await get('/v1/organizations/kt', address, fields)).r; n > 0; n -= 1)
    expect((await get('/v1/organizations/kt', address, fields)).status).toBe(200);
}

test('every reply says how many reads or writes there are and how many are left', async () => {
  const first = await get('/v1/organizations/kt', '10.0.0.1');
  expect(first.headers['ratelimit-policy']).toBe('"reads";q=100;w=60');
  expect(left(first).r).toBe(99);
  expect(left(await get('/v1/organizations/nobody', '10.0.0.1')).r).toBe(98);
  expect(left(await get('/v1/organizations?x=1', '10.0.0.1')).r).toBe(97);
  expect(left(await get('/nothing', '10.0.0.1')).r).toBe(96);
  expect(left(await get('/', '10.0.0.1')).r).toBe(95);
  const refused = await it.anyone.post('/v1/organizations').set('x-forwarded-for', '10.0.0.1').send({});
  expect([refused.status, refused.headers['ratelimit-policy']]).toEqual([401, '"writes";q=5;w=60']);
  expect(left(refused, 'writes').r).toBe(4);
});

test('who has used them up is refused with the time to wait, others are not, and health checks never', async () => {
  await useUp('10.0.0.2');
  const refused = await get('/v1/organizations/kt', '10.0.0.2', { origin: 'https://example.org' });
  expect([refused.status, refused.type, refused.body.code, left(refused).r]).toEqual([
    429,
    'application/problem+json',
    'rate-limited',
    0,
  ]);
  expect(refused.headers['retry-after']).toBe(String(left(refused).t));
  expect(refused.headers['access-control-expose-headers']).toContain('RateLimit-Policy');
  expect(refused.headers['access-control-allow-origin']).toBe('*');
  expect((await get(refused.body.type, '10.0.0.20')).text).toContain('Too many requests');
  for (const path of ['/healthz', '/readyz']) {
    const reply = await get(path, '10.0.0.2');
    expect([path, reply.status, reply.headers.ratelimit]).toEqual([path, 200, undefined]);
  }
  const writing = await it.anyone.post('/v1/calls').set('x-forwarded-for', '10.0.0.2').send({});
  expect(writing.status).toBe(401);
});

test('a key has its own, wherever it is used, also where no key is needed', async () => {
  await useUp('10.0.0.3');
  const first = await get('/v1/organizations/kt', '10.0.0.3', bearer(keys.planner));
  expect([first.status, left(first).r]).toEqual([200, 99]);
  expect(left(await get('/v1/organizations/kt', '10.0.0.30', bearer(keys.planner))).r).toBe(98);
  const write = (key: string) =>
    it.anyone.post('/v1/milestones').set({ 'x-forwarded-for': '10.0.0.31', ...bearer(key) });
  for (let n = 0; n < 5; n += 1) expect((await write(keys.writer).send({})).status).toBe(422);
  expect((await write(keys.writer).send({})).status).toBe(429);
  expect((await write(keys.admin).send({})).status).toBe(422);
});

test('made-up keys are looked up some times and then refused unseen, while a good one goes on', async () => {
  const good = bearer(keys.approver);
  expect((await get('/v1/imports', '10.0.0.4', good)).status).toBe(200);
  const statuses: number[] = [];
  for (let n = 0; n < 70; n += 1)
    statuses.push((await get('/v1/imports', '10.0.0.4', bearer(`sat_made-up-${n}`))).status);
  expect(statuses.slice(0, 50)).toEqual(Array(50).fill(401));
  expect(statuses.slice(60)).toEqual(Array(10).fill(429));
  expect((await get('/v1/imports', '10.0.0.4', good)).status).toBe(200);
});

test('what costs more counts for more, and a 304 for a tenth', async () => {
  const spent = async (path: string, fields: Fields = {}): Promise<number> => {
    const before = left(await get('/healthz/', '10.0.0.5')).r;
    return before - left(await get(path, '10.0.0.5', fields)).r;
  };
  expect(await spent('/v1/calls')).toBe(1);
  expect(await spent('/v1/calls?limit=500')).toBe(5);
  expect(await spent('/v1/calls?limit=100&include=program,sources')).toBe(3);
  expect(await spent('/v1/calls?count=exact')).toBe(6);
  expect(await spent('/v1/calls?format=csv')).toBe(25);
  expect(await spent('/v1/changes?limit=500')).toBe(5);
  expect(await spent('/v1/organizations/kt/history?limit=200')).toBe(2);
  expect(await spent('/v1/rounds/kr-safm-round-1/stability?draws=1000')).toBe(20);
  expect(await spent('/v1/programs/kr-safm/timeline')).toBe(5);
  // It is kept, and sent again.
  expect(await spent('/v1/programs/kr-safm/timeline')).toBe(1);
  const { etag } = (await get('/v1/organizations/kt', '10.0.0.50')).headers;
  for (let n = 0; n < 10; n += 1)
    expect((await get('/v1/organizations/kt', '10.0.0.50', { 'if-none-match': etag ?? '' })).status).toBe(
      304,
    );
  expect(left(await get('/v1/organizations/kt', '10.0.0.50')).r).toBe(97);
});

test('what is too expensive for what is left is refused, and what is left stays for the rest', async () => {
  for (let n = 0; n < 3; n += 1) expect((await get('/v1/calls?format=ndjson', '10.0.0.6')).status).toBe(200);
  expect((await get('/v1/calls', '10.0.0.6')).status).toBe(200);
  const refused = await get('/v1/calls?format=csv', '10.0.0.6');
  expect([refused.status, refused.body.code]).toEqual([429, 'rate-limited']);
  expect((await get('/v1/calls', '10.0.0.6')).status).toBe(200);
});

test('the addresses of one network of IPv6 are one client', async () => {
  expect(left(await get('/v1/calls', '2001:db8:1:2::1')).r).toBe(99);
  expect(left(await get('/v1/calls', '2001:db8:1:2:ffff::2')).r).toBe(98);
  expect(left(await get('/v1/calls', '2001:db8:1:3::1')).r).toBe(99);
});

test('whoever is no trusted proxy can say what address it likes', async () => {
  const statuses: number[] = [];
  for (let n = 0; n < 4; n += 1)
    statuses.push((await untrusting.anyone.get('/v1/calls').set('x-forwarded-for', `10.1.0.${n}`)).status);
  expect(statuses).toEqual([200, 200, 200, 429]);
});

test('a browser may always ask what it may do', async () => {
  await useUp('10.0.0.7');
  const asked = await it.anyone.options('/v1/calls').set({
    'x-forwarded-for': '10.0.0.7',
    origin: 'https://example.org',
    'access-control-request-method': 'GET',
  });
  expect(asked.status).toBe(204);
});

test('two nodes count together, without a write for each request', async () => {
  const node = async () => {
    const db = new Database(it.apiUrl, 2);
    const app = await buildApp({
      config: {
        PUBLIC_READ: true,
        LOG_LEVEL: 'silent',
        CORS_ORIGINS: '*',
        BODY_LIMIT: 1000,
        IMPORT_BYTES: 1000,
        RATE_LIMIT_READS: 200,
        RATE_LIMIT_STORE: 'postgres',
      },
      db,
      registry: it.registry,
    });
    onTestFinished(async () => {
      await app.close();
      await db.end();
    });
    return async (): Promise<number> => (await app.inject('/v1/calls')).statusCode;
  };
  const [one, other] = [await node(), await node()];
  for (let n = 0; n < 200; n += 1) expect(await one()).toBe(200);
  expect(await one()).toBe(429);
  let answered = 0;
  await expect
    .poll(
      async () => {
        const status = await other();
        if (status === 200) answered += 1;
        return status;
      },
      { timeout: 30_000, interval: 50 },
    )
    .toBe(429);
  expect(answered).toBeLessThan(150);
  const [written] = await it.sql(
    `SELECT n_tup_ins + n_tup_upd AS n FROM pg_stat_user_tables WHERE relname = 'rate_counts'`,
  );
  expect(Number(written?.n)).toBeLessThan(50);
});
