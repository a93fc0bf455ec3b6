import { z } from 'zod';
import { count, listOf, slug, words } from '../schemas.ts';
import { ways } from './rates.ts';

export const amount = (description: string, example: string): z.ZodType =>
  z
    .string()
    .max(80)
    .regex(/^[0-9]+(\.[0-9]+)?$/)
    .meta({ description, examples: [example] });
export const code = (description: string, example: string): z.ZodType =>
  z
    .string()
    .length(3)
    .regex(/^[A-Z]{3}$/)
    .meta({ description, examples: [example] });

export const conversion = z
  .strictObject({
    currency: code('The currency that was asked for.', 'USD'),
    way: z.enum(ways).meta({
      description:
        'stated: the claim is in this currency already. own-statement: its own source states the sum in it. same-sum: by claims that state this very sum in both currencies. nearest-rate: by the rate nearest in time that a claim about the same subject’s money of the same kind implies. no-rate: none of these.',
      examples: ['own-statement'],
    }),
    own: z.boolean().meta({ description: 'Whether the claim’s own source states this amount.' }),
    amount: amount(
      'The amount: as stated, or rounded to six significant digits; null where it is a range or not known.',
      '142460000',
    ).nullable(),
    lowest: amount('The lowest it may be; the amount itself where that is known.', '142460000').nullable(),
    highest: amount('The highest it may be; the amount itself where that is known.', '142460000').nullable(),
    rate: amount(
      'Units of the claim’s currency for one unit of the currency asked for, rounded to six significant digits; null where none was used, or several that differ.',
      '1358.97',
    ).nullable(),
    rateFrom: listOf(
      z
        .strictObject({
          claim: slug('The claim that states one sum in both currencies.', 'fund-seed-001-program-530b'),
          source: slug('Its source.', 'seed-001'),
          rate: amount('The rate that this implies, rounded to six significant digits.', '1358.97'),
        })
        .meta({ id: 'FundingRate', description: 'A rate that was used, and whose it is.' }),
      'Where the rates come from: several where equally good claims imply them; empty where none was used.',
    ),
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
        description:
          'What all rates that sources imply between the two currencies would give; null where none was used.',
      }),
    reason: words('Why there is no one amount; null where there is.', undefined, 400).nullable(),
  })
  .meta({ id: 'FundingConversion', description: 'A claim in the currency asked for.' });
