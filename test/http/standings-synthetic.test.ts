/** Standings of made-up rounds, written over HTTP and recomputed from what was written. */
import { expect, test } from 'vitest';
import { tracker } from '../tracker.ts';
import { create, write, type Round } from './made-round.ts';
import { recompute } from './recompute.ts';

const it = tracker();

const read = async (p: string) => {
  const { status, body } = await it.anyone.get(`/v1/rounds/${p}-r/standings`);
  expect(status).toBe(200);
  return body.data;
};

interface Line {
  id: string;
  computed: object;
  rank: { best: number; worst: number } | null;
  total: object | null;
  complete: boolean;
  margin: { lowest: number; highest: number } | null;
  marginNote: string | null;
  scores: Record<string, { status: string }>;
  gates: { passed: boolean | null; status: string }[];
}

/** The answer, after its computed side was held against the rows. */
async function checked(p: string, round: Round) {
  const rows = await write(it, p, round);
  const data = await read(p);
  const computed = data.consortiums.map(({ id, computed }: Line) => [id, computed]);
  expect(Object.fromEntries(computed)).toEqual(recompute(rows));
  const of = (id: string): Line => data.consortiums.find((line: Line) => line.id === `${p}-${id}`);
  return { data, of };
}

test('ties share a rank, the next one is left out, and a tie at the line has no margin', async () => {
  const { data, of } = await checked('ties', {
    criteria: { all: [100], x: [60, 'all'], y: [20, 'all'], z: [20, 'all'] },
    teams: {
      a: { x: 29.3, y: 11.6, z: 7.5 },
      b: { all: 48.4 },
      c: { x: 40, y: 20, z: 20 },
      d: { x: 0.1, y: 0.2, z: 0 },
      e: { x: 0.3, y: 0, z: 0 },
    },
    places: 2,
  });
  expect(data.consortiums.map(({ id, rank }: Line) => [id, rank?.best, rank?.worst])).toEqual([
    ['ties-c', 1, 1],
    ['ties-a', 2, 2],
    ['ties-b', 2, 2],
    ['ties-d', 4, 4],
    ['ties-e', 4, 4],
  ]);
  expect(
    [of('a').margin, of('b').margin, of('c').margin, of('d').margin].map((margin) => margin?.lowest),
  ).toEqual([0, 0, 31.6, -48.1]);
  expect(data.complete).toBe(true);
});

test('where every score is missing or withheld everybody may have any rank, and nothing is made up', async () => {
  const { data, of } = await checked('missing', {
    criteria: { all: [100], x: [70, 'all'], y: [30, 'all'] },
    teams: { a: {}, b: { x: null, y: null }, c: { all: null } },
    places: 1,
  });
  for (const line of data.consortiums)
    expect(line).toMatchObject({
      rank: { best: 1, worst: 3 },
      total: { lowest: 0, highest: 100 },
      complete: false,
      official: null,
      decision: null,
      margin: { lowest: -100, highest: 100 },
    });
  expect(of('a').scores['missing-all']?.status).toBe('missing');
  expect(of('c').scores['missing-all']?.status).toBe('undisclosed');
  expect(data.withheld.results.map(({ consortium }: { consortium: string }) => consortium)).toEqual([
    'missing-b',
    'missing-b',
    'missing-c',
  ]);
});

test('one criterion alone, without a maximum: what is not known has no upper end', async () => {
  const { data, of } = await checked('single', {
    criteria: { only: [null] },
    teams: { a: { only: 12.5 }, b: { only: 3 }, c: { only: null } },
    places: 2,
  });
  expect(data.maximum).toBeNull();
  expect([of('a').rank, of('b').rank, of('c').rank]).toEqual([
    { best: 1, worst: 2 },
    { best: 2, worst: 3 },
    { best: 1, worst: 3 },
  ]);
  expect(of('c')).toMatchObject({
    total: { lowest: 0, highest: null },
    margin: { lowest: -3, highest: null },
  });
});

test('gates alone give verdicts, and no total, no rank and no line', async () => {
  const { data, of } = await checked('gates', {
    criteria: { origin: ['gate'], safety: ['gate'] },
    teams: { a: { origin: true, safety: true }, b: { origin: false }, c: { origin: null } },
    places: 1,
  });
  expect(data.consortiums.map(({ rank, total }: Line) => [rank, total])).toEqual(Array(3).fill([null, null]));
  expect(
    [of('a').gates, of('b').gates, of('c').gates].map((gates) =>
      gates.map(({ passed, status }) => [passed, status]),
    ),
  ).toEqual([
    [
      [true, 'disclosed'],
      [true, 'disclosed'],
    ],
    [
      [false, 'disclosed'],
      [null, 'missing'],
    ],
    [
      [null, 'undisclosed'],
      [null, 'missing'],
    ],
  ]);
  expect(of('b').marginNote).toBe('Out by the gate gates-origin.');
  expect(data.withheld.results).toMatchObject([{ consortium: 'gates-c', criterion: 'gates-origin' }]);
});

