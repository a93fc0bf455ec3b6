/** Who stands where in a round, what that rests on, and what would have been under other weights. */
import { z } from 'zod';
import { listParameter } from '../../http/query.ts';
import { printable } from '../../resource/fields.ts';
import { chartForm } from '../chart.ts';
import { declareView } from '../view.ts';
import { standingsChart } from './chart.ts';
import type { StandingsAnswer } from './answer.ts';
import type { RoundFacts } from './facts.ts';
import type { StandingsQuery } from './request.ts';
import { standings } from './rules.ts';
import { standingsSchema } from './schema.ts';
import { roundStatement } from './sql.ts';

// What a pair or an id must look like is judged by the rules, together with whether the round has that criterion.
const item = z.string().max(200).regex(printable, 'must not contain control characters');

export default declareView<RoundFacts, StandingsAnswer, StandingsQuery>({
  path: '/v1/rounds/:id/standings',
  order: 5,
  operationId: 'getRoundStandings',
  summary: 'Standings of a round',
  description: `Per consortium: the score by each criterion, the total and the rank computed from them, the official ones beside, the verdicts of the gates, the decision, and the margin to the cut line.

The criteria are a tree. A published score counts as it is; otherwise the parts are added up; where these are not known either, the total lies in an **interval**, and so does the rank. \`complete\` says whether every total is exact. \`rank\` and \`total\` also use what the authority published: an official total where the scores give none, and official ranks, which are taken to be held alone unless several share one. What it **withheld** is listed under \`withheld\`, where things do not fit each other under \`disagreements\`.

Assumption (places before gates): the **cut line** for \`plannedAdvancing\` is drawn by rank among all that were judged. The gates are applied apart from that: whoever fails one is out whatever its place, and nobody moves up into its place.

Where the round states a **weight** for all the parts of a whole, it multiplies their points; where the whole states a maximum, what they add up to is rescaled to it. Where only some of the parts state one, nobody knows how they add up: the whole is uncertain unless it was published itself. \`weightsNote\` says which.

**What if:** \`weights=r2-expert:0.5,r2-user:2\` multiplies the points of the criteria it names (the others keep the weight that the round states for them, or 1) and rescales the totals so that the whole keeps its maximum; \`without=r2-benchmark\` takes criteria out, and the maximum with them. The reply then says \`hypothetical\`, and \`change\` what it does to each consortium.`,
  of: 'rounds',
  parameters: {
    weights: listParameter(
      item,
      500,
      'What-if: pairs of a criterion and the weight of its points, 0 or more with at most 6 decimals, such as `r2-expert:0.5,r2-user:2`. A weight takes the place of the one that the round states; criteria that are not named keep theirs, or 1. Along a path the weights multiply, at most 16 of them; a whole whose parts are weighted differently is added up from them.',
    ),
    without: listParameter(
      item,
      500,
      'What-if: criteria to be taken out, such as `r2-benchmark,r2-expert-user`.',
    ),
  },
  data: standingsSchema,
  statement: roundStatement,
  answer: (facts, { query, language }) => standings(facts, query, language),
  forms: { svg: chartForm(standingsChart) },
});
