/** What a collector of OpenTelemetry is told of requests, statements and jobs; and what it is never told. */
import { randomBytes, randomUUID } from 'node:crypto';
import type { Test } from 'supertest';
import { afterAll, expect, onTestFinished, test, vi } from 'vitest';
import { Collector, type Span } from '../collector.ts';
import { keys } from '../keys.ts';
import { tracker } from '../tracker.ts';
import { ndjson, organizations, send } from './import-jobs.ts';

const collector = await Collector.start();
const it = tracker(
  {},
  {
    telemetry: {
      url: `${collector.url}/v1/traces`,
      headers: { 'x-token': 'of-the-collector' },
      resource: { 'service.name': 'tested', 'deployment.environment.name': 'test' },
      sampler: 'parentbased_always_on',
      ratio: 1,
    },
  },
);
afterAll(() => collector.stop());

interface Trace {
  status: number;
  server: Span;
  /** What the caller said, as it would be the parent. */
  traceId: string;
  spanId: string;
  below: Span[];
  statements: Span[];
}

/** A span ends a moment after its reply has come. */
const arrived = (isIt: (span: Span) => boolean): Promise<Span> =>
  vi.waitFor(
    async () => {
      await it.flush();
      const found = collector.spans.find(isIt);
      if (!found) throw new Error('the span has not arrived');
      return found;
    },
    { timeout: 30_000 },
  );

const ofRequest =
  (id: string) =>
  ({ attributes }: Span): boolean =>
    attributes['tracker.request.id'] === id;

/** Sends the request as part of a trace, and gives what was made of that. */
async function traced(request: Test): Promise<Trace> {
  const [traceId, spanId] = [randomBytes(16).toString('hex'), randomBytes(8).toString('hex')];
  const { status } = await request.set('traceparent', `00-${traceId}-${spanId}-01`);
  const server = await arrived((span) => span.traceId === traceId && span.kind === 2);
  const below = collector.spans.filter((span) => span.traceId === traceId && span !== server);
  expect(below.filter(({ kind }) => kind === 2)).toEqual([]);
  expect(below.filter(({ parentSpanId }) => parentSpanId !== server.spanId)).toEqual([]);
  return { status, server, traceId, spanId, below, statements: below.filter(({ kind }) => kind === 3) };
}

const row = (id: string): object => ({
  id,
  names: { en: 'the-body' },
  kind: 'company',
  country: 'KR',
  sources: ['seed-001'],
});

test('a read is a span with the stable conventions, under the caller’s, and its statement is one below it', async () => {
  const { port } = it.app.server.address() as { port: number };
  const { server, spanId, statements } = await traced(
    it.anyone.get('/v1/consortiums/upstage').query({ fields: 'id,name' }).set('x-request-id', 'the-id'),
  );
  expect(server).toMatchObject({ name: 'GET /v1/consortiums/{id}', parentSpanId: spanId, links: [] });
  expect(server.attributes).toEqual({
    'http.request.method': 'GET',
    'http.route': '/v1/consortiums/{id}',
    'http.response.status_code': 200,
    'url.path': '/v1/consortiums/upstage',
    'url.scheme': 'http',
    'network.protocol.version': '1.1',
    'server.address': '127.0.0.1',
    'server.port': port,
    'tracker.request.id': 'the-id',
    'tracker.cache': 'miss',
  });
  expect(server.resource).toMatchObject({
    'service.name': 'tested',
    'deployment.environment.name': 'test',
    'telemetry.sdk.language': 'nodejs',
  });
  const items = statements.filter(
    ({ attributes }) => attributes['db.query.summary'] === 'SELECT consortiums',
  );
  expect(items).toHaveLength(1);
  expect(items[0]?.name).toBe('SELECT consortiums');
  expect(items[0]?.attributes).toMatchObject({
    'db.system.name': 'postgresql',
    'db.operation.name': 'SELECT',
    'db.namespace': new URL(it.url).pathname.slice(1),
  });
  expect(items[0]?.attributes['db.query.text']).toMatch(/\$1/);
  expect(collector.headers['x-token']).toBe('of-the-collector');
});

