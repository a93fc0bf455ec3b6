/** The real programme in one dated order, counted again from the data files. */
import { readFile } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';
import { expect, test } from 'vitest';
import { figures, lastDay, sources, type Row } from '../funding-data.ts';
import { tracker } from '../tracker.ts';

const it = tracker();
const file = async (name: string): Promise<Row[]> =>
  parse(await readFile(new URL(`../../prisma/data/${name}.csv`, import.meta.url)), { columns: true });

interface Item {
  id: string;
  date: string;
  kind: string;
  title: string;
  subject: { type: string; id: string; href: string };
  organizations: string[];
  status: string;
  moved: { to: string; by: { id: string; field: string } } | null;
  occasion: string | null;
  sources: string[];
}
interface Timeline {
  day: string;
  program: { id: string; name: string };
  items: Item[];
  undated: Record<string, number>;
}
const timeline = async (query = ''): Promise<Timeline> => {
  const reply = await it.anyone.get(`/v1/programs/kr-safm/timeline${query}`);
  expect([query, reply.status]).toEqual([query, 200]);
  return reply.body.data;
};
const titles = async (query: string): Promise<string[]> =>
  (await timeline(query)).items.map(({ title }) => title);

const [milestones, calls, bids, rounds, models, decisions, members, disclosures, consortiums] =
  await Promise.all(
    [
      'milestones',
      'calls',
      'bids',
      'rounds',
      'models',
      'decisions',
      'consortiums.members',
      'disclosures',
      'consortiums',
    ].map(file),
  );
const rowsOf = (rows: Row[] | undefined): Row[] => rows ?? [];
const dated = (rows: Row[] | undefined, field: string): Row[] =>
  rowsOf(rows).filter((row) => row[field] !== '');
const distinct = (rows: Row[], ...fields: string[]): number =>
  new Set(rows.map((row) => fields.map((field) => row[field]).join())).size;
const takingPart = new Set([
  ...rowsOf(consortiums).map(({ lead }) => lead),
  ...rowsOf(members).map(({ organization }) => organization),
  ...rowsOf(bids).map(({ organization }) => organization),
]);
const releases = rowsOf(models).filter(({ organization }) => takingPart.has(organization));

test('every dated fact is an event, those that belong together are one, undated ones are counted', async () => {
  const { items, undated, program } = await timeline();
  const counted: Record<string, number> = {};
  for (const { kind } of items) counted[kind] = (counted[kind] ?? 0) + 1;
  expect(counted).toEqual({
    milestone: rowsOf(milestones).length,
    'call-opened': dated(calls, 'openedOn').length,
    'call-closed': dated(calls, 'closedOn').length,
    bid: distinct(dated(bids, 'decidedOn'), 'call', 'outcome', 'decidedOn'),
    'round-scheduled': dated(rounds, 'scheduledOn').length,
    'round-presented': dated(rounds, 'presentedOn').length,
    'round-published': dated(rounds, 'publishedOn').length,
    release: dated(releases, 'releasedOn').length,
    decision: rowsOf(decisions).length,
    funding: dated(figures, 'statedOn').length,
    joined: distinct(dated(members, 'joinedOn'), 'consortium', 'joinedOn'),
    left: distinct(dated(members, 'leftOn'), 'consortium', 'leftOn'),
    disclosure: rowsOf(disclosures).length,
  });
  const without = (rows: Row[] | undefined, field: string): number =>
    rowsOf(rows).length - dated(rows, field).length;
  expect(undated).toEqual({
    bid: without(bids, 'decidedOn'),
    'call-closed': without(calls, 'closedOn'),
    'call-opened': without(calls, 'openedOn'),
    decision: 0,
    disclosure: 0,
    funding: without(figures, 'statedOn'),
    joined: without(members, 'joinedOn'),
    left: 0,
    milestone: 0,
    release: without(releases, 'releasedOn'),
    'round-presented': 0,
    'round-published': 0,
    'round-scheduled': 0,
  });
  expect(undated.funding).toBeGreaterThan(0);
  expect(program).toEqual({ id: 'kr-safm', name: 'Sovereign AI Foundation Model project' });
});

test('the order is that of the last day a date may mean, the less precise later, then kind and id', async () => {
  const { items } = await timeline();
  const key = ({ date, kind, id }: Item): string => [lastDay(date), 10 - date.length, kind, id].join(' ');
  const keys = items.map(key);
  expect(keys).toEqual(keys.toSorted());
  expect(new Set(items.map(({ id }) => id)).size).toBe(items.length);
  const dates = items.map(({ date }) => date);
  expect(dates.lastIndexOf('2026-08-28')).toBeLessThan(dates.indexOf('2026-08'));
  expect(dates.lastIndexOf('2026-12')).toBeLessThan(dates.indexOf('2026'));
});

