/** The life of a round: planned, open, published. */
import { beforeEach, expect, test } from 'vitest';
import { tracker } from '../tracker.ts';

const it = tracker();
const sources = ['seed-004'];
let made = 0;
let p: string;

const create = async (resource: string, body: object) => {
  const reply = await it.writer.post(`/v1/${resource}`).send({ ...body, sources });
  expect([reply.status, reply.body]).toEqual([201, expect.anything()]);
  return reply.body;
};
const decide = (consortium: string, outcome: string, decidedOn: string, round: string | null = null) =>
  create('decisions', { program: p, consortium: `${p}-${consortium}`, outcome, decidedOn, round });
const act = (round: string, action: string, body: object = {}) =>
  it.writer.post(`/v1/rounds/${p}-${round}/${action}`).send(body);
const faults = (reply: { body: { errors?: { pointer: string; code: string; detail: string }[] } }) =>
  (reply.body.errors ?? []).map(({ pointer, code }) => `${code} ${pointer}`).sort();
const state = async (round: string) => (await it.anyone.get(`/v1/rounds/${p}-${round}`)).body;

/** A programme with two planned rounds, of which two of three teams are to survive the first, and a gate. */
beforeEach(async () => {
  p = `life-${(made += 1)}`;
  await create('programs', { id: p, names: { en: p }, country: 'FR' });
  await create('rounds', { id: `${p}-r1`, program: p, ordinal: 1, plannedAdvancing: 2 });
  await create('rounds', { id: `${p}-r2`, program: p, ordinal: 2, plannedAdvancing: 1 });
  for (const team of ['a', 'b', 'c']) {
    await create('consortiums', { id: `${p}-${team}`, program: p, names: { en: team }, lead: 'kt' });
    await decide(team, 'selected', '2025-01-01');
  }
  await create('criteria', {
    id: `${p}-gate`,
    program: p,
    round: `${p}-r1`,
    stage: 'evaluation',
    names: { en: 'Gate' },
    gate: true,
  });
});

test('a round is opened, published whole, and reads as published from then on', async () => {
  const opened = await act('r1', 'open');
  expect([opened.status, opened.body.state, opened.body.version]).toEqual([200, 'open', 2]);
  expect(opened.headers.etag).toBe((await it.anyone.get(`/v1/rounds/${p}-r1`)).headers.etag);
  await decide('a', 'advanced', '2025-07-01', `${p}-r1`);
  await decide('b', 'advanced', '2025-07-01', `${p}-r1`);
  await decide('c', 'eliminated', '2025-07-01', `${p}-r1`);
  const done = await act('r1', 'publish', { publishedOn: '2025-07-01' });
  expect([done.status, done.body.state, done.body.publishedOn, done.body.actualAdvancing]).toEqual([
    200,
    'published',
    '2025-07-01',
    2,
  ]);
});

test('without a date a round is published today', async () => {
  for (const team of ['a', 'b']) await decide(team, 'advanced', '2025-07-01', `${p}-r1`);
  await decide('c', 'eliminated', '2025-07-01', `${p}-r1`);
  const before = new Date().toISOString().slice(0, 10);
  const { body } = await act('r1', 'publish');
  expect([before, new Date().toISOString().slice(0, 10)]).toContain(body.publishedOn);
});

test('everything that stands against publishing is told at once, and nothing is written', async () => {
  await decide('a', 'advanced', '2025-07-01', `${p}-r1`);
  await create('evaluations', {
    round: `${p}-r1`,
    consortium: `${p}-a`,
    criterion: `${p}-gate`,
    status: 'disclosed',
    passed: false,
  });
  const reply = await act('r1', 'publish', { publishedOn: '2025-07-01' });
  expect([reply.status, reply.body.code]).toEqual([422, 'validation-failed']);
  expect(faults(reply)).toEqual([
    'deviation-unexplained /deviationReason',
    'gate-contradicts-decision /state',
    'round-incomplete /state',
    'round-incomplete /state',
  ]);
  expect(reply.body.errors.map(({ detail }: { detail: string }) => detail).join()).toContain(`\`${p}-b\``);
  expect((await state('r1')).version).toBe(1);
});

test('a stated reason excuses an unusual number and a missing decision, but no failed gate', async () => {
  await decide('a', 'advanced', '2025-07-01', `${p}-r1`);
  const said = { publishedOn: '2025-07-01', deviationReason: 'b and c were put off' };
  const gate = await create('evaluations', {
    round: `${p}-r1`,
    consortium: `${p}-a`,
    criterion: `${p}-gate`,
    status: 'disclosed',
    passed: false,
  });
  const refused = await act('r1', 'publish', said);
  expect([refused.status, refused.body.code]).toEqual([422, 'gate-contradicts-decision']);
  await it.writer.patch(`/v1/evaluations/${gate.id}`).set('if-match', '*').send({ passed: true });
  const done = await act('r1', 'publish', said);
  expect([done.status, done.body.deviationReason]).toEqual([200, said.deviationReason]);
});

