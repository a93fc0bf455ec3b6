/** What replies tell browsers, and whom the server believes. */
import { expect, test } from 'vitest';
import { tracker } from '../tracker.ts';

const it = tracker();
const behind = tracker({ TRUST_PROXY: ['127.0.0.1'], CORS_ORIGINS: 'https://a.example,https://b.example' });
const closed = tracker({ TRUST_PROXY: ['10.0.0.0/8'], CORS_ORIGINS: 'none' });

const pages = ['/', '/problems', '/problems/gone', '/docs/'];
const others = [
  '/v1/calls',
  '/v1/calls?format=csv',
  '/v1/calls?x=1',
  '/nothing',
  '/healthz',
  '/openapi.json',
  '/v1/rounds/kr-safm-round-2/standings?format=svg',
];

test.each([...pages, ...others])(
  '%s is not sniffed, not framed, and says nothing about its visitor',
  async (path) => {
    const { headers } = await it.anyone.get(path);
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' });
    const policy = headers['content-security-policy'] ?? '';
    expect(policy).toMatch(/default-src 'none'/);
    expect(policy).toMatch(/frame-ancestors 'none'/);
    expect(policy).not.toMatch(/unsafe-eval|script-src[^;]*(unsafe-inline|\*|https?:|data:)/);
  },
);

test('the pages have no script that stands in them, and their own have no other style than the one that is named', async () => {
  for (const path of pages) {
    const { text, headers } = await it.anyone.get(path);
    expect([path, /<script(?![^>]*\ssrc=)|\son[a-z]+\s*=|javascript:/i.exec(text)]).toEqual([path, null]);
    if (path !== '/docs/') expect(headers['content-security-policy']).not.toContain('unsafe');
  }
});

test('what the router refuses says the same', async () => {
  const reply = await it.app.inject('/%zz');
  expect([
    reply.statusCode,
    reply.headers['x-content-type-options'],
    reply.headers['referrer-policy'],
  ]).toEqual([400, 'nosniff', 'no-referrer']);
});

test('a proxy that is trusted says that there is TLS, by what name, and whom it speaks for; another one says nothing', async () => {
  const said = {
    'x-forwarded-proto': 'https',
    'x-forwarded-host': 'tracker.example',
    'x-forwarded-for': '192.0.2.7',
  };
  const catalogue = async ({ anyone }: typeof it) => {
    const reply = await anyone.get('/.well-known/api-catalog').set(said).buffer(true);
    return [reply.headers['strict-transport-security'], reply.text];
  };
  const [tls, links] = await catalogue(behind);
  expect(tls).toMatch(/^max-age=[0-9]{8,}/);
  expect(links).toContain('https://tracker.example/v1');
  for (const server of [it, closed]) {
    const [none, own] = await catalogue(server);
    expect(none).toBeUndefined();
    expect(own).not.toContain('tracker.example');
  }
  expect((await behind.anyone.get('/v1/calls')).headers['strict-transport-security']).toBeUndefined();
});

test('a trusted proxy that passes on nonsense is refused', async () => {
  for (const field of ['x-forwarded-host', 'x-forwarded-proto']) {
    const reply = await behind.anyone.get('/v1/calls').set(field, 'a"b<c>');
    expect([field, reply.status, reply.body.code]).toEqual([field, 400, 'malformed-request']);
  }
});

test('only pages of the hosts that are named may read', async () => {
  const allowed = async ({ anyone }: typeof it, origin: string) =>
    (await anyone.get('/v1/calls').set('origin', origin)).headers;
  expect(await allowed(behind, 'https://b.example')).toMatchObject({
    'access-control-allow-origin': 'https://b.example',
  });
  expect((await allowed(behind, 'https://b.example')).vary).toContain('Origin');
  for (const path of ['/', '/openapi.json', '/docs/json'])
    expect([path, (await behind.anyone.get(path)).headers.vary]).toEqual([path, 'Origin, Accept-Encoding']);
  for (const origin of ['https://c.example', 'https://a.example.evil', 'http://a.example', 'null'])
    expect((await allowed(behind, origin))['access-control-allow-origin']).toBeUndefined();
  expect((await allowed(closed, 'https://a.example'))['access-control-allow-origin']).toBeUndefined();
  for (const server of [it, behind, closed])
    expect((await allowed(server, 'https://a.example'))['access-control-allow-credentials']).toBeUndefined();
});
