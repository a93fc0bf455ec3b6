/** Weights and criteria taken out: cases, refusals, and properties over made-up rounds. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { standings } from '../../src/views/standings/rules.ts';
import { searched } from '../searches.ts';
import { roundOf, team, totals } from './rounds-by-hand.ts';
import { allOf, factsOf, holds, lineOf, rankAmong, world, type Node, type Team } from './rounds-made-up.ts';

test('weights multiply along a path and the whole keeps its maximum', () => {
  const round = roundOf(['all(100)', 'x(60)<all', 'x1(40)<x', 'x2(20)<x', 'y(40)<all'], {
    a: { all: '70', x1: '30', x2: '10', y: '30' },
  });
  // x1: 2 × 3 = 6, x2: 2, y: 1: (180 + 20 + 30) × 100 / (240 + 40 + 40)
  const reply = standings(round, { weights: ['x:2', 'x1:3'] });
  expect(totals(reply)).toEqual({ a: 71.875 });
  expect(reply.hypothetical).toMatchObject({ weights: { x: 2, x1: 3 }, without: [] });
  expect(team(reply, 'a').change).toEqual({
    total: 1.875,
    places: 0,
    plainTotal: { lowest: 70, highest: 70 },
    plainRank: { best: 1, worst: 1 },
  });
});

test('what is taken out takes its maximum along, and with weights the rest is rescaled to what remains', () => {
  const round = roundOf(['all(100)', 'x(60)<all', 'y(40)<all', 'z(10)<all'], {
    a: { all: '70', x: '30', y: '30', z: '10' },
    b: { all: '60', x: '50' },
  });
  const without = standings(round, { without: ['x'] });
  expect([totals(without), without.maximum]).toEqual([{ a: 40, b: [0, 10] }, 50]);
  const both = standings(round, { without: ['x'], weights: ['z:4'] });
  // (30 + 40) × 50 / 80
  expect([totals(both).a, both.maximum]).toEqual([43.75, 50]);
});

test('what counts nothing keeps its maximum, however its parts are weighted', () => {
  const round = roundOf(['x(1)', 'y(3)', 'part(1)<y', 'rest(1)<y'], { a: { x: '1', part: '0', rest: '1' } });
  expect(totals(standings(round, { weights: ['y:0', 'part:0'] }))).toEqual({ a: 4 });
  expect(totals(standings(round, { weights: ['y:0'] }))).toEqual({ a: 4 });
});

test('the upper end of a what-if spends what a known whole leaves where it is worth most', () => {
  const round = roundOf(['all(20)', 'x(10)<all', 'y(10)<all'], { a: { all: '12' } });
  // At best 10 for x and 2 for y: (30 + 2) × 20 / 40.
  expect(totals(standings(round, { weights: ['x:3'] }))).toEqual({ a: [0, 16] });
});

test.each([
  [{ weights: ['xx:1'] }, 'weights unknown-criterion', 'did you mean `x`'],
  [{ weights: ['gate:1'] }, 'weights not-scored', 'is a gate'],
  [{ weights: ['x:-1'] }, 'weights negative-weight', 'negative'],
  [{ weights: ['x:one'] }, 'weights not-a-number', 'decimal number'],
  [{ weights: ['x:1e3'] }, 'weights not-a-number', 'decimal number'],
  [{ weights: ['x:0.0000001'] }, 'weights too-precise', '6 decimal places'],
  [{ weights: ['x:1000001'] }, 'weights out-of-range', 'at most 1000000'],
  [{ weights: ['x:1', 'x:2'] }, 'weights repeated-criterion', 'more than once'],
  [{ weights: ['x:0', 'y:0'] }, 'weights weights-sum-to-zero', 'sum to zero'],
  [{ weights: ['y:0'], without: ['x'] }, 'weights weights-sum-to-zero', 'sum to zero'],
  [{ weights: ['x'] }, 'weights invalid-pair', '`x`'],
  [{ weights: [''] }, 'weights invalid-pair', '``'],
  [{ weights: ['x:1:2'] }, 'weights invalid-pair', '`x:1:2`'],
  [{ weights: [':1'] }, 'weights invalid-pair', '`:1`'],
  [{ without: ['nothing'] }, 'without unknown-criterion', 'there are x, y'],
  [{ without: ['gate'] }, 'without not-scored', 'is a gate'],
  [{ without: ['x', 'x'] }, 'without repeated-criterion', 'more than once'],
  [{ without: ['x', 'y'] }, 'without nothing-left', 'nothing that is scored'],
])('%j is refused as %s', (query, code, words) => {
  const round = roundOf(['x(10)', 'y(10)', 'gate(gate)'], { a: { x: '1', y: '2' } });
  const faults = faultsOf(() => standings(round, query));
  expect(faults.map(({ parameter, code }) => `${parameter} ${code}`)).toEqual([code]);
  expect(faults[0]?.detail).toContain(words);
});

test('what would leave nothing is told beside faults of the weights', () => {
  const round = roundOf(['x(10)'], { a: { x: '1' } });
  const faults = faultsOf(() => standings(round, { weights: ['x:-1'], without: ['x'] }));
  expect(faults.map(({ code }) => code)).toEqual(['negative-weight', 'nothing-left']);
});

test('all faults of a what-if are told at once', () => {
  const round = roundOf(['x(10)', 'gate(gate)'], { a: { x: '1' } });
  const faults = faultsOf(() =>
    standings(round, { weights: ['q:x', 'gate:1', 'x:-1', 'x'], without: ['w'] }),
  );
  expect(faults.map(({ code }) => code)).toEqual([
    'unknown-criterion',
    'not-a-number',
    'not-scored',
    'negative-weight',
    'invalid-pair',
    'unknown-criterion',
  ]);
});

function faultsOf(work: () => unknown): { parameter: string; code: string; detail: string }[] {
  try {
    work();
  } catch (error) {
    return (error as { faults: { parameter: string; code: string; detail: string }[] }).faults;
  }
  return [];
}

/** What a criterion is worth under weights, all scores being known; null where all of it is taken out. */
interface Worth {
  weights: Set<number | null>;
  points: number;
  weighted: number;
}
interface WhatIf {
  weights: Map<string, number>;
  without: Set<string>;
}