test('every event leads to the row that it comes from and keeps its date and sources', async () => {
  const { items } = await timeline();
  const fields: Record<string, string> = {
    milestone: 'date',
    'call-opened': 'openedOn',
    'call-closed': 'closedOn',
    'round-scheduled': 'scheduledOn',
    'round-presented': 'presentedOn',
    'round-published': 'publishedOn',
    release: 'releasedOn',
    decision: 'decidedOn',
    funding: 'statedOn',
    disclosure: 'disclosedOn',
  };
  for (const { kind, subject, date, sources: cited } of items) {
    const { status, body } = await it.anyone.get(subject.href);
    expect([subject.href, status, body.id]).toEqual([subject.href, 200, subject.id]);
    const field = fields[kind];
    if (field !== undefined)
      expect([subject.id, body[field], body.sources]).toEqual([subject.id, date, cited]);
    expect(cited.length).toBeGreaterThan(0);
  }
});

test('the founding members of one day are one event with all of them', async () => {
  const { items } = await timeline('?kind=joined,left');
  const founders = rowsOf(members).filter(
    (row) => row.consortium === 'upstage' && row.joinedOn === '2025-08-04',
  );
  const found = items.find(({ id }) => id === 'joined.upstage.2025-08-04');
  expect(found?.organizations.toSorted()).toEqual(founders.map(({ organization }) => organization).sort());
  expect(found?.organizations[0]).toBe('upstage');
  expect(found?.sources).toEqual(
    [...new Set(founders.flatMap((row) => (row.sources ?? '').split(';')))].sort(),
  );
  expect(found?.title).toBe(
    `Upstage consortium, joined by Upstage, Allganize Korea, Day1Company and ${founders.length - 3} more`,
  );
  expect(items.filter(({ kind }) => kind === 'left').map(({ id }) => id)).toEqual([
    'left.naver-cloud.2026-01-15',
    'left.nc-ai.2026-01-15',
    'left.motif-technologies.2026-08-18',
  ]);
});

test('what lies ahead is planned, a plan that nothing confirms has passed or moved, all else took place', async () => {
  const { items, day } = await timeline();
  const first = (date: string): string => `${date}-01-01`.slice(0, 10);
  const apart = (a: string, b: string): boolean => lastDay(a) < first(b) || lastDay(b) < first(a);
  const byDate = (date: string, confirmed: boolean): string =>
    first(date) > day ? 'planned' : confirmed ? 'took-place' : lastDay(date) < day ? 'passed' : 'planned';
  const expected = new Map<string, string>();
  for (const { id = '', date = '', sources: cited = '' } of rowsOf(milestones)) {
    const days = cited.split(';').map((source) => sources.get(source)?.publishedOn ?? '');
    const ahead = days.some((one) => one !== '' && lastDay(one) < first(date));
    const confirmed = days.some((one) => one !== '' && first(one) >= first(date));
    const now = rowsOf(milestones).find(({ replaces }) => replaces === id)?.date;
    expected.set(id, now !== undefined && apart(now, date) ? 'moved' : byDate(date, !ahead || confirmed));
  }
  for (const { id = '', scheduledOn = '', publishedOn = '' } of dated(rounds, 'scheduledOn'))
    expected.set(
      `plan of ${id}`,
      publishedOn !== '' && apart(publishedOn, scheduledOn)
        ? 'moved'
        : byDate(scheduledOn, publishedOn !== ''),
    );
  for (const { kind, subject, date, status } of items) {
    const key = kind === 'round-scheduled' ? `plan of ${subject.id}` : subject.id;
    expect([kind, subject.id, date, status]).toEqual([
      kind,
      subject.id,
      date,
      expected.get(key) ?? byDate(date, true),
    ]);
  }
  const of = (id: string): string | undefined => items.find(({ subject }) => subject.id === id)?.status;
  expect([of('ms-evaluation-1-start'), of('ms-evaluation-2-planned')]).toEqual(['passed', 'passed']);
});

test('a plan that was put off says to when', async () => {
  const { items } = await timeline('?kind=milestone');
  expect(
    items.flatMap(({ subject, moved }) =>
      moved ? [[subject.id, moved.to, moved.by.id, moved.by.field]] : [],
    ),
  ).toEqual([
    ['ms-evaluation-2-planned-mid-2026', '2026-08', 'ms-evaluation-2-planned', 'date'],
    ['ms-final-planned-2026-12', '2027-02', 'ms-final-planned-2027-02', 'date'],
  ]);
});

