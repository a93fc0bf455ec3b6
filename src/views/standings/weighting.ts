/**
 * Totals, as they are or as a what-if: weights multiply the points of the criteria they name, along a path they
 * multiply each other, and what is taken out counts nothing. Where everything below a criterion has one weight, the
 * criterion is taken as it is; otherwise, even where its score is known, it is replaced by the sum of its parts.
 */
import { compare, dividedBy, isZero, least, minus, one, plus, times, zero, type Fraction } from './exact.ts';
import type { Cells } from './cells.ts';
import type { Interval } from './interval.ts';
import { maximumOf, type Criterion, type Tree } from './tree.ts';

export interface WhatIf {
  weights: ReadonlyMap<string, Fraction>;
  without: ReadonlySet<string>;
}

interface Plan {
  criterion: Criterion;
  /** The one weight of all that is below it; undefined where there are several. Null: taken out. */
  weight: Fraction | null | undefined;
  parts: Plan[];
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

export function weigh({ roots }: Tree, whatIf: WhatIf): Weighting {
  const plans = roots.map((root) => planOf(root, whatIf, one, false));
  const left = plans.flatMap(units).filter(({ weight }) => weight !== null);
  const remaining = maximumOf(left.map(({ criterion }) => criterion));
  const scale = whatIf.weights.size === 0 ? one : scaleOf(left, remaining);
  return {
    empty: left.length === 0,
    nothing: left.every(({ weight }) => !weight || isZero(weight)),
    maximum: left.length > 0 ? scale && remaining : null,
    scale,
    totalOf: (cells) => totalOf(plans, cells, scale ?? one),
  };
}

function planOf(criterion: Criterion, whatIf: WhatIf, above: Fraction, gone: boolean): Plan {
  const weight = times(above, whatIf.weights.get(criterion.id) ?? one);
  const out = gone || whatIf.without.has(criterion.id);
  const parts = criterion.parts.map((part) => planOf(part, whatIf, weight, out));
  const [first] = parts;
  if (!first) return { criterion, weight: out ? null : weight, parts };
  return { criterion, weight: parts.every((part) => same(part, first)) ? first.weight : undefined, parts };
}

const same = ({ weight: a }: Plan, { weight: b }: Plan): boolean =>
  a && b ? compare(a, b) === 0 : a === null && b === null;

/** What the total is really added up from: the highest criteria that have one weight. */
const units = (plan: Plan): Plan[] => (plan.weight === undefined ? plan.parts.flatMap(units) : [plan]);

/** The whole keeps its maximum. With one weight everywhere this needs no maximum: it cancels out. */
function scaleOf(left: Plan[], remaining: Fraction | null): Fraction | null {
  const weights = left.map(({ weight }) => weight ?? zero);
  const [first = one] = weights;
  if (isZero(first) ? weights.every(isZero) : weights.every((weight) => compare(weight, first) === 0))
    return isZero(first) ? one : dividedBy(one, first);
  const weighted = left.reduce<Fraction | null>((sum, { criterion, weight }) => {
    const most = maximumOf([criterion]);
    return sum && most && plus(sum, times(weight ?? zero, most));
  }, zero);
  return remaining && weighted && dividedBy(remaining, weighted);
}

/** Points that may still be there, each worth its weight; null: as many as you like. */
interface Room {
  weight: Fraction;
  points: Fraction | null;
}

/** `certain` is weighted, `points` is the same unweighted, as a whole that is known counts it. */
interface Reach {
  certain: Fraction;
  points: Fraction;
  rooms: Room[];
}

function totalOf(plans: Plan[], cells: Cells, scale: Fraction): Interval {
  const { certain, rooms } = together(plans, cells);
  const highest = rooms.reduce<Fraction | null>(
    (sum, { weight, points }) => (isZero(weight) ? sum : sum && points && plus(sum, times(weight, points))),
    certain,
  );
  return { lowest: times(certain, scale), highest: highest && times(highest, scale) };
}

/** What is worth most first: so much may be won before a whole that is known is used up. */
function together(plans: Plan[], cells: Cells): Reach {
  const reaches = plans.map((plan) => reachOf(plan, cells));
  return {
    certain: reaches.reduce((sum, reach) => plus(sum, reach.certain), zero),
    points: reaches.reduce((sum, reach) => plus(sum, reach.points), zero),
    rooms: reaches.flatMap(({ rooms }) => rooms).sort((a, b) => compare(b.weight, a.weight)),
  };
}

function reachOf({ criterion, weight, parts }: Plan, cells: Cells): Reach {
  const value = cells.get(criterion)?.value ?? { lowest: zero, highest: null };
  const { lowest, highest } = value;
  if (weight === undefined) {
    const reach = together(parts, cells);
    return highest === null ? reach : { ...reach, rooms: within(minus(highest, reach.points), reach.rooms) };
  }
  const worth = weight ?? zero;
  return {
    certain: times(worth, lowest),
    points: lowest,
    rooms: [{ weight: worth, points: highest && minus(highest, lowest) }],
  };
}

/** No more points than so many, the dearest kept. */
function within(limit: Fraction, rooms: Room[]): Room[] {
  let free = limit;
  return rooms.map(({ weight, points }) => {
    const taken = compare(free, zero) <= 0 ? zero : points === null ? free : least(free, points);
    free = minus(free, taken);
    return { weight, points: taken };
  });
}
