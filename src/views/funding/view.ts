/** What the sources say about the money of a programme, with what they agree on and what they do not. */
import { z } from 'zod';
import { didYouMean } from '../../kernel/nearest.ts';
import { refuse } from '../../kernel/problems.ts';
import { chartForm } from '../chart.ts';
import { declareView } from '../view.ts';
import { fundingChart } from './chart.ts';
import { sourceKinds } from './preferred.ts';
import { answerOf } from './rules.ts';
import { fundingSchema } from './schema.ts';
import { fundingStatement, type FundingFacts, type FundingQuery } from './sql.ts';

const description = `Every claim about the money of the programme, of its consortiums and of the organizations that lead them, belong to them or bid in it: grouped by subject and kind, within that by scope (what is covered, for which period, how firm). Claims of different scope, such as GPU rental alone, one year, or a proposal, do not contradict each other.

**Preferred claim**, per scope and per group, by the first of these that decides: 1. the editor’s rank (preferred before normal before deprecated; a deprecated claim only where nothing else is claimed); 2. the kind of source, in the order ${sourceKinds.join(', ')}; 3. recency (\`statedOn\`, else when the source was published; a month or year counts from its last day; undated last); 4. the id.

**Contradictions**, without deprecated claims. *amount*: two amounts among the claims of one scope, compared in the currency that both state first, else in another that both state; a difference under 5 percent of the lower amount is none where one of the two is approximate, and several sums from one source are parts or bounds and none either. *conversion*: the same sum converted to different amounts of another currency by different sources; that is about one and the same sum, so its scope does not matter. Each is a pair of amounts with its size and the sources on both sides.

**Conversion** by \`convertTo\`: nothing is converted with a rate that no source gave. A claim’s own statement comes first; else the rate that another claim (not deprecated) implies by stating one sum in both currencies, the nearest in time, then from the better kind of source, then by id; with the range that all implied rates give. Where no source relates two currencies the amount is null and says why. All sums are exact; rates and what is converted by them are rounded half up to six significant digits.`;

export default declareView<FundingFacts, ReturnType<typeof answerOf>, FundingQuery>({
  path: '/v1/programs/:id/funding',
  order: 3,
  operationId: 'getProgramFunding',
  summary: 'Funding of a programme: claims, contradictions, exchange rates',
  description,
  of: 'programs',
  parameters: {
    convertTo: z
      .string()
      .length(3)
      .regex(/^[A-Z]{3}$/, 'must be a currency code of ISO 4217, three capital letters')
      .optional()
      .meta({
        description:
          'A currency of ISO 4217: each claim is given in it as well, by rates that sources imply.',
        examples: ['USD'],
      }),
  },
  data: fundingSchema,
  read: async (reader, asked) => {
    const [row] = await reader.query<{ doc: string }>(fundingStatement(asked));
    return row && (JSON.parse(row.doc) as FundingFacts);
  },
  answer: ({ claims, currencies }, { language, query: { convertTo } }) => {
    if (convertTo !== undefined && currencies && !currencies.includes(convertTo))
      throw unknown(convertTo, currencies);
    return answerOf(claims, language, convertTo);
  },
  forms: { svg: chartForm(fundingChart) },
});

const unknown = (code: string, currencies: string[]): Error =>
  refuse(
    [
      {
        parameter: 'convertTo',
        code: 'invalid-value',
        detail: `there is no currency \`${code}\` in ISO 4217${didYouMean(code, currencies)}`,
      },
    ],
    'invalid-parameter',
  );
