/** The criteria of a round as a tree: a total is made of parts. Gates stand in it, but nothing is added up through them. */
import { compare, exact, plus, zero, type Fraction } from './exact.ts';
import type { CriterionFact } from './facts.ts';

export interface Criterion {
  id: string;
  name: string;
  parent: string | null;
  depth: number;
  gate: boolean;
  maxScore: Fraction | null;
  sources: string[];
  /** The scored criteria that it is the sum of. */
  parts: Criterion[];
}

export interface Tree {
  /** All of them, a whole before its parts. */
  all: Criterion[];
  gates: Criterion[];
  /** Scored and part of nothing; several of them are added to one total. */
  roots: Criterion[];
}

/** What weighs most first; gates after what is scored. */
const byWeight = (a: CriterionFact, b: CriterionFact): number =>
  Number(a.gate) - Number(b.gate) ||
  compare(exact(b.maxScore ?? '0'), exact(a.maxScore ?? '0')) ||
  (a.id < b.id ? -1 : 1);

export function treeOf(facts: readonly CriterionFact[]): Tree {
  const ids = new Set(facts.map(({ id }) => id));
  const tree: Tree = { all: [], gates: [], roots: [] };
  const grow = (parent: string | null, above: Criterion[], depth: number): void => {
    const children = facts.filter((fact) => (ids.has(fact.parent ?? '') ? fact.parent : null) === parent);
    for (const fact of children.sort(byWeight)) {
      const { id, name, gate, sources } = fact;
      const maxScore = fact.maxScore === null ? null : exact(fact.maxScore);
      const criterion = { id, name, parent: fact.parent, depth, gate, maxScore, sources, parts: [] };
      tree.all.push(criterion);
      (gate ? tree.gates : above).push(criterion);
      // What hangs on a gate belongs to the whole that the gate belongs to.
      grow(id, gate ? above : criterion.parts, depth + 1);
    }
  };
  grow(null, tree.roots, 0);
  return tree;
}

/** The most that all of them together can give; null where a maximum was not stated. */
export const maximumOf = (criteria: readonly Criterion[]): Fraction | null =>
  criteria.reduce<Fraction | null>((sum, { maxScore, parts }) => {
    const most = maxScore ?? (parts.length > 0 ? maximumOf(parts) : null);
    return sum && most && plus(sum, most);
  }, zero);
