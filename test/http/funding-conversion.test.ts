/** Exchange rates that the sources imply, what is converted by them, and what was known when. */
import { expect, test } from 'vitest';
import {
  claimsIn,
  dateOf,
  dayOf,
  figures,
  firstDay,
  groupOf,
  kindOf,
  lastDay,
  moneyOf,
  quotient,
  sources,
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

test('every pair of currencies that a source states is there, with its exact rate', async () => {
  const { pairs } = await funding();
  const expected = figures
    .filter((row) => moneyOf(row).size > 1)
    .map((row) => {
      const [money = 0n, also = 0n] = moneyOf(row).values();
      return [row.id, quotient(money, also), quotient(also, money), row.sources].join(' ');
    });
  expect(pairs.map((pair) => [pair.claim, pair.rate, pair.inverse, ...pair.sources].join(' '))).toEqual(
    expected.sort(),
  );
  expect(pairs.find(({ claim }) => claim === 'fund-kbs-2025-200b')).toEqual({
    claim: 'fund-kbs-2025-200b',
    statedOn: '2025-08',
    money: { amount: '200000000000', currency: 'KRW' },
    also: { amount: '144000000', currency: 'USD' },
    rate: '1388.89',
    inverse: '0.00072',
    sources: ['kbs-world-2025-08-04-five-consortiums'],
  });
});

const won = (row: Row): bigint => moneyOf(row).get('KRW') ?? 0n;
const dollars = (row: Row): bigint => moneyOf(row).get('USD') ?? 0n;
const rates = figures.filter((row) => moneyOf(row).has('USD') && moneyOf(row).has('KRW'));
const byRate = rates.toSorted((a, b) => (won(a) * dollars(b) < won(b) * dollars(a) ? -1 : 1));

const days = (one: string, other: string): number => (Date.parse(one) - Date.parse(other)) / 86_400_000;
/** The days between two rows, at least and at most; undefined where one is undated. */
function apart(a: Row, b: Row): [least: number, most: number] | undefined {
  const [one, other] = [dateOf(a), dateOf(b)];
  if (one === '' || other === '') return undefined;
  const [after, before] = [days(firstDay(one), lastDay(other)), days(firstDay(other), lastDay(one))];
  return [Math.max(0, after, before), Math.max(-after, -before)];
}

/** Whose rates are used for a row that states none itself: those for the same sum, else the nearest of its group. */
function ratesFor(row: Row, currency: string): { way: string; used: Row[] } {
  const same = rates.filter((rate) => moneyOf(rate).get(currency) === moneyOf(row).get(currency));
  const group = rates.filter((rate) => groupOf(rate) === groupOf(row) && apart(rate, row));
  const [way, candidates] = same.length > 0 ? ['same-sum', same] : ['nearest-rate', group];
  const near = candidates.filter(
    (rate) =>
      !candidates.some((other) => (apart(other, row)?.[1] ?? Infinity) < (apart(rate, row)?.[0] ?? 0)),
  );
  const kind = Math.min(...near.map(kindOf));
  return { way, used: near.filter((rate) => kindOf(rate) === kind) };
}

const idsOf = (rows: Row[]): string[] => rows.map(({ id }) => id ?? '').sort();

test('won in dollars: the own statement, else the rate for the same sum, else the nearest of the group; and whose it is', async () => {
  const shown = await funding('?convertTo=USD');
  expect(shown.convertTo).toBe('USD');
  const claims = new Map(claimsIn(shown).map((claim) => [claim.id, claim]));
  const [low = {}, high = {}] = [byRate[0], byRate.at(-1)];
  const ways = new Set<string | undefined>();
  for (const row of figures.filter((one) => one['money.currency'] === 'KRW')) {
    const converted = claims.get(row.id ?? '')?.converted;
    const own = rates.includes(row);
    const { way, used } = own ? { way: 'own-statement', used: [row] } : ratesFor(row, 'KRW');
    const by = (rate: Row): string =>
      won(rate) === won(row) ? String(dollars(rate)) : quotient(won(row) * dollars(rate), won(rate));
    const amounts = used.map((rate) => BigInt(by(rate))).sort((a, b) => (a < b ? -1 : 1));
    const isOne = new Set(amounts).size === 1;
    ways.add(converted?.way);
    expect([row.id, converted?.way]).toEqual([row.id, used.length === 0 ? 'no-rate' : way]);
    if (used.length === 0)
      expect(converted).toEqual({
        currency: 'USD',
        way: 'no-rate',
        own: false,
        amount: null,
        lowest: null,
        highest: null,
        rate: null,
        rateFrom: [],
        range: null,
        reason:
          'No source states this sum in USD, and no rate for money of the same subject and kind is known to be near in time.',
      });
    else {
      expect({ ...converted, rateFrom: [] }).toEqual({
        currency: 'USD',
        way,
        own,
        amount: isOne ? String(amounts[0]) : null,
        lowest: String(amounts[0]),
        highest: String(amounts.at(-1)),
        rate: isOne ? quotient(won(used[0] ?? {}), dollars(used[0] ?? {})) : null,
        rateFrom: [],
        range: {
          rates: rates.length,
          lowestRate: quotient(won(low), dollars(low)),
          highestRate: quotient(won(high), dollars(high)),
          lowest: quotient(won(row) * dollars(high), won(high)),
          highest: quotient(won(row) * dollars(low), won(low)),
        },
        reason: isOne ? null : 'Nothing tells which of the rates comes first, and they differ.',
      });
      expect(converted?.rateFrom.map(({ claim }) => claim).sort()).toEqual(idsOf(used));
      for (const { claim, source, rate } of converted?.rateFrom ?? []) {
        const from = figures.find(({ id }) => id === claim) ?? {};
        expect([source, rate]).toEqual([from.sources, quotient(won(from), dollars(from))]);
      }
    }
  }
  expect(ways).toEqual(new Set(['own-statement', 'same-sum', 'nearest-rate', 'no-rate']));
  expect(claims.get('fund-martechai-program-390m')?.converted).toMatchObject({
    way: 'stated',
    own: true,
    amount: '390000000',
    rate: null,
  });
});

test('200 billion won are 144 or 145 million dollars to those who state both: between them, not one of them', async () => {
  const claim = claimsIn(await funding('?convertTo=USD')).find(({ id }) => id === 'fund-chosun-en-2025-200b');
  expect(claim?.converted).toMatchObject({
    way: 'same-sum',
    amount: null,
    lowest: '144000000',
    highest: '145000000',
    rateFrom: [
      { claim: 'fund-kbs-2025-200b', source: 'kbs-world-2025-08-04-five-consortiums', rate: '1388.89' },
      { claim: 'fund-seed-004-program-200b', source: 'seed-004', rate: '1379.31' },
    ],
  });
});

test.each(['EUR', 'CHF'])('no source relates won to %s: nothing is made up', async (code) => {
  for (const { money, converted } of claimsIn(await funding(`?convertTo=${code}`)))
    if (money.currency === code) expect(converted).toMatchObject({ way: 'stated', amount: money.amount });
    else
      expect(converted).toEqual({
        currency: code,
        way: 'no-rate',
        own: false,
        amount: null,
        lowest: null,
        highest: null,
        rate: null,
        rateFrom: [],
        range: null,
        reason: `No source states one sum in both ${money.currency} and ${code}.`,
      });
});

test('dollars in won by the same rates, the other way round', async () => {
  const claims = new Map(claimsIn(await funding('?convertTo=KRW')).map((claim) => [claim.id, claim]));
  // Others state 390 million dollars as 530 billion won.
  expect(claims.get('fund-martechai-program-390m')?.converted).toMatchObject({
    way: 'same-sum',
    amount: '530000000000',
    rate: quotient(390_000_000n, 530_000_000_000n),
  });
  const row = figures.find(({ id }) => id === 'fund-kmoonshot-program-381m') ?? {};
  const { used } = ratesFor(row, 'USD');
  expect(used).toHaveLength(1);
  const [rate = {}] = used;
  expect(claims.get(row.id ?? '')?.converted).toMatchObject({
    way: 'nearest-rate',
    amount: quotient(381_000_000n * won(rate), dollars(rate)),
    rate: quotient(dollars(rate), won(rate)),
    rateFrom: [{ claim: rate.id, source: rate.sources }],
  });
});

test('as of 31 August 2025 nothing is known that was stated later, nor converted by it', async () => {
  const past = await funding('?asOf=2025-08-31&convertTo=USD');
  const known = figures
    .filter((row) => dayOf(row) !== '' && dayOf(row) <= '2025-08-31')
    .map(({ id }) => id ?? '');
  expect(
    claimsIn(past)
      .map(({ id }) => id)
      .sort(),
  ).toEqual(known.sort());
  const rateOwners = claimsIn(past).flatMap(
    ({ converted }) => converted?.rateFrom.map(({ claim }) => claim) ?? [],
  );
  for (const id of [...rateOwners, ...past.pairs.map(({ claim }) => claim)]) expect(known).toContain(id);
  expect(rateOwners.length).toBeGreaterThan(10);
});

test('of a source that came out after the day asked about only the id is told', async () => {
  const early = claimsIn(await funding('?asOf=2025-07-31'));
  expect(early.length).toBeGreaterThan(5);
  for (const { source } of early) {
    const day = lastDay(sources.get(source.id)?.publishedOn ?? '');
    expect([source.id, source.title !== null]).toEqual([source.id, day !== '' && day <= '2025-07-31']);
  }
});
