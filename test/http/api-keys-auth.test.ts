/** How a request with a key is let in or refused, and what that costs. */
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import supertest from 'supertest';
import type { FastifyInstance } from 'fastify';
import { buildApp } from '../../src/app.ts';
import { Database } from '../../src/db/database.ts';
import { trustedFor } from '../../src/keys/ring.ts';
import { keys } from '../keys.ts';
import { tracker } from '../tracker.ts';
import { admin, as, make, statusWith } from './api-keys.ts';

const it = tracker();

/** Another server on the same database. */
let other: FastifyInstance;
let db: Database;
beforeAll(async () => {
  db = new Database(it.apiUrl, 2);
  const config = { PUBLIC_READ: false, LOG_LEVEL: 'silent', CORS_ORIGINS: '*' } as const;
  other = await buildApp({
    config: { ...config, BODY_LIMIT: 10_000, IMPORT_BYTES: 10_000 },
    db,
    registry: it.registry,
  });
  await other.ready();
});
afterAll(async () => {
  await other.close();
  await db.end();
});
afterEach(() => {
  vi.restoreAllMocks();
});

const elsewhere = async (secret: string): Promise<number> =>
  (
    await supertest(other.server)
      .post('/v1/organizations?nonsense=1')
      .set('authorization', `Bearer ${secret}`)
      .send({})
  ).status;

/** How often a connection is taken while something is done. */
async function queriesOf(work: () => Promise<unknown>): Promise<number> {
  let queries = 0;
  const count = (): void => void (queries += 1);
  it.db.pool.on('acquire', count);
  await work();
  it.db.pool.off('acquire', count);
  return queries;
}

test('a request with a key asks the database nothing, and neither does a key with a typo', async () => {
  const { secret } = await make(it, { scopes: ['write'] });
  expect(await statusWith(it, secret)).toBe(400);
  const known = await queriesOf(async () => {
    for (let i = 0; i < 20; i += 1) expect(await statusWith(it, secret)).toBe(400);
  });
  expect(known).toBe(0);

  const other = secret.endsWith('0') ? '1' : '0';
  const typos = [
    secret.slice(0, -1) + other,
    secret.slice(0, -1),
    `${secret}0`,
    secret.replace(/.(?=.{20}$)/, (character) => (character === 'a' ? 'b' : 'a')),
    'satk_',
    'short',
  ];
  const mistyped = await queriesOf(async () => {
    for (const typo of typos) expect([typo, await statusWith(it, typo)]).toEqual([typo, 401]);
  });
  expect(mistyped).toBe(0);
  const reply = await as(it, typos[0] ?? '', 'post', '/v1/organizations').send({});
  expect(reply.body.detail).toBe('The key is mistyped or cut off: its checksum is not right.');
  expect(reply.headers['www-authenticate']).toContain('error="invalid_token"');
});

test('a key that was made on another server is known at once; one that was revoked there, within the bound', async () => {
  const { id, secret } = await make(it, { scopes: ['write'] });
  expect(await elsewhere(secret)).toBe(400);
  const now = performance.now.bind(performance);
  await admin(it, 'delete', `/${id}`).set('if-match', '*');
  expect(await statusWith(it, secret)).toBe(401);
  vi.spyOn(performance, 'now').mockImplementation(() => now() + trustedFor);
  expect(await elsewhere(secret)).toBe(401);
});

test('a key ends by the clock while it is held in memory', async () => {
  const { secret } = await make(it, {
    scopes: ['write'],
    expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
  });
  const now = performance.now.bind(performance);
  expect(await statusWith(it, secret)).toBe(400);
  await statusWith(it, keys.writer);
  vi.spyOn(performance, 'now').mockImplementation(() => now() + 3_600_000);
  // What was read before says enough; that it would be read again does not matter.
  await it.sql(`UPDATE api_keys SET expires_at = now() - interval '1 second' WHERE hint = $1`, [
    secret.slice(0, 9),
  ]);
  expect(await statusWith(it, secret)).toBe(401);
});

test('when a key was last used is not written with every request, but when the server ends, and when somebody asks', async () => {
  const { id, secret } = await make(it, { scopes: ['write'] });
  const lastUse = async (): Promise<unknown> =>
    (await it.sql(`SELECT last_used_at FROM api_keys WHERE id = $1`, [id]))[0]?.last_used_at;
  for (let i = 0; i < 5; i += 1) expect(await elsewhere(secret)).toBe(400);
  expect(await lastUse()).toBeNull();
  await other.close();
  const there = await lastUse();
  expect(there).toBeInstanceOf(Date);
  expect(await statusWith(it, secret)).toBe(400);
  expect(await lastUse()).toEqual(there);
  const before = (await admin(it, 'get', `/${id}`)).body;
  expect(Date.parse(before.lastUsedAt)).toBeGreaterThan((there as Date).getTime());
  expect(before.version).toBe(1);
});

test('who is not known is told so apart from who may not, and who may not hears which scope it takes', async () => {
  const cases = [
    ['write', 'get', '/v1/api-keys', 'admin'],
    ['import', 'post', '/v1/api-keys', 'admin'],
    ['import:plan', 'post', '/v1/organizations', 'write'],
    ['write', 'get', '/v1/audit/verify', 'admin'],
    ['import:apply', 'post', '/v1/imports?resource=calls', 'import:plan'],
    ['write', 'get', '/v1/imports', 'import:plan import:apply'],
  ] as const;
  for (const [scope, method, path, wanted] of cases) {
    const { secret } = await make(it, { scopes: [scope] });
    const refused = await as(it, secret, method, path);
    const named = wanted
      .split(' ')
      .map((one) => `\`${one}\``)
      .join(' or ');
    expect([path, refused.status, refused.body.code, refused.body.detail]).toEqual([
      path,
      403,
      'insufficient-scope',
      `The key lacks the scope ${named}.`,
    ]);
    expect(refused.headers['www-authenticate']).toContain(`error="insufficient_scope", scope="${wanted}"`);
    const unknown = await it.anyone[method](path);
    expect([path, unknown.status, unknown.body.code]).toEqual([path, 401, 'unauthenticated']);
    expect(unknown.headers['www-authenticate']).toBe('Bearer realm="tracker"');
  }
});

test('no operation on keys is open to a key without `admin`', async () => {
  const { id, secret } = await make(it, { scopes: ['write', 'import'] });
  for (const [method, path] of [
    ['get', ''],
    ['post', ''],
    ['get', `/${id}`],
    ['patch', `/${id}`],
    ['delete', `/${id}`],
    ['post', `/${id}/rotate`],
    ['get', `/${id}/history`],
  ] as const)
    expect([method, path, (await as(it, secret, method, `/v1/api-keys${path}`).send()).status]).toEqual([
      method,
      path,
      403,
    ]);
});
