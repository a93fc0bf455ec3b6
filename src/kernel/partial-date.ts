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

const lastDayOf = (value: string): Date => {
  const [year = 0, month, day] = value.split('-').map(Number);
  const date = new Date(0);
  // Day 0 of the next month is the last day of this one.
  date.setUTCFullYear(year, month === undefined ? 12 : day === undefined ? month : month - 1, day ?? 0);
  return date;
};
const firstDayOf = (value: string): Date =>
  new Date(`${value}${'-01'.repeat(3 - value.split('-').length)}T00:00:00Z`);
const isoDay = (date: Date, days = 0): string =>
  new Date(date.getTime() + days * 86_400_000).toISOString().slice(0, 10);

const lastDay = '9999-12-31';
/** Sorts after every date. */
const afterAll = '~';

/** The first day that the date may mean. */
export const firstDayIn = (value: string): string => isoDay(firstDayOf(value));
/** The last day that the date may mean. */
export const lastDayIn = (value: string): string => isoDay(lastDayOf(value));

/** Whether the whole of one date lies after the whole of another. */
export const startsAfter = (date: string, other: string): boolean => firstDayOf(date) > lastDayOf(other);

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
  if (operator === 'gte') return { bound: shortened(isoDay(firstDayOf(value))), but: [] };
  if (operator === 'gt')
    return {
      bound: isoDay(lastDayOf(value)) === lastDay ? afterAll : shortened(isoDay(lastDayOf(value), 1)),
      but: [],
    };
  const bound = operator === 'lte' ? isoDay(lastDayOf(value)) : isoDay(firstDayOf(value), -1);
  // As text 2025-07 comes before 2025-07-15, but the month ends after that day.
  return {
    bound,
    but: [bound.slice(0, 7), bound.slice(0, 4)].filter((period) => isoDay(lastDayOf(period)) > bound),
  };
}
