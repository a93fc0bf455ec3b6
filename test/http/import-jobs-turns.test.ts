/** Many imports at once, and servers that come and go. */
import { expect, test } from 'vitest';
import { buildApp } from '../../src/app.ts';
import { Database } from '../../src/db/database.ts';
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

test('ten jobs for the same rows, posted together to a server whose queue rests, all end well; others read meanwhile', async () => {
  const file = ndjson(organizations('ten', 200));
  const posted = Array.from({ length: 10 }, (_, i) =>
    send(it, file, { key: `ten-${i}`, prefer: 'respond-async' }),
  );
  const reads = Array.from({ length: 20 }, () => it.anyone.get('/v1/organizations/kt'));
  expect((await Promise.all(reads)).map(({ status }) => status)).toEqual(Array(20).fill(200));
  const replies = await Promise.all(posted);
  expect(replies.map(({ status }) => status)).toEqual(Array(10).fill(202));
  const done = await Promise.all(replies.map(({ headers }) => ended(it, headers.location ?? '')));
  expect(done.map(({ status }) => status)).toEqual(Array(10).fill('applied'));
  const created = done.map(({ counts }) => (counts as { create: number }).create);
  expect(created.sort()).toEqual([...Array<number>(9).fill(0), 200]);
  expect(await rowsLike(it, 'ten')).toBe(200);
});

test('small imports of the same rows, posted together, follow one another; others read while they wait', async () => {
  const giveBack = await holdTurn(it);
  const file = ndjson(organizations('at-once', 50));
  const posted = Array.from({ length: 10 }, (_, i) => send(it, file, { key: `at-once-${i}` }));
  const replies = Promise.all(posted);
  for (let i = 0; i < 5; i += 1) expect((await it.anyone.get('/v1/organizations/kt')).status).toBe(200);
  await giveBack();
  expect((await replies).map(({ status }) => status)).toEqual(Array(10).fill(201));
  expect(await rowsLike(it, 'at-once')).toBe(50);
});

test('a small import that waits too long for its turn is refused for now, and goes through later', async () => {
  const giveBack = await holdTurn(it);
  const file = ndjson(organizations('patient', 1));
  const refused = await send(it, file, { key: 'patient', prefer: 'wait=1' });
  expect([refused.status, refused.body.code, refused.headers['retry-after']]).toEqual([
    503,
    'unavailable',
    '10',
  ]);
  await giveBack();
  expect((await send(it, file, { key: 'patient' })).status).toBe(201);
});

test('a file of more than 5,000 rows becomes a job while another import has the turn', async () => {
  const giveBack = await holdTurn(it);
  const reply = await send(it, ndjson(organizations('behind', 5_001)), { key: 'behind' });
  expect(reply.status).toBe(202);
  await giveBack();
  expect(await ended(it, reply.headers.location ?? '')).toMatchObject({ status: 'applied' });
});

test('an import that still belongs to the connection of a dead server is taken up when that has gone', async () => {
  const giveBack = await holdTurn(it);
  const prefer = 'respond-async';
  await send(it, ndjson(organizations('before', 1)), { key: 'before', prefer });
  await waitingForTurn(it, 1);
  const { headers } = await send(it, ndjson(organizations('dead', 1)), { key: 'dead', prefer });
  const location = headers.location ?? '';
  const lock = `hashtextextended('import-job:${location.split('/').at(-1)}', 0)`;
  await it.sql(`SELECT pg_advisory_lock(${lock})`);
  await giveBack();
  const wait = 'respond-async, wait=60';
  const next = await send(it, ndjson(organizations('next', 1)), { key: 'next', prefer: wait });
  expect([next.status, await statusOf(it, location)]).toEqual([201, 'queued']);
  await it.sql(`SELECT pg_advisory_unlock(${lock})`);
  expect(await ended(it, location)).toMatchObject({ status: 'applied', counts: { create: 1 } });
});

test('a job that runs when its server stops goes on with the next one, and is applied once', async () => {
  const giveBack = await holdTurn(it);
  const url = it.apiUrl;
  const db = new Database(url, 5);
  const config = {
    PUBLIC_READ: true,
    LOG_LEVEL: 'silent' as const,
    CORS_ORIGINS: '*',
    BODY_LIMIT: 1_048_576,
    IMPORT_BYTES: 4_194_304,
  };
  const prefer = 'respond-async';
  const first = await send(it, ndjson(organizations('goes-on', 100)), { key: 'goes-on', prefer });
  const second = await send(it, ndjson(organizations('behind-it', 100)), { key: 'behind-it', prefer });
  await waitingForTurn(it, 1);
  await it.app.imports.stop();
  expect(await statusOf(it, first.headers.location ?? '')).toBe('running');
  const next = await buildApp({ config, db, registry: it.registry });
  try {
    await next.imports.start();
    await waitingForTurn(it, 1);
    await giveBack();
    for (const { headers } of [first, second])
      expect(await ended(it, headers.location ?? '')).toMatchObject({
        status: 'applied',
        counts: { read: 100, create: 100 },
      });
    expect([await rowsLike(it, 'goes-on'), await rowsLike(it, 'behind-it')]).toEqual([100, 100]);
    expect(await countOf(it, 'import_files')).toBe(0);
  } finally {
    await next.close();
    await db.end();
  }
});
