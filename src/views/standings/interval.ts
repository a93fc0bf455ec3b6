/** What is known of a number of points: between which ends it lies. A known one has two equal ends. */
import {
  compare,
  isZero,
  least,
  minus,
  most,
  plus,
  times,
  toNumber,
  whole,
  zero,
  type Fraction,
} from '../../kernel/fraction.ts';

export interface Interval {
  readonly lowest: Fraction;
  /** Null where there is no upper end, because a maximum was not stated. */
  readonly highest: Fraction | null;
}

/** A difference may have no lower end either. */
export interface Span {
  readonly lowest: Fraction | null;
  readonly highest: Fraction | null;
}

/** An interval on the wire. */
export interface Ends {
  lowest: number;
  highest: number | null;
}

export const exactly = (value: Fraction): Interval => ({ lowest: value, highest: value });
export const upTo = (highest: Fraction | null): Interval => ({ lowest: zero, highest });
export const anything: Interval = upTo(null);
export const isExact = ({ lowest, highest }: Interval): boolean =>
  highest !== null && compare(lowest, highest) === 0;

export const sumOf = (parts: readonly Interval[]): Interval =>
  parts.reduce<Interval>(
    (sum, part) => ({
      lowest: plus(sum.lowest, part.lowest),
      highest: sum.highest && part.highest && plus(sum.highest, part.highest),
    }),
    exactly(zero),
  );

/** So many times as much. */
export const multiplied = ({ lowest, highest }: Interval, factor: Fraction): Interval => ({
  lowest: times(factor, lowest),
  highest: isZero(factor) ? zero : highest && times(factor, highest),
});

/** Not above the ceiling, as far as the lower end leaves room. */
export const below = (ceiling: Fraction | null, { lowest, highest }: Interval): Interval =>
  ceiling === null
    ? { lowest, highest }
    : { lowest, highest: most(lowest, highest === null ? ceiling : least(highest, ceiling)) };
export const above = (floor: Fraction, { lowest, highest }: Interval): Interval => ({
  lowest: highest === null ? most(lowest, floor) : least(highest, most(lowest, floor)),
  highest,
});

export const contains = ({ lowest, highest }: Interval, value: Fraction): boolean =>
  compare(value, lowest) >= 0 && (highest === null || compare(value, highest) <= 0);

/** Certainly more than the other, whatever both turn out to be. */
export const surelyMore = (a: Interval, b: Interval): boolean =>
  b.highest !== null && compare(a.lowest, b.highest) > 0;
export const perhapsMore = (a: Interval, b: Interval): boolean =>
  a.highest === null || compare(a.highest, b.lowest) > 0;

/** Which of the values is the k-th highest is not known, but it lies between the k-th of either ends. */
export function placeIn(totals: readonly Interval[], place: number): Interval | undefined {
  const lowest = totals.map((total) => total.lowest).sort((a, b) => compare(b, a))[place - 1];
  if (!lowest) return undefined;
  const ends = totals.map((total) => total.highest);
  const bounded = ends.filter((end) => end !== null).sort((a, b) => compare(b, a));
  return { lowest, highest: bounded[place - 1 - (ends.length - bounded.length)] ?? null };
}

/** What is exact is rounded to the nearest, what is not outward, so that the ends still hold the truth. */
export function ends(value: Interval): Ends;
export function ends(value: Span): { [end in keyof Ends]: number | null };
export function ends({ lowest, highest }: Span): { [end in keyof Ends]: number | null } {
  const known = lowest && highest && compare(lowest, highest) === 0;
  return {
    lowest: lowest && toNumber(lowest, known ? 'nearest' : 'down'),
    highest: highest && toNumber(highest, known ? 'nearest' : 'up'),
  };
}

/** Of two that have nothing to do with each other. */
export const difference = (a: Interval, b: Interval): Span => ({
  lowest: b.highest && minus(a.lowest, b.highest),
  highest: a.highest && minus(a.highest, b.lowest),
});

/** A count, as a figure among others. */
export const counted = (value: number): Interval => exactly(whole(value));
