/**
 * What is kept is sent again without the database, and never once it is outdated: whoever wrote, whatever it was read from.
 */
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { FastifyInstance } from 'fastify';
import { buildApp } from '../../src/app.ts';
import { Database } from '../../src/db/database.ts';
import { exampleHref } from '../../src/views/documentation.ts';
import { loadViews } from '../../src/views/routes.ts';
import { keys } from '../keys.ts';
import { tracker } from '../tracker.ts';
import { base, listening, session } from './following.ts';
import { csv, send } from './importing.ts';

const it = tracker();
/** Of which no page of another origin may read anything. */
const closed = tracker({ CORS_ORIGINS: 'none' });

/** The same data without any cache. */
let plain: FastifyInstance;
let plainDb: Database;
beforeAll(async () => {
  plainDb = new Database(it.apiUrl, 3);
  const config = {
    PUBLIC_READ: true,
    LOG_LEVEL: 'silent',
    CORS_ORIGINS: '*',
    BODY_LIMIT: 1_048_576,
    IMPORT_BYTES: 1_048_576,
  } as const;
  plain = await buildApp({ config, db: plainDb, registry: it.registry });
  await it.app.listener.after(0, 30_000, new AbortController().signal);
});
afterAll(async () => {
  await plain.close();
  await plainDb.end();
});

/** Nobody can read these tables until the test lets go; what is answered all the same was kept. */
async function locked(...tables: string[]): Promise<() => Promise<void>> {
  const other = await session(it);
  await other.query('BEGIN');
  await other.query(`LOCK TABLE ${tables.join(', ')} IN ACCESS EXCLUSIVE MODE`);
  return async () => {
    await other.query('ROLLBACK');
  };
}

const waiting = async (): Promise<number> => {
  const rows = await it.sql(
    `SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND application_name = 'tracker' AND datname = current_database()`,
  );
  return rows.length;
};

async function patch(path: string, body: object): Promise<void> {
  const { headers } = await it.anyone.get(path);
  const reply = await it.writer
    .patch(path)
    .set('if-match', headers.etag ?? '')
    .send(body);
  expect([reply.status, reply.body.detail]).toEqual([200, undefined]);
}

test('a reply comes again without the database, whole or as 304, and for HEAD', async () => {
  const paths = [
    '/v1/benchmarks',
    '/v1/benchmarks/gpqa-diamond',
    '/v1/benchmarks?sort=-id&limit=2&count=exact',
  ];
  const coding = { 'accept-encoding': 'gzip, deflate' };
  const first = await Promise.all(
    paths.map(async (path) => ({ path, reply: await it.anyone.get(path).set(coding) })),
  );
  const free = await locked('benchmarks');
  onTestFinished(free);
  for (const { path, reply } of first) {
    const { text, headers, status } = reply;
    const again = await it.anyone.get(path).set(coding);
    const { date, 'x-request-id': id, ...fields } = again.headers;
    expect([status, again.status, again.text]).toEqual([200, 200, text]);
    expect(fields).toEqual(expect.objectContaining({ etag: headers.etag, vary: headers.vary }));
    expect(id).not.toBe(headers['x-request-id']);
    expect((await it.anyone.get(path).set('if-none-match', headers.etag ?? '')).status).toBe(304);
    const head = await it.anyone.head(path).set(coding);
    expect([head.status, head.headers.etag, head.headers['content-length']]).toEqual([
      200,
      headers.etag,
      headers['content-length'],
    ]);
  }
});