test('what one source tells of one day is recognisable as one occasion', async () => {
  const { items } = await timeline();
  const together = (id: string): string[] => {
    const occasion = items.find((item) => item.subject.id === id)?.occasion;
    return items
      .filter((item) => occasion !== null && item.occasion === occasion)
      .map(({ kind, subject }) => (kind === 'decision' ? kind : subject.id));
  };
  expect(together('ms-solar-pro-2')).toEqual(['ms-solar-pro-2', 'solar-pro-2']);
  expect(together('ms-evaluation-2-result')).toEqual(
    expect.arrayContaining(['decision', 'ms-evaluation-2-result', 'kr-safm-round-2']),
  );
  expect(together('ms-team-scores-2').length).toBe(2);
  expect(items.find(({ subject }) => subject.id === 'ms-motif-kt-bid')?.occasion).toBeNull();
  for (const item of items) {
    const leader = items.find(({ id }) => id === item.occasion);
    if (item.occasion !== null)
      expect([leader?.date, leader?.occasion, item.kind === 'funding']).toEqual([
        item.date,
        item.occasion,
        false,
      ]);
  }
});

test('the first round moved from December 2025 to 15 January 2026; the second kept its month', async () => {
  const { items } = await timeline('?kind=round-scheduled');
  expect(items.map(({ subject, date, moved }) => [subject.id, date, moved?.to ?? null, moved?.by])).toEqual([
    [
      'kr-safm-round-1',
      '2025-12',
      '2026-01-15',
      { type: 'round', id: 'kr-safm-round-1', href: '/v1/rounds/kr-safm-round-1', field: 'publishedOn' },
    ],
    ['kr-safm-round-2', '2026-08', null, undefined],
    ['kr-safm-round-3', '2027-02', null, undefined],
  ]);
});

test('the filters take out of the whole exactly what they name', async () => {
  const { items } = await timeline();
  const ids = async (query: string): Promise<string[]> => (await timeline(query)).items.map(({ id }) => id);
  const those = (wanted: (item: Item) => boolean): string[] => items.filter(wanted).map(({ id }) => id);
  expect(await ids('?kind=release,decision')).toEqual(
    those(({ kind }) => kind === 'release' || kind === 'decision'),
  );
  expect(await ids('?organization=krafton,kt')).toEqual(
    those(({ organizations }) => organizations.includes('krafton') || organizations.includes('kt')),
  );
  expect(await ids('?organization=krafton')).toEqual(['joined.sk-telecom.2025-08-04']);
  const overlapping = (from: string, to: string) =>
    those(({ date }) => lastDay(date) >= from && `${date}-01-01`.slice(0, 10) <= to);
  expect(await ids('?from=2026-08&to=2026-08-18')).toEqual(overlapping('2026-08-01', '2026-08-18'));
  expect(await ids('?from=2026-08-20')).toEqual(overlapping('2026-08-20', '9999-12-31'));
  expect(await ids('?to=2025')).toEqual(overlapping('0000-00-00', '2025-12-31'));
  expect(await ids('?from=2026-01-15&to=2026-01-15&kind=decision&organization=naver-cloud')).toEqual(
    those(
      ({ date, kind, organizations }) =>
        date === '2026-01-15' && kind === 'decision' && organizations.includes('naver-cloud'),
    ),
  );
  expect((await timeline('?kind=release')).undated).toMatchObject({ funding: 0, release: 3 });
});

test('titles are sentences in the language asked for', async () => {
  const query = '?kind=bid,decision,round-published&from=2026-02-20&to=2026-08-18';
  expect(await titles(query)).toEqual([
    'Additional call for one team, excluded: Trillion Labs',
    'Additional call for one team, selected: Motif Technologies',
    'Motif Technologies consortium added',
    'SK Telecom consortium advances in round 2',
    'Upstage consortium advances in round 2',
    'LG consortium advances in round 2',
    'Motif Technologies consortium eliminated in round 2',
    'Round 2: result published',
  ]);
  expect((await titles(`${query}&lang=ko`)).slice(-2)).toEqual([
    '모티프테크놀로지스 정예팀 2차 평가 탈락',
    '2차 평가: 결과 공개',
  ]);
  expect((await titles(`${query}&lang=fr`)).at(-1)).toBe('Tour 2 : résultat publié');
  expect(await titles('?kind=funding&from=2026-01-06&to=2026-01-06')).toContain(
    'The Buildout states 1,000,000,000,000 KRW (budget) for Sovereign AI Foundation Model project',
  );
});
