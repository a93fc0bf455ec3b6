/**
 * Totals, by the rules of the round or as a what-if: weights multiply the points of the criteria they name, in place of
 * the weights that the round states for them; along a path they multiply each other, and what is taken out counts
 * nothing. Where everything below a criterion is weighted as by the rules, but for one factor, the criterion is taken as
 * it is; otherwise, even where its score is known, it is replaced by the sum of its parts.
 */
import {
  compare,
  dividedBy,
  isZero,
  one,
  plus,
  reduced,
  times,
  zero,
  type Fraction,
} from '../../kernel/fraction.ts';
import type { Cells } from './cells.ts';
import { anything, type Interval } from './interval.ts';
import type { Plan } from './plan.ts';
import { reachable } from './reach.ts';
import { factorOf, mostOf, type Criterion, type Tree } from './tree.ts';

export interface WhatIf {
  weights: ReadonlyMap<string, Fraction>;
  without: ReadonlySet<string>;
}

export interface Weighting {
  /** Nothing is left: there is no total. */
  empty: boolean;
  /** All that is left has the weight zero. */
  nothing: boolean;
  /** The most that a total can be; null where a maximum was not stated. */
  maximum: Fraction | null;
  /** What the weighted totals are multiplied by; null where it would take a maximum that was not stated. */
  scale: Fraction | null;
  totalOf(cells: Cells): Interval;
}

export const asItIs: WhatIf = { weights: new Map(), without: new Set() };

export function weigh({ roots, open }: Tree, whatIf: WhatIf): Weighting {
  const plans = roots.map((root) => planOf(root, whatIf, { plain: one, asked: one, out: false }));
  const left = plans.flatMap(units).filter(({ out }) => !out);
  // How the roots count is only known where a what-if says so; then there is no other maximum to be kept.
  const unknown = open && whatIf === asItIs;
  const remaining = unknown ? null : mostOfAll(left, ({ plain, asked }) => (open ? asked : plain));
  const scale = open || whatIf.weights.size === 0 ? one : scaleOf(left, remaining);
  return {
    empty: left.length === 0,
    nothing: left.every(({ asked }) => isZero(asked)),
    maximum: left.length > 0 ? scale && remaining : null,
    scale,
    totalOf: (cells) => (unknown ? anything : reachable(plans, cells, scale ?? one)),
  };
}

/** What a point of the criterion above adds, and whether that is taken out. */
interface Above {
  plain: Fraction;
  asked: Fraction;
  out: boolean;
}

function planOf(criterion: Criterion, whatIf: WhatIf, above: Above): Plan {
  const given = whatIf.weights.get(criterion.id);
  const plain = times(above.plain, factorOf(criterion));
  const own = given
    ? times(above.asked, times(given, criterion.scale))
    : times(above.asked, factorOf(criterion));
  const taken = whatIf.without.has(criterion.id);
  const out = above.out || taken;
  const parts = criterion.parts.map((part) => planOf(part, whatIf, { plain, asked: own, out }));
  // What counts nothing counts nothing however its parts are weighted: it stays one, with the maximum that it has.
  const inner = isZero(own) && !parts.some(hasOut) ? one : innerOf(criterion, parts);
  const asked = inner ? times(own, inner) : own;
  return {
    criterion,
    plain,
    asked,
    worth: isZero(plain) ? null : dividedBy(asked, plain),
    factor: inner && given ? against(times(given, inner), criterion.weight ?? one) : inner,
    whole: inner !== undefined,
    out: out || (parts.length > 0 && parts.every((part) => part.out)),
    touched: given !== undefined || taken || parts.some(({ touched }) => touched),
    parts,
  };
}

const against = (asked: Fraction, stated: Fraction): Fraction | null | undefined => {
  if (!isZero(stated)) return dividedBy(asked, stated);
  return isZero(asked) ? null : undefined;
};

const hasOut = (plan: Plan): boolean => plan.out || plan.parts.some(hasOut);

/** By which one factor all the parts count more than by the rules; undefined where there are several. */
function innerOf({ open }: Criterion, parts: readonly Plan[]): Fraction | undefined {
  if (parts.every(({ out }) => out)) return one;
  if (parts.some(({ out }) => out) || (open && parts.some(({ touched }) => touched))) return undefined;
  const factors = parts.map(({ factor }) => factor).filter((factor) => factor !== null);
  const [first = factors.length === 0 ? one : undefined] = factors;
  return first && factors.every((factor) => factor && compare(factor, first) === 0) ? first : undefined;
}

/** What the total is really added up from. */
const units = (plan: Plan): Plan[] => (plan.whole ? [plan] : plan.parts.flatMap(units));

/** The most that they can give together; null where a maximum was not stated. */
const mostOfAll = (plans: readonly Plan[], each: (plan: Plan) => Fraction): Fraction | null =>
  plans.reduce<Fraction | null>((sum, plan) => {
    const most = mostOf(plan.criterion);
    return sum && most && plus(sum, times(each(plan), most));
  }, zero);

/** The whole keeps its maximum. With one factor everywhere this needs no maximum: it cancels out. */
function scaleOf(left: readonly Plan[], remaining: Fraction | null): Fraction | null {
  const counting = left.filter(({ plain, asked }) => !isZero(plain) || !isZero(asked));
  const [first = one] = counting.map(({ worth }) => worth);
  if (first && counting.every(({ worth }) => worth && compare(worth, first) === 0))
    return isZero(first) ? one : reduced(dividedBy(one, first));
  const weighted = mostOfAll(left, ({ asked }) => asked);
  return remaining && weighted && !isZero(weighted) ? reduced(dividedBy(remaining, weighted)) : null;
}
