/** The claims about the money of the real programme, and where they contradict each other. */
import { expect, test } from 'vitest';
import {
  best,
  figures,
  groupOf,
  groupSaid,
  moneyOf,
  quotient,
  scopeOf,
  scopeSaid,
  sources,
  type Claim,
  type Funding,
  type Row,
} from '../funding-data.ts';
import { tracker } from '../tracker.ts';

const it = tracker();
const funding = async (query = ''): Promise<Funding> => {
  const reply = await it.anyone.get(`/v1/programs/kr-safm/funding${query}`);
  expect([query, reply.status]).toEqual([query, 200]);
  return reply.body.data;
};

test('every claim is there once, in the group and the scope that it belongs to', async () => {
  const { groups } = await funding();
  const shown = groups.flatMap(({ subject, kind, scopes }) =>
    scopes.flatMap(({ scope, claims }) =>
      claims.map(({ id }) => [id, groupSaid(subject, kind), scopeSaid(scope)].join(' ')),
    ),
  );
  expect(shown.sort()).toEqual(figures.map((row) => [row.id, groupOf(row), scopeOf(row)].join(' ')).sort());
  const types = groups.map(({ subject }) => subject.type);
  expect(types).toEqual([
    ...types.filter((type) => type === 'program'),
    ...types.filter((type) => type !== 'program'),
  ]);
});

const orNull = (cell: string | undefined): string | null => (cell === undefined || cell === '' ? null : cell);

test('a claim says what its row and its source say', async () => {
  const claims = new Map<string, Claim>();
  for (const { scopes } of (await funding()).groups)
    for (const claim of scopes.flatMap((scope) => scope.claims)) claims.set(claim.id, claim);
  for (const row of figures) {
    const source = sources.get(row.sources ?? '');
    expect(claims.get(row.id ?? '')).toEqual({
      id: row.id,
      money: { amount: row['money.amount'], currency: row['money.currency'] },
      approximate: row.approximate === 'true',
      statedAlso: [...moneyOf(row)]
        .slice(1)
        .map(([currency, amount]) => ({ amount: String(amount), currency })),
      statedOn: orNull(row.statedOn),
      rank: row.rank,
      rankReason: orNull(row.rankReason),
      note: orNull(row.note),
      converted: null,
      sources: [row.sources],
      source: {
        id: row.sources,
        title: source?.title,
        publisher: orNull(source?.publisher),
        kind: source?.kind,
        publishedOn: orNull(source?.publishedOn),
        url: orNull(source?.url),
      },
    });
  }
});

test('the preferred claim of each scope and group follows from rank, kind of source, recency and id', async () => {
  for (const { subject, kind, preferred, scopes } of (await funding()).groups) {
    const rows = figures.filter((row) => groupOf(row) === groupSaid(subject, kind));
    expect(preferred).toMatchObject(best(rows));
    for (const within of scopes) {
      const own = best(rows.filter((row) => scopeOf(row) === scopeSaid(within.scope)));
      expect(within.preferred).toMatchObject(own);
      expect(within.claims[0]?.id).toBe(own.claim);
    }
  }
});

test('the spread tells what is stated in each currency', async () => {
  for (const { subject, kind, scopes } of (await funding()).groups)
    for (const { scope, spread } of scopes) {
      const rows = figures.filter(
        (row) => groupOf(row) === groupSaid(subject, kind) && scopeOf(row) === scopeSaid(scope),
      );
      const currencies = [...new Set(rows.flatMap((row) => [...moneyOf(row).keys()]))].sort();
      expect(spread).toEqual(
        currencies.map((currency) => {
          const stating = rows.filter((row) => moneyOf(row).has(currency));
          const amounts = stating.map((row) => moneyOf(row).get(currency) ?? 0n);
          const lowest = amounts.reduce((a, b) => (b < a ? b : a));
          const highest = amounts.reduce((a, b) => (b > a ? b : a));
          return {
            currency,
            claims: stating.length,
            lowest: String(lowest),
            highest: String(highest),
            ratio: quotient(highest, lowest),
            sources: [...new Set(stating.map((row) => row.sources))].sort(),
          };
        }),
      );
    }
});

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

/** The two amounts of a claim and another that contradict each other, the lower first; undefined where none do. */
function clashOf(a: Row, b: Row): [string, bigint, bigint] | undefined {
  if (a.sources === b.sources || groupOf(a) !== groupOf(b) || scopeOf(a) !== scopeOf(b)) return undefined;
  const [mine, theirs] = [moneyOf(a), moneyOf(b)];
  const first = [a['money.currency'] ?? '', b['money.currency'] ?? '', ...mine.keys()];
  const currency = first.find((code) => mine.has(code) && theirs.has(code)) ?? '';
  const [low = 0n, high = 0n] = [mine.get(currency), theirs.get(currency)];
  const near = [a, b].some((row) => row.approximate === 'true') && (high - low) * 100n < low * 5n;
  return low >= high || near ? undefined : [currency, low, high];
}

test('amounts contradict each other only within one scope, and all that do are listed', async () => {
  const { contradictions } = await funding();
  const expected = figures.flatMap((a) =>
    figures.flatMap((b) => {
      const clash = clashOf(a, b);
      return clash ? [[groupOf(a), scopeOf(a), ...clash].join(' ')] : [];
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

test('GPU rental, one year and a proposal are scopes of their own, said in words', async () => {
  const { groups } = await funding();
  const words = groups.flatMap(({ scopes }) => scopes.map(({ scope }) => scope.words));
  expect(words).toEqual(
    expect.arrayContaining([
      'GPUs; from 2025; as proposed',
      'data and GPUs; 2025; as announced',
      'data, GPUs and talent; from 2025; as proposed',
    ]),
  );
});

test('names and words are in the language asked for', async () => {
  const [korean] = (await funding('?lang=ko')).groups;
  expect([korean?.subject.name, korean?.scopes[0]?.scope.words]).toEqual([
    '독자 AI 파운데이션 모델 프로젝트',
    '전체; 기간 미상; 보도',
  ]);
  const [french] = (await funding('?lang=fr')).groups;
  expect(french?.scopes[0]?.scope.words).toBe('l’ensemble; période non précisée; rapporté');
});