test('what is kept is traced where it is sent again, and has no statement', async () => {
  const read = (): Test => it.anyone.get('/v1/rounds?limit=2');
  expect((await traced(read())).server.attributes['tracker.cache']).toBe('miss');
  const again = await traced(read().set('x-request-id', 'kept'));
  expect(again.server.name).toBe('GET /v1/rounds');
  expect(again.server.attributes).toMatchObject({
    'http.route': '/v1/rounds',
    'http.response.status_code': 200,
    'tracker.cache': 'hit',
    'tracker.request.id': 'kept',
  });
  expect(again.below).toEqual([]);
  const unchanged = await traced(read().set('if-none-match', '*'));
  expect([unchanged.status, unchanged.server.attributes['http.response.status_code']]).toEqual([304, 304]);
  // With a key it goes the ordinary way.
  const keyed = await traced(it.writer.get('/v1/rounds?limit=2'));
  expect(keyed.server.attributes['tracker.cache']).toBe('hit');
});

test('a write shows its transaction, statement by statement, also when its body came in pieces', async () => {
  const { status, server, statements } = await traced(
    it.writer.post('/v1/organizations').set('idempotency-key', randomUUID()).send(row('traced')),
  );
  expect([status, server.name]).toEqual([201, 'POST /v1/organizations']);
  const names = statements.map(({ name }) => name);
  const inTransaction = names.slice(names.indexOf('BEGIN'));
  expect(inTransaction).toEqual(
    expect.arrayContaining(['BEGIN', 'INSERT organizations', 'INSERT idempotency_keys']),
  );
  expect(names.at(-1)).toBe('COMMIT');
  expect(server.attributes).not.toHaveProperty('tracker.cache');
});

test('an export shows its COPY', async () => {
  const { server, statements } = await traced(it.anyone.get('/v1/rounds?format=csv'));
  expect(statements.filter(({ name }) => name === 'COPY rounds')).toHaveLength(1);
  await arrived(({ name, parentSpanId }) => name === 'COMMIT' && parentSpanId === server.spanId);
});

test('what is not there has a route where there is one, and is no error', async () => {
  const item = await traced(it.anyone.get('/v1/organizations/nobody'));
  expect([item.server.name, item.server.attributes['tracker.problem'], item.server.status]).toEqual([
    'GET /v1/organizations/{id}',
    'not-found',
    0,
  ]);
  const path = await traced(it.anyone.get('/v1/nothing'));
  expect(path.server.name).toBe('GET');
  expect(path.server.attributes).toMatchObject({
    'http.response.status_code': 404,
    'tracker.problem': 'no-such-path',
  });
  expect(path.server.attributes).not.toHaveProperty('http.route');
  // What the router itself refuses.
  const undecodable = await traced(it.anyone.get('/v1/organizations/%zz'));
  expect(undecodable.server.attributes['http.response.status_code']).toBe(400);
});

test('a failure is an error of the request and of the statement, by its code alone', async () => {
  await it.sql(`
    CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN RAISE EXCEPTION 'the-row %', NEW.id USING ERRCODE = 'XX000', DETAIL = to_jsonb(NEW)::text; END $$;
    CREATE TRIGGER fail BEFORE INSERT ON organizations FOR EACH ROW WHEN (NEW.id = 'failing') EXECUTE FUNCTION fail()`);
  const { status, server, statements } = await traced(
    it.writer.post('/v1/organizations').send(row('failing')),
  );
  expect([status, server.status, server.attributes['error.type']]).toEqual([500, 2, '500']);
  const failing = statements.filter((span) => span.status === 2);
  expect(failing.map(({ name }) => name)).toEqual(['INSERT organizations']);
  expect(failing[0]?.attributes).toMatchObject({ 'db.response.status_code': 'XX000', 'error.type': 'XX000' });
  expect(collector.bytes).not.toContain('the-row');
});

test('waiting for a connection is a span of its own', async () => {
  const held = await Promise.all(Array.from({ length: 5 }, () => it.db.pool.connect()));
  // More than wait in the background.
  const reading = [1, 2, 3, 4].map((limit) => traced(it.anyone.get(`/v1/milestones?limit=${limit}`)));
  await expect.poll(() => it.db.pool.waitingCount).toBeGreaterThanOrEqual(reading.length);
  for (const client of held) client.release();
  const below = (await Promise.all(reading)).flatMap((trace) => trace.below);
  const waits = below.filter(({ name }) => name === 'wait for a connection');
  expect(waits.length).toBeGreaterThan(0);
  expect(waits[0]).toMatchObject({ kind: 1, attributes: { 'db.client.connection.pool.name': 'main' } });
});

