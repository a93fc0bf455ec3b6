/** Models ranked by what the sources say that they reached. */
import { z } from 'zod';
import { listParameter } from '../../http/query.ts';
import { slugSchema } from '../../resource/fields.ts';
import { chartForm } from '../chart.ts';
import { declareView } from '../view.ts';
import { leaderboardChart, type Board } from './chart.ts';
import { leaderboard, type LeaderboardFacts, type Wanted } from './rules.ts';
import { leaderboardSchema } from './schema.ts';
import { leaderboardStatement } from './sql.ts';

export default declareView<LeaderboardFacts, Board, Wanted>({
  path: '/v1/benchmarks/:id/leaderboard',
  order: 7,
  operationId: 'getBenchmarkLeaderboard',
  summary: 'Leaderboard of a benchmark',
  description:
    'The models that have a result in the benchmark, best first; where lower is better the lowest. Ties share a rank. Several claims about one model stay apart, each with its sources: the model is ranked by the most exact, then the latest, then the best sourced of them, and `rankedBy` says which and why. A score that is only a bound is marked; `lowest` and `highest` say between which numbers its source leaves it, and `rankAtBest` and `rankAtWorst` between which ranks the bounds leave each model.',
  of: 'benchmarks',
  parameters: {
    organization: listParameter(
      slugSchema,
      100,
      'Only models of these organizations. `overallRank` still counts all. Comma-separated.',
    ),
    country: listParameter(
      z
        .string()
        .length(2)
        .regex(/^[A-Z]{2}$/, 'must be a country code of ISO 3166-1, two capital letters'),
      100,
      'Only models made in these countries (ISO 3166-1). `overallRank` still counts all. Comma-separated.',
    ),
  },
  data: leaderboardSchema,
  statement: leaderboardStatement,
  // The names were read along; the rules do not look at them.
  answer: (facts, { query }) => leaderboard(facts, query) as unknown as Board,
  forms: { svg: chartForm(leaderboardChart) },
});
