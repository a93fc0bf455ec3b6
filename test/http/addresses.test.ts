/** Addresses that somebody writes are texts: the server asks none of them (OWASP API7). */
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { ndjson, send } from './import-jobs.ts';
import { tracker } from '../tracker.ts';

const it = tracker();

test('addresses in rows, files and header fields are not asked for anything', async () => {
  let asked = 0;
  const bait = createServer((socket) => {
    asked += 1;
    socket.destroy();
  }).listen(0, '127.0.0.1');
  onTestFinished(() => {
    bait.close();
  });
  await once(bait, 'listening');
  const url = `http://127.0.0.1:${(bait.address() as AddressInfo).port}/metadata`;
  const source = {
    kind: 'press',
    title: 'A bait',
    publisher: 'Nobody',
    language: 'en',
    publishedOn: '2025-08-04',
    url,
  };
  const organization = {
    names: { en: 'Bait' },
    kind: 'company',
    country: 'KR',
    sources: ['bait'],
    website: url,
  };

  expect((await it.writer.post('/v1/sources').send({ id: 'bait', ...source })).status).toBe(201);
  const fields = { referer: url, origin: url, forwarded: `host=${url}`, 'x-forwarded-host': url };
  const made = await it.writer
    .post('/v1/organizations')
    .set(fields)
    .send({ id: 'bait', ...organization });
  expect(made.status).toBe(201);
  const sent = await send(it, ndjson([{ id: 'bait-2', ...organization }]), { key: 'bait' });
  expect(sent.status).toBe(201);
  for (const path of [
    '/v1/organizations/bait?include=sources',
    '/v1/organizations?format=csv&id=bait,bait-2',
    '/v1/sources/bait',
    `/v1/search?q=${encodeURIComponent(url)}`,
  ])
    expect([path, (await it.anyone.get(path).set(fields)).status]).toEqual([path, 200]);
  expect(asked).toBe(0);
});
