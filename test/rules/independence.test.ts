import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  independence,
  restsOnForeign,
  standingOf,
  type BidderFacts,
  type ModelFacts,
} from '../../src/views/independence/rules.ts';

type Made = [country: string | null, fromScratch: boolean | null];

const base = ([country, trainedFromScratch]: Made): ModelFacts['basedOn'][number] => ({
  id: 'base',
  name: null,
  organization: country === null ? null : { id: 'maker', name: 'Maker', country },
  trainedFromScratch,
  sources: [],
});
const model = (own: [string, boolean | null], ...chain: Made[]): ModelFacts => ({
  ...base(own),
  id: 'model',
  name: 'Model',
  organization: { id: 'maker', name: 'Maker', country: own[0] },
  releasedOn: null,
  relation: null,
  basedOn: chain.map(base),
});

test.each<[string, ModelFacts, boolean | null]>([
  ['from scratch at home', model(['KR', true]), false],
  ['not stated', model(['KR', null]), null],
  ['not from scratch, and nobody says from what', model(['KR', false]), null],
  ['on a foreign model', model(['KR', false], ['US', null]), true],
  ['claimed from scratch, yet on a foreign model', model(['KR', true], ['US', null]), true],
  ['on a model from home that is from scratch', model(['KR', false], ['KR', true]), false],
  ['on a model from home of which nothing is said', model(['KR', false], ['KR', null]), null],
  ['far down on a foreign model', model(['KR', null], ['KR', false], ['CN', true]), true],
  ['on an unknown model, further down a foreign one', model(['KR', null], [null, null], ['CN', true]), true],
  ['on an unknown model', model(['KR', false], [null, null]), null],
  ['of a foreign parent', model(['US', true]), true],
])('%s', (_, given, expected) => {
  expect(restsOnForeign(given, 'KR')).toBe(expected);
});

const made = fc.tuple(fc.constantFrom('KR', 'US', null), fc.constantFrom(true, false, null));

test('one foreign model anywhere in a chain decides; without it the answer is never yes', () => {
  fc.assert(
    fc.property(fc.array(made, { maxLength: 6 }), fc.constantFrom(true, false, null), (chain, own) => {
      const answer = restsOnForeign(model(['KR', own], ...chain), 'KR');
      expect(answer === true).toBe(chain.some(([country]) => country === 'US'));
      if (answer === false) expect(chain.length === 0 ? own : chain.at(-1)?.[1]).toBe(true);
    }),
  );
});

const bid = (outcome: string, decidedOn: string): BidderFacts['bids'][number] => ({
  id: outcome,
  outcome,
  decidedOn,
  reason: null,
  call: { id: 'call', name: 'Call' },
  criteria: [],
  sources: [],
});
const team = (status: string | null): BidderFacts['consortiums'][number] => ({
  id: 'team',
  name: 'Team',
  status,
  statusSince: '2026',
  rationale: null,
  sources: [],
});

test.each<[string, BidderFacts['consortiums'], BidderFacts['bids'], string | null]>([
  [
    'a call declined later does not undo an exclusion',
    [],
    [bid('excluded', '1'), bid('declined', '2')],
    'excluded',
  ],
  ['who only ever declined has declined', [], [bid('declined', '1')], 'declined'],
  ['the latest bid counts', [], [bid('not-shortlisted', '1'), bid('withdrawn', '2')], 'withdrawn'],
  [
    'a consortium counts before bids',
    [team('eliminated')],
    [bid('selected', '1'), bid('declined', '2')],
    'eliminated',
  ],
  ['of two consortiums the one that came further', [team('eliminated'), team('active')], [], 'active'],
  ['a consortium without any decision says nothing', [team(null)], [], null],
])('%s', (_, consortiums, bids, standing) => {
  expect(standingOf({ consortiums, bids }).standing).toBe(standing);
});

test('the order of the bidders depends on nothing but their standing and id', () => {
  const bidder = fc
    .record({
      id: fc.string({ minLength: 1, maxLength: 3 }),
      status: fc.constantFrom('active', 'eliminated', null),
    })
    .map(({ id, status }): BidderFacts => ({
      organization: { id, name: id, country: 'KR' },
      consortiums: status === null ? [] : [team(status)],
      bids: [bid('excluded', '2025')],
      models: [],
      partners: [],
      members: [],
      gates: [],
    }));
  fc.assert(
    fc.property(
      fc.uniqueArray(bidder, { selector: ({ organization }) => organization.id, maxLength: 8 }),
      (bidders) => {
        const order = (given: BidderFacts[]) =>
          independence({ program: {}, bidders: given }).bidders.map(({ outcome, organization }) => [
            ['active', 'eliminated', 'excluded'].indexOf(outcome.standing ?? ''),
            organization.id,
          ]);
        const ordered = order(bidders);
        expect(order([...bidders].reverse())).toEqual(ordered);
        expect(ordered.map(([place]) => place)).toEqual(ordered.map(([place]) => place).sort());
      },
    ),
  );
});

test.each<[string, boolean | null, number]>([
  ['excluded', false, 1],
  ['not-shortlisted', false, 1],
  ['selected', true, 0],
  ['shortlisted', true, 0],
  ['withdrawn', null, 0],
  ['declined', null, 0],
])('a gate that decided on a bid that was %s: passed %s', (outcome, passed, gatesFailed) => {
  const decided = {
    ...bid(outcome, '2025'),
    criteria: [
      { id: 'gate', name: 'Gate', gate: true },
      { id: 'points', name: 'Points', gate: false },
    ],
    sources: ['seed-004'],
  };
  const { bidders } = independence({
    program: {},
    bidders: [
      {
        organization: { id: 'one', name: 'One', country: 'KR' },
        ...{ consortiums: [], models: [], partners: [], members: [], gates: [], bids: [decided] },
      },
    ],
  });
  expect(bidders[0]?.gates.selection).toMatchObject([
    { criterion: { id: 'gate' }, passed, sources: ['seed-004'] },
  ]);
  expect(bidders[0]?.verdict.gatesFailed).toBe(gatesFailed);
});
