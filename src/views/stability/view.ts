/** How much the standings of a round depend on the weights: SMAA-2. */
import { z } from 'zod';
import { chartForm } from '../chart.ts';
import { declareView } from '../view.ts';
import { stabilityChart } from './chart.ts';
import type { RoundFacts } from '../standings/facts.ts';
import { roundStatement } from '../standings/sql.ts';
import { stabilityAnswer, type StabilityAnswer } from './answer.ts';
import { drawsLeast, drawsMost } from './cost.ts';
import { simulateAside } from './pool.ts';
import { questionOf, type StabilityQuery } from './rules.ts';
import { stabilitySchema } from './schema.ts';

export default declareView<RoundFacts, StabilityAnswer, StabilityQuery>({
  path: '/v1/rounds/:id/stability',
  order: 6,
  operationId: 'getRoundStability',
  summary: 'Stability of the standings of a round',
  description: `Would the order have been the same under other weights? **Stochastic multicriteria acceptability analysis (SMAA-2)** tries all of them: many draws, each with a weighting of the parts of the total (uniform over all weightings there are) and a value for each score that is not known (uniform over its interval), and counts who gets which rank.

Per consortium: the **rank acceptability**, the **survival** probability, of a rank within \`plannedAdvancing\` among all that were judged without being out by a gate, the **central weights**, the typical weighting of somebody who would put it first, and the **confidence** that these do so. Each probability comes with its Monte Carlo standard error. The same \`seed\`, \`draws\` and data give the same bytes.

Weights that the round states for the parts of its total are left aside, since all weightings are tried; those stated further down count in the scores of the parts.

The larger the round, the fewer draws it can have: 400 says how many. 503 with \`Retry-After\` where too many simulations are waiting already.`,
  of: 'rounds',
  cost: 20,
  parameters: {
    seed: z
      .int()
      .min(0)
      .max(2_147_483_647)
      .default(1)
      .meta({ format: 'int32', description: 'Where the random numbers start.' }),
    draws: z
      .int()
      .min(drawsLeast)
      .max(drawsMost)
      .optional()
      .meta({
        format: 'int32',
        description:
          'How many draws are made; four times as many halve the error. 100000 where it is left out, fewer for a large round.',
        examples: [100_000],
      }),
  },
  data: stabilitySchema,
  statement: roundStatement,
  answer: async (facts, { query, language, gone }) => {
    const question = questionOf(facts, query);
    const simulation = question.task && (await simulateAside(question.task, gone));
    return stabilityAnswer(question, simulation, query, language);
  },
  forms: { svg: chartForm(stabilityChart) },
});
