/**
 * Ranks where the order is certain, rank intervals where it is not. Equal totals share a rank and the next one is left
 * out: 1, 2, 2, 4.
 */
import { above, below, counted, perhapsMore, surelyMore, type Interval } from './interval.ts';

export interface Rank {
  best: number;
  worst: number;
}

/** As a figure among others. */
export const spanOf = ({ best, worst }: Rank): Interval => ({
  lowest: counted(best).lowest,
  highest: counted(worst).highest,
});

export const ranksOf = (totals: readonly Interval[]): Rank[] =>
  totals.map((mine, i) => ({
    best: 1 + totals.filter((other) => surelyMore(other, mine)).length,
    worst: 1 + totals.filter((other, j) => j !== i && perhapsMore(other, mine)).length,
  }));

export interface Place {
  total: Interval;
  /** The rank that the authority published. */
  rank: number | null;
}

interface Standing extends Place {
  /** Whether the published rank is the last of all. */
  last: boolean;
}

/**
 * What published ranks say beyond the totals. They order each other; the first is above everybody whose rank was not
 * published, and the last below. A published rank is taken to be held alone, unless it was published for several.
 */
export function narrowed(places: readonly Place[]): { total: Interval; rank: Rank }[] {
  const held = heldBy(places);
  const published = places.map((place) => ({
    ...place,
    last: held.has(places.length) && isLast(place, places),
  }));
  const settled = published.map((mine) => ({ ...mine, total: totalAmong(mine, published) }));
  return settled.map((mine) => {
    const { total, rank } = mine;
    if (rank !== null) return { total, rank: { best: rank, worst: rank } };
    const before = (certain: (a: Interval, b: Interval) => boolean): number =>
      settled.filter(
        (other) =>
          other !== mine &&
          (isAbove(other, mine) || (!isAbove(mine, other) && certain(other.total, mine.total))),
      ).length;
    const ends = { best: 1 + before(surelyMore), worst: 1 + before(perhapsMore) };
    const free = notHeld(ends, held);
    return { total, rank: free.best <= free.worst ? free : ends };
  });
}

/** Published ranks that contradict the totals narrow nothing. */
const totalAmong = (mine: Standing, all: readonly Standing[]): Interval =>
  all.reduce((total, other) => {
    if (isAbove(other, mine) && !surelyMore(total, other.total)) return below(other.total.highest, total);
    if (isAbove(mine, other) && !surelyMore(other.total, total)) return above(other.total.lowest, total);
    return total;
  }, mine.total);

function isAbove(one: Standing, other: Standing): boolean {
  if (one.rank !== null && other.rank !== null) return one.rank < other.rank;
  return one.rank === null ? other.last : one.rank === 1;
}

/** Three who share rank 2 hold the places 2 to 4. */
function heldBy(places: readonly Place[]): Set<number> {
  const held = new Set<number>();
  const ranks = places.flatMap(({ rank }) => (rank === null ? [] : [rank])).sort((a, b) => a - b);
  let next = 0;
  for (const [i, rank] of ranks.entries()) {
    next = rank === ranks[i - 1] ? next + 1 : rank;
    held.add(next);
  }
  return held;
}

const isLast = ({ rank }: Place, places: readonly Place[]): boolean =>
  rank !== null && places.every((other) => (other.rank ?? 0) <= rank);

function notHeld({ best, worst }: Rank, held: Set<number>): Rank {
  let [first, last] = [best, worst];
  while (held.has(first)) first += 1;
  while (held.has(last)) last -= 1;
  return { best: first, worst: last };
}
