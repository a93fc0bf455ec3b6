/** What the sources say about the money of a programme, with what they agree on and what they do not. */
import { z } from 'zod';
import { didYouMean } from '../../kernel/nearest.ts';
import { refuse } from '../../kernel/problems.ts';
import { chartForm } from '../chart.ts';
import { declareView } from '../view.ts';
import { fundingChart, type Funding } from './chart.ts';
import { sourceKinds } from './preferred.ts';
import { answerOf } from './rules.ts';
import { fundingSchema } from './schema.ts';
import { stages } from './scope.ts';
import { fundingStatement, type FundingFacts, type FundingQuery } from './sql.ts';

const description = `Every claim about the money of the programme, of its consortiums and of the organizations that lead them, belong to them or bid in it: grouped by subject and kind, within that by scope (what is covered, for which period, how firm). Claims of different scope, such as GPU rental alone, one year, or a proposal, do not contradict each other.

**Preferred claim** of a scope, by the first of these that decides: 1. the editor’s rank (preferred before normal before deprecated; a deprecated claim only where nothing else is claimed); 2. the kind of source, in the order ${sourceKinds.join(', ')}; 3. recency: \`statedOn\`, else when the source was published. A month or a year is a period, of two that overlap neither is the later, and an undated claim is neither earlier nor later. Of claims that are then still equal, and of one source, the amount is preferred that is the sum of all its others (\`whole\`); claims of the same sum are preferred together (\`agreement\`). Else \`preferred\` is null and \`reason\` says why: an id never decides.

**Preferred claim of a group**: that of the scope which stands for it (\`chosenScope\`), by: 1. the editor’s rank of its claims; 2. what it covers, the whole before its parts; 3. its stage, in the order ${stages.join(', ')}; 4. its period, the longer before what lies within it. Scopes that differ only in whether the end of the period is named stand together. Where scopes are left that cover different things or periods, none stands for the group and \`preferred\` is null.

**Contradictions**, without deprecated claims. *amount*: two amounts among the claims of one scope; a scope that names the beginning of its period and no end counts as the same as one that begins with it and has an end. Compared is the currency that both state first, else another that both state. It is none where one of the two is approximate and the other less than 5 percent of the lower amount and no more than one unit of the last digit off (about 157.6 is not 158.6); none where one source states both sums in that scope; and none where a source states several sums there, parts or bounds, none of which the other states. *conversion*: the same sum converted to different amounts of another currency by different sources; that is about one and the same sum, so its scope does not matter. Each is a pair of amounts with its size and the sources on both sides. Two amounts of one claim in one currency are a range, which contradicts only what lies outside it.

**Conversion** by \`convertTo\`: nothing is converted with a rate that no source gave. A claim’s own statement comes first; else what other claims (not deprecated) state for the same sum; else the rate nearest in time among those that claims about the same subject’s money of the same kind imply; of equally near ones that from the better kind of source. Where these differ, \`lowest\` and \`highest\` tell between what the amount lies and \`amount\` is null; where there is none, all three are null; \`reason\` says why, and \`rateFrom\` whose rates were used. \`range\` is what all rates that the sources imply would give. All sums are exact; rates and what is converted by them are rounded half up to six significant digits.`;

export default declareView<FundingFacts, Funding, FundingQuery>({
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
  statement: fundingStatement,
  answer: ({ program, claims, currencies }, { language, query: { convertTo } }) => {
    if (convertTo !== undefined && currencies && !currencies.includes(convertTo))
      throw unknown(convertTo, currencies);
    return { program, ...answerOf(claims, language, convertTo) };
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
