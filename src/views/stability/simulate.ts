/**
 * SMAA-2 (Lahdelma and Salminen 2001) by Monte Carlo: every draw takes one weighting, uniform over all that there are,
 * and one value for each score that is not known, and ranks the alternatives. Pure: the same model and seed give the
 * same numbers to the last bit, since nothing but plain arithmetic is used.
 */
import { uniformFrom } from './random.ts';
import { Tally, utility, type Model } from './tally.ts';

export interface Task {
  model: Model;
  seed: number;
  draws: number;
  /** Draws of the scores for each confidence factor; none where they would take too long. */
  confidenceDraws: number;
}

export interface Simulation {
  /** By alternative and rank: in how many of the draws, as a share. */
  acceptability: number[][];
  survival: number[] | null;
  /** The mean of the weights that make it first; null where none do. */
  central: (number[] | null)[];
  confidence: (number | null)[];
}

export function simulate({ model, seed, draws, confidenceDraws }: Task): Simulation {
  const uniform = uniformFrom(seed);
  const scores = scoresOf(model, uniform);
  const parts = model.lowest[0]?.length ?? 0;
  const weights = new Float64Array(parts);
  const tally = new Tally(model, parts);
  for (let draw = 0; draw < draws; draw += 1) {
    scores.redraw();
    drawWeights(weights, uniform);
    tally.add(scores.values, weights);
  }
  const central = tally.central();
  return {
    acceptability: tally.ranks.map((shares) => shares.map((share) => share / draws)),
    survival: model.places === null ? null : tally.inside.map((share) => share / draws),
    central,
    confidence: central.map((ideal, own) => ideal && confidenceOf(own, ideal, scores, confidenceDraws)),
  };
}

interface Scores {
  values: Float64Array[];
  /** Whether any of them is not known. */
  uncertain: boolean;
  redraw(): void;
}

function scoresOf({ lowest, highest }: Model, uniform: () => number): Scores {
  const values = lowest.map((row) => Float64Array.from(row));
  const open = lowest.flatMap((row, i) =>
    row.flatMap((low, part) => {
      const span = (highest[i]?.[part] ?? low) - low;
      return span > 0 ? [{ row: values[i] ?? new Float64Array(), part, low, span }] : [];
    }),
  );
  return {
    values,
    uncertain: open.length > 0,
    redraw: () => {
      for (const { row, part, low, span } of open) row[part] = low + span * uniform();
    },
  };
}

/** The gaps between sorted uniform numbers are uniform on the simplex. */
function drawWeights(weights: Float64Array, uniform: () => number): void {
  const last = weights.length - 1;
  for (let i = 0; i < last; i += 1) weights[i] = uniform();
  weights[last] = 1;
  weights.sort();
  for (let i = last; i > 0; i -= 1) weights[i] = (weights[i] ?? 0) - (weights[i - 1] ?? 0);
}

/** How often its central weights make it first, over the scores that are not known. */
function confidenceOf(own: number, central: number[], scores: Scores, draws: number): number | null {
  const tries = scores.uncertain ? draws : 1;
  if (tries === 0) return null;
  let sum = 0;
  for (let draw = 0; draw < tries; draw += 1) {
    scores.redraw();
    const utilities = scores.values.map((row) => utility(row, central));
    const best = Math.max(...utilities);
    const equals = utilities.filter((value) => value === best).length;
    if (utilities[own] === best) sum += 1 / equals;
  }
  return sum / tries;
}