/** With the points of one team, or (none) with the maxima. */
function worthOf(node: Node, whatIf: WhatIf, team: Team | undefined, above = 1, gone = false): Worth {
  const weight = above * (whatIf.weights.get(node.id) ?? 1);
  const out = gone || whatIf.without.has(node.id);
  const parts = node.parts.map((part) => worthOf(part, whatIf, team, weight, out));
  const weights = new Set(
    parts.length === 0 ? [out ? null : weight] : parts.flatMap((part) => [...part.weights]),
  );
  const own = team ? (team.truth.get(node.id) ?? 0) : node.most;
  const [only = null] = weights;
  if (weights.size === 1)
    return { weights, points: only === null ? 0 : own, weighted: only === null ? 0 : only * own };
  return {
    weights,
    points: parts.reduce((sum, part) => sum + part.points, 0),
    weighted: parts.reduce((sum, part) => sum + part.weighted, 0),
  };
}

const whatIfs = fc.record({
  weights: fc.array(fc.tuple(fc.nat(20), fc.integer({ min: 0, max: 8 })), { maxLength: 5 }),
  without: fc.array(fc.nat(20), { maxLength: 3 }),
});

test('the interval of a what-if holds the total and the rank that the whole truth gives', () => {
  fc.assert(
    fc.property(world, whatIfs, (made, asked) => {
      const nodes = allOf(made.roots);
      const idAt = (i: number): string => nodes[i % nodes.length]?.id ?? '';
      const weights = new Map(asked.weights.map(([i, quarters]) => [idAt(i), quarters / 4]));
      const without = new Set(asked.without.map(idAt));
      const worth = (team?: Team): Worth[] =>
        made.roots.map((root) => worthOf(root, { weights, without }, team));
      const sum = (all: Worth[], of: 'points' | 'weighted'): number =>
        all.reduce((so, one) => so + one[of], 0);
      const left = new Set(worth().flatMap((one) => [...one.weights].filter((weight) => weight !== null)));
      fc.pre([...left].some((weight) => weight > 0) && weights.size + without.size > 0);
      const stated = standings(factsOf(made), {}).maximum !== null && nodes.every((node) => node.stated);
      const [one] = left;
      fc.pre(weights.size === 0 || stated || left.size === 1);
      const scale =
        weights.size === 0
          ? 1
          : left.size === 1
            ? 1 / (one ?? 1)
            : sum(worth(), 'points') / sum(worth(), 'weighted');
      const reply = standings(factsOf(made), {
        ...(weights.size > 0 ? { weights: [...weights].map(([id, weight]) => `${id}:${weight}`) } : {}),
        ...(without.size > 0 ? { without: [...without] } : {}),
      });
      const totals = made.teams.map((team) => (sum(worth(team), 'weighted') * scale) / 10);
      totals.forEach((own, i) => {
        const { total, rank } = lineOf(reply, i);
        holds(total, own, 1e-6);
        const near = (other: number): boolean => Math.abs(other - own) < 1e-9;
        const others = totals.filter((other) => !near(other));
        holds(rank && { lowest: rank.best, highest: rank.worst }, rankAmong(others, own));
      });
    }),
    searched(1000),
  );
});

test('equal weights, however they are given, equal the plain standings', () => {
  fc.assert(
    fc.property(
      world,
      fc.integer({ min: 1, max: 999_999_999 }),
      fc.boolean(),
      (made, millionths, atLeaves) => {
        const weight = `${Math.floor(millionths / 1e6)}.${String(millionths % 1e6).padStart(6, '0')}`;
        const named = atLeaves ? allOf(made.roots).filter(({ parts }) => parts.length === 0) : made.roots;
        const plain = standings(factsOf(made), {});
        const weighted = standings(factsOf(made), { weights: named.map(({ id }) => `${id}:${weight}`) });
        expect(weighted.consortiums.map(({ id, total, rank }) => [id, total, rank])).toEqual(
          plain.consortiums.map(({ id, computed: { total, rank } }) => [id, total, rank]),
        );
        expect(weighted.maximum).toBe(plain.maximum);
      },
    ),
  );
});

test('more points under a what-if never rank lower where all scores are known', () => {
  fc.assert(
    fc.property(world, fc.nat(), fc.nat(), fc.integer({ min: 0, max: 16 }), (made, whom, which, quarters) => {
      const leaves = allOf(made.roots).filter(({ parts }) => parts.length === 0);
      const node = leaves[which % leaves.length];
      const index = whom % made.teams.length;
      if (!node) return;
      const known = made.teams.map((team) => ({
        truth: team.truth,
        seen: new Map(leaves.map(({ id }) => [id, 'disclosed' as const])),
      }));
      const raised = known.map((team, i) =>
        i === index ? { ...team, truth: new Map(team.truth).set(node.id, node.most) } : team,
      );
      const weights = [`${node.id}:${quarters / 4}`];
      fc.pre(leaves.length > 1 || quarters > 0);
      const [was, is] = [known, raised].map(
        (teams) => lineOf(standings(factsOf({ ...made, teams }), { weights }), index).rank?.worst ?? 0,
      );
      expect(is).toBeLessThanOrEqual(was ?? 0);
    }),
  );
});
