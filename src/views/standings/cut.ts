/**
 * The line between those who go on and those who do not. Places are counted by rank among all that were judged. Gates
 * are applied apart from that: who fails one is out whatever its place, and nobody moves up into the place.
 */
import { compare, zero, type Fraction } from '../../kernel/fraction.ts';
import { difference, placeIn, type Interval, type Span } from './interval.ts';
import type { Rank } from './rank.ts';

export interface Candidate {
  total: Interval | null;
  rank: Rank | null;
  failed: readonly string[];
}

/** Why there is no line. */
export type NoLine = 'nobody' | 'nothing-scored' | 'places-unknown' | 'no-places' | 'all-fit';

export interface CutLine {
  places: number | null;
  candidates: number;
  lastInside: Interval | null;
  firstOutside: Interval | null;
  /** Null where there is one. */
  note: NoLine | null;
}

/** Why a consortium has no margin. */
export type NoMargin = NoLine | { gates: readonly string[] };

const totalsOf = (candidates: readonly Candidate[]): Interval[] =>
  candidates.flatMap(({ total }) => (total ? [total] : []));

export function cutLineOf(candidates: readonly Candidate[], places: number | null): CutLine {
  const totals = totalsOf(candidates);
  const at = (place: number): Interval | null =>
    totals.length === candidates.length ? (placeIn(totals, place) ?? null) : null;
  return {
    places,
    candidates: candidates.length,
    lastInside: places === null ? null : at(places),
    firstOutside: places === null ? null : at(places + 1),
    note: noLine(candidates, places),
  };
}

function noLine(candidates: readonly Candidate[], places: number | null): NoLine | null {
  if (candidates.length === 0) return 'nobody';
  if (candidates.some(({ total }) => total === null)) return 'nothing-scored';
  if (places === null) return 'places-unknown';
  if (places === 0) return 'no-places';
  return candidates.length <= places ? 'all-fit' : null;
}

/**
 * Points above the best of the others outside, or below the last of them inside: both are the others' total at the last
 * place that there is. Null with the reason where there is no line to be on either side of.
 */
export function marginOf(
  mine: Candidate,
  candidates: readonly Candidate[],
  places: number | null,
): { margin: Span | null; note: NoMargin | null } {
  if (mine.failed.length > 0) return { margin: null, note: { gates: mine.failed } };
  const note = noLine(candidates, places);
  const others = totalsOf(candidates.filter((candidate) => candidate !== mine));
  const line = places === null ? undefined : placeIn(others, places);
  if (note !== null || !line || !mine.total) return { margin: null, note };
  return { margin: byRank(difference(mine.total, line), mine.rank, places ?? 0), note: null };
}

/** Where the rank alone tells the side of the line, the margin does not reach over to the other. */
function byRank({ lowest, highest }: Span, rank: Rank | null, places: number): Span {
  const below = (end: Fraction): boolean => compare(end, zero) < 0;
  const above = (end: Fraction): boolean => compare(end, zero) > 0;
  const both = (lowest === null || !above(lowest)) && (highest === null || !below(highest));
  if (!rank || !both) return { lowest, highest };
  if (rank.worst <= places) return { lowest: zero, highest };
  return { lowest, highest: rank.best > places ? zero : highest };
}
