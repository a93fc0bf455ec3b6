/** Weights that a round states for its criteria: cases, and properties over made-up rounds. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { standings } from '../../src/views/standings/rules.ts';
import { searched } from '../searches.ts';
import { ranks, roundOf, team, totals } from './rounds-by-hand.ts';
import { decimal, factsOf, holds, lineOf, rankAmong, world, type Node } from './rounds-made-up.ts';

const teams = { a: { x: '90', y: '10' }, b: { x: '20', y: '95' } };

test('stated weights multiply the points, and are shown', () => {
  const reply = standings(roundOf(['x(100)*0.9', 'y(100)*0.1'], teams), {});
  expect([totals(reply), ranks(reply), reply.maximum]).toEqual([{ a: 82, b: 27.5 }, { a: 1, b: 2 }, 100]);
  expect([reply.complete, reply.hypothetical]).toEqual([true, null]);
  expect(reply.criteria.map(({ id, weight }) => [id, weight])).toEqual([
    ['x', 0.9],
    ['y', 0.1],
  ]);
  expect(reply.weightsNote).toBe('Points are multiplied by the weights that are stated: x × 0.9, y × 0.1.');
});

test('a whole that states its maximum keeps it, whatever the weights sum to', () => {
  const criteria = (...weights: string[]): string[] => ['all(50)', ...weights.map((text) => `${text}<all`)];
  for (const stated of [
    ['x(100)*90', 'y(100)*10'],
    ['x(100)*0.9', 'y(100)*0.1'],
  ])
    expect(totals(standings(roundOf(criteria(...stated), teams), {}))).toEqual({ a: 41, b: 13.75 });
});

test('weights further down count in their own whole, and a known whole bounds its weighted parts', () => {
  const criteria = ['all(100)', 'x(60)<all', 'x1(20)*2<x', 'x2(20)*1<x', 'y(40)<all'];
  const reply = standings(
    roundOf(criteria, { a: { x1: '10', x2: '5', y: '30' }, b: { x: '50', x2: '20', y: '1' } }),
    {},
  );
  expect(totals(reply)).toEqual({ a: 55, b: 51 });
  // 50 - 20 leave 30 points, and a point of x1 counts two.
  expect(team(reply, 'b').scores.x1).toMatchObject({ lowest: 0, highest: 15 });
  expect(reply.disagreements).toEqual([]);
});

test('where only some parts of a whole state a weight nobody knows how they add up', () => {
  const criteria = ['all(100)', 'x(60)*2<all', 'y(60)<all'];
  const reply = standings(
    roundOf(criteria, { a: { x: '50', y: '10' }, b: { x: '1', y: '2' }, c: { all: '7' } }),
    {},
  );
  expect(totals(reply)).toEqual({ a: [0, 100], b: [0, 100], c: 7 });
  expect([reply.complete, reply.disagreements]).toEqual([false, []]);
  expect(reply.weightsNote).toContain('Only some of the parts of all state a weight');
  const top = standings(roundOf(['x(60)*2', 'y(60)'], teams), {});
  expect([totals(top), top.maximum]).toEqual([{ a: [0, null], b: [0, null] }, null]);
  expect(top.weightsNote).toContain('Only some of the criteria at the top state a weight');
});

test('weights that are asked for take the place of those that are stated', () => {
  const round = roundOf(['x(100)*0.9', 'y(100)*0.1'], teams);
  const asked = (query: object): Record<string, unknown> => totals(standings(round, query));
  expect(asked({ weights: ['x:0.9', 'y:0.1'] })).toEqual({ a: 82, b: 27.5 });
  // The whole keeps its maximum of 100: one weight for both is half a point each.
  expect(asked({ weights: ['x:3', 'y:3'] })).toEqual({ a: 50, b: 57.5 });
  // x keeps its 0.9.
  expect(asked({ weights: ['y:0.9'] })).toEqual({ a: 50, b: 57.5 });
  expect(asked({ without: ['y'] })).toEqual({ a: 81, b: 18 });
  expect(standings(round, { without: ['y'] }).maximum).toBe(90);
  const some = roundOf(['x(100)*3', 'y(100)'], teams);
  // A what-if that reaches into such a whole counts what states no weight with 1.
  expect(totals(standings(some, { weights: ['x:1'] }))).toEqual({ a: 100, b: 115 });
  const inside = roundOf(['all(100)', 'x(60)*2<all', 'y(60)<all'], { a: { x: '30', y: '60' } });
  expect(totals(standings(inside, { weights: ['x:1'] }))).toEqual({ a: 75 });
});

test('a criterion whose stated weight is nothing counts nothing, until a what-if gives it one', () => {
  const round = roundOf(['all(100)', 'x(100)*1<all', 'y(50)*0<all'], teams);
  expect(totals(standings(round, {}))).toEqual({ a: 90, b: 20 });
  // (90 + 10) × 100 / 150
  expect(totals(standings(round, { weights: ['y:1'] })).a).toBeCloseTo(200 / 3, 5);
});

test('more than 16 weights on one path are refused, and it is said why', () => {
  const chain = Array.from({ length: 20 }, (_, i) => `c${i}(100)${i === 0 ? '' : `<c${i - 1}`}`);
  const round = roundOf(chain, { a: { c19: '50' } });
  const weights = Array.from({ length: 20 }, (_, i) => `c${i}:0.5`);
  expect(totals(standings(round, { weights: weights.slice(0, 16) }))).toEqual({ a: 50 });
  let found: unknown;
  try {
    standings(round, { weights });
  } catch (error) {
    found = (error as { faults: object[] }).faults;
  }
  expect(found).toEqual([
    {
      parameter: 'weights',
      code: 'too-many-on-path',
      detail:
        'the weight of `c16` would be multiplied by those of 16 criteria above it: at most 16 weights may stand on one path',
    },
  ]);
});

/** By a weight in quarters for each criterion: what it is worth with the truth, in floats, from the leaves up. */
function worth(
  node: Node,
  truth: Map<string, number>,
  weights: Map<string, number>,
  disclosed: (id: string) => boolean,
): number {
  if (node.parts.length === 0 || disclosed(node.id)) return (truth.get(node.id) ?? 0) / 10;
  const weight = (id: string): number => (weights.get(id) ?? 0) / 4;
  const most = node.parts.reduce((sum, part) => sum + (weight(part.id) * part.most) / 10, 0);
  const scale = most === 0 ? 1 : node.most / 10 / most;
  return node.parts.reduce(
    (sum, part) => sum + scale * weight(part.id) * worth(part, truth, weights, disclosed),
    0,
  );
}

