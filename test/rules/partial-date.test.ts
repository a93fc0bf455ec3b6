import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isPartialDate, textBound } from '../../src/kernel/partial-date.ts';
import { searched } from '../searches.ts';

test.each(['2025', '2025-08', '2025-08-04', '2024-02-29', '0001', '9999-12-31'])('%s is a date', (value) => {
  expect(isPartialDate(value)).toBe(true);
});

test.each([
  '',
  '25',
  '0000',
  '2025-13',
  '2025-00',
  '2025-02-29',
  '2025-04-31',
  '2025-8-4',
  '2025-08-04T00:00',
  ' 2025',
])('%j is not a date', (value) => {
  expect(isPartialDate(value)).toBe(false);
});

const pad = (n: number): string => String(n).padStart(2, '0');
const daysIn = (year: number, month: number): number => new Date(Date.UTC(year, month, 0)).getUTCDate();

/** Years around a leap year, so that ends of months and years are met often. */
const dates = fc
  .record({
    year: fc.integer({ min: 2023, max: 2025 }),
    month: fc.integer({ min: 1, max: 12 }),
    day: fc.integer({ min: 1, max: 31 }),
    precision: fc.constantFrom(4, 7, 10),
  })
  .map(({ year, month, day, precision }) =>
    `${year}-${pad(month)}-${pad(Math.min(day, daysIn(year, month)))}`.slice(0, precision),
  );

const first = (value: string): string => (value + '-01-01').slice(0, 10);
function last(value: string): string {
  const [year = 0, month = 12] = value.split('-').map(Number);
  return value.length === 10 ? value : `${year}-${pad(month)}-${pad(daysIn(year, month))}`;
}

const meanings = {
  gte: (stored: string, asked: string) => first(stored) >= first(asked),
  gt: (stored: string, asked: string) => first(stored) > last(asked),
  lte: (stored: string, asked: string) => last(stored) <= last(asked),
  lt: (stored: string, asked: string) => last(stored) < first(asked),
};

test.each(['gte', 'gt', 'lte', 'lt'] as const)(
  'comparing dates of any precision by %s means comparing the days they cover',
  (operator) => {
    fc.assert(
      fc.property(dates, dates, (stored, asked) => {
        const { bound, but } = textBound(operator, asked);
        const asText = operator.startsWith('g') ? stored >= bound : stored <= bound && !but.includes(stored);
        expect(asText).toBe(meanings[operator](stored, asked));
      }),
      searched(5_000),
    );
  },
);
