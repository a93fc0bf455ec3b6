import { z } from 'zod';
import { count, day, listOf, money, named, slug, sources, words } from '../schemas.ts';
import { amount, code, conversion } from './conversion-schema.ts';
import { ranks, sourceKinds, steps } from './preferred.ts';
import { kinds, subjectTypes } from './rules.ts';
import { scopeSteps, stages } from './scope.ts';

const subject = z
  .strictObject({
    type: z.enum(subjectTypes).meta({ description: 'What kind of row it is.', examples: ['program'] }),
    id: slug('Its id.', 'kr-safm'),
    name: words('Its name in the language asked for.', 'Sovereign AI Foundation Model project', 200),
  })
  .meta({ id: 'FundingSubject', description: 'Whose money it is.' });
const kind = z.enum(kinds).meta({ description: 'What kind of money.', examples: ['budget'] });

const scope = z
  .strictObject({
    covers: listOf(
      z.enum(['data', 'gpu', 'talent', 'total']).meta({ description: 'A part that is paid for.' }),
      'What it pays for; empty if that is not stated.',
      4,
    ),
    periodFrom: day('Beginning of the period it is for.', '2025').nullable(),
    periodTo: day('End of the period it is for.', '2025').nullable(),
    stage: z
      .enum(stages)
      .nullable()
      .meta({ description: 'How firm it is.', examples: ['announced'] }),
    words: words(
      'All of this in words, in the language asked for.',
      'data and GPUs; 2025; as announced',
      400,
    ),
  })
  .meta({
    id: 'FundingScope',
    description: 'What a claim is about. Only claims of one scope can contradict each other.',
  });

const choice = z
  .strictObject({
    claims: z
      .array(slug('A claim.', 'fund-seed-001-program-530b'))
      .min(1)
      .max(10_000)
      .meta({ description: 'The preferred claim, or the equally good ones that state the same sum.' }),
    money,
    upTo: amount('The higher end where the source states a range; else null.', '590000000000').nullable(),
    over: slug(
      'The best claim that the deciding step set aside; null if it set none aside.',
      'fund-allglobal-program-530b',
    ).nullable(),
    step: z.enum(steps).meta({
      description: 'What decided, as the rule in the description has it.',
      examples: ['source-kind'],
    }),
    because: words('The same in words.', 'It has the better kind of source: official, before press.', 1000),
    sources,
  })
  .meta({ id: 'FundingChoice', description: 'Which of several claims is preferred, and why.' });

const preferred = choice.nullable().meta({
  description: 'The preferred claim; null where the sources leave it open.',
});
const reason = words('Why no claim is preferred; null where one is.', undefined, 1000).nullable();

const spread = z
  .strictObject({
    currency: code('Currency code of ISO 4217.', 'KRW'),
    claims: count('How many claims state an amount in it.', 12),
    lowest: amount('The lowest amount, a decimal string.', '200000000000'),
    highest: amount('The highest amount, a decimal string.', '530000000000'),
    ratio: amount('The highest divided by the lowest, rounded to six significant digits.', '2.65'),
    sources,
  })
  .meta({ id: 'FundingSpread', description: 'Between which amounts the claims of one scope lie.' });

const source = z
  .strictObject({
    id: slug('Its id.', 'seed-004'),
    title: words('Its title.', undefined, 500).nullable(),
    publisher: words('Who published it.', 'Ministry of Science and ICT', 200).nullable(),
    kind: z
      .enum(sourceKinds)
      .nullable()
      .meta({ description: 'What kind of source.', examples: ['press'] }),
    publishedOn: day('When it was published.', '2025-08-04').nullable(),
    url: words('Where it can be read.', 'https://example.com/article', 2000).nullable(),
  })
  .meta({
    id: 'FundingSource',
    description:
      'Who says so. Under `asOf` all but the id is null where the source was not public yet, or has no date.',
  });

