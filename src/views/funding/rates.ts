/** Exchange rates that sources imply by stating one sum in two currencies, and what can be converted by them. */
import { byCode } from '../../kernel/grouping.ts';
import type { Language } from '../../kernel/language.ts';
import type { Money } from '../../kernel/money.ts';
import { amountIn, counts, dayOf, type Claim } from './claim.ts';
import { canonical, compare, fraction, per, rounded, times, type Fraction } from './decimal.ts';
import { kindPlace } from './preferred.ts';
import { noRateInWords } from './words.ts';

export interface Pair {
  claim: Claim;
  money: Money;
  also: Money;
}

/** Each pair of currencies that one source states for one sum. */
export const pairsIn = (claims: Claim[]): Pair[] =>
  claims.flatMap((claim) => {
    const sums = [claim.money, ...claim.statedAlso].map((sum) => ({
      ...sum,
      amount: canonical(sum.amount),
    }));
    return sums.flatMap((money, at) =>
      sums
        .slice(at + 1)
        .filter(({ currency }) => currency !== money.currency)
        .map((also) => ({ claim, money, also })),
    );
  });

/** Units of the first currency for one unit of the second. */
const rateOf = (over: Money, under: Money): Fraction => per(fraction(over.amount), fraction(under.amount));

export const writtenPair = ({ claim, money, also }: Pair) => ({
  claim: claim.id,
  statedOn: claim.statedOn ?? claim.source.publishedOn,
  money,
  also,
  rate: rounded(rateOf(money, also)),
  inverse: rounded(rateOf(also, money)),
  sources: [claim.source.id],
});

export const ways = ['stated', 'own-statement', 'implied-rate', 'no-rate'] as const;

export interface Conversion {
  currency: string;
  way: (typeof ways)[number];
  own: boolean;
  amount: string | null;
  rate: string | null;
  rateFrom: { claim: string; source: string } | null;
  range: (Record<'lowestRate' | 'highestRate' | 'lowest' | 'highest', string> & { rates: number }) | null;
  reason: string | null;
}

/** A rate between two currencies: how many of `from` one unit of `to` is. */
interface Rate {
  claim: Claim;
  fraction: Fraction;
}

const ratesBetween = (pairs: Pair[], from: string, to: string): Rate[] =>
  pairs.flatMap(({ claim, money, also }) =>
    money.currency === from && also.currency === to
      ? [{ claim, fraction: rateOf(money, also) }]
      : money.currency === to && also.currency === from
        ? [{ claim, fraction: rateOf(also, money) }]
        : [],
  );

const daysApart = (a: Claim, b: Claim): number => {
  const [one, other] = [dayOf(a), dayOf(b)];
  return one === null || other === null ? Infinity : Math.abs(Date.parse(one) - Date.parse(other));
};

/** The rate nearest in time to the claim, then from the better kind of source, then by id. */
const nearestTo = (claim: Claim, rates: Rate[]): Rate | undefined =>
  rates.toSorted((a, b) => {
    const [near, far] = [daysApart(claim, a.claim), daysApart(claim, b.claim)];
    return (
      (near === far ? 0 : near - far) ||
      kindPlace(a.claim) - kindPlace(b.claim) ||
      byCode(a.claim.id, b.claim.id)
    );
  })[0];

function rangeOf(amount: Fraction, rates: Rate[]): Conversion['range'] {
  const [lowest, highest] = [
    rates.reduce((a, b) => (compare(b.fraction, a.fraction) < 0 ? b : a)).fraction,
    rates.reduce((a, b) => (compare(b.fraction, a.fraction) > 0 ? b : a)).fraction,
  ];
  return {
    rates: rates.length,
    lowestRate: rounded(lowest),
    highestRate: rounded(highest),
    lowest: rounded(per(amount, highest)),
    highest: rounded(per(amount, lowest)),
  };
}

/** Never by a rate that no source gave, and never through a third currency. */
export function converted(claim: Claim, currency: string, pairs: Pair[], language: Language): Conversion {
  const { money } = claim;
  const none = { currency, rate: null, rateFrom: null, range: null, reason: null };
  if (money.currency === currency)
    return { ...none, way: 'stated', own: true, amount: canonical(money.amount) };
  const rates = ratesBetween(
    pairs.filter((pair) => counts(pair.claim)),
    money.currency,
    currency,
  );
  const range = rates.length > 0 ? rangeOf(fraction(money.amount), rates) : null;
  const stated = amountIn(claim, currency);
  const own = stated !== undefined;
  const used = own
    ? { claim, fraction: rateOf(money, { amount: stated, currency }) }
    : nearestTo(claim, rates);
  if (!used)
    return {
      ...none,
      way: 'no-rate',
      own: false,
      amount: null,
      reason: noRateInWords(money.currency, currency, language),
    };
  const { over, under } = used.fraction;
  return {
    currency,
    way: own ? 'own-statement' : 'implied-rate',
    own,
    amount: stated ?? rounded(times(fraction(money.amount), { over: under, under: over })),
    rate: rounded(used.fraction),
    rateFrom: { claim: used.claim.id, source: used.claim.source.id },
    range,
    reason: null,
  };
}
