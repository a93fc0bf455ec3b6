import { expect, test } from 'vitest';
import type { Resource } from '../../src/resource/declare.ts';
import { tracker } from '../tracker.ts';

const it = tracker();
const post = (body: string | Buffer, type = 'application/json', path = '/v1/organizations') =>
  it.writer
    .post(path)
    .set('content-type', type)
    .send(body as string);
const good = { id: 'bad-input', names: { en: 'X' }, kind: 'company', country: 'KR', sources: ['seed-001'] };

async function countAll(): Promise<Record<string, unknown>[]> {
  return it.sql(
    it.registry.all
      .map(({ table }) => `SELECT '${table}' AS name, count(*) FROM ${table}`)
      .join(' UNION ALL '),
  );
}

test.each([
  ['half an object', '{"id": "x"'],
  ['nothing', ''],
  ['blanks', '  \n'],
  ['a word', 'hello'],
  ['two documents', '{} {}'],
  ['a comment', '{} // x'],
  ['single quotes', "{'a': 1}"],
  ['a NUL', JSON.stringify({ ...good, names: { en: 'a\0b' } })],
  ['half a surrogate pair', '{"names": {"en": "\\ud800"}}'],
  ['half a surrogate pair in a key', '{"\\udc00": 1}'],
  ['a prototype', '{"__proto__": {"admin": true}}'],
  ['an inner prototype', '{"names": {"__proto__": {"en": "x"}}}'],
  ['deep nesting', '['.repeat(100_000)],
  ['deep objects', '{"a":'.repeat(1000) + '1' + '}'.repeat(1000)],
  ['NaN', '{"id": NaN}'],
])('%s is a 400 that says what is wrong', async (_, body) => {
  const reply = await post(body);
  expect([reply.status, reply.body.code]).toEqual([400, 'malformed-json']);
});

test('bytes that are no UTF-8 are refused', async () => {
  const { port } = it.app.server.address() as { port: number };
  const reply = await fetch(`http://127.0.0.1:${port}/v1/organizations`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: it.writer.get('/').get('authorization') },
    body: Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]),
  });
  expect(reply.status).toBe(400);
});

test.each([
  ['application/json; charset=utf-16', 415],
  ['text/plain', 415],
  ['application/x-www-form-urlencoded', 415],
  ['application/xml', 415],
  ['multipart/form-data; boundary=x', 415],
  ['nonsense', 415],
  ['application/json; charset=UTF-8', 201],
])('a body of type %s gives %i', async (type, status) => {
  expect((await post(JSON.stringify({ ...good, id: `typed-${status}` }), type)).status).toBe(status);
});

test('a compressed body is refused where it is not read', async () => {
  expect(
    (
      await it.writer
        .post('/v1/organizations')
        .set({ 'content-type': 'application/json', 'content-encoding': 'gzip' })
        .send('x')
    ).status,
  ).toBe(415);
});

test('a body of ten megabytes is refused', async () => {
  const reply = await post(JSON.stringify({ ...good, names: { en: 'x'.repeat(10_000_000) } }));
  expect([reply.status, reply.body.code]).toEqual([413, 'body-too-large']);
});

test.each(['[]', '"x"', '1', 'null', 'true', '[{}]'])('%s is no row', async (body) => {
  for (const resource of it.registry.all) {
    const reply = await post(body, 'application/json', `/v1/${resource.name}`);
    expect([resource.name, reply.status]).toEqual([resource.name, 422]);
  }
});

const wrong: unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  1e300,
  2 ** 53 + 2,
  -0,
  'x'.repeat(5000),
  '',
  ' ',
  'A B',
  '2025-13',
  '1e5',
  "'; DROP TABLE organizations; --",
  '\u0007',
  [],
  [null],
  [[]],
  [1],
  ['a', 'a'],
  {},
  { a: 1 },
  { type: 'x', id: 'y' },
  { constructor: 1 },
];

/** The fields that are refused; nothing if it was written. */
async function create(name: string, body: object): Promise<Set<string> | undefined> {
  const reply = await it.writer.post(`/v1/${name}`).send(body);
  if (reply.status === 201) {
    const correctable = 'correction' in it.registry.get(name).schemas.create.shape;
    await it.writer
      .delete(reply.headers.location ?? '')
      .query(correctable ? { correction: 'true', reason: 'x' } : {})
      .set('if-match', '*');
    return undefined;
  }
  expect([name, body, reply.status < 500, reply.type]).toEqual([
    name,
    body,
    true,
    'application/problem+json',
  ]);
  if (reply.status === 422) expect(reply.body.errors.length).toBeGreaterThan(0);
  const faults: { pointer?: string }[] = reply.body.errors ?? [];
  return new Set(faults.map(({ pointer = '' }) => pointer.split('/')[1] ?? ''));
}

/** In every field at once, and then in those whose own rules did not refuse it, until it is written by the database or refused. */
async function fieldsWith(value: unknown, resource: Resource, fields: string[]): Promise<void> {
  const refused = await create(resource.name, {
    ...resource.example,
    id: resource.schemas.create.shape.id ? 'bad-value' : undefined,
    ...Object.fromEntries(fields.map((field) => [field, value])),
  });
  if (!refused) return;
  const rest = fields.filter((field) => !refused.has(field));
  const isNamed = rest.length < fields.length;
  const half = isNamed ? rest.length : Math.ceil(rest.length / 2);
  if (half === fields.length) return;
  for (const some of [rest.slice(0, half), rest.slice(half)])
    if (some.length > 0) await fieldsWith(value, resource, some);
}

