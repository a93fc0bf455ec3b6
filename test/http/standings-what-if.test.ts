/** What would have been: other weights, and criteria taken out, over the real rounds. */
import { expect, test } from 'vitest';
import { tracker } from '../tracker.ts';

const it = tracker();
const round = 'kr-safm-round-2';
const get = (query: string) => it.anyone.get(`/v1/rounds/${round}/standings${query}`);

interface Line {
  id: string;
  rank: { best: number };
  total: { lowest: number; highest: number };
  change: { total: number; places: number };
}
const lines = async (query: string): Promise<Line[]> => {
  const reply = await get(query);
  expect([query, reply.status]).toEqual([query, 200]);
  return reply.body.data.consortiums;
};

test('without the benchmark block SK Telecom and LG AI Research tie, and it is said how much that changes', async () => {
  const { body } = await get('?without=r2-benchmark');
  const { hypothetical, maximum, consortiums } = body.data;
  expect([maximum, hypothetical.without, hypothetical.weights]).toEqual([60, ['r2-benchmark'], {}]);
  expect(hypothetical.note).toMatch(/what-if, not a result.*The maximum is 60 instead of 100/);
  expect(
    consortiums.map(({ id, rank, total, change }: Line) => [id, rank.best, total.lowest, change]),
  ).toEqual(
    [
      ['lg-ai-research', 1, 48.4, -20.6, 2],
      ['sk-telecom', 1, 48.4, -22.2, 0],
      ['upstage', 3, 47.2, -22.7, -1],
      ['motif-technologies', 4, 41.2, -24.6, 0],
    ].map(([id, rank, total, change, places]) => [
      id,
      rank,
      total,
      expect.objectContaining({ total: change, places }),
    ]),
  );
});

test('weights re-rank and the whole keeps its maximum', async () => {
  // 0.5 × 29.3 + 2 × 19.1 + 22.2 = 75.05 of 107.5 that are possible.
  const found = await lines('?weights=r2-expert:0.5,r2-user:2');
  expect(found[0]).toMatchObject({ id: 'sk-telecom', rank: { best: 1, worst: 1 } });
  expect(found[0]?.total.lowest).toBeCloseTo((75.05 * 100) / 107.5, 6);
  const aaii = await lines('?weights=r2-aaii:10');
  expect(aaii[0]).toMatchObject({ id: 'motif-technologies', change: { places: 3 } });
});

test.each(['r2-total:3', 'r2-benchmark:0.25,r2-expert:0.25,r2-user:0.25'])(
  'equal weights (%s) give the plain totals, and say that they are hypothetical all the same',
  async (weights) => {
    const plain = (await get('')).body.data;
    const weighted = (await get(`?weights=${weights}`)).body.data;
    const totals = ({ consortiums }: { consortiums: Line[] }) =>
      consortiums.map(({ id, total }) => [id, total]);
    expect(totals(weighted)).toEqual(totals(plain));
    expect([plain.hypothetical, weighted.hypothetical.note]).toEqual([null, expect.any(String)]);
  },
);

test('official figures do not narrow a what-if', async () => {
  const reply = await it.anyone.get('/v1/rounds/kr-safm-round-1/standings?weights=r1-total:1');
  const first = reply.body.data.consortiums.find(({ id }: Line) => id === 'lg-ai-research');
  expect([first.rank, first.official.rank]).toEqual([{ best: 1, worst: 5 }, 1]);
});

test.each([
  ['weights=r2-exprt:1', 'weights', 'unknown-criterion', 'did you mean `r2-expert`'],
  ['weights=r1-expert:1', 'weights', 'unknown-criterion', ''],
  ['weights=r2-independence:1', 'weights', 'not-scored', 'gate'],
  ['weights=r2-expert:-1', 'weights', 'negative-weight', 'negative'],
  ['weights=r2-expert:many', 'weights', 'not-a-number', 'decimal number'],
  ['weights=r2-expert:1.0000001', 'weights', 'too-precise', '6 decimal'],
  ['weights=r2-expert:1,r2-expert:1', 'weights', 'repeated-criterion', 'more than once'],
  ['weights=r2-total:0', 'weights', 'weights-sum-to-zero', 'zero'],
  ['weights=r2-expert', 'weights', 'invalid-pair', '`r2-expert`'],
  ['weights=r2-expert:1,', 'weights', 'invalid-pair', '``'],
  ['weights=', 'weights', 'invalid-value', 'empty'],
  ['weights=r2-user:1&weights=r2-expert:1', 'weights', 'repeated-parameter', 'more than once'],
  ['without=r2-total', 'without', 'nothing-left', 'nothing'],
  ['without=r2-nothing', 'without', 'unknown-criterion', ''],
  ['weigths=r2-expert:1', 'weigths', 'unknown-parameter', 'did you mean `weights`'],
])('%s is refused, and it is said why', async (query, parameter, code, words) => {
  const { status, body } = await get(`?${query}`);
  expect([status, body.code, body.errors.length]).toEqual([400, 'invalid-parameter', 1]);
  expect(body.errors[0]).toMatchObject({ parameter, code });
  expect(body.errors[0].detail).toContain(words);
});

test('all faults are told at once', async () => {
  const { body } = await get('?weights=a:1,r2-expert:-1,r2-user:x&without=b');
  expect(body.errors.map(({ parameter, code }: Record<string, string>) => `${parameter} ${code}`)).toEqual([
    'weights unknown-criterion',
    'weights negative-weight',
    'weights not-a-number',
    'without unknown-criterion',
  ]);
});

test('a round without criteria has nothing to weigh', async () => {
  const reply = await it.anyone.get('/v1/rounds/kr-safm-round-3/standings?weights=x:1');
  expect([reply.status, reply.body.errors[0].detail]).toEqual([
    400,
    '`x` is not a criterion of this round; nothing is scored in this round',
  ]);
});

test('a deep chain of weights is refused before anything is reckoned with it', async () => {
  const ids = Array.from({ length: 150 }, (_, i) => `deep-${i}`);
  await it.sql(
    `INSERT INTO programs (id, name_en, country, sources) VALUES ('deep', 'deep', 'FR', '{seed-004}')`,
  );
  await it.sql(
    `INSERT INTO rounds (id, program, ordinal, state, sources) VALUES ('deep-r', 'deep', 1, 'open', '{seed-004}')`,
  );
  for (const [i, id] of ids.entries())
    await it.sql(
      `INSERT INTO criteria (id, program, round, stage, parent, name_en, max_score, gate, sources)
       VALUES ($1, 'deep', 'deep-r', 'evaluation', $2, $1, 100, false, '{seed-004}')`,
      [id, ids[i - 1] ?? null],
    );
  const ask = (count: number) =>
    it.anyone.get('/v1/rounds/deep-r/standings').query({
      weights: ids
        .slice(0, count)
        .map((id, i) => `${id}:${0.123457 + i}`)
        .join(','),
    });
  expect((await ask(16)).status).toBe(200);
  const { status, body } = await ask(150);
  expect([status, body.errors]).toEqual([
    400,
    [expect.objectContaining({ parameter: 'weights', code: 'too-many-on-path' })],
  ]);
  expect(body.errors[0].detail).toContain('at most 16 weights may stand on one path');
});
