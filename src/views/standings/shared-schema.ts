/** Parts of the answer that stand in several places of it, or in the stability of a round too. */
import { z } from 'zod';
import { slugSchema } from '../../resource/fields.ts';
import { count, day, named, slug, sources, words } from '../schemas.ts';

/** Points, sums of points and differences of them: wider than a single score. */
export const figure = (description: string, example: number): z.ZodType =>
  z
    .number()
    .min(-1e18)
    .max(1e18)
    .meta({ description, examples: [example] });

export const flag = (description: string, example: boolean): z.ZodType =>
  z.boolean().meta({ description, examples: [example] });

/** A table row: a value for each criterion, by its id. */
export const byCriterion = (value: z.ZodType, description: string): z.ZodType =>
  z.record(slugSchema, value).meta({ description, maxProperties: 1_000 });

export const ends = z
  .strictObject({
    lowest: figure('The least that it can be.', 70.6),
    highest: figure('The most that it can be; null where no maximum is stated.', 70.6).nullable(),
  })
  .meta({
    id: 'PointsInterval',
    description: 'Between which ends a number of points lies; one that is known has two equal ends.',
  });

export const round = z
  .strictObject({
    id: slug('Its id.', 'kr-safm-round-2'),
    ordinal: count('1 for the first.', 2),
    state: z
      .enum(['planned', 'open', 'published'])
      .meta({ description: 'How far it is.', examples: ['published'] }),
    publishedOn: day('When the result was published.', '2026-08-18').nullable(),
    plannedAdvancing: count('How many were to go on; null where that is not known.', 3).nullable(),
    actualAdvancing: count('How many went on; null until the round is published.', 3).nullable(),
    deviationReason: words('Why the result is not as planned, where it is not.').nullable(),
    program: named,
    sources,
  })
  .meta({ id: 'StandingsRound', description: 'The round.' });
