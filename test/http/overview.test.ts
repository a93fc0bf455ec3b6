/** What a front page prints about the real programme, today and on former days, and about small programmes of its own. */
import { readFile } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';
import { beforeAll, expect, test } from 'vitest';
import { figures, lastDay, moneyOf, scopeOf, type Funding, type Row } from '../funding-data.ts';
import { tracker } from '../tracker.ts';

const it = tracker();
const bids: Row[] = parse(await readFile(new URL('../../prisma/data/bids.csv', import.meta.url)), {
  columns: true,
});

interface Overview {
  consortiums: {
    id: string;
    latestResult: { round: string; rank: number | null; total: number | null } | null;
  }[];
  excluded: { id: string; outcome: string; reason: string | null }[];
  stayedOut: { id: string; outcome: string }[];
  rounds: { scheduledOn: string | null; plannedAdvancing: number | null }[];
  funding: {
    kind: string;
    scope: string;
    currencies: { currency: string; claims: number; lowest: string; highest: string; sources: string[] }[];
    preferred: { claim: string; money: { amount: string; currency: string } } | null;
  }[];
  next: { date: string; kind: string; id: string } | null;
}
const overview = async (query = '', program = 'kr-safm'): Promise<Overview> => {
  const reply = await it.anyone.get(`/v1/programs/${program}/overview${query}`);
  expect([query, reply.status]).toEqual([query, 200]);
  return reply.body.data;
};
const sent = async (path: string, body: object): Promise<void> => {
  const reply = await it.writer.post(`/v1/${path}`).send(body);
  expect([path, reply.status, reply.body.detail]).toEqual([path, 201, undefined]);
};

const cited = { sources: ['xx-said'] };
beforeAll(async () => {
  await sent('sources', {
    id: 'xx-said',
    kind: 'press',
    title: 'Said',
    language: 'en',
    publishedOn: '2020-01-01',
  });
  for (const id of ['xx-front', 'xx-late'])
    await sent('programs', { id, names: { en: id }, country: 'CH', ...cited });
  await sent('organizations', {
    id: 'xx-lead',
    names: { en: 'Lead' },
    kind: 'company',
    country: 'CH',
    ...cited,
  });
  await sent('consortiums', {
    id: 'xx-team',
    program: 'xx-front',
    names: { en: 'Team' },
    lead: 'xx-lead',
    ...cited,
  });
  await sent('rounds', {
    id: 'xx-round',
    program: 'xx-front',
    ordinal: 1,
    state: 'open',
    scheduledOn: '2021',
    ...cited,
  });
  const decision = { program: 'xx-front', consortium: 'xx-team', ...cited };
  await sent('decisions', { ...decision, outcome: 'selected', decidedOn: '2020-06-01' });
  const inRound = { ...decision, round: 'xx-round', decidedOn: '2021-06-01' };
  await sent('decisions', { ...inRound, outcome: 'advanced', officialRank: 1, officialTotal: 88.5 });
  await sent('decisions', { ...inRound, outcome: 'champion' });
  await sent('rounds', {
    id: 'xx-overdue',
    program: 'xx-late',
    ordinal: 1,
    scheduledOn: '2021-02',
    ...cited,
  });
});

test('it is one reply of less than 30 kilobytes in every language', async () => {
  for (const lang of ['en', 'ko', 'fr']) {
    const reply = await it.app.inject({ url: `/v1/programs/kr-safm/overview?lang=${lang}` });
    expect([lang, Buffer.byteLength(reply.body) < 30_000]).toEqual([lang, true]);
  }
});

test('the next date lies ahead, today and on every former day', async () => {
  for (const day of ['2025-07-01', '2025-12-31', '2026-01-10', '2026-08-10', '2026-09-01']) {
    const { next } = await overview(`?asOf=${day}`);
    if (next) expect([day, lastDay(next.date) >= day]).toEqual([day, true]);
  }
  expect((await overview('?asOf=2026-01-10')).next).toBeNull();
  expect((await overview('?asOf=2026-08-10')).next).toEqual({
    date: '2026-08',
    kind: 'round',
    id: 'kr-safm-round-2',
  });
  // A round that is overdue is late, and no date that lies ahead.
  expect((await overview('', 'xx-late')).next).toBeNull();
});

