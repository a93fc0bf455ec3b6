/** Between which ends a total lies under a what-if: points that may still be there are spent where they are worth most. */
import { compare, isZero, least, minus, plus, times, zero, type Fraction } from '../../kernel/fraction.ts';
import type { Cells } from './cells.ts';
import { anything, multiplied, type Interval } from './interval.ts';
import type { Plan } from './plan.ts';

/** Points that may still be there, as the rules of the round count them, each worth so much; null: as many as you like. */
interface Room {
  worth: Fraction;
  points: Fraction | null;
}

interface Reach {
  /** What is certain under the what-if. */
  certain: Fraction;
  /** The same by the rules, as a whole that is known counts it. */
  points: Fraction;
  rooms: Room[];
  /** What may come on top of that from what counts nothing by the rules, so that no whole limits it. */
  free: Fraction | null;
}

export function reachable(plans: readonly Plan[], cells: Cells, scale: Fraction): Interval {
  const { certain, rooms, free } = together(plans, cells);
  const highest = rooms.reduce<Fraction | null>(
    (sum, { worth, points }) => (isZero(worth) ? sum : sum && points && plus(sum, times(worth, points))),
    free && plus(certain, free),
  );
  return { lowest: times(certain, scale), highest: highest && times(highest, scale) };
}

/** What is worth most first: so much may be won before a whole that is known is used up. */
function together(plans: readonly Plan[], cells: Cells): Reach {
  const reaches = plans.map((plan) => reachOf(plan, cells));
  return {
    certain: reaches.reduce((sum, reach) => plus(sum, reach.certain), zero),
    points: reaches.reduce((sum, reach) => plus(sum, reach.points), zero),
    rooms: reaches.flatMap(({ rooms }) => rooms).sort((a, b) => compare(b.worth, a.worth)),
    free: reaches.reduce<Fraction | null>((sum, reach) => sum && reach.free && plus(sum, reach.free), zero),
  };
}

function reachOf({ criterion, plain, asked, worth, whole, out, parts }: Plan, cells: Cells): Reach {
  const value = cells.get(criterion)?.value ?? anything;
  if (!whole) {
    const reach = together(parts, cells);
    const { highest } = multiplied(value, plain);
    return highest === null || criterion.open
      ? reach
      : { ...reach, rooms: within(minus(highest, reach.points), reach.rooms) };
  }
  const { lowest, highest } = multiplied(value, plain);
  const counted = multiplied(value, out ? zero : asked);
  return {
    certain: counted.lowest,
    points: lowest,
    rooms: worth ? [{ worth: out ? zero : worth, points: highest && minus(highest, lowest) }] : [],
    free: worth ? zero : counted.highest && minus(counted.highest, counted.lowest),
  };
}

/** No more points than so many, the dearest kept. */
function within(limit: Fraction, rooms: readonly Room[]): Room[] {
  let left = limit;
  return rooms.map(({ worth, points }) => {
    const taken = compare(left, zero) <= 0 ? zero : points === null ? left : least(left, points);
    left = minus(left, taken);
    return { worth, points: taken };
  });
}
