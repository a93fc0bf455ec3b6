/** Where sources contradict each other about the money of the real programme. */
import { expect, test } from 'vitest';
import {
  figures,
  groupOf,
  groupSaid,
  moneyOf,
  scopeOf,
  scopeSaid,
  type Row,
  type Funding,
} from '../funding-data.ts';
import { tracker } from '../tracker.ts';

const it = tracker();
const funding = async (): Promise<Funding> => {
  const reply = await it.anyone.get(`/v1/programs/kr-safm/funding`);
  expect(reply.status).toBe(200);
  return reply.body.data;
};

test('530 against 200 billion won is a contradiction of claims of one scope, with all who say so', async () => {
  const { contradictions } = await funding();
  const found = contradictions.filter(
    ({ currency, sides }) =>
      currency === 'KRW' && sides.map(({ amount }) => amount).join() === '200000000000,530000000000',
  );
  const stating = (amount: string): Row[] =>
    figures
      .filter((row) => row['money.amount'] === amount && scopeOf(row) === 'total///reported')
      .sort((a, b) => ((a.id ?? '') < (b.id ?? '') ? -1 : 1));
  const side = (amount: string): object => ({
    amount,
    upTo: null,
    claims: stating(amount).map(({ id }) => id),
    sources: stating(amount)
      .map((row) => row.sources)
      .sort(),
  });
  expect(found).toEqual([
    {
      type: 'amount',
      subject: { type: 'program', id: 'kr-safm', name: 'Sovereign AI Foundation Model project' },
      kind: 'budget',
      scope: {
        covers: ['total'],
        periodFrom: null,
        periodTo: null,
        stage: 'reported',
        words: 'the whole; no period stated; as reported',
      },
      sum: null,
      currency: 'KRW',
      difference: '330000000000',
      ratio: '2.65',
      sides: [side('200000000000'), side('530000000000')],
    },
  ]);
  expect(found[0]?.sides.map((one) => one.sources.length)).toEqual([2, 5]);
});

test('145 against 144 and 114 against 113 million dollars are conversions of the same won', async () => {
  const { contradictions } = await funding();
  const conversions = contradictions.filter(({ type }) => type === 'conversion');
  expect(
    conversions.map(({ sum, currency, sides }) => [
      `${sum?.amount} ${sum?.currency} in ${currency}`,
      ...sides.map((side) => `${side.amount} ${side.sources.join(' ')}`),
    ]),
  ).toEqual([
    [
      '157600000000 KRW in USD',
      '113000000 lokmat-2025-09-09-kickoff',
      '114000000 kedglobal-mirror-2025-08-04',
    ],
    [
      '200000000000 KRW in USD',
      '144000000 kbs-world-2025-08-04-five-consortiums',
      '145000000 seed-004 vietmetric-2025-08-kt-kakao',
    ],
  ]);
});

/** Whether two rows may be about one thing: the same, or one names the end of a period that the other only begins. */
function isOneScope(a: Row, b: Row): boolean {
  const open = (row: Row): string => scopeOf({ ...row, 'scope.periodTo': '' });
  const [one, other] = [a['scope.periodTo'], b['scope.periodTo']];
  const isOpen = a['scope.periodFrom'] !== '' && (one === '' || other === '');
  return groupOf(a) === groupOf(b) && open(a) === open(b) && (one === other || isOpen);
}

/** How far an amount that is called approximate may be off: 5 percent of the lower, and a unit of its last digit. */
const isNear = (row: Row, amount: bigint, low: bigint, high: bigint): boolean =>
  row.approximate === 'true' &&
  (high - low) * 100n < low * 5n &&
  high - low <= BigInt(String(amount).replace(/^.*?([1-9]?)(0*)$/, '1$2'));

/** The two amounts of a claim and another that contradict each other, the lower first; undefined where none do. */
function clashOf(a: Row, b: Row): [string, bigint, bigint] | undefined {
  if (a.sources === b.sources || !isOneScope(a, b)) return undefined;
  const [mine, theirs] = [moneyOf(a), moneyOf(b)];
  const first = [a['money.currency'] ?? '', b['money.currency'] ?? '', ...mine.keys()];
  const currency = first.find((code) => mine.has(code) && theirs.has(code)) ?? '';
  const [low = 0n, high = 0n] = [mine.get(currency), theirs.get(currency)];
  if (low >= high || isNear(a, low, low, high) || isNear(b, high, low, high)) return undefined;
  const statedBy = (row: Row): bigint[] =>
    figures
      .filter((other) => other.sources === row.sources && isOneScope(other, a) && isOneScope(other, b))
      .flatMap((other) => moneyOf(other).get(currency) ?? []);
  const [lower, higher] = [new Set(statedBy(a)), new Set(statedBy(b))];
  if (lower.has(high) || higher.has(low)) return undefined;
  const isSplit = lower.size > 1 || higher.size > 1;
  return isSplit && ![...lower].some((sum) => higher.has(sum)) ? undefined : [currency, low, high];
}

test('amounts contradict each other only within one scope, and all that do are listed', async () => {
  const { contradictions } = await funding();
  const expected = figures.flatMap((a) =>
    figures.flatMap((b) => {
      const clash = clashOf(a, b);
      const scope = scopeOf(a['scope.periodTo'] === '' ? b : a);
      return clash ? [[groupOf(a), scope, ...clash].join(' ')] : [];
    }),
  );
  const shown = contradictions.flatMap(({ subject, kind, scope, currency, sides: [low, high] }) =>
    subject && kind !== null && scope
      ? [[groupSaid(subject, kind), scopeSaid(scope), currency, low.amount, high.amount].join(' ')]
      : [],
  );
  expect(shown.sort()).toEqual([...new Set(expected)].sort());
  expect(shown.length).toBeGreaterThan(20);
});

test('no source stands on both sides of a contradiction', async () => {
  const { contradictions } = await funding();
  for (const { sides } of contradictions)
    expect(sides[0].sources.filter((source) => sides[1].sources.includes(source))).toEqual([]);
  // 10 billion for data bought jointly and 20 billion for broadcasts: two sources state both.
  expect(contradictions.filter(({ kind }) => kind === 'data-support')).toEqual([]);
});

test('157.6 against 158.6 billion for the GPUs of 2025, though only one of the two says when the year ends', async () => {
  const { contradictions } = await funding();
  expect(contradictions.filter(({ sides }) => sides[1].amount === '158600000000')).toMatchObject([
    {
      kind: 'gpu-support',
      scope: { covers: ['gpu'], periodFrom: '2025', periodTo: '2025', stage: 'appropriated' },
      difference: '1000000000',
      sides: [{ sources: ['applicants-copy-2025-07-support'] }, { sources: ['nabo-2025-settlement'] }],
    },
  ]);
});
