/** How much the standings of a round depend on the weights: SMAA-2. */
import { z } from 'zod';
import { chartForm } from '../chart.ts';
import { declareView } from '../view.ts';
import { stabilityChart } from './chart.ts';
import type { RoundFacts } from '../standings/facts.ts';
import { roundStatement } from '../standings/sql.ts';
import { stabilityAnswer, type StabilityAnswer } from './answer.ts';
import { simulateAside } from './pool.ts';
import { questionOf, type StabilityQuery } from './rules.ts';
import { stabilitySchema } from './schema.ts';

export default declareView<RoundFacts, StabilityAnswer, StabilityQuery>({
  path: '/v1/rounds/:id/stability',
  order: 6,
  operationId: 'getRoundStability',
  summary: 'Stability of the standings of a round',
  description: `Would the order have been the same under other weights? **Stochastic multicriteria acceptability analysis (SMAA-2)** tries all of them: many draws, each with a weighting of the parts of the total (uniform over all weightings there are) and a value for each score that is not known (uniform over its interval), and counts who gets which rank.

Per consortium: the **rank acceptability**, the **survival** probability at the cut for \`plannedAdvancing\` among those who failed no gate, the **central weights**, the typical weighting of somebody who would put it first, and the **confidence** that these do so. Each probability comes with its Monte Carlo standard error. The same \`seed\`, \`draws\` and data give the same bytes.

503 with \`Retry-After\` where too many simulations are waiting already.`,
  of: 'rounds',
  parameters: {
    seed: z
      .int()
      .min(0)
      .max(2_147_483_647)
      .default(1)
      .meta({ format: 'int32', description: 'Where the random numbers start.' }),
    draws: z
      .int()
      .min(1_000)
      .max(1_000_000)
      .default(100_000)
      .meta({ format: 'int32', description: 'How many draws are made; four times as many halve the error.' }),
  },
  data: stabilitySchema,
  read: async (reader, asked) => {
    const [row] = await reader.query<{ doc: string }>(roundStatement(asked));
    return row && (JSON.parse(row.doc) as RoundFacts);
  },
  answer: async (facts, { query }) => {
    const question = questionOf(facts, query);
    return stabilityAnswer(question, question.task && (await simulateAside(question.task)), query);
  },
  forms: { svg: chartForm(stabilityChart) },
});
