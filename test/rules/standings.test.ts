/** The rules of the standings, case by case. */
import { expect, test } from 'vitest';
import { standings } from '../../src/views/standings/rules.ts';
import { ranks, roundOf, team, totals } from './rounds-by-hand.ts';

test('sums are exact: 29.3 + 11.6 + 7.5 ties with 48.4, and the next rank is left out', () => {
  const reply = standings(
    roundOf(['x(35)', 'y(15)', 'z(15)'], {
      a: { x: '29.3', y: '11.6', z: '7.5' },
      b: { x: '34.4', y: '14', z: '0' },
      c: { x: '30', y: '10', z: '0.000001' },
      d: { x: '35', y: '15', z: '0' },
    }),
    {},
  );
  expect(totals(reply)).toEqual({ d: 50, a: 48.4, b: 48.4, c: 40.000001 });
  expect(ranks(reply)).toEqual({ d: 1, a: 2, b: 2, c: 4 });
  expect([reply.complete, reply.maximum]).toEqual([true, 65]);
});

test('a score is taken from itself, else from its parts, else it lies between 0 and the maximum', () => {
  const criteria = ['all(100)', 'x(60)<all', 'x1(40)<x', 'x2(20)<x', 'y(40)<all'];
  const reply = standings(
    roundOf(criteria, {
      published: { all: '70', x1: '30' },
      summed: { x1: '30', x2: '10.5', y: '20' },
      half: { x1: '30', x2: 'withheld', y: '20' },
      none: {},
    }),
    {},
  );
  expect(totals(reply)).toEqual({ published: 70, summed: 60.5, half: [50, 70], none: [0, 100] });
  const cells = (id: string): string[] =>
    Object.entries(team(reply, id).scores).map(
      ([criterion, { status, lowest, highest, score }]) =>
        `${criterion} ${status} ${lowest}..${highest} ${score}`,
    );
  expect(cells('published')).toEqual([
    'all disclosed 70..70 70',
    'x partly-known 30..50 null',
    'x1 disclosed 30..30 30',
    'x2 missing 0..20 null',
    // 70 for the whole leave no more than 40 beside the 30 that are known.
    'y missing 0..40 null',
  ]);
  expect(cells('summed').slice(0, 2)).toEqual(['all computed 60.5..60.5 60.5', 'x computed 40.5..40.5 40.5']);
  expect(cells('half').slice(0, 4)).toEqual([
    'all partly-known 50..70 null',
    'x partly-known 30..50 null',
    'x1 disclosed 30..30 30',
    'x2 undisclosed 0..20 null',
  ]);
});

test('a known whole bounds its unknown parts', () => {
  const reply = standings(
    roundOf(['all(100)', 'x(60)<all', 'y(40)<all', 'z(40)<all'], {
      a: { all: '70', x: '50', y: 'withheld' },
    }),
    {},
  );
  expect(team(reply, 'a').scores.y).toMatchObject({
    lowest: 0,
    highest: 20,
    status: 'undisclosed',
    score: null,
  });
});

test('where no maximum is stated there is no upper end, and the rank stays open', () => {
  const reply = standings(roundOf(['x(-)'], { a: { x: '3' }, b: {}, c: { x: '2' } }), {});
  expect(totals(reply)).toEqual({ a: 3, c: 2, b: [0, null] });
  expect(ranks(reply)).toEqual({ a: [1, 2], c: [2, 3], b: [1, 3] });
  expect([reply.complete, reply.maximum]).toEqual([false, null]);
});

test('published ranks order each other and narrow the rest; a published rank is held alone', () => {
  const reply = standings(
    roundOf(
      ['x(100)'],
      { a: { x: '90.2' }, b: {}, c: {}, d: {}, e: {} },
      {
        decisions: [
          { consortium: 'a', officialRank: 1, officialTotal: '90.2' },
          { consortium: 'e', officialRank: 5, outcome: 'eliminated' },
        ],
      },
    ),
    {},
  );
  expect(ranks(reply)).toEqual({ a: 1, b: [2, 4], c: [2, 4], d: [2, 4], e: 5 });
  expect(totals(reply)).toEqual({ a: 90.2, b: [0, 90.2], c: [0, 90.2], d: [0, 90.2], e: [0, 90.2] });
  expect(team(reply, 'b').computed).toEqual({
    total: { lowest: 0, highest: 100 },
    rank: { best: 1, worst: 5 },
  });
  expect(reply.disagreements).toEqual([]);
});

test('an official total stands in where the scores give none, and never for one that they give', () => {
  const reply = standings(
    roundOf(
      ['x(50)', 'y(50)'],
      { a: { x: '40' }, b: { x: '40', y: '40' } },
      {
        decisions: [
          { consortium: 'a', officialTotal: '70' },
          { consortium: 'b', officialTotal: '79' },
        ],
      },
    ),
    {},
  );
  expect(totals(reply)).toEqual({ b: 80, a: 70 });
  expect([team(reply, 'a').complete, team(reply, 'b').complete]).toEqual([false, true]);
  expect(reply.disagreements.map(({ code, consortium }) => [code, consortium])).toEqual([
    ['total-differs', 'b'],
  ]);
  expect(reply.disagreements[0]?.figures).toEqual([
    { label: 'computed total', lowest: 80, highest: 80 },
    { label: 'official total', lowest: 79, highest: 79 },
  ]);
});