test('a write outdates what was read from the tables that it wrote, before it is answered, and nothing else', async () => {
  const benchmarks = await it.anyone.get('/v1/benchmarks');
  const before = await it.anyone.get('/v1/organizations?country=FR');
  const organization = {
    id: 'cached-one',
    names: { en: 'Cached' },
    kind: 'company',
    country: 'FR',
    sources: ['seed-001'],
  };
  expect((await it.writer.post('/v1/organizations').send(organization)).status).toBe(201);
  const after = await it.anyone.get('/v1/organizations?country=FR');
  expect(after.body.data).toHaveLength((before.body.data as unknown[]).length + 1);
  await patch('/v1/organizations/cached-one', { names: { en: 'Renamed' } });
  expect((await it.anyone.get('/v1/organizations/cached-one')).body.names.en).toBe('Renamed');
  expect((await it.anyone.get('/v1/search?q=Renamed')).text).toContain('cached-one');
  const { etag = '' } = (await it.anyone.get('/v1/organizations/cached-one')).headers;
  expect((await it.writer.delete('/v1/organizations/cached-one').set('if-match', etag)).status).toBe(204);
  expect((await it.anyone.get('/v1/organizations/cached-one')).status).toBe(410);
  expect((await it.anyone.get('/v1/organizations?country=FR')).text).toBe(before.text);
  const free = await locked('benchmarks');
  onTestFinished(free);
  expect((await it.anyone.get('/v1/benchmarks')).text).toBe(benchmarks.text);
});

test('writes past the API and imports outdate it too, small ones and those of the thread', async () => {
  const path = '/v1/milestones?program=kr-safm&q=cached&count=exact';
  const total = async (): Promise<number> => (await it.anyone.get(path)).body.page.total as number;
  expect(await total()).toBe(0);
  await it.sql(
    `INSERT INTO milestones (id, program, date, kind, title, sources) VALUES ('cached', 'kr-safm', '2026-12', 'other', 'cached 1', '{seed-001}')`,
  );
  expect(await total()).toBe(1);
  const file = (title: string): string =>
    csv('program,date,kind,title,sources', `kr-safm,2026-12-01,other,${title},seed-001`);
  expect((await send(it, 'milestones', file('cached 2'))).status).toBe(201);
  expect(await total()).toBe(2);
  const job = await send(it, 'milestones', file('cached 3'), {}, { fields: { prefer: 'respond-async' } });
  expect(job.status).toBe(202);
  const status = async (): Promise<string> =>
    (await it.importer.get(job.headers.location ?? '')).body.data.status as string;
  await expect.poll(status, { timeout: 60_000 }).toBe('applied');
  expect(await total()).toBe(3);
});

test('a write that is refused when it is committed outdates nothing, and one that reaches other tables is undone', async () => {
  const body = { names: { en: 'Reaching' }, kind: 'company', country: 'FR', sources: ['seed-001'] };
  const post = (id: string) => it.writer.post('/v1/organizations').send({ id, ...body });
  await it.sql(`
    CREATE FUNCTION reach() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF NEW.id = 'late' THEN RAISE EXCEPTION 'too late' USING ERRCODE = 'P0001'; END IF;
        INSERT INTO aliases (alias, entity_type, entity_id, language, sources) VALUES ('reached', 'organization', 'kt', 'en', '{seed-001}');
        RETURN NULL;
      END $$;
    CREATE CONSTRAINT TRIGGER late AFTER INSERT ON organizations DEFERRABLE INITIALLY DEFERRED
      FOR EACH ROW WHEN (NEW.id = 'late') EXECUTE FUNCTION reach();
    CREATE TRIGGER reach AFTER INSERT ON organizations FOR EACH ROW WHEN (NEW.id = 'reaching') EXECUTE FUNCTION reach()`);
  onTestFinished(async () => {
    await it.sql('DROP FUNCTION reach() CASCADE');
  });
  const aliases = await it.anyone.get('/v1/aliases?q=reached&count=exact');
  const organizations = await it.anyone.get('/v1/organizations?country=FR');
  expect([(await post('late')).status, (await post('reaching')).status]).toEqual([500, 500]);
  const free = await locked('organizations');
  expect((await it.anyone.get('/v1/organizations?country=FR')).text).toBe(organizations.text);
  await free();
  expect((await it.anyone.get('/v1/organizations/reaching')).status).toBe(404);
  expect((await it.anyone.get('/v1/aliases?q=reached&count=exact')).text).toBe(aliases.text);
  expect((await post('within')).status).toBe(201);
  expect((await it.anyone.get('/v1/organizations?country=FR')).text).toContain('within');
});

