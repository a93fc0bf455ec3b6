/** Exchange rates that sources imply by stating one sum in two currencies, and what can be converted by them. */
import type { Some } from '../../kernel/grouping.ts';
import type { Language } from '../../kernel/language.ts';
import type { Money } from '../../kernel/money.ts';
import {
  counts,
  currenciesOf,
  isOneAmount,
  rangeIn,
  rangeKey,
  sumOf,
  type Claim,
  type Range,
} from './claim.ts';
import { dateOf, daysApart } from './dates.ts';
import { compare, exact, dividedBy, times, type Fraction } from '../../kernel/fraction.ts';
import { rounded } from './decimal.ts';
import { kindPlace } from './preferred.ts';
import { lowestBy, sifted } from './sieve.ts';
import { conversionWords } from './conversion-words.ts';

export interface Pair {
  claim: Claim;
  money: Money;
  also: Money;
}

const endsOf = (range: Range): string[] =>
  isOneAmount(range) ? [range.lowest] : [range.lowest, range.highest];

/** Each pair of currencies that one source states for one sum; the ends of a range each for themselves. */
export const pairsIn = (claims: Claim[]): Pair[] =>
  claims.flatMap((claim) => {
    const stated = currenciesOf(claim).map((currency) => ({
      currency,
      ends: endsOf(rangeIn(claim, currency) ?? sumOf(claim)),
    }));
    return stated.flatMap((one, at) =>
      stated.slice(at + 1).flatMap((other) => {
        const [mine, theirs] = [one.ends, other.ends];
        return (mine.length > theirs.length ? mine : theirs).map((_, end) => ({
          claim,
          money: { amount: mine[end] ?? mine[0] ?? '0', currency: one.currency },
          also: { amount: theirs[end] ?? theirs[0] ?? '0', currency: other.currency },
        }));
      }),
    );
  });

/** Units of the first currency for one unit of the second. */
const rateOf = (over: Money, under: Money): Fraction => dividedBy(exact(over.amount), exact(under.amount));

export const writtenPair = ({ claim, money, also }: Pair) => ({
  claim: claim.id,
  statedOn: dateOf(claim),
  money,
  also,
  rate: rounded(rateOf(money, also)),
  inverse: rounded(rateOf(also, money)),
  sources: [claim.source.id],
});

export const ways = ['stated', 'own-statement', 'same-sum', 'nearest-rate', 'no-rate'] as const;

/** A rate between two currencies: how many of `from` one unit of `to` is. */
interface Rate {
  claim: Claim;
  from: Money;
  to: Money;
  fraction: Fraction;
}

const ratesBetween = (pairs: Pair[], from: string, to: string): Rate[] =>
  pairs.flatMap(({ claim, money, also }) =>
    money.currency === from && also.currency === to
      ? [{ claim, from: money, to: also, fraction: rateOf(money, also) }]
      : money.currency === to && also.currency === from
        ? [{ claim, from: also, to: money, fraction: rateOf(also, money) }]
        : [],
  );

/** The rates that are not certain to be farther in time from the claim than another; of these, of the best kind of source. */
function firstRates(claim: Claim, rates: Some<Rate>): Some<Rate> {
  const apart = new Map(rates.map((rate) => [rate, daysApart(claim, rate.claim)]));
  const nearest = [...apart.values()].reduce((least, days) => Math.min(least, days?.most ?? least), Infinity);
  return sifted(rates, [
    ['time', (some) => some.filter((rate) => (apart.get(rate)?.least ?? 0) <= nearest)],
    ['source-kind', lowestBy((rate: Rate) => kindPlace(rate.claim))],
  ]).left;
}

const lowestRate = (rates: Some<Rate>): Rate =>
  rates.reduce((a, b) => (compare(b.fraction, a.fraction) < 0 ? b : a));
const highestRate = (rates: Some<Rate>): Rate =>
  rates.reduce((a, b) => (compare(b.fraction, a.fraction) > 0 ? b : a));

