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
      'an approximate claim less than 5 percent off',
      [{ id: 'a', amount: '104.9', approximate: true }, { id: 'b' }],
    ],
  ])('%s: none', (_, given) => {
    expect(found(...given)).toEqual([]);
  });

  test('five percent off is a contradiction, and any difference between exact claims', () => {
    expect(found({ id: 'a', amount: '105', approximate: true }, { id: 'b' })).toHaveLength(1);
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
        sum: { amount: '200', currency: 'KRW' },
        currency: 'USD',
        difference: '1',
        ratio: '1.00694',
        sides: [
          { amount: '144', claims: ['b'], sources: ['source-of-b'] },
          { amount: '145', claims: ['a', 'c'], sources: ['source-of-a', 'source-of-c'] },
        ],
      },
    ]);
  });
});
