/** The life of an API key, as an administrator leads it. */
import { expect, test } from 'vitest';
import { installKey } from '../../src/keys/install.ts';
import { keys } from '../keys.ts';
import { tracker } from '../tracker.ts';
import { admin, as, make, statusWith } from './api-keys.ts';

const it = tracker();

const idOf = async (name: string): Promise<string> =>
  (await admin(it, 'get').query({ name })).body.data[0].id as string;

test('a key is made with what it may do, its secret is told once, and it works at once', async () => {
  const { id, secret, reply } = await make(it, {
    name: 'desk',
    scopes: ['write'],
    expiresAt: '2099-01-01T09:00:00+09:00',
  });
  expect(secret).toMatch(/^satk_[0-9A-Za-z]{49}$/);
  expect([reply.headers.location, reply.headers['cache-control']]).toEqual([
    `/v1/api-keys/${id}`,
    'no-store',
  ]);
  expect(await statusWith(it, secret)).toBe(400);
  const read = await admin(it, 'get', `/${id}`);
  expect(read.body).toEqual({
    id,
    name: 'desk',
    scopes: ['write'],
    program: null,
    hint: secret.slice(0, 9),
    status: 'active',
    createdAt: expect.any(String),
    createdBy: await idOf('admin'),
    expiresAt: '2099-01-01T00:00:00.000000Z',
    rotatedAt: null,
    formerUntil: null,
    lastUsedAt: expect.any(String),
    revokedAt: null,
    version: 1,
  });
  expect((await admin(it, 'get', `/${id}`).set('if-none-match', read.headers.etag ?? '')).status).toBe(304);
});

test('the secret is nowhere in the database, nor in the reply that a retry gets', async () => {
  const send = () =>
    admin(it, 'post')
      .set('idempotency-key', 'once')
      .send({ name: 'once', scopes: ['import'] });
  const first = await send();
  const again = await send();
  expect([first.status, first.headers['idempotency-replayed']]).toEqual([201, undefined]);
  expect([again.status, again.headers['idempotency-replayed'], again.headers.etag]).toEqual([
    201,
    'true',
    first.headers.etag,
  ]);
  expect(again.body).toEqual({ ...first.body, secret: null });
  expect((await admin(it, 'get').query({ name: 'once' })).body.data).toHaveLength(1);
  const rotate = () =>
    admin(it, 'post', `/${String(first.body.id)}/rotate`)
      .set('idempotency-key', 'turn')
      .send({});
  const secrets = [first.body.secret, (await rotate()).body.secret] as string[];
  expect((await rotate()).body.secret).toBeNull();
  const tables = await it.sql(
    `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname IN ('public', 'history')`,
  );
  for (const { name } of tables) {
    const lines = await it.sql(
      `SELECT t::text AS line FROM ${String(name)} t WHERE t::text LIKE '%satk\\_%' OR t::text LIKE '%' || encode('satk_', 'hex') || '%'`,
    );
    for (const { line } of lines)
      for (const secret of secrets) {
        expect(line).not.toContain(secret);
        expect(line).not.toContain(Buffer.from(secret).toString('hex'));
      }
  }
});

test('what does not fit is refused with every fault; a name is given once', async () => {
  const bad = await admin(it, 'post').send({
    name: '',
    scopes: ['read', 'write'],
    programme: 'kr-safm',
    expiresAt: 'soon',
  });
  expect([
    bad.status,
    bad.body.errors.map(({ pointer, code }: Record<string, string>) => [pointer, code]),
  ]).toEqual([
    422,
    [
      ['/name', 'out-of-range'],
      ['/scopes/0', 'invalid-value'],
      ['/expiresAt', 'invalid-value'],
      ['/programme', 'unknown-field'],
    ],
  ]);
  const wrong = await admin(it, 'post').send({
    name: 'x',
    scopes: ['admin'],
    program: 'kr-saf',
    expiresAt: '2020-01-01T00:00:00Z',
  });
  expect([wrong.status, wrong.body.errors.map(({ detail }: Record<string, string>) => detail)]).toEqual([
    422,
    [
      expect.stringContaining('in the past'),
      expect.stringContaining('bound to no programme'),
      '`kr-saf`: no such program; did you mean `kr-safm`?',
    ],
  ]);
  for (const [body, pointer] of [
    [{ name: 'bootstrap', scopes: ['write'] }, '/name'],
    [{ name: 'x', scopes: [] }, '/scopes'],
    [{ name: 'x', scopes: ['write', 'write'] }, '/scopes'],
  ] as const) {
    const reply = await admin(it, 'post').send(body);
    expect([reply.status, reply.body.errors[0].pointer]).toEqual([422, pointer]);
  }
  const taken = await admin(it, 'post').send({ name: 'writer', scopes: ['admin'] });
  expect([taken.status, taken.body.code, taken.body.errors[0].pointer]).toEqual([
    409,
    'already-exists',
    '/name',
  ]);
});

