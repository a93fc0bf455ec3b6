/** The timeline of programmes of their own: precision, plans, periods at their edges, and what is refused. */
import { beforeAll, describe, expect, test } from 'vitest';
import { tracker } from '../tracker.ts';

const it = tracker();
const sent = async (path: string, body: object): Promise<void> => {
  const reply = await it.writer.post(`/v1/${path}`).send(body);
  expect([path, reply.status, reply.body.detail]).toEqual([path, 201, undefined]);
};
const items = async (query = '', program = 'xx-time'): Promise<Record<string, unknown>[]> => {
  const reply = await it.anyone.get(`/v1/programs/${program}/timeline${query}`);
  expect([query, reply.status]).toEqual([query, 200]);
  return reply.body.data.items;
};
const ids = async (query = ''): Promise<unknown[]> =>
  (await items(query)).map(({ subject }) => (subject as { id: string }).id);

const source = (id: string, publishedOn: string | null): Promise<void> =>
  sent('sources', { id, kind: 'press', title: id, language: 'en', publishedOn });
const milestone = (id: string, date: string, ...sources: string[]): Promise<void> =>
  sent('milestones', { id, program: 'xx-time', date, kind: 'other', title: `It is ${id}`, sources });

beforeAll(async () => {
  await source('xx-march', '2026-03');
  await source('xx-undated', null);
  for (const id of ['xx-time', 'xx-plans', 'xx-void'])
    await sent('programs', { id, names: { en: id }, country: 'CH', sources: ['xx-march'] });
  // In no order at all.
  await milestone('xx-year', '2026', 'xx-march');
  await milestone('xx-last', '2026-04-30', 'xx-march');
  await milestone('xx-december', '2026-12', 'xx-undated');
  await milestone('xx-month', '2026-04', 'xx-undated', 'xx-march');
  await milestone('xx-first', '2026-04-01', 'xx-march');
  await milestone('xx-march-31', '2026-03-31', 'xx-march');
  await milestone('xx-next', '2027-01-01', 'xx-undated');
  const round = (ordinal: number, dates: object): Promise<void> =>
    sent('rounds', { program: 'xx-plans', ordinal, state: 'planned', sources: ['xx-march'], ...dates });
  await round(1, { scheduledOn: '2025', presentedOn: '2026-01-01' });
  await round(2, { scheduledOn: '2026-02', presentedOn: '2026-02-28' });
  await round(3, { scheduledOn: '2026-02-10', presentedOn: '2026-02' });
  await round(4, { scheduledOn: '2026-02-10', presentedOn: '2026-02-11' });
  await round(5, {});
});

test('months come after their days and years after their months, and keep their precision', async () => {
  expect((await items()).map(({ date }) => date)).toEqual([
    '2026-03-31',
    '2026-04-01',
    '2026-04-30',
    '2026-04',
    '2026-12',
    '2026',
    '2027-01-01',
  ]);
});

test('a milestone was planned only if a source certainly came out before the time it names', async () => {
  // Their time is over, and no source says that they took place.
  const planned = (await items()).filter((item) => item.status === 'passed');
  // A source of March may be of the 31st; one without a date proves nothing; 2026 had begun in March.
  expect(planned.map(({ id }) => id)).toEqual([
    'milestone.xx-first',
    'milestone.xx-last',
    'milestone.xx-month',
  ]);
});

test('a plan has moved only if its period was certainly over', async () => {
  const plans = await items('?kind=round-scheduled', 'xx-plans');
  expect(plans.map(({ id, moved }) => [id, (moved as { to: string } | null)?.to])).toEqual([
    ['round-scheduled.xx-plans-1', '2026-01-01'],
    ['round-scheduled.xx-plans-3', undefined],
    ['round-scheduled.xx-plans-4', '2026-02-11'],
    ['round-scheduled.xx-plans-2', undefined],
  ]);
});

test('an event is in when its period and the one asked for touch', async () => {
  expect(await ids('?from=2026-04-30&to=2026-04-30')).toEqual(['xx-last', 'xx-month', 'xx-year']);
  expect(await ids('?from=2026-05')).toEqual(['xx-december', 'xx-year', 'xx-next']);
  expect(await ids('?to=2026-03')).toEqual(['xx-march-31', 'xx-year']);
  expect(await ids('?from=2027&to=2027')).toEqual(['xx-next']);
});

test('an event that a row makes changes with it and keeps its id', async () => {
  const one = async (): Promise<Record<string, unknown> | undefined> =>
    (await items()).find(({ id }) => id === 'milestone.xx-next');
  const before = await one();
  const patch = it.writer.patch('/v1/milestones/xx-next').set('if-match', '*');
  expect((await patch.send({ title: 'It is another', date: '2027-02' })).status).toBe(200);
  const after = await one();
  expect(after).toMatchObject({ date: '2027-02', title: 'It is another' });
  expect(String(after?.updatedAt) > String(before?.updatedAt)).toBe(true);
});

test('a programme in which nothing happened has an empty timeline', async () => {
  for (const query of ['', '?asOf=2026-06-01', '?kind=bid&organization=sk-telecom&from=2020'])
    expect(await items(query, 'xx-void')).toEqual([]);
});

describe('bad input', () => {
  test('an unknown programme is a 404 that names the nearest', async () => {
    const reply = await it.anyone.get('/v1/programs/xx-tima/timeline');
    expect([reply.status, reply.body.code]).toEqual([404, 'not-found']);
    expect(reply.body.detail).toContain('xx-time');
  });

  test('an unknown organization is a 400 that names the nearest, beside every other fault', async () => {
    const reply = await it.anyone.get(
      '/v1/programs/xx-time/timeline?organization=sk-telekom,kt&from=2026&to=2025-12',
    );
    expect([reply.status, reply.body.code, reply.body.errors]).toEqual([
      400,
      'invalid-parameter',
      [
        {
          parameter: 'organization',
          code: 'invalid-value',
          detail: 'there is no organization `sk-telekom`; did you mean `sk-telecom`?',
        },
        { parameter: 'to', code: 'invalid-value', detail: '`2025-12` ends before `2026` begins' },
      ],
    ]);
  });

  test.each([
    ['kind=releases', 'kind'],
    ['kind=release,', 'kind'],
    ['kinds=release', 'kinds'],
    ['organization=SK%20Telecom', 'organization'],
    ['from=2026-13', 'from'],
    ['to=2026-02-30', 'to'],
    ['from=2026&from=2025', 'from'],
    ['from=', 'from'],
    ['format=ics', 'format'],
    ['asOf=now', 'asOf'],
  ])('%s is refused', async (query, parameter) => {
    const reply = await it.anyone.get(`/v1/programs/xx-time/timeline?${query}`);
    expect([reply.status, reply.body.code, reply.body.errors[0].parameter]).toEqual([
      400,
      'invalid-parameter',
      parameter,
    ]);
  });
});
