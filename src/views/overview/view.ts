/** Everything a front page shows, in one call and one statement. */
import { declareView } from '../view.ts';
import { overviewOf, type Facts } from './rules.ts';
import { overviewSchema } from './schema.ts';
import { overviewStatement } from './sql.ts';

export default declareView({
  path: '/v1/programs/:id/overview',
  order: 1,
  operationId: 'getProgramOverview',
  summary: 'Overview of a programme',
  description:
    'All that a front page needs: the programme, its consortiums with status, lead and members, the bidders that were excluded and why, those who stayed out of themselves, the rounds with their state and counts, the claims about its money by kind and scope, and the next date that lies ahead. One call; `asOf` gives the page as it would have stood on that day.',
  of: 'programs',
  parameters: {},
  data: overviewSchema,
  statement: overviewStatement,
  answer: (facts: Facts, { language }) => overviewOf(facts, language),
});