test('no value of any field makes the server fail, and nothing of a refused row is written', async () => {
  const before = await countAll();
  for (const resource of it.registry.all)
    for (const value of wrong) await fieldsWith(value, resource, Object.keys(resource.schemas.create.shape));
  expect(await countAll()).toEqual(before);
});

test('numbers beyond every bound are refused', async () => {
  for (const score of ['1e999', '-1', '100.0000001', '99999999999999999999', '1e-300']) {
    const reply = await post(
      `{"round":"kr-safm-round-3","consortium":"upstage","criterion":"r2-expert","status":"disclosed","score":${score},"sources":["seed-004"]}`,
      'application/json',
      '/v1/evaluations',
    );
    expect([
      score,
      reply.status,
      reply.body.errors.some(({ pointer }: { pointer: string }) => pointer === '/score'),
    ]).toEqual([score, 422, true]);
  }
});

const hostile = [
  "' OR 1=1 --",
  '"; DROP TABLE sources; --',
  '$1',
  '\\',
  '%00',
  '\0',
  '\ud800',
  '../../etc/passwd',
  '<script>',
  '{}',
  '[]',
  'null',
  '-',
  '--',
  'a'.repeat(3000),
  '🦊',
  '\r\nX-Evil: 1',
  '__proto__',
  'constructor',
];

test('no value of any parameter makes the server fail', async () => {
  const { paths } = (await it.app.inject('/openapi.json')).json();
  for (const { name } of it.registry.all) {
    const { parameters } = paths[`/v1/${name}`].get;
    const own: string[] = parameters.flatMap((parameter: { name?: string; in?: string }) =>
      parameter.in === 'query' ? [parameter.name] : [],
    );
    const common = ['limit', 'cursor', 'count', 'format', 'lang', 'sources', 'createdAt[gte]', 'version'];
    const all = [...new Set([...own, ...common])];
    for (const value of hostile.map((text) => (text.isWellFormed() ? text : '%ud800'))) {
      const ask = async (asked: string[]): Promise<{ parameter: string }[]> => {
        const query = Object.fromEntries(asked.map((parameter) => [parameter, value]));
        const reply = await it.app.inject({ url: `/v1/${name}`, query });
        if (reply.statusCode === 414 && asked.length > 1) {
          const half = asked.length / 2;
          return [...(await ask(asked.slice(0, half))), ...(await ask(asked.slice(half)))];
        }
        if (reply.statusCode === 414) return [];
        const expected = reply.statusCode === 200 ? 200 : 400;
        expect([name, asked, value, reply.statusCode]).toEqual([name, asked, value, expected]);
        return reply.statusCode === 200 || asked.length === 1 ? [] : reply.json().errors;
      };
      // All at once, and then those whose own rules did not refuse it, where it reaches the database.
      const refused = new Set((await ask(all)).map(({ parameter }) => parameter));
      const rest = all.filter((parameter) => !refused.has(parameter));
      if (rest.length > 0) await ask(rest);
    }
  }
});

test.each([
  '%',
  '%00',
  '%ff',
  '%zz',
  'x%2fy',
  '..%2f..',
  '%F0%9F%A6%8A',
  "'",
  'x'.repeat(500),
  '%0d%0aX: 1',
  '__proto__',
  '00000000-0000-0000-0000-00000000000g',
])('an id like %s is a 4xx', async (id) => {
  for (const path of ['organizations', 'evaluations']) {
    const reply = await it.app.inject(`/v1/${path}/${id}`);
    expect([path, reply.statusCode >= 400 && reply.statusCode < 500, reply.headers['content-type']]).toEqual([
      path,
      true,
      'application/problem+json; charset=utf-8',
    ]);
  }
});

test.each([
  '%',
  '%zz=1',
  'q=%ff',
  'q=%00',
  '__proto__=1',
  'constructor=1',
  'q[a]=1',
  '=',
  '&&&',
  'sort=',
  'limit=5&limit=6',
  'limit=-1',
  'limit=501',
  'limit=1e2',
  'format=xml',
  'format=parquet',
])('the query string %s never makes the server fail', async (query) => {
  const reply = await it.app.inject(`/v1/organizations?${query}`);
  expect([200, 400]).toContain(reply.statusCode);
});

test('a filter of a hundred values is answered, one of more is refused', async () => {
  const many = (n: number): string => Array.from({ length: n }, (_, i) => `id-${i}`).join(',');
  expect((await it.anyone.get('/v1/organizations').query({ id: many(100) })).status).toBe(200);
  expect((await it.anyone.get('/v1/organizations').query({ id: many(101) })).status).toBe(400);
});

test('a write takes no query parameters that it does not know', async () => {
  expect((await it.writer.post('/v1/organizations?dryRun=true').send(good)).status).toBe(400);
  expect((await it.writer.patch('/v1/organizations/kt?x=1').set('if-match', '*').send({})).status).toBe(400);
  expect((await it.writer.delete('/v1/organizations/kt?force=true').set('if-match', '*')).status).toBe(400);
});

test.each(['', 'x'.repeat(256), 'a b', 'ü'])('the Idempotency-Key %j is refused', async (key) => {
  const reply = await it.app.inject({
    method: 'POST',
    url: '/v1/organizations',
    headers: { 'idempotency-key': key, authorization: it.writer.get('/').get('authorization') },
    payload: good,
  });
  expect(reply.statusCode).toBe(400);
});
