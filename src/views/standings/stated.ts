/** What the weights that the round states do to its totals. */
import { toNumber } from '../../kernel/fraction.ts';
import type { Criterion, Tree } from './tree.ts';

export interface Stated {
  /** Criteria whose points are multiplied by their weight. */
  weighted: { name: string; weight: number }[];
  /** Wholes of whose parts only some state a weight. */
  open: string[];
  openAtTheTop: boolean;
}

export function statedWeights({ all, roots, open }: Tree): Stated {
  const wholes = all.filter(({ parts }) => parts.length > 0);
  const applied = [...(open ? [] : roots), ...wholes.flatMap((whole) => (whole.open ? [] : whole.parts))];
  return {
    weighted: applied.flatMap(weightOf),
    open: wholes.filter((whole) => whole.open).map(({ name }) => name),
    openAtTheTop: open,
  };
}

const weightOf = ({ name, weight }: Criterion): Stated['weighted'] =>
  weight ? [{ name, weight: toNumber(weight) }] : [];