test('a write that waits long for others does not keep what it may change from being sent again meanwhile', async () => {
  const other = await session(it);
  await other.query('BEGIN; LOCK TABLE partnerships IN SHARE ROW EXCLUSIVE MODE');
  const sources = ['seed-001'];
  const partnership = { organization: 'kt', partner: 'kakao', kind: 'waiting', sources };
  const made = it.writer
    .post('/v1/partnerships')
    .send(partnership)
    .then(({ status, body }) => [status, body.code]);
  await expect.poll(waiting).toBeGreaterThan(0);
  const comesAgain = async (): Promise<boolean> => {
    const hits = async (): Promise<number> =>
      Number(
        /^tracker_cache_hits_total ([0-9]+)/m.exec(
          (await it.anyone.get('/metrics').set('authorization', `Bearer ${keys.admin}`)).text,
        )?.[1],
      );
    const before = await hits();
    for (let i = 0; i < 2; i += 1) expect((await it.anyone.get('/v1/partnerships')).status).toBe(200);
    return (await hits()) > before;
  };
  await expect.poll(comesAgain, { timeout: 4_000 }).toBe(true);
  await other.query('ROLLBACK');
  expect(await made).toEqual([201, undefined]);
});

test('a commit that is under way is not hidden by what was kept before it', async () => {
  const path = '/v1/aliases?count=exact';
  const { total } = (await it.anyone.get(path)).body.page as { total: number };
  // The reply to a read that began before the write, and ended after it, is not kept either.
  const free = await locked('aliases');
  const early = it.anyone.get(`${path}&limit=1`).then(({ body }) => body.page.total as number);
  await expect.poll(waiting).toBeGreaterThan(0);
  await free();
  const alias = {
    alias: 'cached alias',
    entity: { type: 'organization', id: 'kt' },
    language: 'en',
    sources: ['seed-001'],
  };
  const made = await it.writer.post('/v1/aliases').send(alias);
  expect([made.status, made.body]).toEqual([201, expect.anything()]);
  expect(await early).toBe(total);
  expect((await it.anyone.get(path)).body.page.total).toBe(total + 1);
  expect((await it.anyone.get(`${path}&limit=1`)).body.page.total).toBe(total + 1);
});

test('equal requests at the same time ask the database once', async () => {
  const free = await locked('disclosures');
  const all = Promise.all(Array.from({ length: 12 }, () => it.anyone.get('/v1/disclosures?sort=id')));
  await expect.poll(waiting).toBe(1);
  expect(await waiting()).toBe(1);
  await free();
  const replies = await all;
  expect(new Set(replies.map(({ text, status }) => `${status} ${text}`)).size).toBe(1);
  expect(new Set(replies.map(({ headers }) => headers['x-request-id'])).size).toBe(12);
});

const misses = async (): Promise<number> => {
  const { text } = await it.anyone.get('/metrics').set('authorization', `Bearer ${keys.admin}`);
  return Number(/^tracker_cache_misses_total (\d+)$/m.exec(text)?.[1]);
};

test('who asks after a write that a reading under way cannot know of waits for one who looks anew, not each for itself', async () => {
  const path = '/v1/disclosures?sort=id&include=program';
  const before = await misses();
  const free = await locked('disclosures');
  const early = it.anyone.get(path).then(({ text }) => text);
  await expect.poll(waiting).toBe(1);
  await it.sql(`UPDATE programs SET objective = 'Told anew' WHERE id = 'kr-safm'`);
  const connected = (): Promise<number> =>
    new Promise((resolve) => {
      it.app.server.getConnections((_error, count) => {
        resolve(count);
      });
    });
  const late = Promise.all(Array.from({ length: 12 }, () => it.anyone.get(path)));
  await expect.poll(connected).toBeGreaterThanOrEqual(13);
  await it.anyone.get('/healthz');
  await free();
  await early;
  for (const { text } of await late) expect(text).toContain('Told anew');
  expect((await misses()) - before).toBe(2);
});

