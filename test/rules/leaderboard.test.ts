import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  boundsOf,
  chosen,
  leaderboard,
  ranked,
  spanOf,
  type Claims,
  type ResultFacts,
} from '../../src/views/leaderboard/rules.ts';

const result = (given: Partial<ResultFacts>): ResultFacts => ({
  id: 'a',
  score: 50,
  qualifier: 'exact',
  measuredOn: null,
  sources: ['source'],
  sourceKinds: ['press'],
  ...given,
});

test.each<[string, Partial<ResultFacts>, Partial<ResultFacts>, string]>([
  ['exact goes before about', { id: 'b' }, { qualifier: 'about', measuredOn: '2026' }, 'exactness'],
  ['nearly goes before a bound', { qualifier: 'nearly' }, { qualifier: 'at-least' }, 'exactness'],
  ['the later one', { id: 'b', measuredOn: '2026-08-19' }, { measuredOn: '2026-08-18' }, 'recency'],
  [
    'a month counts from its last day',
    { id: 'b', measuredOn: '2026-08' },
    { measuredOn: '2026-08-28' },
    'recency',
  ],
  ['a date goes before none', { id: 'b', measuredOn: '2024' }, {}, 'recency'],
  [
    'the better source',
    { id: 'b', sourceKinds: ['blog', 'official'] },
    { sourceKinds: ['analysis'] },
    'source',
  ],
  [
    'a kind nobody knows comes last',
    { id: 'b', sourceKinds: ['mirror'] },
    { sourceKinds: ['rumour'] },
    'source',
  ],
  ['the lower id', {}, { id: 'b' }, 'id'],
])('a model is ranked by %s', (_, first, second, rule) => {
  for (const results of [
    [result(first), result(second)],
    [result(second), result(first)],
  ])
    expect(chosen(results)).toMatchObject({ first, rule });
});

test('of one result there is nothing to choose', () => {
  expect(chosen([result({})]).rule).toBe('only');
});

const qualifier = fc.constantFrom('exact', 'about', 'nearly', 'at-least', 'at-most');
const facts = fc.array(fc.record({ score: fc.integer({ min: 0, max: 20 }), qualifier }), { maxLength: 12 });
const claims = (given: { score: number; qualifier: string }[]): Claims[] =>
  given.map((one, i) => ({
    model: {
      id: `m${String(i).padStart(2, '0')}`,
      organization: { id: `o${i % 3}`, country: i % 2 ? 'KR' : 'US' },
    },
    results: [result(one)],
  }));
const board = (given: { score: number; qualifier: string }[], higherIsBetter: boolean) =>
  leaderboard({ benchmark: { higherIsBetter, maxScore: 20 }, claims: claims(given) }, {}).entries;

test('a rank is one more than the number of models that are better, so ties share it', () => {
  fc.assert(
    fc.property(facts, fc.boolean(), (given, higherIsBetter) => {
      const scores = given.map(({ score }) => score);
      for (const { rank, score } of board(given, higherIsBetter))
        expect(rank).toBe(
          1 + scores.filter((other) => (higherIsBetter ? other > score : other < score)).length,
        );
    }),
  );
});

test('whatever the true scores behind the bounds are, every true rank lies between the best and the worst', () => {
  const filled = fc.tuple(
    fc.array(
      fc.record({
        score: fc.integer({ min: 0, max: 20 }),
        qualifier,
        beyond: fc.integer({ min: 0, max: 20 }),
      }),
      { maxLength: 10 },
    ),
    fc.boolean(),
  );
  fc.assert(
    fc.property(filled, ([given, higherIsBetter]) => {
      const truth = given.map(({ score, qualifier: how, beyond }) =>
        how === 'at-least' ? Math.min(20, score + beyond) : how === 'at-most' ? score - beyond : score,
      );
      for (const { model, rankAtBest, rankAtWorst, rank } of board(given, higherIsBetter)) {
        const own = truth[Number(model.id.slice(1))] ?? 0;
        const real = 1 + truth.filter((other) => (higherIsBetter ? other > own : other < own)).length;
        expect(rankAtBest).toBeLessThanOrEqual(Math.min(real, rank));
        expect(rankAtWorst).toBeGreaterThanOrEqual(Math.max(real, rank));
      }
    }),
  );
});

test('without bounds every rank is certain', () => {
  fc.assert(
    fc.property(facts, (given) => {
      const certain = given.map(({ score }) => ({ score, qualifier: 'exact' }));
      for (const { rank, rankAtBest, rankAtWorst, bound } of board(certain, true))
        expect([rankAtBest, rankAtWorst, bound]).toEqual([rank, rank, null]);
    }),
  );
});

