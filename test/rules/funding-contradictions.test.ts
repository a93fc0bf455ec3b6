import { describe, expect, test } from 'vitest';
import { amountContradictions, conversionContradictions } from '../../src/views/funding/contradictions.ts';
import { claims, type Given } from './claims.ts';

describe('contradictions of amount', () => {
  const found = (...given: Given[]): string[] =>
    amountContradictions(claims(...given)).map(
      ({ currency, sides: [low, high] }) =>
        `${currency} ${low.amount} (${low.claims.join(' ')}) ${high.amount} (${high.claims.join(' ')})`,
    );

  test('two amounts in one scope, each with all who state it', () => {
    expect(
      found({ id: 'a', amount: '530' }, { id: 'b', amount: '200.0' }, { id: 'c', amount: '200' }),
    ).toEqual(['KRW 200 (b c) 530 (a)']);
    expect(
      amountContradictions(claims({ id: 'a', amount: '530' }, { id: 'b', amount: '200' }))[0],
    ).toMatchObject({
      type: 'amount',
      difference: '330',
      ratio: '2.65',
      sides: [{ sources: ['source-of-b'] }, { sources: ['source-of-a'] }],
    });
  });

  test.each<[string, Given[]]>([
    ['claims of different scope', [{ id: 'a', amount: '1', covers: ['gpu'] }, { id: 'b' }]],
    ['claims of different stage', [{ id: 'a', amount: '1', stage: 'proposed' }, { id: 'b' }]],
    ['claims that share no currency', [{ id: 'a', amount: '1', currency: 'EUR' }, { id: 'b' }]],
    [
      'several sums from one source',
      [
        { id: 'a', amount: '1', source: 's' },
        { id: 'b', source: 's' },
      ],
    ],
    ['a deprecated claim', [{ id: 'a', amount: '1', rank: 'deprecated' }, { id: 'b' }]],
    [
      'an approximate claim less than 5 percent off, within a unit of its last digit',
      [
        { id: 'a', amount: '104.9' },
        { id: 'b', approximate: true },
      ],
    ],
    [
      'what lies within a range',
      [
        { id: 'a', also: [['200', 'KRW']] },
        { id: 'b', amount: '150' },
      ],
    ],
    [
      'ranges that overlap',
      [
        { id: 'a', also: [['200', 'KRW']] },
        { id: 'b', amount: '300', also: [['150', 'KRW']] },
      ],
    ],
    [
      'sums that both sources state',
      ['s', 't'].flatMap((source) => [
        { id: `${source}1`, amount: '10', source },
        { id: `${source}2`, amount: '20', source },
      ]),
    ],
    [
      'a sum of one that the other states beside its own',
      [
        { id: 'a', amount: '10' },
        { id: 'b', amount: '20', source: 's' },
        { id: 'c', amount: '10', source: 's' },
      ],
    ],
    [
      'parts of one against the sum of another',
      [
        { id: 'a', amount: '62.8' },
        { id: 'b', amount: '20', source: 's' },
        { id: 'c', amount: '10', source: 's' },
      ],
    ],
    [
      'a year and a year that is not known to end with it',
      [
        { id: 'a', amount: '1', periodTo: '2025' },
        { id: 'b', periodFrom: '2025', periodTo: '2025' },
      ],
    ],
    [
      'periods that begin together and end apart',
      [
        { id: 'a', amount: '1', periodFrom: '2025', periodTo: '2026' },
        { id: 'b', periodFrom: '2025', periodTo: '2025' },
      ],
    ],
  ])('%s: none', (_, given) => {
    expect(found(...given)).toEqual([]);
  });

  test('a sum that two sources have in common shows that they split the same', () => {
    const split = (source: string, amount: string): Given[] => [
      { id: `${source}1`, amount: '10', source },
      { id: `${source}2`, amount, source },
    ];
    expect(found(...split('s', '20'), ...split('t', '30'))).toEqual(['KRW 20 (s2) 30 (t2)']);
  });

  test('a period without an end is that of the other which begins with it', () => {
    const open: Given = { id: 'a', amount: '157.6', approximate: true, periodFrom: '2025' };
    const [one, ...more] = amountContradictions(
      claims(
        open,
        { id: 'b', amount: '158.6', periodFrom: '2025', periodTo: '2025' },
        { ...open, id: 'c', amount: '158.6' },
      ),
    );
    expect([one?.scope?.periodTo, one?.sides[1].claims, more]).toEqual(['2025', ['b', 'c'], []]);
    // Two ends that differ are two scopes, and the open one may be either.
    expect(
      amountContradictions(
        claims(
          open,
          ...['2025', '2026'].map((periodTo): Given => ({
            id: periodTo,
            amount: '158.6',
            periodFrom: '2025',
            periodTo,
          })),
        ),
      ).map(({ scope }) => scope?.periodTo),
    ).toEqual(['2025', '2026']);
  });

  test('a range against what lies outside it', () => {
    expect(
      amountContradictions(claims({ id: 'a', also: [['200', 'KRW']] }, { id: 'b', amount: '260' })),
    ).toMatchObject([
      {
        difference: '60',
        ratio: '1.3',
        sides: [
          { amount: '100', upTo: '200' },
          { amount: '260', upTo: null },
        ],
      },
    ]);
  });

  test('five percent off is a contradiction, or a digit that is stated, and any difference between exact claims', () => {
    expect(found({ id: 'a', amount: '105', approximate: true }, { id: 'b' })).toHaveLength(1);
    expect(found({ id: 'a', amount: '104.9', approximate: true }, { id: 'b' })).toHaveLength(1);
    expect(found({ id: 'a', amount: '104.9' }, { id: 'b' })).toHaveLength(1);
    // Only the exact ones of the two sides contradict each other.
    expect(
      found({ id: 'a', amount: '101' }, { id: 'b' }, { id: 'c', approximate: true, amount: '101' }),
    ).toEqual(['KRW 100 (b) 101 (a)']);
  });

  test('the order in which a scope lists what it covers does not matter', () => {
    expect(
      found({ id: 'a', covers: ['gpu', 'data'], amount: '1' }, { id: 'b', covers: ['data', 'gpu'] }),
    ).toHaveLength(1);
  });

  test('claims are compared in the currency that both state first, else in another common one', () => {
    expect(found({ id: 'a', also: [['9', 'USD']] }, { id: 'b', also: [['8', 'USD']] })).toEqual([]);
    expect(found({ id: 'a', also: [['9', 'USD']] }, { id: 'b', amount: '8', currency: 'USD' })).toEqual([
      'USD 8 (b) 9 (a)',
    ]);
    expect(
      found({ id: 'a', currency: 'EUR', also: [['9', 'USD']] }, { id: 'b', also: [['8', 'USD']] }),
    ).toEqual(['USD 8 (b) 9 (a)']);
  });
});

