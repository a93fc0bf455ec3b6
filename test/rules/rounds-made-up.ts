/**
 * Made-up rounds whose whole truth is known: every score is made first, then some are hidden. What the rules say of the
 * rest must never exclude the truth. Points are made in tenths.
 */
import fc from 'fast-check';
import { expect } from 'vitest';
import type { EvaluationFact, RoundFacts } from '../../src/views/standings/facts.ts';
import type { standings } from '../../src/views/standings/rules.ts';

export interface Node {
  id: string;
  /** Tenths; what the parts can give, and a rest that belongs to none of them. */
  most: number;
  stated: boolean;
  parts: Node[];
}
interface Shape {
  most: number;
  stated: boolean;
  parts: Shape[];
}

const leaf: fc.Arbitrary<Shape> = fc.record({
  most: fc.integer({ min: 1, max: 400 }),
  stated: fc.boolean(),
  parts: fc.constant<Shape[]>([]),
});
const shape = (depth: number): fc.Arbitrary<Shape> =>
  depth === 0
    ? leaf
    : fc.oneof(
        leaf,
        fc.record({
          most: fc.integer({ min: 0, max: 50 }),
          stated: fc.boolean(),
          parts: fc.array(shape(depth - 1), { minLength: 1, maxLength: 3 }),
        }),
      );
function grown({ most, stated, parts }: Shape, id: string): Node {
  const nodes = parts.map((part, i) => grown(part, `${id}-${i}`));
  return { id, stated, parts: nodes, most: most + nodes.reduce((sum, node) => sum + node.most, 0) };
}
export const allOf = (nodes: Node[]): Node[] => nodes.flatMap((node) => [node, ...allOf(node.parts)]);

type Visibility = 'disclosed' | 'undisclosed' | 'missing';
export interface Team {
  truth: Map<string, number>;
  seen: Map<string, Visibility>;
}
export interface World {
  roots: Node[];
  teams: Team[];
  places: number;
}

/** A whole has more than its parts only where it is published itself: otherwise it is the sum of them. */
function teamOf(roots: Node[], chance: () => number): Team {
  const team: Team = { truth: new Map(), seen: new Map() };
  const fill = (node: Node): number => {
    const visibility = (['disclosed', 'undisclosed', 'missing'] as const)[chance() % 3] ?? 'missing';
    const sum = node.parts.reduce((points, part) => points + fill(part), 0);
    const room = node.most - sum;
    const more = node.parts.length === 0 || visibility === 'disclosed' ? chance() % (room + 1) : 0;
    team.seen.set(node.id, visibility);
    team.truth.set(node.id, sum + more);
    return sum + more;
  };
  for (const root of roots) fill(root);
  return team;
}

export const world: fc.Arbitrary<World> = fc
  .record({
    shapes: fc.array(shape(2), { minLength: 1, maxLength: 2 }),
    seed: fc.nat(),
    size: fc.integer({ min: 1, max: 5 }),
    places: fc.integer({ min: 1, max: 4 }),
  })
  .map(({ shapes, seed, size, places }) => {
    const roots = shapes.map((made, i) => grown(made, `c${i}`));
    let state = seed;
    const chance = (): number => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state >>> 8;
    };
    return { roots, places, teams: Array.from({ length: size }, () => teamOf(roots, chance)) };
  });

export const decimal = (tenths: number): string => `${Math.floor(tenths / 10)}.${tenths % 10}`;
export function factsOf(
  { roots, teams, places }: World,
  decisions: Partial<RoundFacts['decisions'][number]>[] = [],
): RoundFacts {
  const nodes = allOf(roots);
  const parents = new Map(nodes.flatMap(({ id, parts }) => parts.map((part) => [part.id, id])));
  return {
    round: {
      id: 'r',
      ordinal: 1,
      state: 'published',
      publishedOn: null,
      plannedAdvancing: places,
      deviationReason: null,
      program: { id: 'p', name: 'P' },
      sources: [],
    },
    criteria: nodes.map(({ id, most, stated }) => ({
      id,
      name: id,
      parent: parents.get(id) ?? null,
      maxScore: stated ? decimal(most) : null,
      weight: null,
      gate: false,
      sources: [],
    })),
    consortiums: teams.map((_, i) => ({ id: `t${i}`, name: `T${i}`, sources: [] })),
    evaluations: teams.flatMap(({ truth, seen }, i) =>
      [...seen].flatMap(([criterion, visibility]): EvaluationFact[] =>
        visibility === 'missing'
          ? []
          : [
              {
                consortium: `t${i}`,
                criterion,
                status: visibility,
                score: visibility === 'disclosed' ? decimal(truth.get(criterion) ?? 0) : null,
                passed: null,
                sources: [],
              },
            ],
      ),
    ),
    decisions: decisions.map((decision) => ({
      consortium: '',
      outcome: 'advanced',
      decidedOn: '2025',
      officialRank: null,
      officialTotal: null,
      rationale: null,
      sources: [],
      ...decision,
    })),
  };
}

type Line = ReturnType<typeof standings>['consortiums'][number];
export const lineOf = (reply: ReturnType<typeof standings>, i: number): Line => {
  const line = reply.consortiums.find(({ id }) => id === `t${i}`);
  if (!line) throw new Error(`no t${i}`);
  return line;
};
export const holds = (
  ends: { lowest: number | null; highest: number | null } | null,
  truth: number,
  slack = 0,
): void => {
  expect(ends?.lowest ?? -Infinity).toBeLessThanOrEqual(truth + slack);
  expect(ends?.highest ?? Infinity).toBeGreaterThanOrEqual(truth - slack);
};
export const totalOf = ({ roots }: World, team: Team): number =>
  roots.reduce((sum, { id }) => sum + (team.truth.get(id) ?? 0), 0);
export const rankAmong = (totals: number[], own: number): number =>
  1 + totals.filter((total) => total > own).length;
