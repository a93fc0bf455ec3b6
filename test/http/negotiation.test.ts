import { expect, test } from 'vitest';
import { tracker } from '../tracker.ts';

const it = tracker();
const ask = (url: string, headers: Record<string, string>) => it.app.inject({ url, headers });

test.each([
  ['application/json; charset=utf-8', 'application/json'],
  ['application/json;charset=UTF-8, */*;q=0.1', 'application/json'],
  ['text/csv; charset=utf-8', 'text/csv'],
  ['text/csv; charset=utf-8; header=present', 'text/csv'],
  ['TEXT/CSV', 'text/csv'],
  ['text/csv;q=0.5, application/x-ndjson;q=0.7', 'application/x-ndjson'],
  ['application/problem+json, application/json', 'application/json'],
  ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'application/json'],
])('Accept: %s gives a list as %s', async (accept, type) => {
  const reply = await ask('/v1/calls', { accept });
  expect([reply.statusCode, reply.headers['content-type']?.toString().split(';')[0]]).toEqual([200, type]);
});

test.each([
  'application/xml',
  'application/json;q=0',
  '*/*;q=0',
  'image/*',
  'application/json;q=0, text/*;q=0',
])('Accept: %s cannot be served, and the refusal is a problem that says what can be', async (accept) => {
  const reply = await ask('/v1/calls/initial-2025', { accept });
  expect([reply.statusCode, reply.headers['content-type']]).toEqual([
    406,
    'application/problem+json; charset=utf-8',
  ]);
  expect(reply.json().detail).toContain('application/json');
});

test('an item is given to whoever accepts JSON, with or without a charset', async () => {
  for (const accept of ['application/json', 'application/json; charset=utf-8', 'application/*', '*/*'])
    expect([accept, (await ask('/v1/calls/initial-2025', { accept })).statusCode]).toEqual([accept, 200]);
});

test.each([
  ['ko', 'ko', '케이티'],
  ['ko-KR,ko;q=0.9,en;q=0.8', 'ko', '케이티'],
  ['de, fr;q=0.5, ko;q=0.2', 'fr', 'KT'],
  ['ko;q=0, en', 'en', 'KT'],
  ['de', 'en', 'KT'],
  ['*', 'en', 'KT'],
  ['', 'en', 'KT'],
  ['x'.repeat(500), 'en', 'KT'],
])('Accept-Language: %s is answered in %s', async (language, said, name) => {
  for (const url of [
    '/v1/organizations/kt',
    '/v1/organizations?id=kt',
    '/v1/organizations?id=kt&format=ndjson',
  ]) {
    const reply = await ask(url, { 'accept-language': language });
    expect([url, reply.headers['content-language']]).toEqual([url, said]);
    expect(reply.body).toContain(`"name":"${name}"`);
  }
});

test('caches are told what a reply depends on, also when it is a 304, and never keep a refusal', async () => {
  for (const url of ['/v1/organizations', '/v1/organizations/kt', '/v1/organizations?format=csv']) {
    const whole = await ask(url, {});
    const same = await ask(url, { 'if-none-match': String(whole.headers.etag) });
    expect([url, same.statusCode]).toEqual([url, 304]);
    for (const field of ['etag', 'cache-control', 'vary'])
      expect([url, field, same.headers[field]]).toEqual([url, field, whole.headers[field]]);
    const varies = String(whole.headers.vary).toLowerCase().split(/, */);
    expect(varies).toEqual(expect.arrayContaining(['accept', 'accept-language']));
    expect(new Set(varies).size).toBe(varies.length);
  }
  const refused = await ask('/v1/organizations/nobody-at-all', {});
  expect([refused.statusCode, refused.headers['cache-control'], refused.headers.etag]).toEqual([
    404,
    'no-store',
    undefined,
  ]);
});

test('an ETag differs wherever the bytes differ: language, fields, form, page', async () => {
  const variants = [
    '/v1/organizations',
    '/v1/organizations?lang=ko',
    '/v1/organizations?fields=id',
    '/v1/organizations?format=csv',
    '/v1/organizations?format=csv&lang=ko',
    '/v1/organizations?format=ndjson',
    '/v1/organizations?format=parquet',
    '/v1/organizations?limit=3',
    '/v1/organizations?count=exact',
  ];
  const tags = await Promise.all(variants.map(async (url) => (await ask(url, {})).headers.etag));
  expect(new Set(tags).size).toBe(variants.length);
});

test('HEAD of an export has the fields of the GET, and leaves its connection free for others', async () => {
  const url = '/v1/observations?format=csv';
  const get = await ask(url, {});
  for (let i = 0; i < 20; i += 1) {
    const head = await it.app.inject({ method: 'HEAD', url });
    expect([head.statusCode, head.body]).toEqual([200, '']);
    for (const field of ['etag', 'content-type', 'content-disposition', 'vary', 'content-language'])
      expect([field, head.headers[field]]).toEqual([field, get.headers[field]]);
  }
  expect((await ask('/readyz', {})).statusCode).toBe(200);
});