describe('contradictions of conversion', () => {
  test('one sum that different sources convert differently, whatever it is for', () => {
    const found = conversionContradictions(
      claims(
        { id: 'a', amount: '200', also: [['145', 'USD']] },
        { id: 'b', amount: '200.00', also: [['144', 'USD']], covers: ['gpu'] },
        { id: 'c', amount: '200', also: [['145', 'USD']] },
        { id: 'd', amount: '201', also: [['140', 'USD']] },
        { id: 'e', amount: '200' },
      ),
    );
    expect(found).toEqual([
      {
        type: 'conversion',
        subject: null,
        kind: null,
        scope: null,
        sum: { amount: '200', upTo: null, currency: 'KRW' },
        currency: 'USD',
        difference: '1',
        ratio: '1.00694',
        sides: [
          { amount: '144', upTo: null, claims: ['b'], sources: ['source-of-b'] },
          { amount: '145', upTo: null, claims: ['a', 'c'], sources: ['source-of-a', 'source-of-c'] },
        ],
      },
    ]);
  });

  test('a source that converts a sum in two ways does not contradict who agrees with one of them', () => {
    const found = conversionContradictions(
      claims(
        { id: 'a', amount: '200', also: [['145', 'USD']], source: 's' },
        { id: 'b', amount: '200', also: [['144', 'USD']], source: 's' },
        { id: 'c', amount: '200', also: [['144', 'USD']] },
        { id: 'd', amount: '200', also: [['140', 'USD']] },
      ),
    );
    expect(found.map(({ sides }) => sides.map(({ claims: ids }) => ids.join(' ')).join(' / '))).toEqual([
      'd / a',
      'd / b c',
    ]);
  });
});
