/** A rule that decides by one key after the other: each sieve keeps what is best by its key, as far as that is known. */
import type { Some } from '../../kernel/grouping.ts';

export type Sieve<T, Step> = [step: Step, keep: (items: Some<T>) => T[]];

export interface Sifted<T, Step> {
  left: Some<T>;
  /** The sieves that held something back. */
  steps: Step[];
  /** What the last of them held back. */
  heldBack: T[];
}

export function sifted<T, Step>(items: Some<T>, sieves: Sieve<T, Step>[]): Sifted<T, Step> {
  let result: Sifted<T, Step> = { left: items, steps: [], heldBack: [] };
  for (const [step, keep] of sieves) {
    const kept = keep(result.left);
    const isKept = new Set(kept);
    const [first, ...more] = kept;
    if (first !== undefined && kept.length < result.left.length)
      result = {
        left: [first, ...more],
        steps: [...result.steps, step],
        heldBack: result.left.filter((item) => !isKept.has(item)),
      };
  }
  return result;
}

/** Keeps the items whose place is the lowest. */
export const lowestBy =
  <T>(placeOf: (item: T) => number) =>
  (items: Some<T>): T[] => {
    const lowest = items.map(placeOf).reduce((a, b) => Math.min(a, b));
    return items.filter((item) => placeOf(item) === lowest);
  };

/** The place in a list that goes from best to worst; what is not in it comes last. */
export const placeIn = (list: readonly string[], value: string | null): number => {
  const found = value === null ? -1 : list.indexOf(value);
  return found < 0 ? list.length : found;
};
