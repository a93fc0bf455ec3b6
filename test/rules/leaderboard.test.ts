import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
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
    spanOf({ score: 100, qualifier: 'exact' }, benchmark),
    spanOf({ score: 90, qualifier: 'at-least' }, benchmark),
  ];
  expect(ranked(spans)).toEqual([
    { rank: 1, rankAtBest: 1, rankAtWorst: 1 },
    { rank: 2, rankAtBest: 1, rankAtWorst: 2 },
  ]);
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
