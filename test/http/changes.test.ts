/** The change feed in pages: what is in it, in which order, and how one waits for more. */
import { expect, test } from 'vitest';
import { tracker } from '../tracker.ts';
import { send } from './importing.ts';
import {
  all,
  inserted,
  listening,
  named,
  now,
  organization,
  page,
  session,
  touched,
  waitFor,
} from './following.ts';

const it = tracker();
const guarded = tracker({ PUBLIC_READ: false });

test('the feed begins with the rows of the data set, each once, whatever the size of a page', async () => {
  const whole = await all(it, { limit: 500 });
  const counts = await it.sql(
    it.registry.all
      .map(({ name, table }) => `SELECT '${name}' AS name, count(*)::int AS rows FROM ${table}`)
      .join(' UNION ALL '),
  );
  for (const { name, rows } of counts)
    expect([name, whole.filter(({ resource }) => resource === name).length]).toEqual([name, rows]);
  expect(new Set(whole.map(({ resource, id }) => `${resource}/${id}`)).size).toBe(whole.length);
  expect(counts.reduce((sum, { rows }) => sum + (rows as number), 0)).toBe(whole.length);
  for (const limit of [20, 77]) expect(await all(it, { limit })).toEqual(whole);
  const few = whole.filter(({ resource }) => resource === 'rounds' || resource === 'calls');
  for (const limit of [1, 2]) expect(await all(it, { limit, resource: 'rounds,calls' })).toEqual(few);
});

test('a page says where to go on, in its body and in Link, and again when nothing came', async () => {
  const first = await it.anyone.get('/v1/changes?limit=2&resource=rounds,calls');
  expect(first.headers['cache-control']).toBe('no-store');
  const { next } = first.body.page as { next: string };
  expect(first.headers.link).toBe(`</v1/changes?limit=2&resource=rounds%2Ccalls&since=${next}>; rel="next"`);
  const end = await now(it);
  const empty = await page(it, { since: end });
  expect(empty).toEqual({ data: [], page: { limit: 50, next: end, more: false } });
});

test('a row that is created, changed and deleted has three entries, which say who did it and lead to what it was', async () => {
  const since = await now(it);
  const as = (id: string) => ({ 'x-request-id': id });
  const made = await it.writer.post('/v1/organizations').set(as('first')).send(organization('followed'));
  await it.writer
    .patch('/v1/organizations/followed')
    .set({
      'if-match': made.headers.etag ?? '',
      'content-type': 'application/merge-patch+json',
      ...as('second'),
    })
    .send('{"website": "https://example.com"}');
  await it.writer.delete('/v1/organizations/followed').set({ 'if-match': '*', ...as('third') });
  const { data } = await page(it, { since });
  const common = { resource: 'organizations', id: 'followed', program: null, import: null, reason: null };
  const [{ actor } = { actor: '' }] = data;
  expect(data.map(({ recordedAt, transaction, ...entry }) => entry)).toEqual([
    {
      ...common,
      operation: 'create',
      version: 1,
      actor,
      request: 'first',
      href: '/v1/organizations/followed?version=1',
    },
    {
      ...common,
      operation: 'update',
      version: 2,
      actor,
      request: 'second',
      href: '/v1/organizations/followed?version=2',
    },
    {
      ...common,
      operation: 'delete',
      version: null,
      actor,
      request: 'third',
      href: '/v1/organizations/followed/history',
    },
  ]);
  expect(actor).toBe((await it.sql(`SELECT id::text AS id FROM api_keys WHERE name = 'writer'`))[0]?.id);
  const times = data.map(({ recordedAt }) => recordedAt);
  expect(times).toEqual([...times].sort());
  expect(new Set(data.map(({ transaction }) => transaction)).size).toBe(3);
});

