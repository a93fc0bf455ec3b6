/** How much of what takes long goes on at once. */
import { request, type ClientRequest, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { keys } from '../keys.ts';
import { tracker } from '../tracker.ts';
import { ended, holdTurn, ndjson, organizations, send } from './import-jobs.ts';

const it = tracker({
  EXPORTS_AT_ONCE: 2,
  IMPORTS_AT_ONCE: 2,
  STREAMS_AT_ONCE: 2,
  JOBS_PER_KEY: 2,
  TRUST_PROXY: ['127.0.0.1'],
});

function begin(method: string, path: string, headers: Record<string, string>): ClientRequest {
  const { port } = it.app.server.address() as AddressInfo;
  const sent = request({ port, method, path, headers }).on('error', () => undefined);
  onTestFinished(() => {
    sent.destroy();
  });
  return sent;
}

/** A reply that goes on until it is broken off. */
async function open(path: string, address: string): Promise<ClientRequest> {
  const sent = begin('GET', path, { 'x-forwarded-for': address });
  sent.end();
  const [reply] = (await once(sent, 'response')) as [IncomingMessage];
  expect(reply.statusCode).toBe(200);
  return sent;
}

const bulk = `INSERT INTO observations (id, subject_type, subject_id, indicator, value, unit, qualifier, note, sources)
  SELECT 'bulk-' || n, 'program', 'kr-safm', 'bulk', n, 'x', 'exact', repeat('long ', 200), '{seed-004}' FROM generate_series(1, 12000) n`;

test.each([
  ['exports', '/v1/observations?format=ndjson', '2'],
  ['event streams', '/v1/events', '15'],
])(
  'of the places for %s one client has half, and all together as many as there are',
  async (_, path, wait) => {
    if (path.includes('format')) await it.sql(bulk);
    const refused = async (address: string) => {
      const reply = await it.anyone.get(path).set('x-forwarded-for', address);
      return [reply.status, (reply.body as { code?: string }).code, reply.headers['retry-after']];
    };
    const first = await open(path, '10.0.0.1');
    expect(await refused('10.0.0.1')).toEqual([429, 'too-many-at-once', wait]);
    await open(path, '10.0.0.2');
    expect(await refused('10.0.0.3')).toEqual([503, 'unavailable', wait]);
    expect((await it.anyone.get('/v1/calls').set('x-forwarded-for', '10.0.0.3')).status).toBe(200);
    first.destroy();
    await expect
      .poll(
        () =>
          open(path, '10.0.0.3').then(
            () => true,
            () => false,
          ),
        { timeout: 10_000 },
      )
      .toBe(true);
    await it.sql(`DELETE FROM observations WHERE indicator = 'bulk'`);
  },
);

test('whoever waits for changes has a place too', async () => {
  const taken = async (): Promise<string | undefined> => {
    const { text } = await it.anyone.get('/metrics').set('authorization', `Bearer ${keys.admin}`);
    return /^tracker_places_taken\{kind="streams"\} (\d+)$/m.exec(text)?.[1];
  };
  // Those who broke off have left it.
  await expect.poll(taken).toBe('0');
  const ask = (query: string) => it.anyone.get(`/v1/changes${query}`).set('x-forwarded-for', '10.0.1.1');
  const both = await Promise.all([ask('?since=now&wait=2'), ask('?since=now&wait=2')]);
  expect(both.map(({ status }) => status).sort()).toEqual([200, 429]);
  expect((await Promise.all([ask(''), ask('')])).map(({ status }) => status)).toEqual([200, 200]);
});

test('a key that is sending a file cannot send another one meanwhile', async () => {
  const sending = ['one', 'other'].map((name) => {
    const sent = begin('POST', '/v1/imports?resource=organizations', {
      authorization: `Bearer ${keys.importer}`,
      'content-type': 'application/x-ndjson',
      'idempotency-key': name,
    });
    sent.write(ndjson(organizations(name, 1)));
    const replied = once(sent, 'response').then(([reply]) => (reply as IncomingMessage).resume());
    return { sent, replied };
  });
  const refused = await Promise.race(sending.map(({ replied }) => replied));
  expect([refused.statusCode, refused.headers['retry-after']]).toEqual([429, '5']);
  for (const { sent } of sending) sent.end();
  const replies = await Promise.all(sending.map(({ replied }) => replied));
  expect(replies.map(({ statusCode }) => statusCode).sort()).toEqual([201, 429]);
});

test('a key has so many large imports waiting, and what is refused can be sent again under its Idempotency-Key', async () => {
  const giveBack = await holdTurn(it);
  const job = (name: string) =>
    send(it, ndjson(organizations(name, 1)), { key: name, prefer: 'respond-async' });
  const queued = [await job('job-1'), await job('job-2')];
  expect(queued.map(({ status }) => status)).toEqual([202, 202]);
  const refused = await job('job-3');
  expect([refused.status, refused.body.code, refused.headers['retry-after']]).toEqual([
    429,
    'too-many-at-once',
    '30',
  ]);
  await giveBack();
  for (const { headers } of queued) await ended(it, headers.location ?? '');
  const again = await job('job-3');
  expect([again.status, again.headers['idempotency-replayed']]).toEqual([202, undefined]);
  await ended(it, again.headers.location ?? '');
});
