import { z } from 'zod';
import { count, listOf, slug, sources, words } from '../schemas.ts';
import { byCriterion, figure, flag, round } from '../standings/shared-schema.ts';

const fraction = (description: string, example: number): z.ZodType =>
  z
    .number()
    .min(0)
    .max(1)
    .meta({ description, examples: [example] });

const estimated = {
  probability: fraction('The share of the draws.', 0.62),
  standardError: fraction('Its Monte Carlo standard error.', 0.001535),
};
const estimate = z
  .strictObject(estimated)
  .meta({ id: 'Estimate', description: 'A probability, as the draws gave it, and how far it may be off.' });

const part = z
  .strictObject({
    id: slug('Id of the criterion.', 'r2-expert'),
    name: words('Its name in the language asked for.', 'Expert evaluation', 200),
    maxScore: figure('The most points that it gives.', 35),
    sources,
  })
  .meta({ id: 'StabilityPart', description: 'A part of the total that is weighted.' });

const consortium = z
  .strictObject({
    id: slug('Its id.', 'sk-telecom'),
    name: words('Its name in the language asked for.', 'SK Telecom consortium', 200),
    failedGate: flag('Whether it failed a gate, and so is out whatever its place.', false),
    gateSources: listOf(
      slug('Id of a source.', 'msit-2026-01-15-round-1'),
      'Sources of the verdicts of its gates.',
      1_000,
    ),
    shares: byCriterion(
      z
        .strictObject({
          lowest: figure('The least that it can be.', 0.837143),
          highest: figure('The most that it can be.', 0.837143),
          sources,
        })
        .meta({
          id: 'ScoreShare',
          description: 'A score as a share of its maximum; two equal ends where it is known.',
        }),
      'Its scores by part, as shares of the maximum.',
    ),
    rankAcceptability: listOf(
      z.strictObject({ rank: count('The rank.', 1), ...estimated }).meta({
        id: 'RankAcceptability',
        description: 'How much of all weightings and scores gives it this rank.',
      }),
      'For each rank, how much of all weightings and scores gives it that rank; they sum to 1.',
      1_000,
    ),
    expectedRank: figure('The mean of its ranks; null where nothing could be simulated.', 1.4).nullable(),
    survival: estimate.nullable().meta({
      description:
        'How probable it is that its rank is within `plannedAdvancing` and that it is not out by a gate. Assumption (places before gates): places are counted by rank among all that were judged; whoever fails a gate has 0 whatever its rank, and nobody moves up into its place. Null where it is not known how many were to go on.',
    }),
    centralWeights: byCriterion(
      fraction('The weight of the part.', 0.41),
      'The weights by part; they sum to 1.',
    )
      .nullable()
      .meta({ description: 'The mean of all weightings that make it first; null where none does.' }),
    confidence: estimate.nullable().meta({
      description:
        'How probable it is that its central weights make it first, the scores that are not known being drawn; null where it has none, or where the round is too large for it.',
    }),
    sources,
  })
  .meta({ id: 'StabilityConsortium', description: 'How a consortium fares over all weightings.' });

export const stabilitySchema = z
  .strictObject({
    round,
    parts: listOf(part, 'What is weighted: the parts of the total.', 1_000),
    consortiums: listOf(consortium, 'Who takes part, the best expected rank first.', 1_000),
    certain: flag('Whether every score of the parts is known.', true),
    seed: count('The seed that was used.', 1),
    draws: count('How many draws were made; 0 where nothing could be simulated.', 100_000),
    confidenceDraws: count(
      'How many draws of the scores each confidence factor rests on; 0 where the round is too large for it.',
      10_000,
    ),
    standardErrorMost: fraction(
      'The largest standard error of a rank acceptability or survival.',
      0.00158,
    ).nullable(),
    method: words('What was done, so that it can be done again.'),
    note: words('Why nothing could be simulated; null where something was.', undefined, 100_000).nullable(),
  })
  .meta({ id: 'Stability', description: 'How much the standings of a round depend on the weights.' });
