/** What is said of a date on the day of the question: ahead, over, moved; and when that last changed. */
import { XMLParser } from 'fast-xml-parser';
import ICAL from 'ical.js';
import { beforeAll, describe, expect, test } from 'vitest';
import { tracker } from '../tracker.ts';

const it = tracker();
const post = async (path: string, body: object) => it.writer.post(`/v1/${path}`).send(body);
const sent = async (path: string, body: object): Promise<void> => {
  const reply = await post(path, body);
  expect([path, reply.status, reply.body.detail]).toEqual([path, 201, undefined]);
};
const patched = async (path: string, body: object): Promise<void> => {
  expect((await it.writer.patch(`/v1/${path}`).set('if-match', '*').send(body)).status).toBe(200);
};
interface Item {
  id: string;
  date: string;
  kind: string;
  title: string;
  status: string;
  moved: { to: string; by: { id: string; field: string } } | null;
  occasion: string | null;
  updatedAt: string;
}
const items = async (query = '', program = 'xx-plan'): Promise<Item[]> =>
  (await it.anyone.get(`/v1/programs/${program}/timeline${query}`)).body.data.items;
const statuses = async (query = ''): Promise<Record<string, string>> =>
  Object.fromEntries((await items(query)).map(({ id, status }) => [id, status]));
const text = async (path: string): Promise<string> => (await it.anyone.get(`/v1/programs/${path}`)).text;

const organizations = ['xx-alpha', 'xx-beta'];

beforeAll(async () => {
  await sent('sources', {
    id: 'xx-old',
    kind: 'press',
    title: 'Old',
    language: 'en',
    publishedOn: '2020-01-01',
  });
  await sent('sources', {
    id: 'xx-after',
    kind: 'press',
    title: 'After',
    language: 'en',
    publishedOn: '2021-03-04',
  });
  const cited = { sources: ['xx-old'] };
  for (const id of ['xx-plan', 'xx-other', 'xx-soon'])
    await sent('programs', { id, names: { en: id }, country: 'CH', ...cited });
  for (const id of organizations)
    await sent('organizations', { id, names: { en: id }, kind: 'company', country: 'CH', ...cited });
  const milestone = { program: 'xx-plan', kind: 'other', ...cited };
  await sent('milestones', { ...milestone, id: 'xx-ahead', date: '2998-03-03', title: 'Ahead' });
  await sent('milestones', { ...milestone, id: 'xx-passed', date: '2021-03', title: 'Passed' });
  await sent('milestones', { ...milestone, id: 'xx-first-plan', date: '2021-05-05', title: 'First plan' });
  await sent('milestones', {
    ...milestone,
    id: 'xx-next-plan',
    date: '2998-05',
    title: 'Next',
    replaces: 'xx-first-plan',
  });
  await sent('milestones', {
    ...milestone,
    id: 'xx-day',
    date: '2998-05-05',
    title: 'Its day',
    replaces: 'xx-next-plan',
  });
  await sent('milestones', {
    ...milestone,
    id: 'xx-confirmed',
    date: '2021-03-03',
    title: 'Confirmed',
    sources: ['xx-old', 'xx-after'],
  });
  const names = { en: 'Call' };
  await sent('calls', {
    id: 'xx-call',
    program: 'xx-plan',
    names,
    openedOn: '2021-01-01',
    closedOn: '2998-01-15',
    ...cited,
  });
  const round = { program: 'xx-plan', state: 'planned', ...cited };
  await sent('rounds', { ...round, id: 'xx-late', ordinal: 1, scheduledOn: '2022-02' });
  await sent('rounds', {
    program: 'xx-soon',
    id: 'xx-early',
    ordinal: 1,
    scheduledOn: '2022-02',
    publishedOn: '2022-01-31',
    state: 'published',
    ...cited,
  });
  await sent('rounds', {
    ...round,
    id: 'xx-shown',
    ordinal: 2,
    scheduledOn: '2998',
    presentedOn: '2022-01-31',
  });
  await sent('consortiums', {
    id: 'xx-team',
    program: 'xx-plan',
    names: { en: 'Team' },
    lead: 'xx-alpha',
    members: [{ organization: 'xx-alpha', role: 'lead', joinedOn: '2021-03-04', sources: ['xx-after'] }],
    sources: ['xx-after'],
  });
  await sent('decisions', {
    program: 'xx-plan',
    consortium: 'xx-team',
    outcome: 'selected',
    decidedOn: '2021-03-04',
    sources: ['xx-after'],
  });
  await sent('bids', {
    id: 'xx-bid',
    program: 'xx-plan',
    call: 'xx-call',
    organization: 'xx-beta',
    outcome: 'excluded',
    decidedOn: '2021-02-02',
    ...cited,
  });
});

