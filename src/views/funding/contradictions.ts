/** Where sources contradict each other about money, pair by pair of amounts. */
import { byCode, groupedBy } from '../../kernel/grouping.ts';
import {
  counts,
  currenciesOf,
  idsOf,
  isOneAmount,
  rangeIn,
  rangeKey,
  sourcesOf,
  sumKey,
  sumOf,
  type Claim,
  type Range,
} from './claim.ts';
import { compare, exact, dividedBy } from '../../kernel/fraction.ts';
import { difference, lastUnit, rounded } from './decimal.ts';
import { openKey, scopeKey, sharedScope, type Scope } from './scope.ts';

interface Side {
  amount: string;
  /** The higher end where a range is stated. */
  upTo: string | null;
  claims: string[];
  sources: string[];
}
export interface Contradiction {
  type: 'amount' | 'conversion';
  subject: Claim['subject'] | null;
  kind: string | null;
  scope: Scope | null;
  /** The sum that was converted. */
  sum: { amount: string; upTo: string | null; currency: string } | null;
  currency: string;
  difference: string;
  ratio: string;
  /** The lower amount, then the higher. */
  sides: [Side, Side];
}
type About = Pick<Contradiction, 'type' | 'subject' | 'kind' | 'scope' | 'sum'>;

interface End {
  claim: Claim;
  range: Range;
}
/** Two claims that in one currency have no amount in common; the lower first. */
interface Clash {
  currency: string;
  lower: End;
  higher: End;
  scope: Scope;
}

/** Two claims are compared in the currency that both state first, else in another that both state. */
function commonCurrency(a: Claim, b: Claim): string | undefined {
  const [mine, theirs] = [currenciesOf(a), currenciesOf(b)];
  const common = mine.filter((currency) => theirs.includes(currency)).sort(byCode);
  return [a.money.currency, b.money.currency].find((currency) => common.includes(currency)) ?? common[0];
}

/** A sum that its source calls approximate may be off by less than this many percent of the lower amount. */
const tolerancePercent = 5n;

/**
 * Whether one of the two is approximate and the other so near that both may be right: by less than the tolerance, and
 * by no more than one unit of its last digit. Who says “about 157.6 billion” does not mean 158.6.
 */
function areNear({ lower, higher }: Clash): boolean {
  const [low, high] = [lower.range.highest, higher.range.lowest];
  const gap = exact(difference(high, low));
  const { over, under } = exact(low);
  const isWithin = compare(gap, { over: over * tolerancePercent, under: under * 100n }) < 0;
  const isRounded = (end: End, amount: string): boolean =>
    end.claim.approximate && compare(gap, lastUnit(amount)) <= 0;
  return isWithin && (isRounded(lower, low) || isRounded(higher, high));
}

function clashIn(currency: string, scope: Scope, a: Claim, b: Claim): Clash | undefined {
  const [one, other] = [rangeIn(a, currency), rangeIn(b, currency)];
  if (!one || !other || a.source.id === b.source.id) return undefined;
  const isBelow = (x: Range, y: Range): boolean => compare(exact(x.highest), exact(y.lowest)) < 0;
  const [mine, theirs]: [End, End] = [
    { claim: a, range: one },
    { claim: b, range: other },
  ];
  if (isBelow(one, other)) return { currency, scope, lower: mine, higher: theirs };
  return isBelow(other, one) ? { currency, scope, lower: theirs, higher: mine } : undefined;
}

const pairsOf = (claims: Claim[]): [Claim, Claim][] =>
  claims.flatMap((a, at) => claims.slice(at + 1).map((b): [Claim, Claim] => [a, b]));

/** What the two sources of a clash state in its scope. `within` are the claims to look among. */
function statements(within: Claim[]): (clash: Clash) => [lower: Set<string>, higher: Set<string>] {
  const bySource = new Map(
    groupedBy(within, ({ source }) => source.id).map((own) => [own[0].source.id, own]),
  );
  const known = new Map<string, Set<string>>();
  const statedBy = ({ claim }: End, { currency, scope }: Clash): Set<string> => {
    const key = [claim.source.id, currency, scopeKey(scope)].join(' ');
    const found =
      known.get(key) ??
      new Set(
        (bySource.get(claim.source.id) ?? [])
          .filter((own) => sharedScope(own.scope, scope))
          .flatMap((own) => rangeIn(own, currency) ?? [])
          .map(rangeKey),
      );
    known.set(key, found);
    return found;
  };
  return (clash) => [statedBy(clash.lower, clash), statedBy(clash.higher, clash)];
}

type Statements = ReturnType<typeof statements>;

