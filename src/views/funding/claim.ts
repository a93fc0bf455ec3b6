/** What the rules of this view know about a claim. */
import { byCode } from '../../kernel/grouping.ts';
import type { Money } from '../../kernel/money.ts';
import { compare, exact } from '../../kernel/fraction.ts';
import { canonical } from './decimal.ts';
import type { Scope } from './scope.ts';

/** All but the id is null where the source itself was not public yet on the day asked about. */
interface Source {
  id: string;
  title: string | null;
  publisher: string | null;
  kind: string | null;
  publishedOn: string | null;
  url: string | null;
}

export interface Claim {
  id: string;
  subject: { type: string; id: string; name: string };
  kind: string;
  money: Money;
  approximate: boolean;
  statedAlso: Money[];
  statedOn: string | null;
  scope: Scope;
  rank: string;
  rankReason: string | null;
  note: string | null;
  source: Source;
}

type Sums = Pick<Claim, 'money' | 'statedAlso'>;

/** What a claim states in one currency: one amount, or from the lowest to the highest that its source gives. */
export interface Range {
  lowest: string;
  highest: string;
}

export function rangeIn({ money, statedAlso }: Sums, currency: string): Range | undefined {
  const [first, ...more] = [money, ...statedAlso]
    .filter((sum) => sum.currency === currency)
    .map(({ amount }) => canonical(amount))
    .sort((a, b) => compare(exact(a), exact(b)));
  return first === undefined ? undefined : { lowest: first, highest: more.at(-1) ?? first };
}

/** What a claim states in the currency that its source names first. */
export const sumOf = (sums: Sums): Range & { currency: string } => ({
  currency: sums.money.currency,
  lowest: sums.money.amount,
  highest: sums.money.amount,
  ...rangeIn(sums, sums.money.currency),
});

export const isOneAmount = ({ lowest, highest }: Range): boolean => lowest === highest;
export const rangeKey = ({ lowest, highest }: Range): string => `${lowest} ${highest}`;
export const sumKey = (sums: Sums): string => `${sums.money.currency} ${rangeKey(sumOf(sums))}`;

/** The currency that the source names first comes first. */
export const currenciesOf = ({ money, statedAlso }: Sums): string[] => [
  ...new Set([money, ...statedAlso].map(({ currency }) => currency)),
];

/** A deprecated claim is shown, but an editor has judged that it does not count. */
export const counts = ({ rank }: Claim): boolean => rank !== 'deprecated';

export const idsOf = (claims: Claim[]): string[] => [...new Set(claims.map(({ id }) => id))].sort(byCode);

export const sourcesOf = (claims: Claim[]): string[] =>
  [...new Set(claims.map(({ source }) => source.id))].sort(byCode);
