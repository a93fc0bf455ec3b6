import { firstDayIn, lastDayIn } from '../../kernel/partial-date.ts';

/** The first day after it; none after the last day that a date can name. */
export function dayAfter(day: string): string | undefined {
  const next = new Date(Date.parse(day) + 86_400_000).toISOString();
  return next.startsWith('+') ? undefined : next.slice(0, 10);
}

/** Whether no day belongs to both. */
export const areApart = (a: string, b: string): boolean =>
  lastDayIn(a) < firstDayIn(b) || lastDayIn(b) < firstDayIn(a);