test('an import that is refused says so in its span', async () => {
  const file = it.importer
    .post('/v1/imports?resource=organizations')
    .set({ 'idempotency-key': randomUUID(), 'content-type': 'text/csv' })
    .send('id,the-column\nx,the-cell\n');
  const { status, server } = await traced(file);
  expect([server.name, server.attributes['http.response.status_code']]).toEqual(['POST /v1/imports', status]);
  expect(status).toBeGreaterThanOrEqual(400);
});

test('a job is a trace of its own, with the statements of its thread, and points to the request that sent it', async () => {
  const id = randomUUID();
  const reply = await send(it, ndjson(organizations('job', 3)), {
    key: id,
    prefer: 'respond-async, wait=60',
  });
  expect([reply.status, reply.body.data.status]).toEqual([201, 'applied']);
  const job = await arrived(({ attributes }) => attributes['tracker.import.id'] === reply.body.data.id);
  expect(job).toMatchObject({
    name: 'import',
    kind: 5,
    attributes: { 'tracker.import.resource': 'organizations', 'tracker.import.outcome': 'applied' },
  });
  expect(job).not.toHaveProperty('parentSpanId');
  const sender = await arrived(ofRequest(reply.headers['x-request-id'] ?? ''));
  expect(job.links).toMatchObject([{ traceId: sender.traceId, spanId: sender.spanId }]);
  const statements = collector.spans.filter(({ parentSpanId }) => parentSpanId === job.spanId);
  expect(statements.map(({ name }) => name)).toEqual(expect.arrayContaining(['BEGIN', 'COMMIT']));
});

test.each([
  'nothing of the kind',
  '00-00000000000000000000000000000000-00f067aa0ba902b7-01',
  '00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01',
  'ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
  '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more',
  '00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01',
])('traceparent `%s` counts as none', async (traceparent) => {
  const id = randomUUID();
  expect((await it.anyone.get('/healthz').set({ traceparent, 'x-request-id': id })).status).toBe(200);
  const span = await arrived(ofRequest(id));
  expect(span).not.toHaveProperty('parentSpanId');
  expect(traceparent).not.toContain(span.traceId);
});

test('who does not record is not recorded, unless the sampler says otherwise', async () => {
  const traceId = randomBytes(16).toString('hex');
  await it.anyone.get('/healthz').set('traceparent', `00-${traceId}-00f067aa0ba902b7-00`);
  // One that comes later has left.
  await it.anyone.get('/healthz').set('x-request-id', traceId);
  await arrived(ofRequest(traceId));
  expect(collector.spans.filter((span) => span.traceId === traceId)).toEqual([]);
});

test('nothing that a client sends is exported but method, host and path', async () => {
  const secrets = [
    'the-query',
    'the-body',
    'the-cookie',
    'the-agent',
    'the-idempotency',
    'the-state',
    'the-row',
  ];
  const telling = (request: Test): Test =>
    request.set({
      cookie: 'session=the-cookie',
      'user-agent': 'the-agent',
      tracestate: 'vendor=the-state',
      baggage: 'user=the-state',
      'idempotency-key': 'the-idempotency',
    });
  await traced(telling(it.writer.post('/v1/organizations').send(row('told'))));
  await traced(telling(it.anyone.get('/v1/organizations?q=the-query&name=the-query')));
  await traced(telling(it.anyone.get(`/v1/organizations?kind=company&q=${keys.writer}`)));
  await traced(telling(it.anyone.get(`/v1/organizations/${keys.writer}`)));
  await traced(telling(it.anyone.get('/v1/sources?q=the-query&format=csv')));
  await traced(telling(it.anyone.get('/v1/search?q=the-query')));
  await traced(telling(it.writer.patch('/v1/organizations/told').send({ names: { en: 'the-body' } })));
  for (const secret of [...secrets, ...Object.values(keys)]) expect(collector.bytes).not.toContain(secret);
});

test.each([500, 503, 'nothing'] as const)('a collector that answers %s costs no request', async (answer) => {
  collector.answer = answer;
  onTestFinished(() => {
    collector.answer = 200;
  });
  const before = collector.bytes.length;
  expect((await it.anyone.get('/v1/sources?limit=1')).status).toBe(200);
  const flushed = it.flush();
  await collector.until(() => collector.bytes.length > before || undefined);
  expect((await it.anyone.get('/v1/sources?limit=2')).status).toBe(200);
  expect((await it.writer.post('/v1/organizations').send(row(`while-${answer}`))).status).toBe(201);
  await flushed;
});
