/**
 * Where sources contradict each other about money, pair by pair of amounts. Claims of different scope are about different
 * things and never do; nor do several sums from one source, which are parts or bounds of each other.
 */
import { byCode, groupedBy } from '../../kernel/grouping.ts';
import { amountIn, counts, currenciesOf, scopeKey, sourcesOf, type Claim } from './claim.ts';
import { canonical, compare, difference, fraction, per, rounded } from './decimal.ts';

interface Side {
  amount: string;
  claims: string[];
  sources: string[];
}
export interface Contradiction {
  type: 'amount' | 'conversion';
  subject: Claim['subject'] | null;
  kind: string | null;
  scope: Claim['scope'] | null;
  /** The sum that was converted. */
  sum: { amount: string; currency: string } | null;
  currency: string;
  difference: string;
  ratio: string;
  /** The lower amount, then the higher. */
  sides: [Side, Side];
}

/** Two claims whose amounts in one currency differ; the lower first. */
interface Clash {
  currency: string;
  lower: Claim;
  higher: Claim;
  from: string;
  to: string;
}

/** Two claims are compared in the currency that both state first, else in another that both state. */
function commonCurrency(a: Claim, b: Claim): string | undefined {
  const [mine, theirs] = [currenciesOf(a), currenciesOf(b)];
  const common = mine.filter((currency) => theirs.includes(currency)).sort(byCode);
  return [a.money.currency, b.money.currency].find((currency) => common.includes(currency)) ?? common[0];
}

/** Less than this many percent of the lower amount is no contradiction where one of the two is approximate. */
const tolerancePercent = 5n;

const isNear = (lower: string, higher: string): boolean => {
  const [low, high] = [fraction(lower), fraction(higher)];
  return compare(high, { over: low.over * (100n + tolerancePercent), under: low.under * 100n }) < 0;
};

function clash(a: Claim, b: Claim, currency: string | undefined): Clash | undefined {
  if (currency === undefined || a.source.id === b.source.id) return undefined;
  const [one = '0', other = '0'] = [amountIn(a, currency), amountIn(b, currency)];
  if (one === other) return undefined;
  return compare(fraction(one), fraction(other)) < 0
    ? { currency, lower: a, higher: b, from: one, to: other }
    : { currency, lower: b, higher: a, from: other, to: one };
}

const pairsOf = (claims: Claim[]): [Claim, Claim][] =>
  claims.flatMap((a, at) => claims.slice(at + 1).map((b): [Claim, Claim] => [a, b]));

const sideOf = (amount: string, claims: Claim[]): Side => ({
  amount,
  claims: [...new Set(claims.map(({ id }) => id))].sort(byCode),
  sources: sourcesOf(claims),
});

/** The clashes of the same two amounts are one contradiction; the widest come first. */
function contradictionsOf(
  clashes: Clash[],
  about: Omit<Contradiction, 'currency' | 'difference' | 'ratio' | 'sides'>,
): Contradiction[] {
  const keyOf = ({ currency, from, to }: Clash): string => `${currency} ${from} ${to}`;
  return groupedBy(clashes, keyOf)
    .map((group) => {
      const [{ currency, from, to }] = group;
      return { currency, from, to, group, ratio: per(fraction(to), fraction(from)) };
    })
    .toSorted((a, b) => compare(b.ratio, a.ratio) || byCode(a.currency, b.currency) || byCode(a.from, b.from))
    .map(({ currency, from, to, group, ratio }) => ({
      ...about,
      currency,
      difference: difference(to, from),
      ratio: rounded(ratio),
      sides: [
        sideOf(
          from,
          group.map(({ lower }) => lower),
        ),
        sideOf(
          to,
          group.map(({ higher }) => higher),
        ),
      ],
    }));
}

/** Different amounts for one and the same thing. The claims are those of one subject and kind. */
export function amountContradictions(claims: Claim[]): Contradiction[] {
  return groupedBy(claims.filter(counts), ({ scope }) => scopeKey(scope)).flatMap((group) => {
    const clashes = pairsOf(group).flatMap(([a, b]) => {
      const found = clash(a, b, commonCurrency(a, b));
      return !found || ((a.approximate || b.approximate) && isNear(found.from, found.to)) ? [] : [found];
    });
    const { subject, kind, scope } = group[0];
    return contradictionsOf(clashes, { type: 'amount', subject, kind, scope, sum: null });
  });
}

/** One sum, converted to different amounts of another currency. What the sum is for does not matter here. */
export function conversionContradictions(claims: Claim[]): Contradiction[] {
  const sumOf = ({ money }: Claim): Claim['money'] => ({ ...money, amount: canonical(money.amount) });
  return groupedBy(claims.filter(counts), (claim) => Object.values(sumOf(claim)).join(' ')).flatMap(
    (group) => {
      const sum = sumOf(group[0]);
      const others = [...new Set(group.flatMap(currenciesOf))].filter(
        (currency) => currency !== sum.currency,
      );
      const clashes = others.flatMap((currency) =>
        pairsOf(group.filter((claim) => amountIn(claim, currency) !== undefined)).flatMap(
          ([a, b]) => clash(a, b, currency) ?? [],
        ),
      );
      return contradictionsOf(clashes, { type: 'conversion', subject: null, kind: null, scope: null, sum });
    },
  );
}