test('keys are listed newest first, in pages, by name, state, scope and programme, and never with a secret', async () => {
  const bound = await make(it, { name: 'listed', scopes: ['import:plan'], program: 'kr-safm' });
  const gone = await make(it, { scopes: ['write'] });
  await admin(it, 'delete', `/${gone.id}`).set('if-match', '*');
  const ids = async (query: object): Promise<string[]> => {
    const { status, body } = await admin(it, 'get').query(query);
    expect(status).toBe(200);
    expect(JSON.stringify(body)).not.toMatch(/secret|hash/);
    return body.data.map(({ id }: { id: string }) => id);
  };
  const all = await ids({});
  expect(all.slice(0, 2)).toEqual([gone.id, bound.id]);
  expect(all).toEqual([...all].sort().reverse());
  expect(await ids({ program: 'kr-safm', status: 'active' })).toEqual([bound.id]);
  expect(await ids({ status: 'revoked' })).toEqual([gone.id]);
  expect(await ids({ scope: 'import:plan' })).toEqual([bound.id, await idOf('planner')]);
  const paged: string[] = [];
  for (let next: string | null = `/v1/api-keys?limit=2`; next !== null;) {
    const page = await as(it, keys.admin, 'get', next);
    paged.push(...page.body.data.map(({ id }: { id: string }) => id));
    next = /<([^>]+)>; rel="next"/.exec(page.headers.link ?? '')?.[1] ?? null;
  }
  expect(paged).toEqual(all);
  const forged = await admin(it, 'get').query({ cursor: 'nonsense' });
  expect([forged.status, forged.body.code]).toEqual([400, 'invalid-cursor']);
  const misspelt = await admin(it, 'get').query({ state: 'active' });
  expect([misspelt.status, misspelt.body.errors[0].parameter]).toEqual([400, 'state']);
});

test('after a rotation both secrets are valid, for as long as was said and no more than two', async () => {
  const { id, secret: first } = await make(it, { scopes: ['write'] });
  const rotate = async (body?: object): Promise<string> => {
    const reply = await admin(it, 'post', `/${id}/rotate`).send(body);
    expect(reply.status).toBe(200);
    return reply.body.secret as string;
  };
  const statuses = (...secrets: string[]) => Promise.all(secrets.map((secret) => statusWith(it, secret)));
  const second = await rotate();
  expect(await statuses(first, second)).toEqual([400, 400]);
  const { body } = await admin(it, 'get', `/${id}`);
  expect([body.hint, body.version]).toEqual([second.slice(0, 9), 2]);
  expect(Date.parse(body.formerUntil) - Date.parse(body.rotatedAt)).toBe(86_400_000);
  const third = await rotate({ overlapSeconds: 3600 });
  expect(await statuses(first, second, third)).toEqual([401, 400, 400]);
  const fourth = await rotate({ overlapSeconds: 0 });
  expect(await statuses(second, third, fourth)).toEqual([401, 401, 400]);
  expect((await admin(it, 'get', `/${id}`)).body.formerUntil).toBeNull();
  await it.sql(
    `UPDATE api_keys SET former_hash = sha256('x'), former_until = now() - interval '1 second' WHERE id = $1`,
    [id],
  );
  expect((await admin(it, 'get', `/${id}`)).body.formerUntil).toBeNull();
  const stale = await admin(it, 'post', `/${id}/rotate`).set('if-match', '"1-x"').send({});
  expect([stale.status, stale.body.code]).toEqual([412, 'precondition-failed']);
  const long = await admin(it, 'post', `/${id}/rotate`).send({ overlapSeconds: 2_592_001 });
  expect([long.status, long.body.errors[0].pointer]).toEqual([422, '/overlapSeconds']);
});

