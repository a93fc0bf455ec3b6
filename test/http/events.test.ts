/** The change feed as server-sent events: what comes, and how it goes on after a break. */
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { expect, test } from 'vitest';
import { tracker } from '../tracker.ts';
import {
  base,
  inserted,
  listening,
  named,
  now,
  page,
  Stream,
  touched,
  waitFor,
  type Event,
} from './following.ts';

const it = tracker();
const shown = (events: Event[]): string[] => events.map(({ data }) => named(data));

test('from the start so many events come as are asked for, the same as in the pages', async () => {
  const reply = await it.anyone.get('/v1/events?since=start&limit=120');
  expect([reply.status, reply.type, reply.headers['cache-control']]).toEqual([
    200,
    'text/event-stream',
    'no-store',
  ]);
  const events = await (await Stream.open(it, '?since=start&limit=120')).end();
  const { data } = await page(it, { limit: 120 });
  expect(events.map((event) => event.data)).toEqual(data);
  expect(new Set(events.map(({ event }) => event))).toEqual(new Set(['change']));
  expect(reply.text.startsWith('retry: 2000\nid: ')).toBe(true);
  // The id of each is a cursor of the pages too.
  for (const i of [0, 49, 119])
    expect((await page(it, { since: events[i]?.id ?? '', limit: 1 })).data).toEqual(
      (await page(it, { limit: i + 2 })).data.slice(-1),
    );
});

test('unless told it begins with what comes from now on', async () => {
  const stream = await Stream.open(it);
  await it.sql(inserted('streamed'));
  await it.sql(touched('streamed'));
  expect(shown(await stream.until(2))).toEqual(['create streamed 1', 'update streamed 2']);
});

test('resource and program choose', async () => {
  const [rounds, organizations] = [
    await Stream.open(it, '?program=kr-safm&resource=rounds,organizations'),
    await Stream.open(it, '?resource=organizations'),
  ];
  await it.sql(inserted('sifted'));
  await it.sql(`UPDATE rounds SET note = 'sifted' WHERE id = 'kr-safm-round-3'`);
  await it.sql(touched('sifted'));
  expect(shown(await organizations.until(2))).toEqual(['create sifted 1', 'update sifted 2']);
  const [only] = await rounds.until(1);
  expect([only?.data.resource, only?.data.id]).toEqual(['rounds', 'kr-safm-round-3']);
});

test('whoever comes again with the last id gets what was missed, and nothing twice', async () => {
  const first = await Stream.open(it);
  for (const id of ['kept-1', 'kept-2', 'kept-3']) await it.sql(inserted(id));
  const before = [...(await first.until(3))];
  first.close();
  await it.sql(`${inserted('missed-1', 'missed-2')}; ${touched('kept-1')}`);
  // In the middle of what it had, too: nobody knows what of it arrived.
  const second = await Stream.open(it, '?since=start', before[1]?.id);
  await it.sql(inserted('live'));
  expect(shown(await second.until(5))).toEqual([
    'create kept-3 1',
    'create missed-1 1',
    'create missed-2 1',
    'update kept-1 2',
    'create live 1',
  ]);
});

test('a stream that breaks off before anything came goes on where it began', async () => {
  const first = await Stream.open(it);
  first.close();
  await it.sql(inserted('in-between'));
  const second = await Stream.open(it, '', first.lastId);
  expect(shown(await second.until(1))).toEqual(['create in-between 1']);
});

test('a client that takes its time gets everything in the end', async () => {
  const since = await now(it);
  const request = get(`${base(it)}/v1/events?since=${since}&limit=20000`);
  const [reply] = (await once(request, 'response')) as [IncomingMessage];
  reply.pause();
  await it.sql(`INSERT INTO organizations (id, name_en, kind, country, sources)
                SELECT 'mass-' || i, i, 'company', 'KR', '{seed-001}' FROM generate_series(1, 20000) AS i`);
  // Others are served meanwhile.
  expect((await page(it, { since, limit: 1 })).page.more).toBe(true);
  let text = '';
  for await (const chunk of reply.setEncoding('utf8')) text += chunk as string;
  const ids = [...text.matchAll(/"id":"(mass-\d+)"/g)].map(([, id]) => id);
  expect([ids.length, new Set(ids).size]).toEqual([20_000, 20_000]);
});

test('a Last-Event-ID that is none of ours is refused, and so is what there is not', async () => {
  for (const id of ['abc', 'now!', 'x'.repeat(300)]) {
    const reply = await it.anyone.get('/v1/events').set('last-event-id', id);
    expect([id, reply.status, reply.body.code]).toEqual([id, 400, 'invalid-cursor']);
  }
  const wrong = await it.anyone.get('/v1/events?since=abc');
  expect([wrong.status, wrong.body.errors[0].parameter]).toEqual([400, 'since']);
  expect((await it.anyone.get('/v1/events?wait=1')).body.code).toBe('invalid-parameter');
});

test('HEAD is answered at once', async () => {
  const reply = await it.anyone.head('/v1/events');
  expect([reply.status, reply.type]).toEqual([200, 'text/event-stream']);
});

test('a stream goes on when the connection that listens is lost', async () => {
  const stream = await Stream.open(it);
  const pid = await listening(it);
  await it.sql('SELECT pg_terminate_backend($1)', [pid]);
  await it.sql(inserted('deaf'));
  expect(shown(await stream.until(1))).toEqual(['create deaf 1']);
  await listening(it, pid);
  await it.sql(touched('deaf'));
  expect(shown(await stream.until(2))).toEqual(['create deaf 1', 'update deaf 2']);
});

test('who hangs up leaves nothing behind', async () => {
  const held = (): Promise<number> =>
    new Promise((resolve, reject) => {
      it.app.server.getConnections((error, count) => {
        if (error) reject(error);
        else resolve(count);
      });
    });
  const streams = await Promise.all(Array.from({ length: 10 }, () => Stream.open(it)));
  expect(await held()).toBeGreaterThanOrEqual(10);
  for (const stream of streams) stream.close();
  await expect.poll(held, { timeout: 10_000 }).toBeLessThan(10);
});

// The last one: there is no server after it.
test('when the server ends, whoever waits is answered, streams end, and nothing listens any more', async () => {
  const since = await now(it);
  const [waiting, stream] = [waitFor(it, since), await Stream.open(it)];
  await listening(it);
  await it.app.close();
  expect(await waiting).toEqual({ data: [], page: { limit: 50, next: since, more: false } });
  expect(await stream.end()).toEqual([]);
  const left = `SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name = 'tracker changes' AND datname = current_database()`;
  await expect.poll(async () => (await it.sql(left))[0]?.n).toBe(0);
});
