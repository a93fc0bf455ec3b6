/** How often a write goes to the database and back, which is most of what it costs; and that no refusal says less for it. */
import pg from 'pg';
import { beforeEach, expect, test, vi } from 'vitest';
import { tracker } from '../tracker.ts';

const it = tracker();
const ways = vi.spyOn(pg.Client.prototype, 'query');
beforeEach(async () => {
  // What is asked once, as keys are, is known by then.
  await it.writer.post('/v1/sources').send({});
  ways.mockClear();
});

test('a create goes to the database once, a change twice, a deletion four times', async () => {
  const row = { id: 'made', title: 'Made', kind: 'press', language: 'en', url: 'https://example.com' };
  const created = await it.writer.post('/v1/sources').send(row);
  expect([created.status, ways.mock.calls.length]).toEqual([201, 1]);
  const changed = await it.writer
    .patch('/v1/sources/made')
    .set('if-match', created.headers.etag ?? '')
    .send({ title: 'Changed' });
  expect([changed.status, ways.mock.calls.length]).toEqual([200, 1 + 2]);
  const deleted = await it.writer.delete('/v1/sources/made').set('if-match', changed.headers.etag ?? '');
  expect([deleted.status, ways.mock.calls.length]).toEqual([204, 1 + 2 + 4]);
});

test('a create with an Idempotency-Key goes to the database four times, its replay three times', async () => {
  const post = () =>
    it.writer
      .post('/v1/sources')
      .set('idempotency-key', 'ways')
      .send({ id: 'once', title: 'Once', kind: 'press', language: 'en', url: 'https://example.com' });
  expect([(await post()).status, ways.mock.calls.length]).toEqual([201, 4]);
  const again = await post();
  expect([again.headers['idempotency-replayed'], ways.mock.calls.length]).toEqual(['true', 4 + 3]);
});

/** The database would break off at the first of its faults, that its key is taken. */
const taken = {
  round: 'kr-safm-round-2',
  consortium: 'upstage',
  criterion: 'r2-total',
  status: 'disclosed',
  score: 69.9,
  sources: ['nowhere', 'msit-2026-08-18-round-2', 'neither'],
};
const places = (body: { errors: { pointer: string; code: string }[] }): string[] =>
  body.errors.map(({ pointer, code }) => `${pointer} ${code}`);

test('what the database refuses for one fault is refused with every reference that names nothing', async () => {
  const refused = await it.writer.post('/v1/evaluations').send(taken);
  expect(refused.status).toBe(422);
  expect(places(refused.body)).toEqual(['/sources/0 unknown-reference', '/sources/2 unknown-reference']);
  const sourced = await it.writer.post('/v1/evaluations').send({ ...taken, sources: [taken.sources[1]] });
  expect([sourced.status, sourced.body.code]).toEqual([409, 'already-exists']);
});

test('so it is with an Idempotency-Key, and is kept; the first attempt leaves nothing', async () => {
  const post = () => it.writer.post('/v1/evaluations').set('idempotency-key', 'refused').send(taken);
  const before = await it.sql(`SELECT count(*) FROM history.transactions`);
  const [first, second] = [await post(), await post()];
  expect([first.status, second.status, second.headers['idempotency-replayed']]).toEqual([422, 422, 'true']);
  expect(places(second.body)).toEqual(['/sources/0 unknown-reference', '/sources/2 unknown-reference']);
  expect(await it.sql(`SELECT count(*) FROM history.transactions`)).toEqual(before);
});

test('so it is with a change', async () => {
  const { headers } = await it.anyone.get('/v1/organizations/kt');
  const refused = await it.writer
    .patch('/v1/organizations/kt')
    .set('if-match', headers.etag ?? '')
    .send({ parent: 'kakaoo', country: 'XX', sources: ['nowhere'] });
  expect(refused.status).toBe(422);
  expect(places(refused.body).sort()).toEqual([
    '/country invalid-value',
    '/parent unknown-reference',
    '/sources/0 unknown-reference',
  ]);
  expect((await it.anyone.get('/v1/organizations/kt')).headers.etag).toBe(headers.etag);
});