test('with a weight for every criterion and every maximum stated, intervals hold what the whole truth gives', () => {
  fc.assert(
    fc.property(
      world,
      fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 40, maxLength: 40 }),
      (made, quarters) => {
        const facts = factsOf(made);
        const weights = new Map(facts.criteria.map(({ id }, i) => [id, quarters[i % quarters.length] ?? 1]));
        const allOf = (nodes: Node[]): Node[] => nodes.flatMap((node) => [node, ...allOf(node.parts)]);
        const nodes = new Map(allOf(made.roots).map((node) => [node.id, node]));
        const reply = standings(
          {
            ...facts,
            criteria: facts.criteria.map((criterion) => ({
              ...criterion,
              maxScore: decimal(nodes.get(criterion.id)?.most ?? 0),
              weight: `${(weights.get(criterion.id) ?? 4) / 4}`,
            })),
          },
          {},
        );
        const totalsOf = made.teams.map((team) =>
          made.roots.reduce((sum, root) => {
            const known = (id: string): boolean => team.seen.get(id) === 'disclosed';
            return sum + ((weights.get(root.id) ?? 0) / 4) * worth(root, team.truth, weights, known);
          }, 0),
        );
        totalsOf.forEach((own, i) => {
          const { total, rank } = lineOf(reply, i);
          holds(total, own, 1e-6);
          const others = totalsOf.filter((other) => Math.abs(other - own) > 1e-9);
          holds(rank && { lowest: rank.best, highest: rank.worst }, rankAmong(others, own));
        });
      },
    ),
    searched(300),
  );
});
