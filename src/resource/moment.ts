/** The parameters that ask for the past, the same on every read. */
import { z } from 'zod';
import type { Moment } from '../db/moment.ts';
import { instantOf, instantPattern, isInstant } from '../kernel/instant.ts';
import { refuse } from '../kernel/problems.ts';
import { lastDayIn } from '../kernel/partial-date.ts';
import { dateSchema } from './fields.ts';

export interface MomentQuery {
  asOf?: string;
  undated?: 'include';
  knownAt?: string;
}

/** An instant of RFC 3339 with its zone. */
export const instantSchema = z
  .string()
  .max(40)
  .regex(
    instantPattern,
    'must be an instant with a time zone (RFC 3339), like 2026-11-25T12:00:00Z; a `+` is sent as %2B',
  )
  .refine(isInstant, 'is a day that does not exist');

export const momentParameters = {
  asOf: dateSchema.optional().meta({
    description:
      'What was public and in force on this day, by the facts’ own dates; a month or a year means its last day. Scores count from their disclosure, decisions from the day they were taken, figures from the day they were stated. Programmes, organizations, criteria, benchmarks and aliases know no such day and are always there; a day to come lets in what is dated up to it.',
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
  knownAt: instantSchema.optional().meta({
    description:
      'What this tracker said at that moment: an instant with a time zone, from its first record to now. The reply carries the `data` that the same request would have had then, and never changes. Alone or together with `asOf`.',
    param: { id: 'knownAt' },
  }),
};

export function momentOf({ asOf, undated, knownAt }: MomentQuery): Moment | undefined {
  const known = knownAt === undefined ? {} : { knownAt: instantOf(knownAt) };
  if (asOf !== undefined) return { asOf: lastDayIn(asOf), undated: undated === 'include', ...known };
  if (undated === undefined) return knownAt === undefined ? undefined : { undated: false, ...known };
  throw refuse(
    [{ parameter: 'undated', code: 'invalid-value', detail: '`undated` says something only beside `asOf`' }],
    'invalid-parameter',
  );
}

/** Whether what is asked for can never change again. */
export const isSettled = ({ knownAt }: MomentQuery): boolean => knownAt !== undefined;

/** The `meta` member of a reply about the past: which past. Empty for the present. */
export const metaMember = ({ asOf, knownAt }: MomentQuery): string =>
  asOf === undefined && knownAt === undefined ? '' : `,"meta":${JSON.stringify({ asOf, knownAt })}`;

/** A document with its `meta`, where it has one. */
export const withMeta = (doc: string, query: MomentQuery): string =>
  `${doc.slice(0, -1)}${metaMember(query)}}`;

export const metaSchema = z
  .strictObject({
    asOf: dateSchema
      .optional()
      .meta({ description: 'The day that `asOf` asked for.', examples: ['2026-08-19'] }),
    knownAt: instantSchema.optional().meta({
      description: 'The moment that `knownAt` asked for.',
      examples: ['2026-11-25T12:00:00Z'],
    }),
  })
  .meta({ id: 'Meta', description: 'Which past the reply is about; only where one was asked for.' });