test('a date that lies ahead is planned, whatever row states it, and tentative in the calendar', async () => {
  const found = await statuses();
  expect(found).toMatchObject({
    'milestone.xx-ahead': 'planned',
    'call-closed.xx-call': 'planned',
    'call-opened.xx-call': 'took-place',
    'milestone.xx-confirmed': 'took-place',
    'milestone.xx-passed': 'passed',
    'round-scheduled.xx-late': 'passed',
    'round-scheduled.xx-shown': 'planned',
    'round-presented.xx-shown': 'took-place',
  });
  const calendar = new ICAL.Component(ICAL.parse(await text('xx-plan/calendar.ics')) as unknown[]);
  const said = calendar
    .getAllSubcomponents('vevent')
    .map((event) => [event.getFirstPropertyValue('summary'), event.getFirstPropertyValue('status')]);
  expect(said).toEqual(
    expect.arrayContaining([
      ['Ahead', 'TENTATIVE'],
      ['Call closes', 'TENTATIVE'],
      ['First plan', 'CANCELLED'],
      ['Confirmed', 'CONFIRMED'],
    ]),
  );
});

test('a call that closes after the day of the question is still to close', async () => {
  const on = async (day: string): Promise<unknown> =>
    (await items(`?kind=call-closed&asOf=${day}`, 'kr-safm')).map(({ date, status }) => [date, status])[0];
  expect(await on('2025-07-01')).toEqual(['2025-07-21', 'planned']);
  expect(await on('2025-07-20')).toEqual(['2025-07-21', 'planned']);
  expect(await on('2025-07-21')).toEqual(['2025-07-21', 'took-place']);
});

test('a plan has moved when a later one with another date replaces it, or its round came at another time', async () => {
  const moved = async (program: string): Promise<unknown[]> =>
    (await items('', program)).flatMap(({ id, status, moved: to }) =>
      to ? [[id, status, to.to, to.by.id, to.by.field]] : [],
    );
  // A day of the month that was planned before is more precise and no other date.
  expect(await moved('xx-plan')).toEqual([
    ['milestone.xx-first-plan', 'moved', '2998-05', 'xx-next-plan', 'date'],
  ]);
  expect(await moved('xx-soon')).toEqual([
    ['round-scheduled.xx-early', 'moved', '2022-01-31', 'xx-early', 'publishedOn'],
  ]);
});

describe('a milestone that replaces another', () => {
  const milestone = { program: 'xx-plan', date: '2030', kind: 'other', title: 'X', sources: ['xx-old'] };
  test('is of the same programme', async () => {
    const reply = await post('milestones', { ...milestone, program: 'xx-other', replaces: 'xx-ahead' });
    expect([reply.status, reply.body.errors[0].code]).toEqual([422, 'program-mismatch']);
  });
  test('exists, and is not itself, however far', async () => {
    expect((await post('milestones', { ...milestone, replaces: 'xx-nothing' })).status).toBe(422);
    const circle = await it.writer
      .patch('/v1/milestones/xx-first-plan')
      .set('if-match', '*')
      .send({ replaces: 'xx-day' });
    expect([circle.status, circle.body.errors[0].code]).toEqual([422, 'circular-reference']);
  });
  test('keeps it from being deleted', async () => {
    expect((await it.writer.delete('/v1/milestones/xx-first-plan').set('if-match', '*')).status).toBe(409);
  });
});