test('a key expires; until then that is changed by whoever saw it last, and nothing else of it', async () => {
  const { id, secret, reply } = await make(it, { scopes: ['write'] });
  const patch = (body: object, match?: string) => {
    const request = admin(it, 'patch', `/${id}`).send(body);
    return match === undefined ? request : request.set('if-match', match);
  };
  expect((await patch({ expiresAt: null })).status).toBe(428);
  for (const body of [
    { scopes: ['admin'] },
    { program: null },
    { name: 'other' },
    { revokedAt: null },
    { secret: 'x' },
  ]) {
    const refused = await patch(body, '*');
    expect([refused.status, refused.body.errors[0].code]).toEqual([422, 'unknown-field']);
  }
  const past = await patch({ expiresAt: '2020-01-01T00:00:00Z' }, '*');
  expect([past.status, past.body.errors[0].pointer]).toEqual([422, '/expiresAt']);
  const set = await patch({ expiresAt: '2099-01-01T00:00:00Z' }, reply.headers.etag ?? '');
  expect([set.status, set.body.expiresAt, set.body.version]).toEqual([200, '2099-01-01T00:00:00.000000Z', 2]);
  expect((await patch({ expiresAt: null }, reply.headers.etag ?? '')).status).toBe(412);
  expect((await patch({ expiresAt: '2099-01-01T00:00:00Z' }, '*')).body.version).toBe(2);

  await it.sql(`UPDATE api_keys SET expires_at = now() - interval '1 second', version = 3 WHERE id = $1`, [
    id,
  ]);
  const expired = await patch({}, '*');
  expect([expired.body.status, await statusWith(it, secret)]).toEqual(['expired', 401]);
  const rotated = await admin(it, 'post', `/${id}/rotate`).send({});
  expect([rotated.status, rotated.body.code]).toEqual([409, 'key-unchangeable']);
  expect((await patch({ expiresAt: null }, '*')).body.status).toBe('active');
  expect(await statusWith(it, secret)).toBe(400);
});

test('a revoked key lets nobody in any more, also by the secret before, and stays revoked', async () => {
  const { id, secret } = await make(it, { scopes: ['write'] });
  const { body } = await admin(it, 'post', `/${id}/rotate`).send({});
  expect(await statusWith(it, secret)).toBe(400);
  expect((await admin(it, 'delete', `/${id}`)).status).toBe(428);
  expect((await admin(it, 'delete', `/${id}`).set('if-match', '"1-x"')).status).toBe(412);
  expect((await admin(it, 'delete', `/${id}`).set('if-match', '*')).status).toBe(204);
  for (const each of [secret, body.secret as string]) expect(await statusWith(it, each)).toBe(401);
  expect((await admin(it, 'delete', `/${id}`).set('if-match', '*')).status).toBe(204);
  const read = await admin(it, 'get', `/${id}`);
  expect([read.body.status, read.body.revokedAt, read.body.version]).toEqual([
    'revoked',
    expect.any(String),
    3,
  ]);
  for (const reply of [
    await admin(it, 'post', `/${id}/rotate`).send({}),
    await admin(it, 'patch', `/${id}`).set('if-match', '*').send({ expiresAt: null }),
  ])
    expect([reply.status, reply.body.code]).toEqual([409, 'key-unchangeable']);
});

test('the last key that can administer is not revoked, though two try at once', async () => {
  const { id, secret } = await make(it, { scopes: ['admin'] });
  const own = await idOf('admin');
  const replies = await Promise.all([
    admin(it, 'delete', `/${id}`).set('if-match', '*'),
    as(it, secret, 'delete', `/v1/api-keys/${own}`).set('if-match', '*'),
  ]);
  // Whoever comes after the other is through is not even let in.
  const [done, refused] = replies.map(({ status }) => status).sort();
  expect([done, [401, 409].includes(refused ?? 0)]).toEqual([204, true]);
  const [left, last] = replies[0].status === 204 ? [keys.admin, own] : [secret, id];
  const again = await as(it, left, 'delete', `/v1/api-keys/${last}`).set('if-match', '*');
  expect([again.status, again.body.code]).toEqual([409, 'last-admin-key']);
  expect((await as(it, left, 'get', '/v1/api-keys')).status).toBe(200);
  // The others of this file go on with theirs.
  await it.sql(`UPDATE api_keys SET revoked_at = NULL WHERE name = 'admin'`);
});