test('rounds follow each other: none is opened or published before an earlier one is published', async () => {
  for (const [action, body] of [
    ['open', {}],
    ['publish', { deviationReason: 'nobody was judged' }],
  ] as const) {
    const reply = await act('r2', action, body);
    expect([action, reply.status, reply.body.code]).toEqual([action, 422, 'round-out-of-order']);
    expect(reply.body.detail).toContain(`\`${p}-r1\``);
  }
  await act('r1', 'publish', { publishedOn: '2025-07-01', deviationReason: 'nobody was judged' });
  expect((await act('r2', 'open')).status).toBe(200);
});

test('a published round is opened again only as a correction', async () => {
  await act('r1', 'publish', { publishedOn: '2025-07-01', deviationReason: 'nobody was judged' });
  const reply = await act('r1', 'open');
  expect([reply.status, reply.body.code]).toEqual([422, 'correction-required']);
  const corrected = await it.writer
    .patch(`/v1/rounds/${p}-r1`)
    .set('if-match', '*')
    .send({ state: 'open', publishedOn: null, deviationReason: null, correction: true, reason: 'withdrawn' });
  expect([corrected.status, corrected.body.state]).toEqual([200, 'open']);
});

test('the rules hold for a plain PATCH, for a new row and for plain SQL', async () => {
  const patched = await it.writer
    .patch(`/v1/rounds/${p}-r1`)
    .set('if-match', '*')
    .send({ state: 'published', publishedOn: '2025-07-01' });
  expect([patched.status, patched.body.code]).toEqual([422, 'validation-failed']);
  await expect(
    it.sql(`UPDATE rounds SET state = 'published', published_on = '2025-07-01' WHERE id = '${p}-r1'`),
  ).rejects.toMatchObject({ code: 'TR001' });
  await expect(it.sql(`UPDATE rounds SET state = 'open' WHERE id = '${p}-r2'`)).rejects.toMatchObject({
    code: 'TR001',
  });
  await act('r1', 'publish', { publishedOn: '2025-07-01', deviationReason: 'nobody was judged' });
  await act('r2', 'publish', { publishedOn: '2025-08-01', deviationReason: 'nobody was judged' });
  const late = {
    id: `${p}-r3`,
    program: p,
    ordinal: 3,
    state: 'published',
    publishedOn: '2025-09-01',
    sources,
  };
  const born = await it.writer.post('/v1/rounds').send(late);
  expect([born.status, born.body.code]).toEqual([422, 'round-incomplete']);
  expect((await it.anyone.get(`/v1/rounds/${p}-r3`)).status).toBe(404);
  await expect(
    it.sql(
      `INSERT INTO rounds (id, program, ordinal, state, published_on, sources) VALUES ('${p}-r3', '${p}', 3, 'published', '2025-09', '{seed-004}')`,
    ),
  ).rejects.toMatchObject({ code: 'TR001' });
});

test('a team that was added between the rounds is expected in the next one, one that left is not', async () => {
  await decide('a', 'advanced', '2025-07-01', `${p}-r1`);
  await decide('b', 'advanced', '2025-07-01', `${p}-r1`);
  await decide('c', 'eliminated', '2025-07-01', `${p}-r1`);
  await act('r1', 'publish', { publishedOn: '2025-07-01' });
  await create('consortiums', { id: `${p}-d`, program: p, names: { en: 'd' }, lead: 'kakao' });
  await decide('d', 'added', '2025-08-01');
  await decide('a', 'advanced', '2025-12-01', `${p}-r2`);
  await decide('b', 'eliminated', '2025-12-01', `${p}-r2`);
  const incomplete = await act('r2', 'publish', { publishedOn: '2025-12-01' });
  expect([incomplete.status, incomplete.body.code]).toEqual([422, 'round-incomplete']);
  expect(incomplete.body.detail).toContain(`\`${p}-d\``);
  await decide('d', 'eliminated', '2025-12-01', `${p}-r2`);
  expect((await act('r2', 'publish', { publishedOn: '2025-12-01' })).status).toBe(200);
});

test('an action is repeated safely with its Idempotency-Key, and honours If-Match where it is sent', async () => {
  const open = () => act('r1', 'open').set('idempotency-key', `open-${p}`);
  const [first, again] = [await open(), await open()];
  expect([again.status, again.text, again.headers['idempotency-replayed']]).toEqual([
    200,
    first.text,
    'true',
  ]);
  expect((await state('r1')).version).toBe(2);
  expect((await act('r1', 'publish').set('if-match', '"1-0-x"')).status).toBe(412);
});

test('what an action does not know is refused by name', async () => {
  const unknown = await act('r1', 'publish', { publishedAt: '2025-07-01' });
  expect([unknown.status, unknown.body.errors[0].pointer]).toEqual([422, '/publishedAt']);
  expect(unknown.body.errors[0].detail).toContain('`publishedOn`');
  expect((await act('nothing', 'open')).status).toBe(404);
  expect((await it.anyone.post(`/v1/rounds/${p}-r1/open`)).status).toBe(401);
  expect((await it.anyone.get(`/v1/rounds/${p}-r1/open`)).status).toBe(405);
});