describe('when an event last changed', () => {
  const stamps = async (): Promise<Record<string, string>> =>
    Object.fromEntries((await items()).map(({ id, updatedAt }) => [id, updatedAt]));
  const grown = (before: Record<string, string>, after: Record<string, string>): string[] =>
    Object.keys(after)
      .filter((id) => (after[id] ?? '') > (before[id] ?? ''))
      .map((id) => id.replace(/[0-9a-f-]{36}/, '…'))
      .sort();

  test.each([
    ['consortiums/xx-team', { names: { en: 'The team' } }, ['decision.…', 'joined.xx-team.2021-03-04']],
    ['organizations/xx-alpha', { names: { en: 'Alpha Ltd' } }, ['joined.xx-team.2021-03-04']],
    ['organizations/xx-beta', { names: { en: 'Beta Ltd' } }, ['bid.xx-call.excluded.2021-02-02']],
    [
      'calls/xx-call',
      { names: { en: 'The call' } },
      ['bid.xx-call.excluded.2021-02-02', 'call-closed.xx-call', 'call-opened.xx-call'],
    ],
    ['milestones/xx-next-plan', { date: '2998-06' }, ['milestone.xx-first-plan', 'milestone.xx-next-plan']],
  ])('a change of %s is one of every event whose text it is part of', async (path, body, changed) => {
    const before = await stamps();
    await patched(path, body);
    expect(grown(before, await stamps())).toEqual(changed);
  });

  test('calendar and feed say the same', async () => {
    const [decision] = await items('?kind=decision');
    const [calendar, feed] = await Promise.all(
      ['calendar.ics', 'feed.atom'].map((name) => text(`xx-plan/${name}?kind=decision`)),
    );
    const seconds = `${decision?.updatedAt.slice(0, 19).replace(/[-:]/g, '')}Z`;
    expect(/^LAST-MODIFIED:(\S+)/m.exec(calendar ?? '')?.[1]).toBe(seconds);
    expect(/^DTSTAMP:(\S+)/m.exec(calendar ?? '')?.[1]).toBe(seconds);
    expect(/<updated>([^<]+)/.exec(feed ?? '')?.[1]).toBe(decision?.updatedAt);
  });
});

test('every question and language is a feed of its own, and an event the same entry in all of them', async () => {
  const parser = new XMLParser({ isArray: (name) => name === 'entry' });
  const feed = async (query: string): Promise<{ id: string; entry: { id: string }[] }> =>
    (
      parser.parse(await text(`kr-safm/feed.atom${query}`)) as {
        feed: { id: string; entry: { id: string }[] };
      }
    ).feed;
  const different = [
    '',
    '?lang=ko',
    '?kind=decision',
    '?kind=decision,release',
    '?kind=decision&from=2026',
    '?asOf=2026-02-01',
  ];
  const found = await Promise.all(different.map(feed));
  expect(new Set(found.map(({ id }) => id)).size).toBe(different.length);
  const same = await Promise.all(
    ['?lang=en', '?kind=release,decision&lang=en', '?kind=decision,release'].map(feed),
  );
  expect(same.map(({ id }) => id)).toEqual([found[0]?.id, found[3]?.id, found[3]?.id]);
  const every = new Set((await feed('?kind=decision&lang=ko')).entry.map(({ id }) => id));
  expect(new Set(found[2]?.entry.map(({ id }) => id))).toEqual(every);
});

test('in the picture no mark hides another of its lane, and a plan differs from what happened by its shape', async () => {
  const { body } = await it.anyone.get('/v1/programs/kr-safm/timeline?format=svg').buffer(true);
  const svg = (body as Buffer).toString();
  const circles = svg.matchAll(/<circle [^>]*cy="([\d.]+)" cx="([\d.]+)"/g);
  const squares = svg.matchAll(/<path [^>]*Z" transform="translate\(([\d.]+),([\d.]+)\)"/g);
  const placed = [...circles].map(([, y, x]) => ({ x: Number(x), y: Number(y) }));
  const moved = [...squares].map(([, x, y]) => ({ x: Number(x), y: Number(y) }));
  const marks = [...placed, ...moved];
  expect(moved.length).toBe(3);
  expect(marks.length).toBeGreaterThan(200);
  for (const [at, { x, y }] of marks.entries())
    for (const other of marks.slice(at + 1))
      expect(Math.hypot(other.x - x, other.y - y)).toBeGreaterThan(4.9);
  for (const said of ['2025-08-04: 5 selected', '2026-08-18: 3 advance, 1 out']) expect(svg).toContain(said);
});
