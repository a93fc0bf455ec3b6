import { once } from 'node:events';
import { get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { tracker } from '../tracker.ts';
import { keys } from '../keys.ts';
import { holdTurn, ndjson, organizations, send, waitingForTurn } from './import-jobs.ts';

const it = tracker();

interface Told {
  event: string;
  data: Record<string, unknown>;
}

const eventsOf = (text: string): Told[] =>
  text
    .split('\n\n')
    .filter((block) => block.startsWith('event: '))
    .map((block) => {
      const [event = '', data = ''] = block.split('\n');
      return { event: event.replace('event: ', ''), data: JSON.parse(data.replace('data: ', '')) };
    });

const base = (): string => `http://127.0.0.1:${(it.app.server.address() as AddressInfo).port}`;
const authorization = `Bearer ${keys.importer}`;
const follow = (location: string): Promise<Response> =>
  fetch(`${base()}${location}/events`, { headers: { authorization } });

test('an import that runs is followed to its end, and there the stream closes', async () => {
  const giveBack = await holdTurn(it);
  const { headers } = await send(it, ndjson(organizations('followed', 2)), {
    key: 'followed',
    prefer: 'respond-async',
  });
  const location = headers.location ?? '';
  await waitingForTurn(it, 1);
  const stream = await follow(location);
  expect(stream.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
  expect(stream.headers.get('cache-control')).toBe('no-store');
  const reader = (stream.body as ReadableStream<Uint8Array>).getReader();
  const decoder = new TextDecoder();
  let text = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    // The first word comes while it runs; only then it may go on.
    if (text === '') await giveBack();
    text += decoder.decode(value);
  }
  const told = eventsOf(text);
  expect(told[0]).toMatchObject({
    event: 'progress',
    data: { status: 'running', phase: 'reading', read: 0 },
  });
  expect(told.slice(0, -1).every(({ event }) => event === 'progress')).toBe(true);
  expect(told.at(-1)).toEqual({ event: 'end', data: (await it.importer.get(location)).body.data });
  expect(told.at(-1)?.data.status).toBe('applied');
});

test('of an import that has ended there is only its end', async () => {
  const { headers } = await send(it, ndjson(organizations('over', 1)), { key: 'over' });
  const location = headers.location ?? '';
  const reply = await it.importer.get(`${location}/events`);
  expect([reply.status, reply.type]).toEqual([200, 'text/event-stream']);
  expect(eventsOf(reply.text)).toEqual([{ event: 'end', data: (await it.importer.get(location)).body.data }]);
});

test('a stream that nobody reads any more is given up, and the import goes on', async () => {
  const giveBack = await holdTurn(it);
  const { headers } = await send(it, ndjson(organizations('left', 1)), {
    key: 'left',
    prefer: 'respond-async',
  });
  const reading = get(`${base()}${headers.location}/events`, { headers: { authorization } });
  await once(reading, 'response');
  reading.destroy();
  await giveBack();
  const retry = await send(it, ndjson(organizations('left', 1)), {
    key: 'left',
    prefer: 'respond-async, wait=60',
  });
  expect(retry.status).toBe(201);
});

test('following needs a key with the scope and an import that there is', async () => {
  const unknown = '/v1/imports/0199f6a2-7c1e-7d34-9a51-0c8c3f3f6b1d/events';
  expect((await it.anyone.get(unknown)).status).toBe(401);
  expect((await it.writer.get(unknown)).status).toBe(403);
  expect((await it.importer.get(unknown)).status).toBe(404);
  expect((await it.importer.get('/v1/imports/none/events')).status).toBe(404);
});
