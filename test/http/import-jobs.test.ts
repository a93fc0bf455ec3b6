import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { tracker } from '../tracker.ts';
import { apply, ended, ndjson, organizations, partsOf, rowsLike, send, statusOf } from './import-jobs.ts';

const it = tracker({ IMPORT_BYTES: 67_108_864 });
const many = 5_001;
/** Read in many pieces and batches; a job if that is preferred. */
const several = 2_001;

test('more than 5,000 rows are answered with 202 and go on by themselves until they are applied', async () => {
  const reply = await send(it, ndjson(organizations('large', many)), { key: 'large' });
  expect([reply.status, reply.headers['retry-after'], reply.body.data.status]).toEqual([202, '1', 'queued']);
  const location = reply.headers.location ?? '';
  expect(location).toBe(`/v1/imports/${reply.body.data.id}`);
  expect(reply.body.data.links.events).toBe(`${location}/events`);
  expect(reply.body.data.progress).toMatchObject({ phase: 'waiting', read: 0 });
  const done = await ended(it, location);
  expect(done).toMatchObject({ status: 'applied', progress: null, problems: [], errors: [] });
  expect(done.counts).toEqual({ read: many, create: many, update: 0, unchanged: 0, delete: 0, error: 0 });
  expect(await rowsLike(it, 'large')).toBe(many);
  const rows = await it.importer.get(`${location}/rows?limit=1`);
  expect(rows.body.data).toEqual([
    { row: 1, line: 1, status: 'create', id: 'large-1', changes: null, errors: [] },
  ]);
  expect(await partsOf(it, location)).toBe(0);
});

test('5,000 rows are answered at once', async () => {
  const reply = await send(it, ndjson(organizations('limit', 5_000)), { key: 'limit' });
  expect([reply.status, reply.body.data.counts.create]).toEqual([201, 5_000]);
});

test('who prefers to wait is answered with the end, at the first try and at the next', async () => {
  const file = ndjson(organizations('waited', several));
  const first = await send(it, file, { key: 'waited', prefer: 'respond-async, wait=60' });
  expect([first.status, first.headers['preference-applied']]).toEqual([201, 'respond-async, wait=60']);
  expect(first.headers.location).toBe(`/v1/imports/${first.body.data.id}`);
  expect(first.body.data).toMatchObject({ status: 'applied', counts: { create: several } });
  const again = await send(it, file, { key: 'waited', prefer: 'respond-async, wait=60' });
  expect([again.status, again.headers['idempotency-replayed']]).toEqual([201, 'true']);
  expect(again.body).toEqual(first.body);
});

test('rows that are there already, in a file with some of the fields, are matched as a set and not one by one', async () => {
  const file = ndjson(organizations('again', 20_000));
  // One by one it takes minutes.
  const prefer = 'wait=30';
  expect((await send(it, file, { key: 'again-1', prefer })).body.data.counts.create).toBe(20_000);
  const again = await send(it, file, { key: 'again-2', prefer });
  expect([again.status, again.body.data?.counts.unchanged]).toEqual([201, 20_000]);
});

test('a small file becomes a job too if that is preferred', async () => {
  const reply = await send(it, ndjson(organizations('small', 2)), { key: 'small', prefer: 'respond-async' });
  expect([reply.status, reply.headers['preference-applied']]).toEqual([202, 'respond-async']);
  expect(await ended(it, reply.headers.location ?? '')).toMatchObject({
    status: 'applied',
    counts: { create: 2 },
  });
});

test.each([
  ['small', 3, 'respond-async, wait=60'],
  ['large', many, 'wait=60'],
])(
  'a %s plan is made as a job, changes nothing, and is applied once as a job',
  async (size, count, prefer) => {
    const prefix = `plan-${size}`;
    const file = ndjson(organizations(prefix, count));
    const plan = await send(it, file, { key: prefix, prefer, query: { dryRun: 'true' } });
    expect([plan.status, plan.body.data.status]).toEqual([200, 'planned']);
    expect([plan.body.data.counts.create, await rowsLike(it, prefix)]).toEqual([count, 0]);
    const applied = await apply(it, plan.headers.location ?? '', `${prefix}-apply`, prefer);
    expect([applied.status, applied.body.data.status]).toEqual([201, 'applied']);
    expect([applied.body.data.plan, await rowsLike(it, prefix)]).toEqual([plan.body.data.id, count]);
    const twice = await apply(it, plan.headers.location ?? '', `${prefix}-twice`, prefer);
    expect([twice.status, twice.body.code]).toEqual([409, 'plan-not-applicable']);
    expect(await partsOf(it, plan.headers.location ?? '')).toBe(0);
  },
);

