/** What a what-if changes, in words: nobody must take it for a result. */
import { compare, toNumber, type Fraction } from './exact.ts';
import type { Criterion, Tree } from './tree.ts';
import type { Weighting, WhatIf } from './weighting.ts';

export interface Hypothetical {
  weights: Record<string, number>;
  without: string[];
  note: string;
}

export function hypothetical(
  { weights, without }: WhatIf,
  weighting: Weighting,
  plain: Weighting,
  { all }: Tree,
): Hypothetical {
  const idle = [...weights.keys()].filter((id) => isOut(id, without, all));
  const said = [
    'A what-if, not a result of the authority; official figures are left aside.',
    ...(weights.size > 0 ? [rescaling(weighting)] : []),
    ...maximumChanged(plain.maximum, weighting.maximum),
    ...(idle.length > 0 ? [`Taken out, so that its weight has no effect: ${idle.join(', ')}.`] : []),
  ];
  return {
    weights: Object.fromEntries([...weights].map(([id, weight]) => [id, toNumber(weight)])),
    without: [...without],
    note: said.join(' '),
  };
}

function rescaling({ scale, maximum }: Weighting): string {
  if (scale === null) return 'The weighted totals are not rescaled, since not every maximum is stated.';
  const most = maximum ? ` of ${toNumber(maximum)}` : '';
  return `The weighted totals are rescaled so that the whole keeps its maximum${most}.`;
}

const maximumChanged = (before: Fraction | null, after: Fraction | null): string[] =>
  before && after && compare(before, after) !== 0
    ? [`The maximum is ${toNumber(after)} instead of ${toNumber(before)}.`]
    : [];

function isOut(id: string, without: ReadonlySet<string>, all: readonly Criterion[]): boolean {
  const parent = all.find((criterion) => criterion.id === id)?.parent ?? null;
  return without.has(id) || (parent !== null && isOut(parent, without, all));
}
