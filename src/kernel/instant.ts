/** Instants as clients write them (RFC 3339, with a zone) and as we compare them: in UTC, to the microsecond. */
import { isPartialDate } from './partial-date.ts';

/** What RFC 3339 allows, less leap seconds and what is finer than a microsecond. */
const pattern =
  /^(\d{4}-\d{2}-\d{2})[Tt]([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(?:\.(\d{1,6}))?([Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;

/** The same for the API's description, where nothing is captured. */
export const instantPattern =
  /^\d{4}-\d{2}-\d{2}[Tt]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)$/;

export function isInstant(value: string): boolean {
  const [, day = ''] = pattern.exec(value) ?? [];
  // A zone can push it out of the years that have four digits.
  return isPartialDate(day) && /^\d{4}-/.test(new Date(value.toUpperCase()).toISOString());
}

/**
 * In UTC with six decimals, so that two of them compare as text. One that is no finer than a millisecond stands for the
 * whole of that millisecond, as the clocks of most clients know no less: `…:05.120Z` is `…:05.120999Z`.
 */
export function instantOf(value: string): string {
  const fraction = pattern.exec(value)?.[5] ?? '';
  const [seconds = ''] = new Date(value.toUpperCase()).toISOString().split('.');
  return `${seconds}.${fraction.length > 3 ? fraction.padEnd(6, '0') : `${fraction.padEnd(3, '0')}999`}Z`;
}