test('what was done to a key is told, by whom and through which request; nobody changes it', async () => {
  const { id } = await make(it, { name: 'watched', scopes: ['write'] });
  await admin(it, 'post', `/${id}/rotate`).set('x-request-id', 'rotating').send({});
  await admin(it, 'patch', `/${id}`).set('if-match', '*').send({ expiresAt: '2099-01-01T00:00:00Z' });
  await admin(it, 'delete', `/${id}`).set('if-match', '*');
  const { body } = await admin(it, 'get', `/${id}/history`);
  expect(body.data.map(({ event, actorName }: Record<string, string>) => [event, actorName])).toEqual([
    ['revoked', 'admin'],
    ['changed', 'admin'],
    ['rotated', 'admin'],
    ['created', 'admin'],
  ]);
  expect([body.data[2].request, body.data[2].formerUntil, body.data[1].expiresAt]).toEqual([
    'rotating',
    expect.any(String),
    '2099-01-01T00:00:00.000000Z',
  ]);
  const page = await admin(it, 'get', `/${id}/history`).query({ limit: 3 });
  const rest = await admin(it, 'get', `/${id}/history`).query({ limit: 3, cursor: page.body.page.next });
  expect([...page.body.data, ...rest.body.data]).toEqual(body.data);
  const { data } = (await admin(it, 'get', `/${await idOf('writer')}/history`)).body;
  expect([data.length, data[0].event, data[0].actor]).toEqual([
    1,
    'created',
    expect.stringMatching(/^database:/),
  ]);
  for (const statement of [
    `UPDATE history.key_events SET actor = 'me'`,
    `DELETE FROM history.key_events`,
    `INSERT INTO history.key_events (key, event, actor) VALUES (uuidv7(), 'created', 'me')`,
    `DELETE FROM api_keys WHERE name = 'watched'`,
    `UPDATE api_keys SET scopes = '{admin}' WHERE name = 'watched'`,
    `UPDATE api_keys SET program = 'kr-safm' WHERE name = 'watched'`,
  ])
    await expect(it.sql(statement), statement).rejects.toThrow(
      /not changed|by the database only|never changes/,
    );
});

test('the key of the setting is changed by the setting; once revoked, it is not brought back by it', async () => {
  const [first, second] = ['first-bootstrap-0123456789-0123456789', 'other-bootstrap-0123456789-0123456789'];
  const install = (secret: string) => installKey(it.db, 'bootstrap', secret, ['admin']);
  expect([await install(first), await install(first)]).toEqual([true, true]);
  const id = await idOf('bootstrap');
  const { body } = await admin(it, 'get', `/${id}`);
  expect([body.hint, body.createdBy, body.version]).toEqual([null, null, 1]);
  for (const refused of [
    await admin(it, 'post', `/${id}/rotate`).send({}),
    await admin(it, 'patch', `/${id}`).set('if-match', '*').send({ expiresAt: '2099-01-01T00:00:00Z' }),
  ])
    expect([refused.status, refused.body.code]).toEqual([409, 'key-unchangeable']);
  expect((await as(it, first, 'get', '/v1/api-keys')).status).toBe(200);
  await admin(it, 'delete', `/${id}`).set('if-match', '*');
  expect([await install(first), (await as(it, first, 'get', '/v1/api-keys')).status]).toEqual([false, 401]);
  expect([await install(second), (await as(it, second, 'get', '/v1/api-keys')).status]).toEqual([true, 200]);
  expect((await as(it, first, 'get', '/v1/api-keys')).status).toBe(401);
  const { data } = (await admin(it, 'get', `/${id}/history`)).body;
  expect(data.map(({ event }: { event: string }) => event)).toEqual(['restored', 'revoked', 'created']);
});

test('an id that no key has is a 404, whatever it looks like', async () => {
  for (const id of ['nonsense', '0199f6a2-7c1e-7d34-9a51-0c8c3f3f6b1d'])
    for (const reply of [
      await admin(it, 'get', `/${id}`),
      await admin(it, 'get', `/${id}/history`),
      await admin(it, 'patch', `/${id}`).set('if-match', '*').send({}),
      await admin(it, 'delete', `/${id}`).set('if-match', '*'),
      await admin(it, 'post', `/${id}/rotate`).send({}),
    ])
      expect([reply.status, reply.body.code]).toEqual([404, 'not-found']);
});
