import { readFile } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';
import { expect, test } from 'vitest';
import { seed } from '../../src/resource/seed.ts';
import { tracker } from '../tracker.ts';

const it = tracker();
const file = async (name: string): Promise<Record<string, string>[]> =>
  parse(await readFile(new URL(`../../prisma/data/${name}.csv`, import.meta.url)), { columns: true });
const all = async (path: string, query: object = {}): Promise<Record<string, unknown>[]> =>
  (await it.anyone.get(`/v1/${path}`).query({ limit: 500, ...query })).body.data;

test('every row of the data set is there, and no other', async () => {
  for (const { name } of it.registry.all) {
    const reply = await it.anyone.get(`/v1/${name}`).query({ count: 'exact', limit: 1 });
    expect([name, reply.body.page.total]).toEqual([name, (await file(name)).length]);
  }
  const members = (await all('consortiums')).flatMap(({ members }) => members as object[]);
  expect(members).toHaveLength((await file('consortiums.members')).length);
});

test('what goes out as CSV is what the data files hold, column by column', async () => {
  for (const { name } of it.registry.all) {
    const lines: Record<string, string>[] = parse((await it.anyone.get(`/v1/${name}?format=csv`)).text, {
      columns: true,
    });
    const byId = new Map(lines.map((line) => [line.id, line]));
    for (const row of await file(name)) expect(byId.get(row.id)).toMatchObject(row);
  }
});

test('loading the data set again changes nothing', async () => {
  const before = await Promise.all(
    it.registry.all.map(async ({ name }) => (await it.anyone.get(`/v1/${name}?limit=500`)).headers.etag),
  );
  const added = await seed(it.db, it.registry);
  expect(Object.values(added).every((rows) => rows === 0)).toBe(true);
  const after = await Promise.all(
    it.registry.all.map(async ({ name }) => (await it.anyone.get(`/v1/${name}?limit=500`)).headers.etag),
  );
  expect(after).toEqual(before);
});

test('the status of each consortium follows from its decisions', async () => {
  const rows = await all('consortiums', { fields: 'id,status,statusSince' });
  expect(rows).toEqual([
    { id: 'lg-ai-research', status: 'active', statusSince: '2026-01-15' },
    { id: 'motif-technologies', status: 'eliminated', statusSince: '2026-08-18' },
    { id: 'naver-cloud', status: 'eliminated', statusSince: '2026-01-15' },
    { id: 'nc-ai', status: 'eliminated', statusSince: '2026-01-15' },
    { id: 'sk-telecom', status: 'active', statusSince: '2026-01-15' },
    { id: 'upstage', status: 'active', statusSince: '2026-01-15' },
  ]);
});

test('the programme runs with three teams towards its third round', async () => {
  const { body } = await it.anyone.get('/v1/programs/kr-safm');
  expect(body).toMatchObject({
    status: 'running',
    activeConsortiums: 3,
    nextRound: 'kr-safm-round-3',
    initialConsortiums: 5,
    targetFinalists: 2,
  });
});

test('a round says how many really went on, and nothing before it is published', async () => {
  expect(
    await all('rounds', {
      fields: 'ordinal,state,plannedAdvancing,actualAdvancing,evaluated',
      sort: 'ordinal',
    }),
  ).toEqual([
    { ordinal: 1, state: 'published', plannedAdvancing: 4, actualAdvancing: 3, evaluated: 5 },
    { ordinal: 2, state: 'published', plannedAdvancing: 3, actualAdvancing: 3, evaluated: 4 },
    { ordinal: 3, state: 'planned', plannedAdvancing: 2, actualAdvancing: null, evaluated: 0 },
  ]);
});

test('a derived status moves with the decision that changes it', async () => {
  const added = await it.writer.post('/v1/decisions').send({
    program: 'kr-safm',
    consortium: 'nc-ai',
    outcome: 'added',
    decidedOn: '2026-11',
    sources: ['seed-004'],
  });
  expect(added.status).toBe(201);
  expect((await it.anyone.get('/v1/consortiums/nc-ai')).body).toMatchObject({
    status: 'selected',
    statusSince: '2026-11',
  });
  expect((await it.anyone.get('/v1/programs/kr-safm')).body.activeConsortiums).toBe(4);
  await it.writer.delete(`/v1/decisions/${added.body.id}`).set('if-match', added.headers.etag ?? '');
  expect((await it.anyone.get('/v1/programs/kr-safm')).body.activeConsortiums).toBe(3);
});

test('KT and Kakao were excluded, with reasons, and their partners are foreign', async () => {
  const bids = await all('bids', {
    call: 'initial-2025',
    organization: 'kt,kakao',
    fields: 'organization,outcome,reason',
  });
  expect(bids.map(({ outcome }) => outcome)).toEqual(['excluded', 'excluded']);
  expect(bids.every(({ reason }) => typeof reason === 'string' && reason.length > 20)).toBe(true);
  const partnerships = await all('partnerships', {
    organization: 'kt,kakao',
    foreign: 'true',
    fields: 'partner',
  });
  expect(new Set(partnerships.map(({ partner }) => partner))).toEqual(new Set(['microsoft', 'openai']));
});

test('claims about the programme’s budget that contradict each other stand side by side', async () => {
  const claims = await all('funding-figures', { 'subject.id': 'kr-safm', kind: 'budget', fields: 'money' });
  const amounts = claims.map(({ money }) => (money as { amount: string }).amount);
  for (const amount of ['530000000000', '200000000000', '365000000', '193600000000', '1000000000000'])
    expect(amounts).toContain(amount);
});

test('a month stays a month and a year a year', async () => {
  expect((await it.anyone.get('/v1/models/a-x-4-0')).body.releasedOn).toBe('2025-07');
  expect((await it.anyone.get('/v1/models/mi-dm')).body.releasedOn).toBe('2023');
});

test('what the authority withheld is undisclosed, and not unknown', async () => {
  const [row] = await all('evaluations', {
    round: 'kr-safm-round-1',
    consortium: 'sk-telecom',
    criterion: 'r1-expert',
  });
  expect(row).toMatchObject({ status: 'undisclosed', score: null, passed: null, disclosedOn: null });
});
