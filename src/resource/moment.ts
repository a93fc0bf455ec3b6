/** The parameters that ask for the past, the same on every read. */
import { z } from 'zod';
import type { Moment } from '../db/moment.ts';
import { refuse } from '../kernel/problems.ts';
import { lastDayIn } from '../kernel/partial-date.ts';
import { dateSchema } from './fields.ts';

export interface MomentQuery {
  asOf?: string;
  undated?: 'include';
}

export const momentParameters: Record<string, z.ZodType> = {
  asOf: dateSchema.optional().meta({
    description:
      'What was public and in force on this day, by the facts’ own dates; a month or a year means its last day. Scores count from their disclosure, decisions from the day they were taken, figures from the day they were stated.',
    param: { id: 'asOf' },
  }),
  undated: z
    .enum(['include'])
    .optional()
    .meta({
      description:
        'With `asOf`: `include` lets in rows that have no date at all, neither of their own nor from a source.',
      param: { id: 'undated' },
    }),
};

export function momentOf({ asOf, undated }: MomentQuery): Moment | undefined {
  if (asOf !== undefined) return { asOf: lastDayIn(asOf), undated: undated === 'include' };
  if (undated === undefined) return undefined;
  throw refuse(
    [{ parameter: 'undated', code: 'invalid-value', detail: '`undated` says something only beside `asOf`' }],
    'invalid-parameter',
  );
}

/** The `meta` member of a reply about the past: which past. Empty for the present. */
export const metaMember = ({ asOf }: MomentQuery): string =>
  asOf === undefined ? '' : `,"meta":${JSON.stringify({ asOf })}`;

/** A document with its `meta`, where it has one. */
export const withMeta = (doc: string, query: MomentQuery): string =>
  `${doc.slice(0, -1)}${metaMember(query)}}`;

export const metaSchema = z
  .strictObject({
    asOf: dateSchema
      .optional()
      .meta({ description: 'The day that `asOf` asked for.', examples: ['2026-08-19'] }),
  })
  .meta({ id: 'Meta', description: 'Which past the reply is about; only where one was asked for.' });
