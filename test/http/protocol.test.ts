import { once } from 'node:events';
import { connect, type AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { buildApp } from '../../src/app.ts';
import { problemTypes } from '../../src/kernel/problems.ts';
import type { OpenApi } from '../conformance.ts';
import { keys } from '../keys.ts';
import { tracker } from '../tracker.ts';

const it = tracker();
const closed = tracker({ PUBLIC_READ: false });
const paths = async (): Promise<[string, string[]][]> => {
  const document = (await it.anyone.get('/openapi.json')).body as OpenApi;
  return Object.entries(document.paths).map(([path, operations]) => [
    path.replace('{id}', '01a205b3-d019-7588-9551-f83d51a42121'),
    Object.keys(operations),
  ]);
};
const send = (method: string, path: string) => it.anyone[method as 'post'](path);

test('every change needs a key, a good one, and one that may do it', async () => {
  let tried = 0;
  for (const [path, methods] of await paths()) {
    for (const method of methods.filter((name) => name !== 'get')) {
      tried += 1;
      const without = await send(method, path).send({});
      expect([path, without.status, without.body.code, without.headers['www-authenticate']]).toEqual([
        path,
        401,
        'unauthenticated',
        'Bearer realm="tracker"',
      ]);
      for (const key of ['Bearer nonsense', 'Bearer', 'Basic eDp5', `Bearer ${'x'.repeat(600)}`])
        expect((await send(method, path).set('authorization', key).send({})).status).toBe(401);
      const imports = path.startsWith('/v1/imports');
      const weak = await send(method, path)
        .set('authorization', `Bearer ${imports ? keys.writer : keys.importer}`)
        .send({});
      expect([path, weak.status, weak.body.code]).toEqual([path, 403, 'insufficient-scope']);
      const scope = path.startsWith('/v1/api-keys') ? 'admin' : imports ? 'import' : 'write';
      expect(weak.body.detail).toContain(scope);
    }
  }
  const actions = it.registry.all.flatMap((resource) => resource.actions).length;
  const changes = (await paths())
    .filter(([path]) => /^\/v1\/(imports|api-keys)/.test(path))
    .flatMap(([, methods]) => methods.filter((name) => name !== 'get')).length;
  expect(changes).toBeGreaterThanOrEqual(2);
  expect(tried).toBe(it.registry.all.length * 3 + actions + changes);
});

test('a path refuses the methods that it does not have and names those that it has', async () => {
  for (const [path, methods] of await paths()) {
    const refused = await it.anyone.put(path).send({});
    expect([path, refused.status, refused.body.code]).toEqual([path, 405, 'method-not-allowed']);
    const allow = (refused.headers.allow ?? '').split(', ');
    expect(allow).toEqual(
      [
        ...methods.map((name) => name.toUpperCase()),
        ...(methods.includes('get') ? ['HEAD'] : []),
        'OPTIONS',
      ].sort(),
    );
    const options = await it.anyone.options(path);
    expect([path, options.status, options.headers.allow]).toEqual([path, 204, refused.headers.allow]);
  }
});

test('HEAD answers as GET does, without a body', async () => {
  for (const path of [
    '/v1/organizations',
    '/v1/organizations/kt',
    '/v1/organizations?format=csv',
    '/',
    '/problems',
    '/openapi.json',
    '/healthz',
    '/readyz',
  ]) {
    const get = await it.anyone.get(path).set('accept-encoding', 'gzip');
    const head = await it.anyone.head(path).set('accept-encoding', 'gzip');
    const told = ({ headers }: typeof get): unknown =>
      ['content-type', 'content-encoding', 'etag'].map((name) => headers[name]);
    expect([path, head.status, told(head)]).toEqual([path, 200, told(get)]);
  }
});

test('a web page of another host may read, ask first, and see the fields that matter', async () => {
  const read = await it.anyone.get('/v1/organizations/kt').set('origin', 'https://example.com');
  expect(read.headers['access-control-allow-origin']).toBe('*');
  expect(read.headers['access-control-expose-headers']).toContain('ETag');
  const asked = await it.anyone.options('/v1/organizations/kt').set({
    origin: 'https://example.com',
    'access-control-request-method': 'PATCH',
    'access-control-request-headers': 'if-match,authorization',
  });
  expect([asked.status, asked.headers['access-control-allow-methods']]).toEqual([
    204,
    'GET, HEAD, POST, PATCH, DELETE',
  ]);
  expect(asked.headers['access-control-allow-headers']).toMatch(/Authorization.*If-Match/);
});

test.each([
  '/v1/organizations/',
  '/v1/',
  '/v1/organisations',
  '/nothing',
  '/v1/organizations/kt/x',
  '//v1/organizations',
  '/V1/organizations',
])('%s is a 404 problem', async (path) => {
  const reply = await it.anyone.get(path);
  expect([reply.status, reply.type]).toEqual([404, 'application/problem+json']);
});

test('a misspelt path and a misspelt id are answered with the nearest one', async () => {
  expect((await it.anyone.get('/v1/organisations')).body.detail).toContain('/v1/organizations');
  expect((await it.anyone.get('/v1/consortiums/sktelecom')).body.detail).toContain('`sk-telecom`');
});

test('every problem has one shape, and its type is a page that explains it', async () => {
  const reply = await it.anyone.get('/v1/organizations?x=1').set('x-request-id', 'my-request.1');
  expect(reply.body).toEqual({
    type: '/problems/invalid-parameter',
    title: problemTypes['invalid-parameter'].title,
    status: 400,
    detail: expect.any(String),
    instance: '/v1/organizations',
    code: 'invalid-parameter',
    requestId: 'my-request.1',
    errors: [{ parameter: 'x', code: 'unknown-parameter', detail: expect.any(String) }],
  });
  for (const [code, { title }] of Object.entries(problemTypes)) {
    const page = await it.anyone.get(`/problems/${code}`);
    expect([page.status, page.type]).toEqual([200, 'text/html']);
    expect(page.text).toContain(title);
  }
  expect((await it.anyone.get('/problems/source-requierd')).body.detail).toContain('source-required');
});

test('the request id is the client’s if it is harmless, else the trace’s, else a new one', async () => {
  const id = async (fields: Record<string, string>): Promise<string> =>
    (await it.anyone.get('/healthz').set(fields)).headers['x-request-id'] ?? '';
  expect(await id({ 'x-request-id': 'abc-1' })).toBe('abc-1');
  expect(await id({ traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' })).toBe(
    '4bf92f3577b34da6a3ce929d0e0e4736',
  );
  expect(await id({ 'x-request-id': '<script>"' })).toMatch(/^[0-9a-f-]{36}$/);
  expect(await id({ 'x-request-id': 'x'.repeat(500) })).toMatch(/^[0-9a-f-]{36}$/);
  expect(await id({})).not.toBe(await id({}));
});

test('where reading is not public it needs a key, but health, documentation and problem pages do not', async () => {
  for (const path of ['/v1/organizations', '/v1/organizations/kt', '/v1/organizations?format=csv']) {
    expect((await closed.anyone.get(path)).status).toBe(401);
    expect((await closed.writer.get(path)).status).toBe(200);
  }
  expect((await closed.writer.get('/v1/organizations')).headers['cache-control']).toContain('private');
  for (const path of [
    '/healthz',
    '/readyz',
    '/',
    '/docs',
    '/openapi.json',
    '/problems/unauthenticated',
    '/.well-known/api-catalog',
  ])
    expect([path, (await closed.anyone.get(path).redirects(1)).status]).toEqual([path, 200]);
});

test('the catalogue leads a machine to the description', async () => {
  const { body, type } = await it.anyone
    .get('/.well-known/api-catalog')
    .buffer(true)
    .parse((res, done) => {
      let text = '';
      res.on('data', (chunk: Buffer) => (text += chunk.toString()));
      res.on('end', () => {
        done(null, JSON.parse(text));
      });
    });
  expect(type).toBe('application/linkset+json');
  const [description] = body.linkset[0]['service-desc'];
  expect((await fetch(description.href)).status).toBe(200);
});

test('the front page leads to every resource, and to pages that exist', async () => {
  const { text } = await it.anyone.get('/');
  const links = [...text.matchAll(/href="([^"]+)"/g)].map(([, href = '']) => href);
  expect(links).toEqual(expect.arrayContaining(it.registry.all.map(({ name }) => `/v1/${name}`)));
  for (const link of links)
    expect([link, (await it.anyone.get(link).redirects(1)).status]).toEqual([link, 200]);
});

test('a connection on which nothing is said does not hold up the end', { timeout: 30_000 }, async () => {
  const config = { LOG_LEVEL: 'silent', CORS_ORIGINS: '*', BODY_LIMIT: 1000, IMPORT_BYTES: 1000 } as const;
  const app = await buildApp({ config: { ...config, PUBLIC_READ: true }, db: it.db, registry: it.registry });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1').on(
    'error',
    () => undefined,
  );
  await once(socket, 'connect');
  await app.close();
  socket.destroy();
});
