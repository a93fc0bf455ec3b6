/** A date of the precision that is known: `2025`, `2025-08` or `2025-08-04` (ISO 8601, EDTF level 0). */
export const partialDatePattern = /^[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?$/;

export function isPartialDate(value: string): boolean {
  if (!partialDatePattern.test(value) || value.startsWith('0000')) return false;
  if (value.length < 10) return true;
  const [year = 0, month = 0, day = 0] = value.split('-').map(Number);
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.getUTCDate() === day;
}

const beside = (day: string, days: number): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);

/** Day 0 of the next month is the last day of this one. */
function lastOfMonth(month: string): string {
  const date = new Date(0);
  date.setUTCFullYear(Number(month.slice(0, 4)), Number(month.slice(5)), 0);
  return date.toISOString().slice(0, 10);
}

const lastDay = '9999-12-31';
/** Sorts after every date. */
const afterAll = '~';

/** The first day that the date may mean. */
export const firstDayIn = (value: string): string => `${value}${'-01-01'.slice(value.length - 4)}`;
/** The last day that the date may mean. */
export const lastDayIn = (value: string): string =>
  value.length === 10 ? value : value.length === 4 ? `${value}-12-31` : lastOfMonth(value);

/** Whether the whole of one date lies after the whole of another. */
export const startsAfter = (date: string, other: string): boolean => firstDayIn(date) > lastDayIn(other);

/** The shortest date that begins on the same day: 2025-01-01 → 2025, 2025-07-01 → 2025-07. */
const shortened = (day: string): string => day.replace(/-01$/, '').replace(/^(\d{4})-01$/, '$1');

/**
 * How a comparison with a date becomes one with text, which an index can answer. A stored date counts as the whole
 * period it names: `gte` and `gt` look at its first day, `lte` and `lt` at its last.
 */
export function textBound(
  operator: 'gte' | 'gt' | 'lte' | 'lt',
  value: string,
): { bound: string; but: string[] } {
  if (operator === 'gte') return { bound: shortened(firstDayIn(value)), but: [] };
  if (operator === 'gt')
    return {
      bound: lastDayIn(value) === lastDay ? afterAll : shortened(beside(lastDayIn(value), 1)),
      but: [],
    };
  const bound = operator === 'lte' ? lastDayIn(value) : beside(firstDayIn(value), -1);
  // As text 2025-07 comes before 2025-07-15, but the month ends after that day.
  return {
    bound,
    but: [bound.slice(0, 7), bound.slice(0, 4)].filter((period) => lastDayIn(period) > bound),
  };
}