test('a team that was added late is in the round it came for and not in the one before', async () => {
  const p = 'late';
  const { data } = await checked(p, {
    criteria: { all: [10] },
    teams: { a: { all: 8 }, b: { all: 5 }, c: { all: 4 } },
    places: 2,
    decisions: { a: ['advanced', 1], b: ['advanced', 2], c: ['eliminated', 3] },
  });
  const published = await it.writer.post(`/v1/rounds/${p}-r/publish`).send({ publishedOn: '2025-06-30' });
  expect([published.status, data.disagreements]).toEqual([200, []]);
  await create(it, 'consortiums', { id: `${p}-d`, program: p, names: { en: 'd' }, lead: 'kt' });
  await create(it, 'decisions', {
    program: p,
    consortium: `${p}-d`,
    outcome: 'added',
    decidedOn: '2025-07-15',
  });
  await create(it, 'rounds', { id: `${p}-2`, program: p, ordinal: 2, plannedAdvancing: 1, state: 'open' });
  await create(it, 'criteria', {
    id: `${p}-all-2`,
    program: p,
    round: `${p}-2`,
    stage: 'evaluation',
    names: { en: 'all' },
    maxScore: 10,
  });
  const score = { round: `${p}-2`, criterion: `${p}-all-2`, status: 'disclosed' };
  await create(it, 'evaluations', { ...score, consortium: `${p}-d`, score: 9 });
  const second = (await it.anyone.get(`/v1/rounds/${p}-2/standings`)).body.data;
  expect(second.consortiums.map(({ id, rank }: Line) => [id, rank])).toEqual([
    // The others have not been judged yet.
    [`${p}-d`, { best: 1, worst: 3 }],
    [`${p}-a`, { best: 1, worst: 3 }],
    [`${p}-b`, { best: 1, worst: 3 }],
  ]);
  expect((await read(p)).consortiums.map(({ id }: Line) => id)).toEqual([`${p}-a`, `${p}-b`, `${p}-c`]);
  const before = (await it.anyone.get(`/v1/rounds/${p}-2/standings?asOf=2025-07-14`)).body.data;
  expect(before.consortiums.map(({ id }: Line) => id)).toEqual([`${p}-a`, `${p}-b`]);
});

test('several totals are added to one, gates inside the tree are left out of it', async () => {
  const { data, of } = await checked('several', {
    criteria: { x: [50], y: [50], 'y-1': [25, 'y'], 'y-2': [25, 'y'], check: ['gate', 'y'] },
    teams: { a: { x: 50, 'y-1': 20, 'y-2': 0.000001, check: true }, b: { x: 10.5, y: 49.499999 } },
  });
  expect([of('a').total, of('b').total]).toEqual([
    { lowest: 70.000001, highest: 70.000001 },
    { lowest: 59.999999, highest: 59.999999 },
  ]);
  expect(
    data.criteria.map(({ id, depth, gate }: { id: string; depth: number; gate: boolean }) => [
      id,
      depth,
      gate,
    ]),
  ).toEqual([
    ['several-x', 0, false],
    ['several-y', 0, false],
    ['several-y-1', 1, false],
    ['several-y-2', 1, false],
    ['several-check', 1, true],
  ]);
  expect(data.cutLine.note).toBe('How many were to go on is not known.');
});

test('official figures that do not fit the scores are named with both figures, and not silently taken over', async () => {
  const { data, of } = await checked('odd', {
    criteria: { all: [100], x: [60, 'all'], y: [40, 'all'], gate: ['gate'] },
    teams: {
      a: { x: 50, y: 30, gate: true },
      b: { all: 70, x: 40, y: 20, gate: true },
      c: { x: 30, y: 30, gate: false },
      d: { x: 10, y: 10, gate: true },
    },
    places: 2,
    decisions: {
      a: ['eliminated', 2, 81],
      b: ['advanced', 1, 70],
      c: ['eliminated'],
      d: ['advanced'],
    },
  });
  expect(
    data.disagreements.map(({ code, consortium, figures }: Record<string, unknown>) => [
      code,
      consortium,
      (figures as { lowest: number; highest: number }[]).map(({ lowest }) => lowest),
    ]),
  ).toEqual([
    ['total-differs', 'odd-a', [80, 81]],
    ['rank-differs', 'odd-a', [1, 2]],
    ['rank-differs', 'odd-b', [2, 1]],
    ['parts-differ', 'odd-b', [60, 70]],
    // c holds the third place, though the gate puts it out.
    ['eliminated-above-line', 'odd-a', [80, 60]],
    ['advanced-below-line', 'odd-d', [20, 70]],
  ]);
  expect([of('a').total, of('a').rank]).toEqual([
    { lowest: 80, highest: 80 },
    { best: 2, worst: 2 },
  ]);
});

test('stated weights are applied, shown, and no what-if', async () => {
  const { data, of } = await checked('weighed', {
    criteria: { x: [100, null, 0.9], y: [100, null, 0.1], 'y-1': [60, 'y', 2], 'y-2': [20, 'y', 1] },
    teams: { a: { x: 90, y: 10 }, b: { x: 20, 'y-1': 60, 'y-2': 10 }, c: { x: 50, 'y-1': 30, 'y-2': null } },
    places: 1,
  });
  expect(of('a')).toMatchObject({
    rank: { best: 1, worst: 1 },
    total: { lowest: 82, highest: 82 },
    complete: true,
  });
  // (2 × 60 + 10) × 100 / 140
  expect(of('b').scores['weighed-y']).toMatchObject({ status: 'computed', score: 92.857143 });
  expect([data.maximum, data.hypothetical]).toEqual([100, null]);
  expect(data.criteria.map(({ id, weight }: { id: string; weight: number }) => [id, weight])).toEqual([
    ['weighed-x', 0.9],
    ['weighed-y', 0.1],
    ['weighed-y-1', 2],
    ['weighed-y-2', 1],
  ]);
  expect(data.weightsNote).toContain('x × 0.9, y × 0.1');
});

test('where only some criteria state a weight no rank is certain, and it is said why', async () => {
  await write(it, 'partly', {
    criteria: { x: [100, null, 0.9], y: [100] },
    teams: { a: { x: 90, y: 10 }, b: { x: 20, y: 95 } },
    places: 1,
  });
  const data = await read('partly');
  for (const { rank, complete } of data.consortiums as Line[])
    expect([rank, complete]).toEqual([{ best: 1, worst: 2 }, false]);
  expect(data.weightsNote).toContain('how they add up to a total is not known');
});