test('everything that does not fit is named', () => {
  const reply = standings(
    roundOf(
      ['x(50)', 'x1(30)<x', 'x2(30)<x', 'gate(gate)'],
      {
        a: { x: '50', x1: '20', x2: '20', gate: 'failed' },
        b: { x1: '25', x2: '30' },
        c: { x: '30' },
        d: { x: '20' },
        e: { x: '10' },
      },
      {
        places: 2,
        decisions: [
          { consortium: 'a', officialRank: 3 },
          { consortium: 'b', outcome: 'eliminated' },
          { consortium: 'c' },
          { consortium: 'd' },
          { consortium: 'e', outcome: 'eliminated' },
        ],
      },
    ),
    {},
  );
  expect(reply.disagreements.map(({ code, consortium, criterion }) => [code, consortium, criterion])).toEqual(
    [
      ['rank-differs', 'a', null],
      ['parts-differ', 'a', 'x'],
      ['parts-exceed-maximum', 'b', 'x'],
      ['advanced-despite-gate', 'a', null],
      ['eliminated-above-line', 'b', null],
      // a takes a place, though the gate should have kept it out.
      ['advanced-below-line', 'c', null],
      ['advanced-below-line', 'd', null],
      ['more-advanced', null, null],
    ],
  );
  for (const { detail } of reply.disagreements) expect(detail).toMatch(/\.$/);
});

test('places are counted among all that were judged, and nobody moves up into the place of a failed gate', () => {
  const round = roundOf(
    ['x(100)', 'gate(gate)'],
    {
      a: { x: '90', gate: 'failed' },
      b: { x: '80', gate: 'passed' },
      c: { x: '70.5', gate: 'passed' },
      d: { x: '60' },
      e: {},
    },
    { places: 2 },
  );
  const reply = standings(round, {});
  const margin = (id: string): unknown => team(reply, id).margin ?? team(reply, id).marginNote;
  expect(reply.cutLine).toEqual({
    places: 2,
    candidates: 5,
    lastInside: { lowest: 80, highest: 90 },
    firstOutside: { lowest: 70.5, highest: 80 },
    note: null,
  });
  expect(margin('a')).toBe('Out by the gate gate.');
  // e may have anything: then a or e is the first, and b or e the last inside.
  expect(margin('b')).toEqual({ lowest: -10, highest: 9.5 });
  // 70.5 is never among the two best.
  expect(margin('c')).toEqual({ lowest: -19.5, highest: -9.5 });
  expect(margin('d')).toEqual({ lowest: -30, highest: -20 });
  expect(margin('e')).toEqual({ lowest: -80, highest: 20 });
  expect(standings({ ...round, round: { ...round.round, plannedAdvancing: 5 } }, {}).cutLine.note).toBe(
    'All 5 that were judged fit into the 5 places.',
  );
});

test('a rank that is certain tells the side of the line where the totals are not known', () => {
  const reply = standings(
    roundOf(
      ['x(100)'],
      { a: { x: '90' }, b: {}, c: {}, d: {} },
      {
        places: 3,
        decisions: [
          { consortium: 'a', officialRank: 1 },
          { consortium: 'b' },
          { consortium: 'c' },
          { consortium: 'd', officialRank: 4, outcome: 'eliminated' },
        ],
      },
    ),
    {},
  );
  const margins = Object.fromEntries(reply.consortiums.map(({ id, margin }) => [id, margin]));
  expect(margins).toEqual({
    a: { lowest: 0, highest: 90 },
    b: { lowest: 0, highest: 90 },
    c: { lowest: 0, highest: 90 },
    d: { lowest: -90, highest: 0 },
  });
  expect(reply.disagreements).toEqual([]);
});

test('a published rank alone shows that somebody went on below the line, or was out above it', () => {
  const reply = standings(
    roundOf(
      ['x(100)'],
      { a: {}, b: {}, c: {} },
      {
        places: 2,
        decisions: [
          { consortium: 'a', officialRank: 1, outcome: 'eliminated' },
          { consortium: 'b', officialRank: 2 },
          { consortium: 'c', officialRank: 3 },
        ],
      },
    ),
    {},
  );
  expect(reply.disagreements.map(({ code, detail }) => [code, detail])).toEqual([
    [
      'eliminated-above-line',
      'a was eliminated although it failed no gate, its rank is 1 and there were 2 places.',
    ],
    ['advanced-below-line', 'c went on although its rank is 3 and there were 2 places.'],
  ]);
});
