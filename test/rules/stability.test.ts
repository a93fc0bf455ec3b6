/** The simulation against cases whose answer is known in closed form, each within five standard errors. */
import { describe, expect, test } from 'vitest';
import { splitmix64, wordsFrom } from '../../src/views/stability/random.ts';
import { simulate, type Simulation } from '../../src/views/stability/simulate.ts';

const draws = 200_000;
type Score = number | [low: number, high: number];

/** Alternatives by parts; whoever has not passed failed a gate. */
function run(
  scores: Score[][],
  more: { places?: number; passed?: boolean[]; seed?: number } = {},
): Simulation {
  const end = (side: 0 | 1) =>
    scores.map((row) => row.map((score) => (typeof score === 'number' ? score : score[side])));
  return simulate({
    model: {
      lowest: end(0),
      highest: end(1),
      passed: more.passed ?? scores.map(() => true),
      places: more.places ?? null,
    },
    seed: more.seed ?? 1,
    draws,
    confidenceDraws: draws,
  });
}

function near(
  found: number | null | undefined,
  truth: number,
  spread = Math.sqrt(truth * (1 - truth)),
): void {
  expect(Math.abs((found ?? NaN) - truth)).toBeLessThanOrEqual((5 * spread) / Math.sqrt(draws) + 1e-12);
}
/** Weights lie between 0 and 1: their mean is off by no more than if they were one or the other. */
const nearWeight = (found: number | undefined, truth: number, share: number): void => {
  near(found, truth, 0.5 / Math.sqrt(share));
};

describe('random numbers', () => {
  test('are those of xoshiro128** and splitmix64, by the published values', () => {
    const word = wordsFrom([1, 2, 3, 4]);
    expect(Array.from({ length: 10 }, word)).toEqual([
      11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804,
    ]);
    expect(splitmix64(1477776061723855037n, 3)).toEqual([
      1985237415132408290n,
      2979275885539914483n,
      13511426838097143398n,
    ]);
  });
});

test.each([
  [0.9, 0.2, 0.4, 0.7],
  [0.8, 0.5, 0.7, 0.9],
  [1, 0, 0, 1],
  [0.51, 0.1, 0.5, 0.9],
])('two alternatives, two criteria: (%f, %f) against (%f, %f) is a ratio of lengths', (a1, a2, b1, b2) => {
  // The first wins where the weight of the first criterion is above t.
  const t = (b2 - a2) / (a1 - b1 + (b2 - a2));
  const { acceptability, central, confidence } = run([
    [a1, a2],
    [b1, b2],
  ]);
  near(acceptability[0]?.[0], 1 - t);
  near(acceptability[1]?.[0], t);
  expect((acceptability[0]?.[0] ?? 0) + (acceptability[0]?.[1] ?? 0)).toBeCloseTo(1, 9);
  nearWeight(central[0]?.[0], (1 + t) / 2, 1 - t);
  nearWeight(central[1]?.[0], t / 2, t);
  expect(confidence).toEqual([1, 1]);
});

test('three specialists have a third each, and central weights of 11/18 and 7/36', () => {
  const { acceptability, central } = run([
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ]);
  for (const [i, shares] of acceptability.entries()) {
    for (const share of shares) near(share, 1 / 3);
    for (const [j, weight] of (central[i] ?? []).entries())
      nearWeight(weight, i === j ? 11 / 18 : 7 / 36, 1 / 3);
  }
});

test('whoever is dominated is never first and has no central weights', () => {
  const { acceptability, central, confidence } = run([
    [0.9, 0.6, 0.7],
    [0.8, 0.5, 0.7],
    [0.1, 0.9, 0.2],
  ]);
  expect([acceptability[1]?.[0], central[1], confidence[1]]).toEqual([0, null, null]);
});

test('those who are identical share every rank they hold together, and the places at the cut', () => {
  const { acceptability, survival, central } = run(
    [
      [0.5, 0.5],
      [0.5, 0.5],
      [0.4, 0.3],
    ],
    { places: 1 },
  );
  expect(acceptability).toEqual([
    [0.5, 0.5, 0],
    [0.5, 0.5, 0],
    [0, 0, 1],
  ]);
  expect(survival).toEqual([0.5, 0.5, 0]);
  expect(central[0]).toEqual(central[1]);
  nearWeight(central[0]?.[0], 0.5, 1);
});

test('a score that may be anything beats a known one as often as it lies above it', () => {
  const { acceptability, confidence, central } = run([[0.7], [[0, 1]]]);
  near(acceptability[0]?.[0], 0.7);
  near(acceptability[1]?.[0], 0.3);
  expect(central).toEqual([[1], [1]]);
  near(confidence[0], 0.7);
  near(confidence[1], 0.3);
});

test('an unknown score and a weight together: the integral is solved', () => {
  // (U, 0) beats (0.5, 0.5) where U × w > 0.5: the integral of 1 - 0.5 / w from 0.5 to 1.
  const { acceptability } = run([
    [0.5, 0.5],
    [[0, 1], 0],
  ]);
  near(acceptability[1]?.[0], 0.5 - 0.5 * Math.log(2));
});

test('an interval counts as it stands: from 0.6 to 0.8 is above 0.7 every other time', () => {
  near(run([[0.7], [[0.6, 0.8]]]).acceptability[1]?.[0], 0.5);
});

test('who failed a gate has no place, keeps its rank, and nobody moves up into its place', () => {
  const scores = [
    [0.9, 0.9],
    [0.8, 0.2],
    [0.2, 0.8],
  ];
  const passed = [false, true, true];
  expect(run(scores, { places: 1, passed }).survival).toEqual([0, 0, 0]);
  const { survival, acceptability } = run(scores, { places: 2, passed });
  expect([survival?.[0], acceptability[0]]).toEqual([0, [1, 0, 0]]);
  near(survival?.[1], 0.5);
  near(survival?.[2], 0.5);
  expect(run(scores, { places: 3, passed }).survival).toEqual([0, 1, 1]);
  expect(run(scores, { places: 0 }).survival).toEqual([0, 0, 0]);
  expect(run(scores).survival).toBeNull();
});

test('who ties with somebody who failed a gate shares the place with it, and its half is left empty', () => {
  const scores = [[0.5], [0.5], [0.1]];
  expect(run(scores, { places: 1, passed: [false, true, true] }).survival).toEqual([0, 0.5, 0]);
});

test('every rank is somebody’s and everybody has a rank, whatever is drawn', () => {
  const { acceptability, central } = run([
    [0.3, [0.2, 0.9], 0.5],
    [[0, 1], 0.6, 0.1],
    [0.7, 0.1, [0.4, 0.5]],
    [0.7, 0.1, 0.4],
  ]);
  for (const [i, shares] of acceptability.entries()) {
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
    expect(acceptability.reduce((sum, row) => sum + (row[i] ?? 0), 0)).toBeCloseTo(1, 9);
  }
  for (const weights of central)
    if (weights) expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 9);
});

test('the same seed gives the same numbers, another seed others', () => {
  const scores: Score[][] = [
    [0.3, [0.2, 0.9]],
    [[0, 1], 0.6],
  ];
  expect(run(scores)).toEqual(run(scores));
  expect(run(scores)).not.toEqual(run(scores, { seed: 2 }));
});