test('a plan that is outdated by the time of the job is refused with the rows that changed', async () => {
  const plan = await send(it, ndjson(organizations('outdated', 3)), {
    key: 'outdated',
    query: { dryRun: 'true' },
  });
  await send(it, ndjson(organizations('outdated', 1)), { key: 'meanwhile' });
  const prefer = 'respond-async, wait=60';
  const reply = await apply(it, plan.headers.location ?? '', 'outdated-apply', prefer);
  expect([reply.status, reply.body.code]).toEqual([409, 'plan-outdated']);
  expect(reply.body.errors).toContainEqual(
    expect.objectContaining({ row: 1, code: 'plan-outdated', detail: 'planned: create; now: unchanged' }),
  );
  expect(await statusOf(it, reply.body.import)).toBe('refused');
  expect(await rowsLike(it, 'outdated')).toBe(1);
});

test('one bad row near the end refuses all of a large file, and says which', async () => {
  const rows = organizations('refused', several);
  Object.assign(rows[several - 2] ?? {}, { kind: 'compani' });
  const reply = await send(it, ndjson(rows), { key: 'refused', prefer: 'respond-async, wait=60' });
  expect([reply.status, reply.body.code]).toEqual([422, 'import-refused']);
  expect(reply.body.errors).toEqual([
    expect.objectContaining({ row: several - 1, line: several - 1, field: 'kind' }),
  ]);
  const doc = (await it.importer.get(reply.body.import)).body.data;
  expect([doc.status, doc.errors]).toEqual(['refused', reply.body.errors]);
  expect([await rowsLike(it, 'refused'), await partsOf(it, reply.body.import)]).toEqual([0, 0]);
});

test('a bad row of a large file is left out with onError=skip', async () => {
  const rows = organizations('skipped', several);
  Object.assign(rows[several - 2] ?? {}, { kind: 'compani' });
  const reply = await send(it, ndjson(rows), {
    key: 'skip',
    prefer: 'respond-async, wait=60',
    query: { onError: 'skip' },
  });
  expect([reply.status, reply.body.data.counts]).toMatchObject([201, { create: several - 1, error: 1 }]);
  expect(await rowsLike(it, 'skipped')).toBe(several - 1);
});

const broken = ndjson(organizations('broken', 2_000));
test.each([
  ['truncated gzip', gzipSync(broken).subarray(0, -2_000), { encoding: 'gzip' }, { code: 'truncated-gzip' }],
  [
    'garbage in its second half',
    `${broken.slice(0, broken.indexOf('\n{"id":"broken-1501"') + 1)}{"id": garbage\n`,
    {},
    { row: 1_501, line: 1_501, column: 8, code: 'malformed-json' },
  ],
  [
    'an array that breaks off',
    `[${broken.trim().replaceAll('\n', ',\n')}`,
    { type: 'application/json' },
    { line: 2_000, code: 'unfinished-array' },
  ],
  [
    'another encoding in its second half',
    Buffer.concat([Buffer.from(broken), Buffer.from('{"id":"\xb0\xa1"}\n', 'latin1')]),
    {},
    { line: 2_001, column: 8, code: 'wrong-encoding' },
  ],
])('a large file with %s is refused as a whole, with the place', async (what, file, how, fault) => {
  const reply = await send(it, file, {
    key: what.replaceAll(' ', '-'),
    prefer: 'respond-async, wait=60',
    ...how,
  });
  expect([reply.status, reply.body.code]).toEqual([422, 'import-refused']);
  expect(reply.body.errors).toContainEqual(expect.objectContaining(fault));
  expect(await statusOf(it, reply.body.import)).toBe('refused');
  expect([await rowsLike(it, 'broken'), await partsOf(it, reply.body.import)]).toEqual([0, 0]);
});
