/** Who builds on what of their own, and who on foreign models and partners: one statement, then pure rules. */
import { declareView } from '../view.ts';
import { independence } from './rules.ts';
import { independenceSchema } from './schema.ts';
import { independenceStatement } from './sql.ts';

export default declareView({
  path: '/v1/programs/:id/independence',
  order: 4,
  operationId: 'getProgramIndependence',
  summary: 'Independence of the bidders',
  description:
    'For every bidder, whether it was selected or turned away, and every consortium lead: its models, which of them were trained from scratch, which rest on a foreign model and through what chain, its partners and fellow members abroad, what the gates said, and how it ended. Foreign means from another country than the bidder. Models of its parent are listed as well, and of subsidiaries that are in its consortium with it, or were when the model was released; `through` says whose they are, and they are counted apart. A gate among the criteria by which a bid was turned away counts as failed. What no source states is null. With `asOf` a base that was not public yet is given by its id alone, and a membership that was over by that day is not known any more.',
  of: 'programs',
  parameters: {},
  data: independenceSchema,
  statement: independenceStatement,
  answer: independence,
});
