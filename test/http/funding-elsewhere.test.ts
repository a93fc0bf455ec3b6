/** Claims of programmes of their own: who is in, what an editor's rank does, and what is refused. */
import { beforeAll, describe, expect, test } from 'vitest';
import { claimsIn, type Funding } from '../funding-data.ts';
import { tracker } from '../tracker.ts';

const it = tracker();
const funding = async (program: string, query = ''): Promise<Funding> => {
  const reply = await it.anyone.get(`/v1/programs/${program}/funding${query}`);
  expect([query, reply.status]).toEqual([query, 200]);
  return reply.body.data;
};
const sent = async (path: string, body: object): Promise<void> => {
  const reply = await it.writer.post(`/v1/${path}`).send(body);
  expect([path, reply.status, reply.body.detail]).toEqual([path, 201, undefined]);
};
const paper = { sources: ['xx-press'] };
const award = (id: string, type: string, subject: string, more: object = {}): Promise<void> =>
  sent('funding-figures', {
    id,
    subject: { type, id: subject },
    kind: 'award',
    money: { amount: '100.50', currency: 'CHF' },
    scope: { covers: ['total'], stage: 'announced' },
    ...paper,
    ...more,
  });

const kinds = { 'xx-official': 'official', 'xx-press': 'press', 'xx-blog': 'blog' };
const organizations = ['xx-lead', 'xx-member', 'xx-bidder', 'xx-stranger'];

beforeAll(async () => {
  for (const [id, kind] of Object.entries(kinds))
    await sent('sources', { id, kind, title: id, language: 'en', publishedOn: '2026-05' });
  for (const id of ['xx-empty', 'xx-money'])
    await sent('programs', { id, names: { en: id }, country: 'CH', ...paper });
  for (const id of organizations)
    await sent('organizations', { id, names: { en: id }, kind: 'company', country: 'CH', ...paper });
  const program = 'xx-money';
  await sent('consortiums', {
    id: 'xx-team',
    program,
    names: { en: 'Team' },
    lead: 'xx-lead',
    members: [{ organization: 'xx-member', role: 'member', ...paper }],
    ...paper,
  });
  await sent('calls', { id: 'xx-call', program, names: { en: 'Call' }, ...paper });
  const bid = { program, call: 'xx-call', organization: 'xx-bidder', outcome: 'excluded' };
  await sent('bids', { id: 'xx-bid', ...bid, ...paper });
  for (const id of organizations) await award(`${id}-award`, 'organization', id);
  await award('xx-team-award', 'consortium', 'xx-team');

  await award('xx-official', 'program', program, { sources: ['xx-official'] });
  await award('xx-exact', 'program', program, {
    money: { amount: '100.4999', currency: 'CHF' },
    statedAlso: [{ amount: '33.3', currency: 'EUR' }],
  });
  await award('xx-chosen', 'program', program, {
    money: { amount: '101', currency: 'CHF' },
    approximate: true,
    rank: 'preferred',
    rankReason: 'It is the contract',
    sources: ['xx-blog'],
  });
  await award('xx-wrong', 'program', program, {
    money: { amount: '999', currency: 'CHF' },
    rank: 'deprecated',
    rankReason: 'A slip',
    sources: ['xx-official'],
  });
});

test('those who lead, belong or bid are in, strangers are not', async () => {
  const { groups } = await funding('xx-money');
  expect(groups.map(({ subject, kind }) => `${subject.type} ${subject.id} ${kind}`)).toEqual([
    'program xx-money award',
    'consortium xx-team award',
    'organization xx-bidder award',
    'organization xx-lead award',
    'organization xx-member award',
  ]);
});

test('an editor’s rank decides first; a deprecated claim is shown and counts for nothing', async () => {
  const { groups, contradictions } = await funding('xx-money');
  expect(groups[0]?.preferred).toEqual({
    claims: ['xx-chosen'],
    money: { amount: '101', currency: 'CHF' },
    upTo: null,
    over: 'xx-official',
    step: 'rank',
    because: 'An editor ranked it preferred; the next best is normal.',
    sources: ['xx-blog'],
  });
  const [scope] = groups[0]?.scopes ?? [];
  expect(scope?.claims.map(({ id }) => id)).toEqual(['xx-chosen', 'xx-official', 'xx-exact', 'xx-wrong']);
  expect(scope?.spread).toEqual([
    {
      currency: 'CHF',
      claims: 3,
      lowest: '100.4999',
      highest: '101',
      ratio: '1.00498',
      sources: ['xx-blog', 'xx-official', 'xx-press'],
    },
    { currency: 'EUR', claims: 1, lowest: '33.3', highest: '33.3', ratio: '1', sources: ['xx-press'] },
  ]);
  // 101 is approximate and near the others; these two are exact and a ten-thousandth apart.
  expect(contradictions).toMatchObject([
    { difference: '0.0001', ratio: '1', sides: [{ amount: '100.4999' }, { amount: '100.5' }] },
  ]);
});

