/**
 * Exact arithmetic on points. A score has at most six decimals, a weight too, and a rescaled total is a ratio of such:
 * floats would tell 29.3 + 11.6 + 7.5 apart from 48.4 and break a tie that is one.
 */
export interface Fraction {
  readonly over: bigint;
  /** Positive, and without a common divisor with `over`. */
  readonly under: bigint;
}

const divisor = (a: bigint, b: bigint): bigint => (b === 0n ? a : divisor(b, a % b));
const size = (value: bigint): bigint => (value < 0n ? -value : value);

function fraction(over: bigint, under: bigint): Fraction {
  const common = divisor(size(over), size(under)) * (under < 0n ? -1n : 1n);
  return { over: over / common, under: under / common };
}

export const whole = (value: number): Fraction => ({ over: BigInt(value), under: 1n });
export const zero = whole(0);
export const one = whole(1);

/** Of a decimal number such as `48.4`, as the database or a client writes it. */
export function exact(text: string): Fraction {
  const [before = '', after = ''] = text.split('.');
  return fraction(BigInt(before + after), 10n ** BigInt(after.length));
}

export const plus = (a: Fraction, b: Fraction): Fraction =>
  fraction(a.over * b.under + b.over * a.under, a.under * b.under);
export const minus = (a: Fraction, b: Fraction): Fraction => plus(a, { over: -b.over, under: b.under });
export const times = (a: Fraction, b: Fraction): Fraction => fraction(a.over * b.over, a.under * b.under);
export const dividedBy = (a: Fraction, b: Fraction): Fraction => fraction(a.over * b.under, a.under * b.over);

/** Negative, zero or positive, as a sort wants it. */
export const compare = (a: Fraction, b: Fraction): number => {
  const difference = a.over * b.under - b.over * a.under;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
};
export const isZero = ({ over }: Fraction): boolean => over === 0n;
export const least = (a: Fraction, b: Fraction): Fraction => (compare(a, b) <= 0 ? a : b);
export const most = (a: Fraction, b: Fraction): Fraction => (compare(a, b) >= 0 ? a : b);

const decimals = 6n;

/** As a JSON number with six decimals at most; what has more is rounded in the direction told. */
export function toNumber({ over, under }: Fraction, rounding: 'nearest' | 'down' | 'up' = 'nearest'): number {
  const scaled = over * 10n ** decimals;
  const floor = (scaled - (((scaled % under) + under) % under)) / under;
  const rest = scaled - floor * under;
  const up = rounding === 'up' ? rest > 0n : rounding === 'nearest' && rest * 2n >= under;
  return Number(`${floor + (up ? 1n : 0n)}e-${decimals}`);
}
