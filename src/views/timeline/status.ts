/** What is to be said of a date on the day of the question: nothing that lies ahead has taken place. */
import { firstDayIn, lastDayIn } from '../../kernel/partial-date.ts';
import type { Candidate, Status } from './facts.ts';
import { dayAfter } from './period.ts';

/** A plan that nothing confirms is one until its time is over, and then a plan whose time has passed. */
export function statusOf(
  date: string,
  { moved, ahead }: Pick<Candidate, 'moved' | 'ahead'>,
  day: string,
): Status {
  if (moved) return 'moved';
  if (firstDayIn(date) > day) return 'planned';
  if (!ahead) return 'took-place';
  return lastDayIn(date) < day ? 'passed' : 'planned';
}

export const latest = (...instants: (string | null | undefined)[]): string =>
  instants.reduce<string>((last, one) => (one && one > last ? one : last), '');

/** When what is said of it last changed: by a row, or because its time came after that. */
export function changedAt(written: string, date: string, status: Status): string {
  const since =
    status === 'took-place' ? firstDayIn(date) : status === 'passed' ? dayAfter(lastDayIn(date)) : undefined;
  return latest(written, since && `${since}T00:00:00.000000Z`);
}
