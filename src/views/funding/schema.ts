import { z } from 'zod';
import { count, day, listOf, money, slug, sources, words } from '../schemas.ts';
import { kinds, subjectTypes } from './rules.ts';
import { ranks, sourceKinds, steps } from './preferred.ts';
import { ways } from './rates.ts';

const amount = (description: string, example: string): z.ZodType =>
  z
    .string()
    .max(80)
    .regex(/^[0-9]+(\.[0-9]+)?$/)
    .meta({ description, examples: [example] });
const code = (description: string, example: string): z.ZodType =>
  z
    .string()
    .length(3)
    .regex(/^[A-Z]{3}$/)
    .meta({ description, examples: [example] });

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
      .enum(['proposed', 'appropriated', 'announced', 'estimate', 'reported'])
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
    claim: slug('The preferred claim.', 'fund-seed-001-program-530b'),
    money,
    over: slug('The next best claim; null if there is no other.', 'fund-allglobal-program-530b').nullable(),
    step: z.enum(steps).meta({
      description: 'What decided between it and the next best, as the rule in the description has it.',
      examples: ['source-kind'],
    }),
    because: words('The same in words.', 'It has the better kind of source: official, before press.', 400),
    sources,
  })
  .meta({ id: 'FundingChoice', description: 'Which of several claims is preferred, and why.' });

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

const conversion = z
  .strictObject({
    currency: code('The currency that was asked for.', 'USD'),
    way: z.enum(ways).meta({
      description:
        'stated: the claim is in this currency already. own-statement: its own source states the sum in it. implied-rate: by the rate that another claim implies. no-rate: no source relates the two currencies.',
      examples: ['own-statement'],
    }),
    own: z.boolean().meta({ description: 'Whether the claim’s own source states this amount.' }),
    amount: amount(
      'The amount: as stated, or rounded to six significant digits; null without a rate.',
      '142460000',
    ).nullable(),
    rate: amount(
      'Units of the claim’s currency for one unit of the currency asked for, rounded to six significant digits; null where none was used.',
      '1358.97',
    ).nullable(),
    rateFrom: z
      .strictObject({
        claim: slug('The claim that states one sum in both currencies.', 'fund-seed-001-program-530b'),
        source: slug('Its source.', 'seed-001'),
      })
      .nullable()
      .meta({ description: 'Where the rate comes from; null where none was used.' }),
    range: z
      .strictObject({
        rates: count('How many rates the sources imply between the two currencies.', 9),
        lowestRate: amount('The lowest of them.', '1318.52'),
        highestRate: amount('The highest of them.', '1471.36'),
        lowest: amount('The amount by the highest rate.', '131579000'),
        highest: amount('The amount by the lowest rate.', '146832000'),
      })
      .nullable()
      .meta({
        description: 'What all implied rates would give; null where there is none or none is needed.',
      }),
    reason: words('Why there is no amount.', undefined, 200).nullable(),
  })
  .meta({ id: 'FundingConversion', description: 'A claim in the currency asked for.' });

const claim = z
  .strictObject({
    id: slug('Its id, of a row of /v1/funding-figures.', 'fund-kbs-2025-200b'),
    money,
    approximate: z.boolean().meta({ description: 'Whether the source calls the amount approximate.' }),
    statedAlso: listOf(money, 'The same sum in other currencies, as the same source states it.', 50),
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
    preferred: choice,
    scopes: listOf(
      z
        .strictObject({
          scope,
          preferred: choice,
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

const side = z
  .strictObject({
    amount: amount('The amount.', '200000000000'),
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
    scope: scope.nullable().meta({ description: 'The scope that both share; null for a conversion.' }),
    sum: money.nullable().meta({ description: 'The sum that was converted; null for an amount.' }),
    currency: code('The currency of the two amounts.', 'KRW'),
    difference: amount('The higher less the lower, exactly.', '330000000000'),
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
