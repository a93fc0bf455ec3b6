import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Claim } from '../../src/views/funding/claim.ts';
import { preferredOf } from '../../src/views/funding/preferred.ts';
import { converted, pairsIn } from '../../src/views/funding/rates.ts';
import { answerOf } from '../../src/views/funding/rules.ts';
import { claim, claims, type Given } from './claims.ts';

describe('the preferred claim', () => {
  test.each<[string, Given[], string, string]>([
    ['one alone', [{ id: 'a' }], 'a', 'only-claim'],
    ['one alone, though deprecated', [{ id: 'a', rank: 'deprecated' }], 'a', 'only-claim'],
    [
      'rank before everything',
      [
        { id: 'a', kind: 'official', statedOn: '2026-01-01' },
        { id: 'b', kind: 'mirror', rank: 'preferred' },
      ],
      'b',
      'rank',
    ],
    [
      'deprecated after everything',
      [
        { id: 'a', kind: 'official', statedOn: '2026-01-01', rank: 'deprecated' },
        { id: 'b', kind: 'mirror' },
      ],
      'b',
      'rank',
    ],
    [
      'kind of source before recency',
      [
        { id: 'a', kind: 'company', statedOn: '2026-01-01' },
        { id: 'b', kind: 'official', statedOn: '2020' },
      ],
      'b',
      'source-kind',
    ],
    [
      'the later of two',
      [
        { id: 'a', statedOn: '2026-01-01' },
        { id: 'b', statedOn: '2026-01-02' },
      ],
      'b',
      'recency',
    ],
    [
      'a month counts from its last day',
      [
        { id: 'b', statedOn: '2026-01-30' },
        { id: 'c', statedOn: '2026-01' },
      ],
      'c',
      'recency',
    ],
    [
      'a full date on the last day of a month is no later than the month',
      [
        { id: 'b', statedOn: '2026-01' },
        { id: 'c', statedOn: '2026-01-31' },
      ],
      'b',
      'id',
    ],
    [
      'a year counts from its last day',
      [
        { id: 'a', statedOn: '2026-12-30' },
        { id: 'b', statedOn: '2026' },
      ],
      'b',
      'recency',
    ],
    [
      'without a date of its own, the day of the source',
      [
        { id: 'a', statedOn: '2026-01-01' },
        { id: 'b', publishedOn: '2026-02' },
      ],
      'b',
      'recency',
    ],
    ['undated last', [{ id: 'a' }, { id: 'b', statedOn: '1999' }], 'b', 'recency'],
    ['the id at last', [{ id: 'b' }, { id: 'a' }], 'a', 'id'],
    [
      'a source that is not public yet comes last',
      [
        { id: 'a', kind: null },
        { id: 'b', kind: 'mirror' },
      ],
      'b',
      'source-kind',
    ],
  ])('%s', (_, given, id, step) => {
    const choice = preferredOf(claims(...given) as [Claim, ...Claim[]]);
    expect([choice.claim.id, choice.step]).toEqual([id, step]);
  });

  const order = [
    'official',
    'company',
    'technical-report',
    'model-card',
    'repository',
    'press',
    'analysis',
    'aggregator',
    'blog',
    'mirror',
  ];
  test('every kind of source comes before those after it in the list', () => {
    for (const [at, better] of order.entries())
      for (const worse of order.slice(at + 1)) {
        const [a, b] = [claim({ id: 'z', kind: better }), claim({ id: 'a', kind: worse, statedOn: '2026' })];
        expect(preferredOf([b, a])).toMatchObject({
          claim: { id: 'z' },
          over: { id: 'a' },
          step: 'source-kind',
        });
      }
  });

  test('it is the same in whatever order the claims come', () => {
    const given = fc.record({
      rank: fc.constantFrom('preferred', 'normal', 'deprecated'),
      kind: fc.constantFrom(...order, null),
      statedOn: fc.constantFrom(null, '2025', '2025-08', '2025-08-31', '2025-12-31'),
    });
    fc.assert(
      fc.property(
        fc.array(given, { minLength: 1, maxLength: 8 }),
        fc.infiniteStream(fc.nat()),
        (some, random) => {
          const all = some.map((one, at) => claim({ ...one, id: `c${at}` })) as [Claim, ...Claim[]];
          const shuffled = all
            .map((one) => ({ one, key: random.next().value as number }))
            .sort((a, b) => a.key - b.key)
            .map(({ one }) => one) as [Claim, ...Claim[]];
          expect(preferredOf(shuffled)).toEqual(preferredOf(all));
          const { claim: best } = preferredOf(all);
          if (best.rank === 'deprecated') expect(all.every(({ rank }) => rank === 'deprecated')).toBe(true);
        },
      ),
    );
  });
});

describe('conversion', () => {
  const rates: Given[] = [
    { id: 'old', amount: '1000', also: [['1', 'USD']], statedOn: '2025-01-01' },
    { id: 'new', amount: '1500', also: [['1', 'USD']], statedOn: '2026-01-01' },
    { id: 'undated', amount: '1250', also: [['1', 'USD']], kind: 'official' },
    { id: 'out', amount: '9', also: [['1', 'USD']], statedOn: '2025-06-01', rank: 'deprecated' },
  ];
  const usd = (given: Given, currency = 'USD') =>
    converted(claim({ id: 'x', ...given }), currency, pairsIn(claims(...rates)), 'en');

  test('what the own source states comes first, as stated', () => {
    expect(usd({ amount: '7', also: [['3', 'USD']], statedOn: '2025-01-01' })).toMatchObject({
      way: 'own-statement',
      own: true,
      amount: '3',
      rate: '2.33333',
      rateFrom: { claim: 'x', source: 'source-of-x' },
    });
  });

  test('else the rate nearest in time; without a date the better kind of source', () => {
    const from = (given: Given) => [usd(given).rateFrom?.claim, usd(given).amount, usd(given).own];
    expect(from({ amount: '3000', statedOn: '2025-02' })).toEqual(['old', '3', false]);
    expect(from({ amount: '3000', publishedOn: '2025-11-05' })).toEqual(['new', '2', false]);
    expect(from({ amount: '3000' })).toEqual(['undated', '2.4', false]);
  });

  test('the range is that of all rates that count', () => {
    expect(usd({ amount: '3000', statedOn: '2025-02' }).range).toEqual({
      rates: 3,
      lowestRate: '1000',
      highestRate: '1500',
      lowest: '2',
      highest: '3',
    });
  });

  test('the other way round by the same rates, and never through a third currency', () => {
    expect(usd({ amount: '3', currency: 'USD', statedOn: '2025-02' }, 'KRW')).toMatchObject({
      amount: '3000',
      rate: '0.001',
    });
    const pairs = pairsIn(
      claims(...rates, { id: 'eur', amount: '1', currency: 'EUR', also: [['1', 'USD']] }),
    );
    expect(converted(claim({ id: 'x' }), 'EUR', pairs, 'en')).toMatchObject({
      way: 'no-rate',
      amount: null,
      rate: null,
      rateFrom: null,
      range: null,
      reason: 'No source states one sum in both KRW and EUR.',
    });
  });

  test('what is in the currency already is left as it is', () => {
    expect(usd({ amount: '3.50', currency: 'USD' })).toMatchObject({
      way: 'stated',
      own: true,
      amount: '3.5',
    });
  });
});

test('nothing known gives empty lists', () => {
  expect(answerOf([], 'en', undefined)).toEqual({
    convertTo: null,
    groups: [],
    pairs: [],
    contradictions: [],
  });
});