/** Whether one source states both sums, so that for it at least they are about different things. */
function isSaidByOne(clash: Clash, statedIn: Statements): boolean {
  const [lower, higher] = statedIn(clash);
  return lower.has(rangeKey(clash.higher.range)) || higher.has(rangeKey(clash.lower.range));
}

/**
 * Whether one source splits up what the other gives as one sum, or splits it differently: it states several sums, parts
 * or bounds, and none of them is stated by the other, so that nothing shows that the two sums are about the same.
 */
function isSplit(clash: Clash, statedIn: Statements): boolean {
  const [lower, higher] = statedIn(clash);
  return (lower.size > 1 || higher.size > 1) && ![...lower].some((sum) => higher.has(sum));
}

const upTo = (range: Range): string | null => (isOneAmount(range) ? null : range.highest);

const sideOf = (ends: [End, ...End[]]): Side => {
  const claims = ends.map(({ claim }) => claim);
  const { range } = ends[0];
  return { amount: range.lowest, upTo: upTo(range), claims: idsOf(claims), sources: sourcesOf(claims) };
};

/** The clashes of the same two amounts are one contradiction; the widest come first. */
function contradictionsOf(clashes: Clash[], aboutOf: (scope: Scope, claim: Claim) => About): Contradiction[] {
  const amountsOf = ({ currency, lower, higher, scope }: Clash): string =>
    [currency, rangeKey(lower.range), rangeKey(higher.range), openKey(scope)].join(' ');
  return groupedBy(clashes, amountsOf)
    .flatMap((same) => {
      // Scopes without an end of their period join the one that has an end, unless there are several such.
      const ended = same.filter(({ scope }) => scope.periodTo !== null);
      const isOne = new Set(ended.map(({ scope }) => scopeKey(scope))).size <= 1;
      return isOne ? [same] : groupedBy(same, ({ scope }) => scopeKey(scope));
    })
    .map(([first, ...more]) => {
      const { scope } = [first, ...more].find((one) => one.scope.periodTo !== null) ?? first;
      const [low, high] = [first.lower.range.highest, first.higher.range.lowest];
      return { first, more, scope, low, high, ratio: dividedBy(exact(high), exact(low)) };
    })
    .toSorted(
      (a, b) =>
        byCode(scopeKey(a.scope), scopeKey(b.scope)) ||
        compare(b.ratio, a.ratio) ||
        byCode(a.first.currency, b.first.currency) ||
        byCode(a.low, b.low),
    )
    .map(({ first, more, scope, low, high, ratio }) => ({
      ...aboutOf(scope, first.lower.claim),
      currency: first.currency,
      difference: difference(high, low),
      ratio: rounded(ratio),
      sides: [
        sideOf([first.lower, ...more.map(({ lower }) => lower)]),
        sideOf([first.higher, ...more.map(({ higher }) => higher)]),
      ],
    }));
}

/** Different amounts for one and the same thing. The claims are those of one subject and kind. */
export function amountContradictions(claims: Claim[]): Contradiction[] {
  const counted = claims.filter(counts);
  const statedIn = statements(counted);
  const clashes = groupedBy(counted, ({ scope }) => openKey(scope)).flatMap((group) =>
    pairsOf(group).flatMap(([a, b]) => {
      const [currency, scope] = [commonCurrency(a, b), sharedScope(a.scope, b.scope)];
      const found = currency && scope && clashIn(currency, scope, a, b);
      return found && !areNear(found) && !isSaidByOne(found, statedIn) && !isSplit(found, statedIn)
        ? [found]
        : [];
    }),
  );
  return contradictionsOf(clashes, (scope, { subject, kind }) => ({
    type: 'amount',
    subject,
    kind,
    scope,
    sum: null,
  }));
}

const everyScope: Scope = { covers: [], periodFrom: null, periodTo: null, stage: null };

/** One sum, converted to different amounts of another currency. What the sum is for does not matter here. */
export function conversionContradictions(claims: Claim[]): Contradiction[] {
  return groupedBy(claims.filter(counts), sumKey).flatMap((group) => {
    const { currency: from, ...range } = sumOf(group[0]);
    const sum = { amount: range.lowest, upTo: upTo(range), currency: from };
    const unscoped = group.map((claim) => ({ ...claim, scope: everyScope }));
    const statedIn = statements(unscoped);
    const others = [...new Set(group.flatMap(currenciesOf))].filter((currency) => currency !== from);
    const clashes = others.flatMap((currency) =>
      pairsOf(unscoped.filter((claim) => rangeIn(claim, currency))).flatMap(([a, b]) => {
        const found = clashIn(currency, everyScope, a, b);
        return found && !isSaidByOne(found, statedIn) ? [found] : [];
      }),
    );
    return contradictionsOf(clashes, () => ({
      type: 'conversion',
      subject: null,
      kind: null,
      scope: null,
      sum,
    }));
  });
}