test('a bound at the top cannot be passed by it: the maximum score is the end', () => {
  const benchmark = { higherIsBetter: true, maxScore: 100 };
  const spans = [
    spanOf(100, { lowest: 100, highest: 100 }, benchmark),
    spanOf(90, { lowest: 90, highest: null }, benchmark),
  ];
  expect(ranked(spans)).toEqual([
    { rank: 1, rankAtBest: 1, rankAtWorst: 1 },
    { rank: 2, rankAtBest: 1, rankAtWorst: 2 },
  ]);
});

const atLeast = (score: number, more: Partial<ResultFacts> = {}) =>
  result({ score, qualifier: 'at-least', ...more });
const atMost = (score: number, more: Partial<ResultFacts> = {}) =>
  result({ id: 'b', score, qualifier: 'at-most', ...more });

test.each<[string, ResultFacts[], number | null, number | null]>([
  ['both bounds of one source', [atLeast(50), atMost(60)], 50, 60],
  ['whichever of them ranks first', [atMost(60, { id: 'a' }), atLeast(50, { id: 'b' })], 50, 60],
  [
    'one source of several is enough',
    [atLeast(50, { sources: ['x', 'y'] }), atMost(60, { sources: ['y'] })],
    50,
    60,
  ],
  ['a bound of another source stays apart', [atLeast(50), atMost(60, { sources: ['other'] })], 50, null],
  ['a bound that contradicts the first is no bound of it', [atLeast(50), atMost(40)], 50, null],
  ['nor hides one that does not', [atLeast(50), atMost(40), atMost(70, { id: 'c' })], 50, 70],
  ['a second lower bound does not move the first', [atLeast(50), atLeast(55, { id: 'b' })], 50, null],
  ['an exact score needs no bounds', [result({}), atMost(60), atLeast(40, { id: 'c' })], 50, 50],
  ['one upper bound', [atMost(60)], null, 60],
])('the score lies between: %s', (_, results, lowest, highest) => {
  const { first, ordered } = chosen(results);
  expect(boundsOf(first, ordered)).toEqual({ lowest, highest });
});

test('two bounds of one source hold the rank between them, and the rank by numbers lies there as well', () => {
  const pair = fc.record({
    low: fc.integer({ min: 0, max: 20 }),
    width: fc.integer({ min: 0, max: 6 }),
    within: fc.double({ min: 0, max: 1, noNaN: true }),
    upperFirst: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(pair, { maxLength: 8 }), fc.boolean(), (given, higherIsBetter) => {
      const all = given.map(({ low, width, upperFirst }, i): Claims => ({
        model: { id: `m${i}`, organization: { id: 'o', country: 'KR' } },
        results: [
          atLeast(low, { id: upperFirst ? 'b' : 'a' }),
          atMost(low + width, { id: upperFirst ? 'a' : 'b' }),
        ],
      }));
      const truth = given.map(({ low, width, within }) => low + width * within);
      const { entries } = leaderboard({ benchmark: { higherIsBetter, maxScore: null }, claims: all }, {});
      for (const { model, rank, rankAtBest, rankAtWorst } of entries) {
        const own = truth[Number(model.id.slice(1))] ?? 0;
        const real = 1 + truth.filter((other) => (higherIsBetter ? other > own : other < own)).length;
        expect(rankAtBest).toBeLessThanOrEqual(Math.min(real, rank));
        expect(rankAtWorst).toBeGreaterThanOrEqual(Math.max(real, rank));
      }
      // No wider than it must be: nobody who is certainly below is counted as possibly above.
      const spans = given.map(({ low, width }) => [low, low + width] as const);
      for (const { model, rankAtBest } of entries) {
        const [low, high] = spans[Number(model.id.slice(1))] ?? [0, 0];
        const above = spans.filter(([least, most]) => (higherIsBetter ? least > high : most < low));
        expect(rankAtBest).toBe(1 + above.length);
      }
    }),
  );
});

test('a filter ranks anew and keeps the overall rank beside it', () => {
  fc.assert(
    fc.property(facts, (given) => {
      const all = board(given, true);
      const { entries } = leaderboard(
        { benchmark: { higherIsBetter: true, maxScore: null }, claims: claims(given) },
        { country: ['KR'], organization: ['o0', 'o1'] },
      );
      const wanted = all.filter(
        ({ model }) => model.organization.country === 'KR' && model.organization.id !== 'o2',
      );
      expect(entries.map(({ model, overallRank }) => [model.id, overallRank])).toEqual(
        wanted.map(({ model, rank }) => [model.id, rank]),
      );
      expect(entries[0]?.rank ?? 1).toBe(1);
    }),
  );
});
