import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { idsOf, sumKey } from '../../src/views/funding/claim.ts';
import { preferredOf } from '../../src/views/funding/preferred.ts';
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
      'a month that is over before the other begins',
      [
        { id: 'a', statedOn: '2025-12' },
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
    [
      'the whole of what one source states, to the last decimal',
      [
        { id: 'a', amount: '0.1', source: 's' },
        { id: 'b', amount: '0.2', source: 's' },
        { id: 'c', amount: '0.3', source: 's' },
      ],
      'c',
      'whole',
    ],
    [
      'the whole of two equal parts',
      [
        { id: 'a', amount: '5', source: 's' },
        { id: 'b', amount: '5', source: 's' },
        { id: 'c', amount: '10', source: 's' },
      ],
      'c',
      'whole',
    ],
    ['all that state the same sum', [{ id: 'b', amount: '100.0' }, { id: 'a' }], 'a b', 'agreement'],
    [
      'a whole with another source that states it',
      [
        { id: 'a', amount: '1', source: 's' },
        { id: 'b', amount: '2', source: 's' },
        { id: 'c', amount: '3', source: 's' },
        { id: 'd', amount: '3' },
      ],
      'c d',
      'whole',
    ],
    [
      'a source that is not public yet comes last',
      [
        { id: 'a', kind: null },
        { id: 'b', kind: 'mirror' },
      ],
      'b',
      'source-kind',
    ],
  ])('%s', (_, given, ids, step) => {
    const choice = preferredOf(claims(...given));
    expect('open' in choice ? choice : [idsOf(choice.claims).join(' '), choice.step]).toEqual([ids, step]);
  });

  test.each<[string, Given[]]>([
    ['two sums of one day', [{ statedOn: '2026-01-01' }, { statedOn: '2026-01-01' }]],
    ['a day in the month of the other', [{ statedOn: '2026-01-30' }, { statedOn: '2026-01' }]],
    ['a day in the year of the other', [{ statedOn: '2026' }, { statedOn: '2026-08-18' }]],
    ['a month in the year of the other', [{ statedOn: '2026' }, { statedOn: '2026-12' }]],
    ['a day and no date', [{ statedOn: '1999' }, {}]],
    ['no dates', [{}, {}]],
    ['two sums of one source', [{ source: 's' }, { source: 's' }]],
    ['a sum of which only some are parts', [1, 2, 3, 4].map((n) => ({ amount: `${n}`, source: 's' }))],
    [
      'a part and a sum of another source',
      [{ amount: '1', source: 's' }, { amount: '2', source: 's' }, { amount: '3' }],
    ],
    [
      'one sum and a range that begins with it',
      [{ amount: '100' }, { amount: '100', also: [['200', 'KRW']] }],
    ],
  ])('%s: none, and in no order either', (_, given) => {
    const all = claims(...given.map((one, at) => ({ id: `c${at}`, amount: `${at + 1}`, ...one })));
    for (const order of [all, all.toReversed() as typeof all]) {
      const choice = preferredOf(order);
      expect('open' in choice && idsOf(choice.open)).toEqual(idsOf(all));
    }
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
          claims: [{ id: 'z' }],
          over: { id: 'a' },
          step: 'source-kind',
        });
      }
  });

  const given = fc.record({
    rank: fc.constantFrom('preferred', 'normal', 'deprecated'),
    kind: fc.constantFrom(...order.slice(0, 3), null),
    amount: fc.constantFrom('1', '2', '3', '3.0'),
    source: fc.constantFrom('s', 't', 'u'),
    statedOn: fc.constantFrom(null, '2025', '2025-08', '2025-08-31', '2025-12-31', '2026'),
  });
  const some = fc.array(given, { minLength: 1, maxLength: 8 });
  const said = (choice: ReturnType<typeof preferredOf>) =>
    'open' in choice
      ? { open: idsOf(choice.open) }
      : { claims: idsOf(choice.claims), step: choice.step, over: choice.over?.id };

  test('it is the same in whatever order the claims come', () => {
    fc.assert(
      fc.property(some, fc.infiniteStream(fc.nat()), (rows, random) => {
        const all = claims(...rows.map((one, at) => ({ ...one, id: `c${at}` })));
        const shuffled = all
          .map((one) => ({ one, key: random.next().value as number }))
          .sort((a, b) => a.key - b.key)
          .map(({ one }) => one) as typeof all;
        expect(said(preferredOf(shuffled))).toEqual(said(preferredOf(all)));
        const choice = preferredOf(all);
        const best = 'open' in choice ? choice.open : choice.claims;
        if (best[0].rank === 'deprecated') expect(all.every(({ rank }) => rank === 'deprecated')).toBe(true);
      }),
    );
  });

  test('the ids decide nothing: with others the same sum is preferred', () => {
    fc.assert(
      fc.property(some, (rows) => {
        const named = (id: (at: number) => string) =>
          preferredOf(claims(...rows.map((one, at) => ({ ...one, id: id(at) }))));
        const [one, other] = [named((at) => `a${at}`), named((at) => `z${9 - at}`)];
        const sum = (choice: typeof one) => ('open' in choice ? null : sumKey(choice.claims[0]));
        expect(sum(other)).toBe(sum(one));
      }),
    );
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
