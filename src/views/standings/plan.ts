/** How a criterion's points come into the total, by the rules of the round and under the what-if. */
import type { Fraction } from '../../kernel/fraction.ts';
import type { Criterion } from './tree.ts';

export interface Plan {
  criterion: Criterion;
  /** What a point of it adds to the total by the rules of the round. */
  plain: Fraction;
  /** What a point of it adds under the what-if, if it is taken as it is. */
  asked: Fraction;
  /** How many times as much that is; null where it is nothing by the rules. */
  worth: Fraction | null;
  /** How many times as much a point of its whole is worth through it: null: any number, since it is nothing both times. */
  factor: Fraction | null | undefined;
  /** Whether it is taken as it is; otherwise its parts are. */
  whole: boolean;
  /** Taken out, or all of its parts are. */
  out: boolean;
  /** Whether the what-if names it or something below it. */
  touched: boolean;
  parts: Plan[];
}