test('a plan is known from its first source on', async () => {
  const { rounds, next, funding } = await overview('?asOf=2020-01-01');
  expect(rounds.map(({ scheduledOn, plannedAdvancing }) => [scheduledOn, plannedAdvancing])).toEqual([
    [null, null],
    [null, null],
    [null, null],
  ]);
  expect([next, funding]).toEqual([null, []]);
});

test('the result of a round keeps its figures when a second decision states none', async () => {
  expect((await overview('', 'xx-front')).consortiums[0]?.latestResult).toEqual({
    round: 'xx-round',
    rank: 1,
    total: 88.5,
  });
});

test('those who were excluded are told apart from those who stayed out themselves', async () => {
  const { excluded, stayedOut } = await overview();
  const those = (...outcomes: string[]): string[] =>
    bids.flatMap(({ id = '', outcome = '' }) => (outcomes.includes(outcome) ? [id] : [])).sort();
  expect(excluded.map(({ id }) => id).sort()).toEqual(those('excluded', 'not-shortlisted'));
  expect(stayedOut.map(({ id }) => id).sort()).toEqual(those('withdrawn', 'declined'));
  expect([excluded.length, stayedOut.length]).toEqual([11, 6]);
});

test('sums of different scope are never put together, and within one scope each currency is counted', async () => {
  const { funding } = await overview();
  const own = figures.filter((row) => row['subject.type'] === 'program' && row.rank !== 'deprecated');
  const scopes = new Map<string, Row[]>();
  for (const row of own) {
    const key = `${row.kind} ${scopeOf(row)}`;
    scopes.set(key, [...(scopes.get(key) ?? []), row]);
  }
  const expected = [...scopes.values()].map((rows) => {
    const sums = rows.map(moneyOf);
    const currencies = [...new Set(sums.flatMap((one) => [...one.keys()]))].sort();
    return [
      rows[0]?.kind,
      currencies.map((currency) => {
        const amounts = sums
          .flatMap((one) => one.get(currency) ?? [])
          .sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
        return [currency, amounts.length, String(amounts[0]), String(amounts.at(-1))];
      }),
    ];
  });
  const found = funding.map(({ kind, currencies }) => [
    kind,
    currencies.map(({ currency, claims, lowest, highest }) => [currency, claims, lowest, highest]),
  ]);
  const sorted = (rows: unknown[]): string[] => rows.map((row) => JSON.stringify(row)).sort();
  expect(sorted(found)).toEqual(sorted(expected));
  expect(new Set(funding.map(({ kind, scope }) => `${kind} ${scope}`)).size).toBe(funding.length);
});

test('it says of the money what the funding view says', async () => {
  const { funding } = await overview('?lang=fr');
  const whole: Funding = (await it.anyone.get('/v1/programs/kr-safm/funding?lang=fr')).body.data;
  expect(funding.map(({ kind, scope, currencies }) => [kind, scope, currencies])).toEqual(
    whole.groups
      .filter(({ subject }) => subject.type === 'program')
      .flatMap(({ kind, scopes }) =>
        scopes.map(({ scope, spread }) => [kind, scope.words, spread.map(({ ratio: _, ...one }) => one)]),
      ),
  );
});

test('a figure is only named where an editor ranked one', async () => {
  expect((await overview()).funding.filter(({ preferred }) => preferred)).toEqual([]);
  const claim = {
    subject: { type: 'program', id: 'xx-front' },
    kind: 'budget',
    statedOn: '2020-01-01',
    scope: { covers: ['total'], stage: 'announced' },
    ...cited,
  };
  const money = (amount: string) => ({ amount, currency: 'CHF' });
  await sent('funding-figures', { ...claim, id: 'xx-low', money: money('10') });
  await sent('funding-figures', {
    ...claim,
    id: 'xx-high',
    money: money('30'),
    rank: 'preferred',
    rankReason: 'It is the act itself.',
  });
  await sent('funding-figures', {
    ...claim,
    id: 'xx-wrong',
    money: money('900'),
    rank: 'deprecated',
    rankReason: 'It was withdrawn.',
  });
  const { funding } = await overview('', 'xx-front');
  expect(funding).toMatchObject([
    {
      kind: 'budget',
      currencies: [{ currency: 'CHF', claims: 2, lowest: '10', highest: '30' }],
      preferred: { claim: 'xx-high', money: { amount: '30', currency: 'CHF' } },
    },
  ]);
});