const claim = z
  .strictObject({
    id: slug('Its id, of a row of /v1/funding-figures.', 'fund-kbs-2025-200b'),
    money,
    approximate: z.boolean().meta({ description: 'Whether the source calls the amount approximate.' }),
    statedAlso: listOf(
      money,
      'The same sum in other currencies, or the other end of a range, as the same source states it.',
      50,
    ),
    statedOn: day('When the source said so.', '2025-08').nullable(),
    rank: z.enum(ranks).meta({ description: 'How an editor ranked it.', examples: ['normal'] }),
    rankReason: words('Why it is ranked so.', undefined, 1000).nullable(),
    note: words('What the claim means, in our words.').nullable(),
    source,
    converted: conversion
      .nullable()
      .meta({ description: 'In the currency of `convertTo`; null where none was asked for.' }),
    sources,
  })
  .meta({ id: 'FundingClaim', description: 'What one source says.' });

const group = z
  .strictObject({
    subject,
    kind,
    chosenScope: z
      .strictObject({
        scope,
        steps: listOf(
          z.enum(scopeSteps).meta({ description: 'A step of the rule.', examples: ['covers'] }),
          'What decided, in this order; empty where there was nothing to decide.',
          4,
        ),
      })
      .nullable()
      .meta({ description: 'The scope that stands for the group; null where none does.' }),
    preferred,
    reason,
    scopes: listOf(
      z
        .strictObject({
          scope,
          preferred,
          reason,
          spread: listOf(spread, 'Per currency, without deprecated claims.', 200),
          claims: listOf(claim, 'The claims of this scope, the preferred one first.'),
        })
        .meta({ id: 'FundingInScope', description: 'The claims of one scope.' }),
      'The claims by scope; the scope with the most claims first.',
    ),
  })
  .meta({ id: 'FundingGroup', description: 'All claims about one subject’s money of one kind.' });

const pair = z
  .strictObject({
    claim: slug('The claim.', 'fund-kbs-2025-200b'),
    statedOn: day('When it was stated, else when its source came out.', '2025-08').nullable(),
    money,
    also: money,
    rate: amount('Units of the currency of `money` for one unit of that of `also`.', '1388.89'),
    inverse: amount('The other way round.', '0.00072'),
    sources,
  })
  .meta({
    id: 'FundingPair',
    description: 'One sum that one source states in two currencies, and the exchange rate that this implies.',
  });

const upTo = amount('The higher end where a range is stated; else null.', '210000000000').nullable();

const side = z
  .strictObject({
    amount: amount('The amount.', '200000000000'),
    upTo,
    claims: listOf(slug('A claim.', 'fund-seed-004-program-200b'), 'The claims that state it.'),
    sources,
  })
  .meta({ id: 'FundingSide', description: 'Who states one of the two amounts.' });

const contradiction = z
  .strictObject({
    type: z.enum(['amount', 'conversion']).meta({
      description:
        'amount: different amounts for one thing. conversion: one sum, converted to different amounts.',
      examples: ['amount'],
    }),
    subject: subject.nullable().meta({ description: 'Whose money; null for a conversion.' }),
    kind: kind.nullable().meta({ description: 'What kind of money; null for a conversion.' }),
    scope: scope.nullable().meta({
      description:
        'The scope that both share, with the end of its period where one of them names it; null for a conversion.',
    }),
    sum: z
      .strictObject({
        amount: amount('The amount.', '200000000000'),
        upTo,
        currency: code('Currency code of ISO 4217.', 'KRW'),
      })
      .nullable()
      .meta({ description: 'The sum that was converted; null for an amount.' }),
    currency: code('The currency of the two amounts.', 'KRW'),
    difference: amount(
      'The higher less the lower, exactly; of ranges what lies between them.',
      '330000000000',
    ),
    ratio: amount('The higher divided by the lower, rounded to six significant digits.', '2.65'),
    sides: z
      .array(side)
      .min(2)
      .max(2)
      .meta({ description: 'The lower amount and the higher one, each with those who state it.' }),
  })
  .meta({ id: 'FundingContradiction', description: 'Two amounts that cannot both be right.' });

export const fundingSchema = z
  .strictObject({
    program: named,
    convertTo: code('The currency that was asked for.', 'USD')
      .nullable()
      .meta({ description: 'The currency that was asked for; null where none was.' }),
    groups: listOf(group, 'The claims by subject and kind: the programme first.'),
    pairs: listOf(pair, 'Every pair of currencies that one source states for one sum.'),
    contradictions: listOf(
      contradiction,
      'Where sources contradict each other, the widest gap of a scope first.',
    ),
  })
  .meta({ id: 'ProgramFunding', description: 'What the sources say about the money of a programme.' });