test('a rate that a source of this programme implies is used here, and not for another programme', async () => {
  const [group] = (await funding('xx-money', '?convertTo=EUR')).groups;
  expect(
    group?.scopes[0]?.claims.map(({ id, converted }) => [
      id,
      converted?.way,
      converted?.amount,
      converted?.rate,
    ]),
  ).toEqual([
    ['xx-chosen', 'nearest-rate', '33.4657', '3.01802'],
    ['xx-official', 'nearest-rate', '33.3', '3.01802'],
    ['xx-exact', 'own-statement', '33.3', '3.01802'],
    ['xx-wrong', 'nearest-rate', '331.012', '3.01802'],
  ]);
  const real = claimsIn(await funding('kr-safm', '?convertTo=CHF'));
  expect(new Set(real.map(({ converted }) => converted?.way))).toEqual(new Set(['no-rate']));
});

test('a programme about whose money nothing is known has empty lists', async () => {
  for (const [query, convertTo] of [
    ['', null],
    ['?convertTo=USD', 'USD'],
    ['?asOf=2025-01-01', null],
  ] as const)
    expect(await funding('xx-empty', query)).toEqual({
      program: { id: 'xx-empty', name: 'xx-empty' },
      convertTo,
      groups: [],
      pairs: [],
      contradictions: [],
    });
});

test('two amounts of one claim in one currency are a range, in the spread, against others and converted', async () => {
  const [program, more] = ['xx-range', { kind: 'budget' }];
  await sent('programs', { id: program, names: { en: 'Range' }, country: 'CH', ...paper });
  const also = (...sums: [string, string][]) => ({
    statedAlso: sums.map(([amount, currency]) => ({ amount, currency })),
  });
  await award('xx-from-to', 'program', program, {
    ...more,
    ...also(['200', 'CHF'], ['7', 'USD'], ['8', 'USD']),
    sources: ['xx-official'],
  });
  await award('xx-within', 'program', program, { ...more, money: { amount: '150', currency: 'CHF' } });
  await award('xx-above', 'program', program, {
    ...more,
    money: { amount: '260', currency: 'CHF' },
    sources: ['xx-blog'],
  });
  const { groups, contradictions } = await funding(program, '?convertTo=USD');
  const [scope] = groups[0]?.scopes ?? [];
  expect(scope?.preferred).toMatchObject({ claims: ['xx-from-to'], money: { amount: '100.5' }, upTo: '200' });
  expect(scope?.spread).toMatchObject([
    { currency: 'CHF', claims: 3, lowest: '100.5', highest: '260' },
    { currency: 'USD', claims: 1, lowest: '7', highest: '8' },
  ]);
  expect(contradictions.map(({ sides }) => sides.map(({ amount, upTo }) => [amount, upTo]))).toEqual([
    [
      ['150', null],
      ['260', null],
    ],
    [
      ['100.5', '200'],
      ['260', null],
    ],
  ]);
  const claims = new Map(claimsIn({ groups }).map((claim) => [claim.id, claim.converted]));
  expect(claims.get('xx-from-to')).toMatchObject({
    way: 'own-statement',
    amount: null,
    lowest: '7',
    highest: '8',
    reason: 'The source states a range.',
  });
  expect(claims.get('xx-within')).toMatchObject({ way: 'nearest-rate', amount: null, rate: null });
  const svg = await it.anyone.get(`/v1/programs/${program}/funding?format=svg`).buffer(true);
  expect(String(svg.body)).toContain('>100.5–200<');
});

describe('bad input', () => {
  test('an unknown programme is a 404 that names the nearest', async () => {
    const reply = await it.anyone.get('/v1/programs/kr-safn/funding?convertTo=USD');
    expect([reply.status, reply.body.code]).toEqual([404, 'not-found']);
    expect(reply.body.detail).toContain('kr-safm');
    expect((await it.anyone.get('/v1/programs/NO!/funding')).status).toBe(404);
  });

  test('a currency that does not exist is a 400 that names the nearest', async () => {
    const reply = await it.anyone.get('/v1/programs/kr-safm/funding?convertTo=KRV');
    expect([reply.status, reply.body.code]).toEqual([400, 'invalid-parameter']);
    expect(reply.body.errors).toEqual([
      {
        parameter: 'convertTo',
        code: 'invalid-value',
        detail: 'there is no currency `KRV` in ISO 4217; did you mean `KRW`?',
      },
    ]);
  });

  test.each([
    'convertTo=usd',
    'convertTo=US',
    'convertTo=USDT',
    'convertTo=',
    'convertTo=USD&convertTo=EUR',
    'convertto=USD',
    'asOf=tomorrow',
    'lang=de',
  ])('%s is refused', async (query) => {
    const reply = await it.anyone.get(`/v1/programs/kr-safm/funding?${query}`);
    expect([reply.status, reply.body.code]).toEqual([400, 'invalid-parameter']);
  });

  test('the same question has the same ETag, and no body the second time', async () => {
    const { headers } = await it.anyone.get('/v1/programs/kr-safm/funding');
    const again = await it.anyone
      .get('/v1/programs/kr-safm/funding')
      .set('if-none-match', headers.etag ?? '');
    expect([again.status, again.text]).toEqual([304, '']);
  });
});
