/** Exchange rates that the sources imply, what is converted by them, and what was known when. */
import { expect, test } from 'vitest';
import {
  claimsIn,
  dayOf,
  figures,
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

function rateFor(row: Row): Row {
  const apart = (rate: Row): number =>
    dayOf(row) === '' || dayOf(rate) === ''
      ? Infinity
      : Math.abs(Date.parse(dayOf(row)) - Date.parse(dayOf(rate)));
  const nearest = Math.min(...rates.map(apart));
  const [first = {}] = rates
    .filter((rate) => apart(rate) === nearest)
    .sort((a, b) => kindOf(a) - kindOf(b) || ((a.id ?? '') < (b.id ?? '') ? -1 : 1));
  return first;
}

test('won in dollars: the own statement, else the rate nearest in time; and whose rate it is', async () => {
  const shown = await funding('?convertTo=USD');
  expect(shown.convertTo).toBe('USD');
  const claims = new Map(claimsIn(shown).map((claim) => [claim.id, claim]));
  const [low = {}, high = {}] = [byRate[0], byRate.at(-1)];
  for (const row of figures.filter((one) => one['money.currency'] === 'KRW')) {
    const own = rates.includes(row);
    const used = own ? row : rateFor(row);
    expect(claims.get(row.id ?? '')?.converted).toEqual({
      currency: 'USD',
      way: own ? 'own-statement' : 'implied-rate',
      own,
      amount: own ? String(dollars(row)) : quotient(won(row) * dollars(used), won(used)),
      rate: quotient(won(used), dollars(used)),
      rateFrom: { claim: used.id, source: used.sources },
      range: {
        rates: rates.length,
        lowestRate: quotient(won(low), dollars(low)),
        highestRate: quotient(won(high), dollars(high)),
        lowest: quotient(won(row) * dollars(high), won(high)),
        highest: quotient(won(row) * dollars(low), won(low)),
      },
      reason: null,
    });
  }
  expect(claims.get('fund-martechai-program-390m')?.converted).toMatchObject({
    way: 'stated',
    own: true,
    amount: '390000000',
    rate: null,
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
        rate: null,
        rateFrom: null,
        range: null,
        reason: `No source states one sum in both ${money.currency} and ${code}.`,
      });
});

test('dollars in won by the same rates, the other way round', async () => {
  const [claim] = claimsIn(await funding('?convertTo=KRW')).filter(
    ({ id }) => id === 'fund-martechai-program-390m',
  );
  const used = rateFor(figures.find(({ id }) => id === claim?.id) ?? {});
  expect(claim?.converted).toMatchObject({
    amount: quotient(390_000_000n * won(used), dollars(used)),
    rate: quotient(dollars(used), won(used)),
    rateFrom: { claim: used.id, source: used.sources },
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
  const rateOwners = claimsIn(past).flatMap(({ converted }) => converted?.rateFrom?.claim ?? []);
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