test('resource and program choose, and a page that they leave empty lies behind what was looked at', async () => {
  const since = await now(it);
  await it.sql(inserted('chosen'));
  await it.sql(`UPDATE rounds SET note = 'chosen' WHERE id = 'kr-safm-round-3'`);
  const ids = async (query: Record<string, string>) =>
    (await page(it, { since, ...query })).data.map(({ id }) => id);
  expect(await ids({ resource: 'organizations' })).toEqual(['chosen']);
  expect(await ids({ resource: 'rounds,organizations' })).toEqual(['chosen', 'kr-safm-round-3']);
  expect(await ids({ program: 'kr-safm' })).toEqual(['kr-safm-round-3']);
  expect(await ids({ program: 'kr-safm', resource: 'organizations' })).toEqual([]);
  const none = await page(it, { since, program: 'another' });
  expect(none.data).toEqual([]);
  expect((await page(it, { since: none.page.next })).data).toEqual([]);
});

test('the members of a consortium are a part of it: their changes are changes of the consortium', async () => {
  const since = await now(it);
  const { body, headers } = await it.writer.get('/v1/consortiums/upstage');
  const members = [
    ...(body.members as object[]),
    { organization: 'kakao', role: 'advisor', joinedOn: '2026-10', sources: ['seed-001'] },
  ];
  const reply = await it.writer
    .patch('/v1/consortiums/upstage')
    .set({ 'if-match': headers.etag ?? '', 'content-type': 'application/merge-patch+json' })
    .send(JSON.stringify({ members }));
  expect([reply.status, reply.body.errors]).toEqual([200, undefined]);
  const { data } = await page(it, { since });
  expect(new Set(data.map(({ resource, id, program }) => `${resource} ${id} ${program}`))).toEqual(
    new Set(['consortiums upstage kr-safm']),
  );
});

test('what an import wrote names the import, and a correction its reason', async () => {
  const since = await now(it);
  const rows = [organization('imported-1'), organization('imported-2')];
  const { body } = await send(it, 'organizations', rows);
  const csv =
    'round,consortium,criterion,status,score,note,sources\r\nkr-safm-round-1,lg-ai-research,r1-expert,disclosed,31.6,Checked,msit-2026-01-15-round-1\r\n';
  const corrected = await send(it, 'evaluations', csv, { correction: true, reason: 'A second look' });
  expect([corrected.status, corrected.body.errors]).toEqual([201, undefined]);
  const { data } = await page(it, { since });
  expect(data.map(({ resource, import: by, reason }) => [resource, by, reason])).toEqual([
    ['organizations', body.data.id, null],
    ['organizations', body.data.id, null],
    ['evaluations', corrected.body.data.id, 'A second look'],
  ]);
  expect(data.every(({ request }) => request !== null)).toBe(true);
});

test('a transaction of many rows is read in pages of any size', async () => {
  const since = await now(it);
  await it.sql(`INSERT INTO organizations (id, name_en, kind, country, sources)
                SELECT 'many-' || i, i, 'company', 'KR', '{seed-001}' FROM generate_series(1, 2500) AS i`);
  const whole = await all(it, { since, limit: 500 });
  expect(whole.length).toBe(2500);
  expect(new Set(whole.map(({ id }) => id)).size).toBe(2500);
  expect(new Set(whole.map(({ transaction }) => transaction)).size).toBe(1);
  expect(await all(it, { since, limit: 83 })).toEqual(whole);
});

test('whoever waits is answered when something is written', async () => {
  const waiting = waitFor(it, await now(it));
  await listening(it);
  await it.sql(inserted('awaited'));
  const { data, page: at } = await waiting;
  expect(data.map(named)).toEqual(['create awaited 1']);
  const [next] = await Promise.all([waitFor(it, at.next), it.sql(touched('awaited'))]);
  expect(next.data.map(named)).toEqual(['update awaited 2']);
});

test('whoever waits with a filter is not answered for the rest', async () => {
  const since = await now(it);
  const waiting = it.anyone.get('/v1/changes').query({ since, resource: 'models', wait: 1 });
  await it.sql(inserted('not-a-model'));
  const { body } = await waiting;
  expect(body.data).toEqual([]);
});

