import fc from 'fast-check';
import { expect, test } from 'vitest';
import { exact, dividedBy } from '../../src/kernel/fraction.ts';
import { canonical, difference, lastUnit, rounded, total } from '../../src/views/funding/decimal.ts';

test.each([
  ['530000000000', '390000000', '1358.97'],
  ['390000000', '530000000000', '0.000735849'],
  ['1', '3', '0.333333'],
  ['2', '3', '0.666667'],
  ['1', '1', '1'],
  ['9999995', '10', '1000000'],
  ['9999994', '10', '999999'],
  ['1234565', '10', '123457'],
  ['1234564.9', '10', '123456'],
  ['0.5', '1', '0.5'],
  ['123456789', '1', '123457000'],
  ['0.0001', '99999999999999999999', '0.000000000000000000000001'],
])('%s / %s is about %s', (over, under, expected) => {
  expect(rounded(dividedBy(exact(over), exact(under)))).toBe(expected);
});

const amounts = fc
  .tuple(fc.bigInt({ min: 1n, max: 10n ** 20n }), fc.integer({ min: 0, max: 4 }))
  .map(([digits, places]) =>
    places === 0
      ? String(digits)
      : `${digits / 10n ** BigInt(places)}.${String(digits % 10n ** BigInt(places)).padStart(places, '0')}`,
  );
const scaled = (decimal: string, places: number): bigint => {
  const [whole = '', part = ''] = decimal.split('.');
  return BigInt(whole + part.padEnd(places, '0').slice(0, places));
};

test('a quotient has at most six significant digits and is off by at most half of the last', () => {
  fc.assert(
    fc.property(amounts, amounts, (a, b) => {
      const digits = rounded(dividedBy(exact(a), exact(b)));
      expect(digits.replace('.', '').replace(/^0+/, '').replace(/0+$/, '').length).toBeLessThanOrEqual(6);
      // |a/b − d| ≤ d / 200000, as whole numbers at forty places.
      const [top, bottom, shown] = [scaled(a, 4), scaled(b, 4), scaled(digits, 40)];
      const off = top * 10n ** 40n - shown * bottom;
      expect((off < 0n ? -off : off) * 199_999n).toBeLessThanOrEqual(shown * bottom);
    }),
  );
});

test('a difference is exact, and one amount has one text', () => {
  fc.assert(
    fc.property(amounts, amounts, (a, b) => {
      const [low, high] = scaled(a, 4) < scaled(b, 4) ? [a, b] : [b, a];
      expect(scaled(difference(high, low), 4)).toBe(scaled(high, 4) - scaled(low, 4));
      expect(scaled(canonical(a), 4)).toBe(scaled(a, 4));
      expect(canonical(a)).not.toMatch(/\.[0-9]*0$|\.$/);
    }),
  );
  expect([canonical('390000000.00'), canonical('0.50'), canonical('100'), difference('1.5', '1.25')]).toEqual(
    ['390000000', '0.5', '100', '0.25'],
  );
});

test('sums are exact, and the last unit is that of the last digit that counts', () => {
  fc.assert(
    fc.property(fc.array(amounts, { maxLength: 6 }), (some) => {
      expect(scaled(total(some), 4)).toBe(some.reduce((sum, one) => sum + scaled(one, 4), 0n));
    }),
  );
  expect([total(['0.1', '0.2']), total(['1', '0.50']), total([])]).toEqual(['0.3', '1.5', '0']);
  for (const [amount, unit] of [
    ['157600000000', '100000000'],
    ['200', '100'],
    ['101', '1'],
    ['2.50', '0.1'],
    ['100.0', '100'],
  ] as const)
    expect([amount, rounded(lastUnit(amount))]).toEqual([amount, unit]);
});