test('while it does not hear the database nothing is kept, and what was kept before is gone', async () => {
  const path = '/v1/models?limit=1&sort=id';
  const [{ id, version }] = (await it.anyone.get(path)).body.data as [{ id: string; version: number }];
  const pid = await listening(it);
  const other = await session(it);
  await other.query(
    `WITH ended AS (SELECT pg_terminate_backend($2::int, 5000) AS gone)
     UPDATE models SET sources = sources FROM ended WHERE id = $1 AND gone`,
    [id, pid],
  );
  // It is not told to hear again before that.
  await listening(it, pid);
  expect((await it.anyone.get(path)).body.data[0].version).toBe(version + 1);
});

test('each language, form and host has its own', async () => {
  const path = '/v1/programs/kr-safm/timeline';
  const variants = [
    { 'accept-language': 'ko' },
    { 'accept-language': 'fr' },
    { accept: 'image/svg+xml' },
    { accept: 'application/atom+xml', host: 'one.example' },
    { accept: 'application/atom+xml', host: 'two.example' },
  ].map((headers) => ({
    headers,
    path: headers.accept?.includes('atom') ? '/v1/programs/kr-safm/feed.atom' : path,
  }));
  const texts = [];
  for (const { headers, path: at } of [...variants, ...variants]) {
    const reply = await it.anyone.get(at).set(headers);
    expect(reply.status).toBe(200);
    texts.push(reply.type === 'image/svg+xml' ? String(reply.body) : reply.text);
  }
  expect(texts.slice(5)).toEqual(texts.slice(0, 5));
  expect(new Set(texts).size).toBe(5);
});

test('bodies are sent in the coding that the client takes, each with its own ETag', async () => {
  const path = '/v1/organizations?limit=40';
  const cases = [
    ['br', 'br'],
    ['gzip', 'gzip'],
    ['gzip;q=0.5, br', 'br'],
    ['identity', null],
    ['deflate', null],
    ['br;q=0, gzip;q=0', null],
  ];
  const tags = new Set<string>();
  const texts = new Set<string>();
  for (const [accepted, coding] of [...cases, ...cases]) {
    const reply = await fetch(`${base(it)}${path}`, { headers: { 'accept-encoding': accepted ?? '' } });
    expect([accepted, reply.status, reply.headers.get('content-encoding')]).toEqual([accepted, 200, coding]);
    expect(reply.headers.get('vary')).toContain('Accept-Encoding');
    // Decoded by the client.
    texts.add(await reply.text());
    const etag = reply.headers.get('etag') ?? '';
    tags.add(etag);
    expect((await it.anyone.get(path).set('if-none-match', etag)).status).toBe(304);
  }
  expect([tags.size, texts.size]).toEqual([3, 1]);
});

test('exports are sent in the coding that the client takes, as they come', async () => {
  for (const format of ['csv', 'ndjson']) {
    const path = `/v1/organizations?format=${format}`;
    const plainly = await fetch(`${base(it)}${path}`, { headers: { 'accept-encoding': 'identity' } });
    const text = await plainly.text();
    for (const coding of ['br', 'gzip']) {
      const reply = await fetch(`${base(it)}${path}`, { headers: { 'accept-encoding': coding } });
      expect([reply.status, reply.headers.get('content-encoding')]).toEqual([200, coding]);
      expect(reply.headers.get('vary')).toContain('Accept-Encoding');
      expect(await reply.text()).toBe(text);
      const etag = reply.headers.get('etag') ?? '';
      expect(etag).not.toBe(plainly.headers.get('etag'));
      const again = await it.anyone.get(path).set('if-none-match', etag);
      expect([again.status, again.headers['content-encoding']]).toEqual([304, undefined]);
    }
  }
});