/** The bounds that some rates give; what a source states for the same sum is taken as it stands. */
function boundsBy(sum: Range, rates: Some<Rate>): Range {
  const by = (amount: string, { from, to, fraction: { over, under } }: Rate): string =>
    from.amount === amount ? to.amount : rounded(times(exact(amount), { over: under, under: over }));
  return { lowest: by(sum.lowest, highestRate(rates)), highest: by(sum.highest, lowestRate(rates)) };
}

const isSome = <T>(list: T[]): list is Some<T> => list.length > 0;

type Found =
  { way: 'own-statement' | 'same-sum' | 'nearest-rate'; bounds: Range; used: Some<Rate> } | undefined;

function foundFor(claim: Claim, currency: string, own: Rate[], rates: Rate[]): Found {
  const sum = sumOf(claim);
  const stated = rangeIn(claim, currency);
  if (stated && isSome(own)) return { way: 'own-statement', bounds: stated, used: own };
  const same = rates.filter(
    ({ claim: other, from }) =>
      rangeKey(rangeIn(other, from.currency) ?? sum) === rangeKey(sum) && isOneAmount(sum),
  );
  if (isSome(same)) {
    const used = firstRates(claim, same);
    return { way: 'same-sum', bounds: boundsBy(sum, used), used };
  }
  const near = rates.filter(
    (rate) =>
      rate.claim.kind === claim.kind &&
      rate.claim.subject.type === claim.subject.type &&
      rate.claim.subject.id === claim.subject.id &&
      daysApart(claim, rate.claim) !== undefined,
  );
  if (!isSome(near)) return undefined;
  const used = firstRates(claim, near);
  return { way: 'nearest-rate', bounds: boundsBy(sum, used), used };
}

function rangeBy(sum: Range, rates: Some<Rate>) {
  const [low, high] = [lowestRate(rates), highestRate(rates)];
  return {
    rates: rates.length,
    lowestRate: rounded(low.fraction),
    highestRate: rounded(high.fraction),
    ...boundsBy(sum, rates),
  };
}

/** Never by a rate that no source gave, never through a third currency, and never as certain where the rates differ. */
export function converted(claim: Claim, currency: string, pairs: Pair[], language: Language) {
  const say = conversionWords[language];
  const sum = sumOf(claim);
  const none = { currency, rate: null, rateFrom: [], range: null };
  const between = ({ lowest, highest }: Range) => ({
    amount: lowest === highest ? lowest : null,
    lowest,
    highest,
  });
  if (sum.currency === currency)
    return {
      ...none,
      way: 'stated' as const,
      own: true,
      ...between(sum),
      reason: isOneAmount(sum) ? null : say.range,
    };
  const all = ratesBetween(pairs, sum.currency, currency);
  const own = ratesBetween(pairsIn([claim]), sum.currency, currency);
  const rates = all.filter((rate) => counts(rate.claim));
  const found = foundFor(claim, currency, own, rates);
  if (!found)
    return {
      ...none,
      way: 'no-rate' as const,
      own: false,
      amount: null,
      lowest: null,
      highest: null,
      reason: isSome(rates) ? say.noneNear(currency) : say.noRate(sum.currency, currency),
    };
  const { way, bounds, used } = found;
  const isOneRate = compare(lowestRate(used).fraction, highestRate(used).fraction) === 0;
  return {
    currency,
    way,
    own: way === 'own-statement',
    ...between(bounds),
    rate: isOneRate ? rounded(used[0].fraction) : null,
    rateFrom: used.map((rate) => ({
      claim: rate.claim.id,
      source: rate.claim.source.id,
      rate: rounded(rate.fraction),
    })),
    range: isSome(rates) ? rangeBy(sum, rates) : null,
    reason: isOneAmount(bounds) ? null : way === 'own-statement' || isOneRate ? say.range : say.differ,
  };
}
