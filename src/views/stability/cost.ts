/**
 * How much of a simulation a round can have. What a draw costs grows with the consortiums and the parts, and nobody may
 * keep the threads for longer than a second or two: the larger the round, the fewer draws.
 */
import { refuse } from '../../kernel/problems.ts';

export const drawsLeast = 1_000;
export const drawsMost = 1_000_000;
const drawsUsually = 100_000;
/** Steps of about 20 nanoseconds. */
const stepsMost = 60_000_000;
/** A confidence factor needs no more than this to be right to half a percent, and each consortium has its own. */
const confidenceMost = 10_000;
const confidenceLeast = 100;

/** Each part of each consortium is weighted, and each consortium is compared with others. */
export const stepsOf = (consortiums: number, parts: number): number => consortiums * (consortiums + parts);

const largest = (consortiums: number, parts: number): number =>
  Math.min(drawsMost, Math.floor(stepsMost / stepsOf(consortiums, parts)));

/** As many as were asked for, or else as usual; undefined where not even the fewest are possible. */
export function drawsFor(consortiums: number, parts: number, asked: number | undefined): number | undefined {
  const most = largest(consortiums, parts);
  if (most < drawsLeast) return undefined;
  if (asked !== undefined && asked > most)
    throw refuse(
      [
        {
          parameter: 'draws',
          code: 'out-of-range',
          detail: `${asked} draws of ${consortiums} consortiums by ${parts} parts take too long: at most ${most} for this round`,
        },
      ],
      'invalid-parameter',
    );
  return asked ?? Math.min(drawsUsually, most);
}

/** None where they would be too few to say anything. */
export function confidenceDrawsFor(consortiums: number, parts: number, draws: number): number {
  const most = Math.floor(stepsMost / (consortiums * consortiums * parts));
  return most < confidenceLeast ? 0 : Math.min(draws, confidenceMost, most);
}