test('whatever table is written, every read says the same as without any cache', async () => {
  // Few draws: what they are made from is what counts here.
  const views = (await loadViews()).map((view) =>
    exampleHref(view, it.registry).replace('/stability', '/stability?draws=1000'),
  );
  const paths = it.registry.all.flatMap(({ name, exampleId }) => [
    `/v1/${name}?sort=id&limit=2`,
    `/v1/${name}/${exampleId}`,
  ]);
  // The same view in three forms, which are compared by turns.
  const isTimeline = (path: string): boolean => /(timeline|feed\.atom|calendar\.ics)$/.test(path);
  const timelines = views.filter(isTimeline);
  expect(timelines).toHaveLength(3);
  paths.push(...views.filter((path) => !isTimeline(path)));
  const agree = (turn: number): Promise<unknown> =>
    Promise.all(
      [...paths, ...timelines.filter((_, i) => i === turn % 3)].map(async (path) => {
        const headers = { host: 'tracker.example' };
        const kept = await it.anyone.get(path).set(headers).buffer(true);
        const fresh = await plain.inject({ url: path, headers });
        expect([path, kept.status, kept.text === fresh.body]).toEqual([path, fresh.statusCode, true]);
      }),
    );
  for (const turn of timelines.keys()) await agree(turn);
  // Published scores may be touched, so that no table is left out.
  await it.sql(`SET tracker.correction = 'a version more'`);
  for (const [turn, { table }] of it.registry.all.entries()) {
    const touched = await it.sql(
      `UPDATE ${table} SET version = version WHERE id = (SELECT id FROM ${table} ORDER BY id LIMIT 1) RETURNING version`,
    );
    expect([table, touched.length]).toEqual([table, 1]);
    await agree(turn);
  }
});

const given = (headers: Record<string, string>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).filter(
      ([name]) => !['date', 'x-request-id', 'ratelimit', 'connection', 'keep-alive'].includes(name),
    ),
  );

test.each([
  ['a reply', {}, 200],
  ['a compressed reply', { 'accept-encoding': 'gzip' }, 200],
  ['a 304', { 'if-none-match': '*' }, 304],
] as const)('%s has the same fields again, whichever way it is sent', async (_what, headers, status) => {
  const path = `/v1/consortiums/upstage?include=lead&lang=${status === 304 ? 'ko' : 'fr'}`;
  const ask = (agent: typeof it.anyone) => agent.get(path).set({ 'accept-encoding': 'identity', ...headers });
  const first = await ask(it.anyone);
  // Who has a key is looked at more closely.
  const known = await ask(it.writer);
  const again = await ask(it.anyone).set('x-request-id', 'once-more');
  const heard = await ask(it.anyone).set('origin', 'https://example.org');
  for (const reply of [first, known, again, heard]) {
    expect(reply.status).toBe(status);
    expect(given(reply.headers as never)).toEqual(given(first.headers as never));
    expect(reply.text).toBe(first.text);
    expect(reply.headers['access-control-allow-origin']).toBe('*');
  }
  expect(again.headers['x-request-id']).toBe('once-more');
  expect(first.headers.link === undefined).toBe(status === 304);
});

test('where other origins may read nothing, what is sent again does not let them either', async () => {
  const path = '/v1/consortiums/upstage?include=lead';
  const ask = (agent: typeof it.anyone) =>
    agent.get(path).set({ 'accept-encoding': 'identity', origin: 'https://example.org' });
  const known = await ask(closed.writer);
  for (const reply of [await ask(closed.anyone), await ask(closed.anyone)]) {
    expect(given(reply.headers as never)).toEqual(given(known.headers as never));
    expect(reply.headers['access-control-allow-origin']).toBeUndefined();
  }
});
