/**
 * A leaderboard: each model is ranked by one of its results, and ties share a rank (1, 2, 2, 4).
 *
 * Sources may give several results for one model. It is ranked by the most exact one, then the latest, then the one
 * with the better kind of source, then the one with the lower id; the others stay beside it.
 *
 * A bound (at least 50) leaves open where a model stands, and with it where others stand: beside the rank by the numbers as
 * they are given there is the best and the worst that it can be. The other end of the interval is the opposite bound (at
 * most 60), if a claim that shares a source with the first gives one that does not contradict it. A bound that only another
 * source gives is another claim and stays apart, as a number would: else two sources that disagree would make an interval
 * that neither of them states.
 */
import { lastDayIn } from '../../kernel/partial-date.ts';
import { sourceKinds as kindsInOrder } from '../funding/preferred.ts';

export interface ResultFacts {
  id: string;
  score: number;
  qualifier: string;
  measuredOn: string | null;
  sources: string[];
  sourceKinds: string[];
}

export interface Claims {
  model: { id: string; organization: { id: string; country: string } };
  results: ResultFacts[];
}

export interface LeaderboardFacts {
  benchmark: { higherIsBetter: boolean; maxScore: number | null };
  claims: Claims[];
}

export interface Wanted {
  organization?: string[];
  country?: string[];
}

const exactness: Record<string, number> = { exact: 0, about: 1, nearly: 1, 'at-least': 2, 'at-most': 2 };

const kindOf = ({ sourceKinds }: ResultFacts): number =>
  Math.min(
    kindsInOrder.length,
    ...sourceKinds.map((kind) => kindsInOrder.indexOf(kind)).filter((at) => at >= 0),
  );

/** A month counts from its last day; a result without a date comes after those that have one. */
const dayOf = ({ measuredOn }: ResultFacts): string => (measuredOn === null ? '' : lastDayIn(measuredOn));

const steps = [
  {
    rule: 'exactness',
    compare: (a: ResultFacts, b: ResultFacts) =>
      (exactness[a.qualifier] ?? 3) - (exactness[b.qualifier] ?? 3),
  },
  {
    rule: 'recency',
    compare: (a: ResultFacts, b: ResultFacts) => Number(dayOf(b) > dayOf(a)) - Number(dayOf(b) < dayOf(a)),
  },
  { rule: 'source', compare: (a: ResultFacts, b: ResultFacts) => kindOf(a) - kindOf(b) },
  { rule: 'id', compare: (a: ResultFacts, b: ResultFacts) => (a.id < b.id ? -1 : 1) },
] as const;

const deciding = (a: ResultFacts, b: ResultFacts) => steps.find(({ compare }) => compare(a, b) !== 0);

/** The results, the one that ranks first, and which step of the rule set it apart from the next. */
export function chosen(results: ResultFacts[]) {
  const ordered = [...results].sort((a, b) => deciding(a, b)?.compare(a, b) ?? 0);
  const [first, second] = ordered;
  if (!first) throw new Error('a model without results is on no leaderboard');
  return { ordered, first, rule: second ? (deciding(first, second)?.rule ?? 'id') : ('only' as const) };
}

interface Span {
  value: number;
  low: number;
  high: number;
}

export interface Bounds {
  lowest: number | null;
  highest: number | null;
}

const opposite: Record<string, string> = { 'at-least': 'at-most', 'at-most': 'at-least' };

/** Between which numbers the score lies by the claim that ranks first and its sources; null where no bound is stated. */
export function boundsOf(first: ResultFacts, ordered: ResultFacts[]): Bounds {
  const wanted = opposite[first.qualifier];
  if (wanted === undefined) return { lowest: first.score, highest: first.score };
  const atLeast = wanted === 'at-most';
  const other = ordered.find(
    ({ qualifier, score, sources }) =>
      qualifier === wanted &&
      (atLeast ? score >= first.score : score <= first.score) &&
      sources.some((source) => first.sources.includes(source)),
  );
  return atLeast
    ? { lowest: first.score, highest: other?.score ?? null }
    : { lowest: other?.score ?? null, highest: first.score };
}

/** Where the true score lies, turned so that more is better. */
export function spanOf(
  score: number,
  { lowest, highest }: Bounds,
  { higherIsBetter, maxScore }: LeaderboardFacts['benchmark'],
): Span {
  const most = highest ?? Math.max(score, maxScore ?? Infinity);
  const least = lowest ?? -Infinity;
  return higherIsBetter
    ? { value: score, low: least, high: most }
    : { value: -score, low: -most, high: -least };
}

/** How many of the numbers, in rising order, are larger. */
function above(rising: Float64Array, value: number): number {
  let from = 0;
  let to = rising.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if ((rising[middle] ?? 0) > value) to = middle;
    else from = middle + 1;
  }
  return rising.length - from;
}

/** The rank of each, by the numbers as given, at best and at worst. */
export function ranked(spans: Span[]): { rank: number; rankAtBest: number; rankAtWorst: number }[] {
  const values = Float64Array.from(spans, ({ value }) => value).sort();
  const lows = Float64Array.from(spans, ({ low }) => low).sort();
  const highs = Float64Array.from(spans, ({ high }) => high).sort();
  return spans.map(({ value, low, high }) => ({
    rank: 1 + above(values, value),
    rankAtBest: 1 + above(lows, high),
    // Of those that may be better one is itself where its own span has a width.
    rankAtWorst: 1 + above(highs, low) - (high > low ? 1 : 0),
  }));
}

const boundOf = (qualifier: string): 'lower' | 'upper' | null =>
  qualifier === 'at-least' ? 'lower' : qualifier === 'at-most' ? 'upper' : null;

export function leaderboard({ benchmark, claims }: LeaderboardFacts, { organization, country }: Wanted) {
  const all = claims.map(({ model, results }) => {
    const choice = chosen(results);
    return { model, ...choice, bounds: boundsOf(choice.first, choice.ordered) };
  });
  const spans = (those: typeof all) =>
    those.map(({ first, bounds }) => spanOf(first.score, bounds, benchmark));
  const overall = ranked(spans(all));
  const listed = all
    .map((one, i) => ({ ...one, overallRank: overall[i]?.rank ?? 0 }))
    .filter(
      ({ model }) =>
        (organization?.includes(model.organization.id) ?? true) &&
        (country?.includes(model.organization.country) ?? true),
    );
  const ranks = ranked(spans(listed));
  const entries = listed.map(({ model, ordered, first, rule, bounds, overallRank }, i) => ({
    ...(ranks[i] ?? { rank: 0, rankAtBest: 0, rankAtWorst: 0 }),
    overallRank,
    model,
    score: first.score,
    qualifier: first.qualifier,
    bound: boundOf(first.qualifier),
    ...bounds,
    rankedBy: { result: first.id, rule },
    results: ordered.map(({ id, score, qualifier, measuredOn, sources }) => ({
      id,
      score,
      qualifier,
      measuredOn,
      sources,
    })),
  }));
  // Ties in the order of the models' ids.
  entries.sort((a, b) => a.rank - b.rank || (a.model.id < b.model.id ? -1 : 1));
  return { benchmark, entries };
}
