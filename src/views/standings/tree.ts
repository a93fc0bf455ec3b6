/**
 * The criteria of a round as a tree: a total is made of parts. Gates stand in it, but nothing is added up through them.
 *
 * Where all the parts of a whole state a weight, it multiplies their points, and where the whole states a maximum these
 * are rescaled to it. Where only some of the parts state one, nobody knows how to add them up: the whole is open.
 */
import {
  compare,
  dividedBy,
  exact,
  isZero,
  one,
  plus,
  reduced,
  times,
  zero,
  type Fraction,
} from '../../kernel/fraction.ts';
import type { CriterionFact } from './facts.ts';
import { grouped } from '../../kernel/grouping.ts';

export interface Criterion {
  id: string;
  name: string;
  parent: string | null;
  depth: number;
  gate: boolean;
  maxScore: Fraction | null;
  /** As the authority states it. */
  weight: Fraction | null;
  /** What the weighted parts of the same whole are all multiplied by, so that the whole keeps its maximum. */
  scale: Fraction;
  sources: string[];
  /** The scored criteria that it is the sum of. */
  parts: Criterion[];
  /** Whether only some of the parts state a weight. */
  open: boolean;
}

export interface Tree {
  /** All of them, a whole before its parts. */
  all: Criterion[];
  gates: Criterion[];
  /** Scored and part of nothing; several of them are added to one total. */
  roots: Criterion[];
  /** Whether only some of the roots state a weight. */
  open: boolean;
}

/** What weighs most first; gates after what is scored. */
const byWeight = (a: CriterionFact, b: CriterionFact): number =>
  Number(a.gate) - Number(b.gate) ||
  compare(exact(b.maxScore ?? '0'), exact(a.maxScore ?? '0')) ||
  (a.id < b.id ? -1 : 1);

export function treeOf(facts: readonly CriterionFact[]): Tree {
  const ids = new Set(facts.map(({ id }) => id));
  const partsOf = grouped(facts, ({ parent }) => (ids.has(parent ?? '') ? parent : null));
  const tree: Tree = { all: [], gates: [], roots: [], open: false };
  const grow = (parent: string | null, above: Criterion[], depth: number): void => {
    for (const fact of (partsOf.get(parent) ?? []).sort(byWeight)) {
      const criterion = criterionOf(fact, depth);
      tree.all.push(criterion);
      (fact.gate ? tree.gates : above).push(criterion);
      // What hangs on a gate belongs to the whole that the gate belongs to.
      grow(fact.id, fact.gate ? above : criterion.parts, depth + 1);
      criterion.open = settled(criterion.parts, criterion.maxScore);
    }
  };
  grow(null, tree.roots, 0);
  tree.open = settled(tree.roots, null);
  return tree;
}

const points = (text: string | null): Fraction | null => (text === null ? null : exact(text));

const criterionOf = (fact: CriterionFact, depth: number): Criterion => ({
  ...fact,
  depth,
  maxScore: points(fact.maxScore),
  weight: points(fact.weight),
  scale: one,
  parts: [],
  open: false,
});

/** Sets the scale of the parts of one whole; tells whether only some of them state a weight. */
function settled(parts: readonly Criterion[], maximum: Fraction | null): boolean {
  const stated = parts.filter(({ weight }) => weight !== null).length;
  const weighted = stated === 0 ? null : maximumOf(parts, false);
  if (maximum && weighted && !isZero(weighted) && compare(maximum, weighted) !== 0) {
    const scale = reduced(dividedBy(maximum, weighted));
    for (const part of parts) part.scale = scale;
  }
  return stated > 0 && stated < parts.length;
}

/** What a point of it counts in its whole. */
export const factorOf = ({ weight, scale }: Criterion): Fraction => times(weight ?? one, scale);

/** The most that all of them together can give, each as it counts; null where a maximum was not stated. */
const maximumOf = (parts: readonly Criterion[], open: boolean): Fraction | null =>
  open
    ? null
    : parts.reduce<Fraction | null>((sum, part) => {
        const most = mostOf(part);
        return sum && most && plus(sum, times(factorOf(part), most));
      }, zero);

/** The most that it can give, in its own points. */
export const mostOf = ({ maxScore, parts, open }: Criterion): Fraction | null =>
  maxScore ?? (parts.length > 0 ? maximumOf(parts, open) : null);
