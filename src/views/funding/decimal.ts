/** Positive decimal strings, as sums of money are written: never through a float, and without idle zeros. */
import type { Fraction } from '../../kernel/fraction.ts';

/** The decimal with the point moved `places` to the left, without idle zeros. */
function shifted(digits: bigint, places: number): string {
  if (places <= 0) return String(digits * 10n ** BigInt(-places));
  const text = String(digits).padStart(places + 1, '0');
  return `${text.slice(0, -places)}.${text.slice(-places)}`.replace(/\.?0+$/, '');
}

const placesOf = (decimal: string): number => decimal.split('.')[1]?.length ?? 0;

/** One amount, one text: 390000000.00 is 390000000. */
export const canonical = (decimal: string): string =>
  shifted(BigInt(decimal.replace('.', '')), placesOf(decimal));

const scaledTo = (places: number, decimal: string): bigint =>
  BigInt(decimal.replace('.', '')) * 10n ** BigInt(places - placesOf(decimal));

/** a − b, where a is not less than b, without rounding. */
export function difference(a: string, b: string): string {
  const places = Math.max(placesOf(a), placesOf(b));
  return shifted(scaledTo(places, a) - scaledTo(places, b), places);
}

/** The sum, without rounding. */
export function total(amounts: string[]): string {
  const places = Math.max(0, ...new Set(amounts.map(placesOf)));
  return shifted(
    amounts.reduce((sum, amount) => sum + scaledTo(places, amount), 0n),
    places,
  );
}

/** One unit of the last digit that is not a zero: 1000 for 157000, 0.1 for 2.5. */
export function lastUnit(decimal: string): Fraction {
  const exact = canonical(decimal);
  const zeros = exact.includes('.') ? 0 : (/0*$/.exec(exact)?.[0].length ?? 0);
  return { over: 10n ** BigInt(zeros), under: 10n ** BigInt(placesOf(exact)) };
}

/** More digits than any source's own figures carry would only look exact. */
const significantDigits = 6;

/** Rounded half up to six significant digits. */
export function rounded({ over, under }: Fraction): string {
  if (over === 0n) return '0';
  const at = (places: number): bigint => {
    const [top, bottom] =
      places < 0 ? [over, under * 10n ** BigInt(-places)] : [over * 10n ** BigInt(places), under];
    return (2n * top + bottom) / (2n * bottom);
  };
  // By the lengths of both numbers it has six digits at that place, or seven.
  let places = significantDigits - (String(over).length - String(under).length);
  if (at(places) >= 10n ** BigInt(significantDigits)) places -= 1;
  return shifted(at(places), places);
}
