/** The claims about the money of the real programme, and which of them are preferred. */
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
  standing,
  type Claim,
  type Funding,
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

test('the preferred claim of each scope follows from rank, kind of source and recency, or the sources leave it open', async () => {
  let open = 0;
  for (const { subject, kind, scopes } of (await funding()).groups)
    for (const { scope, preferred, reason, claims } of scopes) {
      const own = best(
        figures.filter(
          (row) => groupOf(row) === groupSaid(subject, kind) && scopeOf(row) === scopeSaid(scope),
        ),
      );
      expect(preferred && { claims: preferred.claims, step: preferred.step }).toEqual(own);
      expect(reason === null).toBe(preferred !== null);
      if (preferred) expect(preferred.claims).toContain(claims[0]?.id);
      else open += 1;
    }
  expect(open).toBeGreaterThan(2);
});

test.each(['', '?asOf=2026-11-25', '?asOf=2025-08-31'])(
  'one scope stands for a group, and its preferred claim for the claims%s; or none does, and it is said why',
  async (query) => {
    for (const { subject, kind, chosenScope, preferred, reason, scopes } of (await funding(query)).groups) {
      const shown = new Set(scopes.flatMap(({ claims }) => claims.map(({ id }) => id)));
      const rows = standing(
        figures.filter((row) => groupOf(row) === groupSaid(subject, kind) && shown.has(row.id ?? '')),
      );
      expect([groupSaid(subject, kind), chosenScope !== null]).toEqual([
        groupSaid(subject, kind),
        rows.length > 0,
      ]);
      const own = rows.length > 0 ? best(rows) : null;
      expect(preferred && { claims: preferred.claims, step: preferred.step }).toEqual(own);
      expect(reason === null).toBe(preferred !== null);
    }
  },
);

const groupIn = ({ groups }: Funding, subject: string, kind: string) => {
  const [found] = groups.filter((group) => group.subject.id === subject && group.kind === kind);
  if (!found) throw new Error(`no ${kind} of ${subject}`);
  return found;
};

test('a year that one source names is no later than a day of it: each scope has the same preferred claim now and today', async () => {
  const [now, today] = [await funding(), await funding('?asOf=2026-11-25')];
  let compared = 0;
  for (const group of today.groups)
    for (const { scope, preferred, claims } of group.scopes) {
      const same = groupIn(now, group.subject.id, group.kind).scopes.find(
        (other) => scopeSaid(other.scope) === scopeSaid(scope) && other.claims.length === claims.length,
      );
      if (!same) continue;
      compared += 1;
      expect([scope.words, preferred?.money]).toEqual([scope.words, same.preferred?.money]);
    }
  expect(compared).toBeGreaterThan(30);
});

test('a round of financing is its whole, and where one source states two sums neither is the preferred', async () => {
  const shown = await funding();
  expect(groupIn(shown, 'upstage', 'investment').preferred).toMatchObject({
    claims: ['fund-peopleofinternet-upstage-560b'],
    money: { amount: '560000000000', currency: 'KRW' },
    step: 'whole',
    because: 'It is the sum of the other amounts that the same source states, so that it is the whole.',
  });
  expect(groupIn(shown, 'motif-technologies', 'data-support')).toMatchObject({
    preferred: null,
    reason:
      '2 claims are equal by rank and kind of source, their dates do not tell which is the latest, and they state different sums: the sources leave it open.',
  });
});

test('what stands for the GPUs is what was appropriated, not an estimate for a later half-year', async () => {
  const group = groupIn(await funding(), 'kr-safm', 'gpu-support');
  expect(group.chosenScope).toMatchObject({
    scope: { periodFrom: '2025', stage: 'appropriated' },
    steps: ['stage'],
  });
  expect(group.preferred).toMatchObject({
    claims: ['fund-nabo-gpu-158b6'],
    over: 'fund-applicants-copy-gpu-157b6',
    because:
      'The firmest stage stands for the group: as appropriated. It has the better kind of source: official, before mirror.',
  });
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
