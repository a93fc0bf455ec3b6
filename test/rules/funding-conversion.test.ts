import { describe, expect, test } from 'vitest';
import { converted, pairsIn } from '../../src/views/funding/rates.ts';
import { claim, claims, type Given } from './claims.ts';

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
      rateFrom: [{ claim: 'x', source: 'source-of-x', rate: '2.33333' }],
    });
  });

  test('else what others state for the same sum, whatever it is for and however far', () => {
    const pairs = pairsIn(
      claims(...rates, {
        id: 'same',
        amount: '700.0',
        also: [['0.123456789', 'USD']],
        statedOn: '1999',
        subject: 'q',
      }),
    );
    expect(
      converted(claim({ id: 'x', amount: '700', statedOn: '2026-01-01' }), 'USD', pairs, 'en'),
    ).toMatchObject({
      way: 'same-sum',
      amount: '0.123456789',
      rateFrom: [{ claim: 'same', source: 'source-of-same' }],
    });
  });

  test('else the rate nearest in time of the same subject and kind; no undated one', () => {
    const from = (given: Given) => [
      usd(given)
        .rateFrom.map(({ claim: id }) => id)
        .join(),
      usd(given).amount,
    ];
    expect(from({ amount: '3000', statedOn: '2025-02' })).toEqual(['old', '3']);
    expect(from({ amount: '3000', publishedOn: '2025-11-05' })).toEqual(['new', '2']);
    for (const given of [{}, { statedOn: '2025-02', subject: 'q' }])
      expect(usd({ amount: '3000', ...given })).toMatchObject({
        way: 'no-rate',
        amount: null,
        lowest: null,
        rateFrom: [],
        reason:
          'No source states this sum in USD, and no rate for money of the same subject and kind is known to be near in time.',
      });
  });

  test('where the rates that come first differ, the amount lies between', () => {
    // Of a year no day is known to be nearer to one of the two.
    expect(usd({ amount: '3000', statedOn: '2025' })).toMatchObject({
      way: 'nearest-rate',
      amount: null,
      lowest: '2',
      highest: '3',
      rate: null,
      rateFrom: [{ claim: 'old' }, { claim: 'new' }],
      reason: 'Nothing tells which of the rates comes first, and they differ.',
    });
  });

  test('a range stays one: of the claim, of its own statement and of what gives the rate', () => {
    expect(usd({ amount: '1500', also: [['3000', 'KRW']], statedOn: '2025-01-01' })).toMatchObject({
      amount: null,
      lowest: '1.5',
      highest: '3',
      rate: '1000',
      reason: 'The source states a range.',
    });
    expect(
      usd({
        also: [
          ['8', 'USD'],
          ['7', 'USD'],
        ],
      }),
    ).toMatchObject({
      way: 'own-statement',
      amount: null,
      lowest: '7',
      highest: '8',
    });
    const pairs = pairsIn(
      claims({
        id: 'r',
        amount: '56',
        also: [
          ['8', 'USD'],
          ['7', 'USD'],
        ],
        statedOn: '2025',
      }),
    );
    expect(pairs.map(({ also }) => also.amount)).toEqual(['7', '8']);
    expect(converted(claim({ id: 'x', amount: '112', statedOn: '2025' }), 'USD', pairs, 'en')).toMatchObject({
      amount: null,
      lowest: '14',
      highest: '16',
    });
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
      rateFrom: [],
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
