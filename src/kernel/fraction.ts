/**
 * Exact arithmetic on points and on money. A score has at most six decimals, a weight too, and a rescaled total is a
 * ratio of such: floats would tell 29.3 + 11.6 + 7.5 apart from 48.4 and break a tie that is one. A rate is a ratio too.
 */
export interface Fraction {
  readonly over: bigint;
  /** Positive. Mostly a power of ten and not reduced: to look for a common divisor each time would take far longer. */
  readonly under: bigint;
}

const divisor = (a: bigint, b: bigint): bigint => {
  let [more, less] = [a < 0n ? -a : a, b];
  while (less !== 0n) [more, less] = [less, more % less];
  return more;
};

/** Without a common divisor. */
export function reduced({ over, under }: Fraction): Fraction {
  const common = divisor(over, under);
  return { over: over / common, under: under / common };
}

export const whole = (value: number): Fraction => ({ over: BigInt(value), under: 1n });
export const zero = whole(0);
export const one = whole(1);

/** Of a decimal number such as `48.4`, as the database or a client writes it. */
export function exact(text: string): Fraction {
  const [before = '', after = ''] = text.split('.');
  return { over: BigInt(before + after), under: 10n ** BigInt(after.length) };
}

export function plus(a: Fraction, b: Fraction): Fraction {
  if (a.under === b.under) return { over: a.over + b.over, under: a.under };
  const [fine, coarse] = a.under > b.under ? [a, b] : [b, a];
  if (fine.under % coarse.under === 0n)
    return { over: fine.over + coarse.over * (fine.under / coarse.under), under: fine.under };
  return reduced({ over: a.over * b.under + b.over * a.under, under: a.under * b.under });
}

export const minus = (a: Fraction, b: Fraction): Fraction => plus(a, { over: -b.over, under: b.under });
export const times = (a: Fraction, b: Fraction): Fraction =>
  a === one ? b : b === one ? a : { over: a.over * b.over, under: a.under * b.under };
/** By something positive. */
export const dividedBy = (a: Fraction, b: Fraction): Fraction =>
  b === one ? a : { over: a.over * b.under, under: a.under * b.over };

/** Negative, zero or positive, as a sort wants it. */
export const compare = (a: Fraction, b: Fraction): number => {
  const difference = a.under === b.under ? a.over - b.over : a.over * b.under - b.over * a.under;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
};
export const isZero = ({ over }: Fraction): boolean => over === 0n;
export const least = (a: Fraction, b: Fraction): Fraction => (compare(a, b) <= 0 ? a : b);
export const most = (a: Fraction, b: Fraction): Fraction => (compare(a, b) >= 0 ? a : b);

const millionths = 1_000_000n;

/** As a JSON number with six decimals at most; what has more is rounded in the direction told. */
export function toNumber({ over, under }: Fraction, rounding: 'nearest' | 'down' | 'up' = 'nearest'): number {
  const scaled = over * millionths;
  const rest = ((scaled % under) + under) % under;
  const up = rounding === 'up' ? rest > 0n : rounding === 'nearest' && rest * 2n >= under;
  const rounded = (scaled - rest) / under + (up ? 1n : 0n);
  const number = Number(rounded);
  // Both numbers are exact, so that their quotient is the nearest there is.
  return Number.isSafeInteger(number) ? number / 1e6 : Number(`${rounded}e-6`);
}