test('many who wait hold no connection to the database, and all are answered', async () => {
  const since = await now(it);
  const waiting = Array.from({ length: 30 }, () => waitFor(it, since));
  await listening(it);
  await expect.poll(() => it.db.pool.totalCount - it.db.pool.idleCount, { timeout: 30_000 }).toBe(0);
  await it.sql(inserted('for-all'));
  for (const { data } of await Promise.all(waiting)) expect(data.map(named)).toEqual(['create for-all 1']);
});

test('waiting goes on when the connection that listens is lost', async () => {
  const waiting = waitFor(it, await now(it));
  const pid = await listening(it);
  await it.sql('SELECT pg_terminate_backend($1)', [pid]);
  await it.sql(inserted('unheard'));
  const { data, page: at } = await waiting;
  expect(data.map(named)).toEqual(['create unheard 1']);
  const again = waitFor(it, at.next);
  await listening(it, pid);
  await it.sql(inserted('heard-again'));
  expect((await again).data.map(named)).toEqual(['create heard-again 1']);
});

test('what is no cursor of the changes is refused', async () => {
  const good = await now(it);
  const { body } = await it.anyone.get('/v1/sources?limit=1');
  const plain = Buffer.from(good, 'base64url').toString();
  const text = (value: string): string => Buffer.from(value).toString('base64url');
  const forged = [
    'abc',
    good.slice(0, -4),
    `${good}AAAA`,
    text(plain.replace('[1,', '[2,')),
    text(plain.replace('2026', '2025')),
    text('[1,[],""]'),
    text('{}'),
    text('null'),
    body.page.next as string,
  ];
  for (const since of forged) {
    const reply = await it.anyone.get('/v1/changes').query({ since });
    expect([since, reply.status, reply.body.code]).toEqual([since, 400, 'invalid-cursor']);
  }
  expect((await it.anyone.get('/v1/sources').query({ cursor: good })).body.code).toBe('invalid-cursor');
  expect((await it.anyone.get('/v1/changes?since=a.b')).body.code).toBe('invalid-parameter');
});

test.each([
  ['resource=evalutions', /did you mean `evaluations`/],
  ['resource=consortium-members', /is not one of/],
  ['program=KR', /must be a slug/],
  ['wait=61', /at most 60/],
  ['wait=1.5', /not a whole number/],
  ['limit=0', /at least 1/],
  ['limit=501', /at most 500/],
  ['sinse=now', /did you mean `since`/],
  ['since=', /is empty/],
  ['knownAt=2026-01-01T00:00:00Z', /there is no parameter/],
])('%s is refused', async (query, says) => {
  const reply = await it.anyone.get(`/v1/changes?${query}`);
  expect([reply.status, reply.body.code]).toEqual([400, 'invalid-parameter']);
  expect(reply.body.errors[0].detail).toMatch(says);
});

test('where reading is not public, the feed needs a key too', async () => {
  for (const path of ['/v1/changes', '/v1/events?limit=1&since=start']) {
    expect((await guarded.anyone.get(path)).status).toBe(401);
    expect((await guarded.writer.get(path)).status).toBe(200);
  }
});

test('a clock that was turned back hides nothing', async () => {
  const read = async (since: string) =>
    (await guarded.writer.get('/v1/changes').query({ since })).body as Awaited<ReturnType<typeof page>>;
  const client = await session(guarded);
  await client.query(inserted('before'));
  await client.query('ALTER TABLE history.transactions DISABLE TRIGGER ALL');
  await client.query(`UPDATE history.transactions SET recorded_at = recorded_at + interval '1 hour'
                       WHERE recorded_at = (SELECT max(recorded_at) FROM history.transactions)`);
  await client.query('ALTER TABLE history.transactions ENABLE TRIGGER ALL');
  const since = (await read('now')).page.next;
  await client.query(inserted('after-it'));
  const { data, page: at } = await read(since);
  expect(data.map(named)).toEqual(['create after-it 1']);
  await client.query(touched('after-it'));
  expect((await read(at.next)).data.map(named)).toEqual(['update after-it 2']);
});
