/**
 * A claim is dated to the day, the month or the year. Such a date is a period, of which nobody said the day: of two that
 * overlap neither is the later, and a claim without a date is neither earlier nor later than any other.
 */
import { firstDayIn, lastDayIn } from '../../kernel/partial-date.ts';
import type { Claim } from './claim.ts';

/** When a claim was stated, else when its source came out. */
export const dateOf = ({ statedOn, source }: Claim): string | null => statedOn ?? source.publishedOn;

/** Those that no other is certain to be later than. */
export function latestOf(claims: Claim[]): Claim[] {
  const dates = claims.map(dateOf).filter((date) => date !== null);
  const latestStart = dates.map(firstDayIn).reduce((a, b) => (b > a ? b : a), '');
  return claims.filter((claim) => {
    const date = dateOf(claim);
    return date === null || lastDayIn(date) >= latestStart;
  });
}

const dayNumber = (day: string): number => Date.parse(`${day}T00:00:00Z`) / 86_400_000;

/** How many days lie between the dates of two claims, at least and at most; undefined where one is undated. */
export function daysApart(a: Claim, b: Claim): { least: number; most: number } | undefined {
  const [one, other] = [dateOf(a), dateOf(b)];
  if (one === null || other === null) return undefined;
  const after = dayNumber(firstDayIn(one)) - dayNumber(lastDayIn(other));
  const before = dayNumber(firstDayIn(other)) - dayNumber(lastDayIn(one));
  return { least: Math.max(after, before, 0), most: Math.max(-after, -before) };
}
