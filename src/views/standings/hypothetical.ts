/** What a what-if changes: nobody must take it for a result. */
import { toNumber, type Fraction } from '../../kernel/fraction.ts';
import type { Tree } from './tree.ts';
import type { Weighting, WhatIf } from './weighting.ts';

export interface Hypothetical {
  weights: Record<string, number>;
  without: string[];
  /** Null where weights were not asked for. */
  rescaled: boolean | null;
  /** The most that a total can be, under the what-if and by the rules; null where either is not known. */
  maximum: number | null;
  plainMaximum: number | null;
  /** Weighted, but taken out. */
  idle: string[];
}

export function hypothetical(
  { weights, without }: WhatIf,
  weighting: Weighting,
  plain: Weighting,
  tree: Tree,
): Hypothetical {
  const number = (value: Fraction | null): number | null => value && toNumber(value);
  return {
    weights: Object.fromEntries([...weights].map(([id, weight]) => [id, toNumber(weight)])),
    without: [...without],
    rescaled: weights.size > 0 ? weighting.scale !== null : null,
    maximum: number(weighting.maximum),
    plainMaximum: number(plain.maximum),
    idle: idleAmong(weights, without, tree),
  };
}

function idleAmong(weights: WhatIf['weights'], without: WhatIf['without'], { all }: Tree): string[] {
  const out = new Set<string>();
  // A whole comes before its parts.
  for (const { id, parent } of all) if (without.has(id) || (parent !== null && out.has(parent))) out.add(id);
  return [...weights.keys()].filter((id) => out.has(id));
}
