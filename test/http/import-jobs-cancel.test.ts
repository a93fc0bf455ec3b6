import { expect, test } from 'vitest';
import { tracker } from '../tracker.ts';
import {
  countOf,
  ended,
  holdTurn,
  ndjson,
  organizations,
  rowsLike,
  send,
  statusOf,
  waitingForTurn,
} from './import-jobs.ts';

const it = tracker();

test('one that runs and one that waits behind it are cancelled, and nothing of them is written', async () => {
  const giveBack = await holdTurn(it);
  const prefer = 'respond-async';
  const first = await send(it, ndjson(organizations('running', 3)), { key: 'running', prefer });
  const running = first.headers.location ?? '';
  await waitingForTurn(it, 1);
  const second = await send(it, ndjson(organizations('queued', 3)), { key: 'queued', prefer });
  const queued = second.headers.location ?? '';
  expect([await statusOf(it, running), await statusOf(it, queued)]).toEqual(['running', 'queued']);

  const off = await it.importer.delete(queued);
  expect([off.status, off.body.data.status, off.headers.location]).toEqual([202, 'cancelled', queued]);
  expect(off.body.data.finishedAt).not.toBeNull();
  expect((await it.importer.delete(queued)).body.data.status).toBe('cancelled');

  const asked = await it.importer.delete(running);
  expect(asked.status).toBe(202);
  expect(await ended(it, running)).toMatchObject({
    status: 'cancelled',
    counts: { create: 0 },
    problems: [],
  });
  expect((await it.importer.delete(running)).status).toBe(202);

  await giveBack();
  // Whatever is left in the queue is passed over.
  const next = await send(it, ndjson(organizations('next', 1)), {
    key: 'next',
    prefer: 'respond-async, wait=60',
  });
  expect(next.status).toBe(201);
  expect([await statusOf(it, running), await statusOf(it, queued)]).toEqual(['cancelled', 'cancelled']);
  expect([await rowsLike(it, 'running'), await rowsLike(it, 'queued')]).toEqual([0, 0]);
  expect(await countOf(it, 'import_files')).toBe(0);
  const retry = await send(it, ndjson(organizations('running', 3)), { key: 'running', prefer });
  expect([retry.status, retry.headers['idempotency-replayed']]).toEqual([202, 'true']);
  expect(retry.headers.location).toBe(running);
});

test('what has ended cannot be cancelled any more', async () => {
  const { headers } = await send(it, ndjson(organizations('ended', 1)), { key: 'ended' });
  const reply = await it.importer.delete(headers.location ?? '');
  expect([reply.status, reply.body.code]).toEqual([409, 'import-finished']);
  expect(await rowsLike(it, 'ended')).toBe(1);
});

test('cancelling needs a key with the scope and an import that there is', async () => {
  const unknown = '/v1/imports/0199f6a2-7c1e-7d34-9a51-0c8c3f3f6b1d';
  expect((await it.anyone.delete(unknown)).status).toBe(401);
  expect((await it.writer.delete(unknown)).status).toBe(403);
  expect((await it.importer.delete(unknown)).status).toBe(404);
  expect((await it.importer.delete('/v1/imports/none')).status).toBe(404);
});

test('an import that was cancelled while no server worked on it is not begun', async () => {
  const giveBack = await holdTurn(it);
  const prefer = 'respond-async';
  const before = await send(it, ndjson(organizations('before', 1)), { key: 'before', prefer });
  await waitingForTurn(it, 1);
  const { headers } = await send(it, ndjson(organizations('dead', 1)), { key: 'dead', prefer });
  const location = headers.location ?? '';
  // As a server leaves it that dies in the middle.
  await it.sql(`UPDATE imports SET status = 'running' WHERE id = $1`, [location.split('/').at(-1)]);
  expect((await it.importer.delete(location)).status).toBe(202);
  await giveBack();
  await ended(it, before.headers.location ?? '');
  expect(await ended(it, location)).toMatchObject({ status: 'cancelled' });
  expect(await rowsLike(it, 'dead')).toBe(0);
});
