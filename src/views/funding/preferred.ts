/** Which of several claims is preferred, and what decided that. Where nothing decides, none is. */
import { byCode, groupedBy, type Some } from '../../kernel/grouping.ts';
import { isOneAmount, sumKey, sumOf, type Claim } from './claim.ts';
import { firstDayIn } from '../../kernel/partial-date.ts';
import { dateOf, latestOf } from './dates.ts';
import { compare, exact } from '../../kernel/fraction.ts';
import { total } from './decimal.ts';
import { lowestBy, placeIn, sifted, type Sieve } from './sieve.ts';

export const ranks = ['preferred', 'normal', 'deprecated'];

/** Who is nearest to the money comes first; what only passes on the words of others comes last. */
export const sourceKinds = [
  'official',
  'company',
  'technical-report',
  'model-card',
  'repository',
  'press',
  'analysis',
  'aggregator',
  'blog',
  'mirror',
];

export const steps = ['only-claim', 'rank', 'source-kind', 'recency', 'whole', 'agreement'] as const;
export type Step = (typeof steps)[number];

export const rankPlace = ({ rank }: Claim): number => placeIn(ranks, rank);
export const kindPlace = ({ source }: Claim): number => placeIn(sourceKinds, source.kind);

const sieves: Sieve<Claim, Step>[] = [
  ['rank', lowestBy(rankPlace)],
  ['source-kind', lowestBy(kindPlace)],
  ['recency', latestOf],
];

const startOf = (claim: Claim): string => {
  const date = dateOf(claim);
  return date === null ? '' : firstDayIn(date);
};

/** An order to show them in, in which no claim comes before one that the rule puts above it; the id decides nothing else. */
export const bestFirst = (claims: Claim[]): Claim[] =>
  claims.toSorted(
    (a, b) =>
      rankPlace(a) - rankPlace(b) ||
      kindPlace(a) - kindPlace(b) ||
      byCode(startOf(b), startOf(a)) ||
      byCode(a.id, b.id),
  );

export interface Choice {
  /** Several where equally good claims state the same sum. */
  claims: Some<Claim>;
  /** The best of those that the deciding step set aside. */
  over: Claim | undefined;
  step: Step;
}

/** Claims that no key tells apart, of different sums. */
export interface Open {
  open: Some<Claim>;
}

export function preferredOf(claims: Some<Claim>): Choice | Open {
  const { left, steps: deciding, heldBack } = sifted(claims, sieves);
  if (left.length === 1)
    return { claims: left, step: deciding.at(-1) ?? 'only-claim', over: bestFirst(heldBack)[0] };
  const told = groupedBy(left, ({ source }) => source.id).map(wholeOf);
  const [first, ...more] = told.flat();
  if (!first || told.some((one) => one.length === 0) || more.some((one) => sumKey(one) !== sumKey(first)))
    return { open: left };
  return {
    claims: [first, ...more],
    step: more.length + 1 < left.length ? 'whole' : 'agreement',
    over: undefined,
  };
}

/**
 * What the claims of one source come to: the one that is the sum of all others, where they state different sums; none
 * where that is not so. Sums of which only some add up might do so by chance.
 */
function wholeOf(claims: Some<Claim>): Claim[] {
  if (new Set(claims.map(sumKey)).size === 1) return claims;
  const sums = claims.map(sumOf);
  if (new Set(sums.map(({ currency }) => currency)).size > 1 || !sums.every(isOneAmount)) return [];
  const amountOf = (claim: Claim): string => sumOf(claim).lowest;
  const highest = claims.map(amountOf).reduce((a, b) => (compare(exact(b), exact(a)) > 0 ? b : a));
  const parts = claims.map(amountOf).filter((amount) => amount !== highest);
  return parts.length > 1 && total(parts) === highest
    ? claims.filter((claim) => amountOf(claim) === highest)
    : [];
}
