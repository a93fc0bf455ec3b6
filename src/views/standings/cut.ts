/** The line between those who go on and those who do not, drawn among those who failed no gate. */
import { difference, placeIn, type Interval, type Span } from './interval.ts';

export interface Candidate {
  total: Interval | null;
  failed: readonly string[];
}

export interface CutLine {
  places: number | null;
  candidates: number;
  lastInside: Interval | null;
  firstOutside: Interval | null;
  /** Why there is no line; null where there is one. */
  note: string | null;
}

const inLine = (candidates: readonly Candidate[]): Interval[] =>
  candidates.flatMap(({ total, failed }) => (total && failed.length === 0 ? [total] : []));

export function cutLineOf(candidates: readonly Candidate[], places: number | null): CutLine {
  const totals = inLine(candidates);
  const standing = candidates.filter(({ failed }) => failed.length === 0).length;
  const all = totals.length === standing;
  const at = (place: number): Interval | null => (all ? (placeIn(totals, place) ?? null) : null);
  return {
    places,
    candidates: standing,
    lastInside: places === null ? null : at(places),
    firstOutside: places === null ? null : at(places + 1),
    note: noLine(candidates, places),
  };
}

function noLine(candidates: readonly Candidate[], places: number | null): string | null {
  const standing = candidates.filter(({ failed }) => failed.length === 0);
  if (candidates.length === 0) return 'Nobody takes part.';
  if (standing.length === 0) return 'Everybody failed a gate.';
  if (standing.some(({ total }) => total === null)) return 'Nothing is scored in this round.';
  if (places === null) return 'How many were to go on is not known.';
  if (places === 0) return 'Nobody was to go on.';
  if (standing.length <= places)
    return `All ${standing.length} that failed no gate fit into the ${places} places.`;
  return null;
}

/**
 * Points above the best of the others outside, or below the last of them inside: both are the others' total at the last
 * place that there is. Null with the reason where there is no line to be on either side of.
 */
export function marginOf(
  mine: Candidate,
  candidates: readonly Candidate[],
  places: number | null,
): { margin: Span | null; note: string | null } {
  if (mine.failed.length > 0) return { margin: null, note: `Out by the gate ${mine.failed.join(', ')}.` };
  const note = noLine(candidates, places);
  const others = inLine(candidates.filter((candidate) => candidate !== mine));
  const line = places === null ? undefined : placeIn(others, places);
  if (note !== null || !line || !mine.total) return { margin: null, note };
  return { margin: difference(mine.total, line), note: null };
}
