import { z } from 'zod';
import { count, day, instant, listOf, named, slug, sources, words } from '../schemas.ts';
import { kinds, subjectTypes } from './facts.ts';

const key = (description: string, example: string): z.ZodType =>
  z
    .string()
    .max(200)
    .regex(/^[a-z0-9.-]+$/)
    .meta({ description, examples: [example] });

const row = {
  type: z
    .enum(subjectTypes)
    .meta({ description: 'The resource, by its singular name.', examples: ['round'] }),
  id: key('The id of the row.', 'kr-safm-round-1'),
  href: z
    .string()
    .max(300)
    .regex(/^\/v1\/[a-z0-9/-]+$/)
    .meta({ description: 'Where the row can be read.', examples: ['/v1/rounds/kr-safm-round-1'] }),
};

const moved = z
  .strictObject({
    to: day('When it really took place.', '2026-01-15'),
    by: z
      .strictObject({
        ...row,
        field: z
          .enum(['publishedOn', 'presentedOn'])
          .meta({ description: 'The field that says so.', examples: ['publishedOn'] }),
      })
      .meta({ id: 'TimelineEvidence', description: 'The row, and the field of it, that says so.' }),
  })
  .meta({ id: 'TimelineMove', description: 'To when a plan has moved, and what says so.' });

const item = z
  .strictObject({
    id: key(
      'Its id, the same as long as the row and, for what one day joins, the day stay.',
      'round-scheduled.kr-safm-round-1',
    ),
    date: day('When, as precisely as it is known.', '2025-12'),
    kind: z.enum(kinds).meta({ description: 'What kind of event.', examples: ['round-scheduled'] }),
    title: words('What happens, in one short sentence.', 'Round 1 planned', 2000),
    subject: z
      .strictObject(row)
      .meta({ id: 'TimelineSubject', description: 'The row that it comes from; for bids, the call.' }),
    organizations: listOf(
      slug('An organization.', 'sk-telecom'),
      'Those concerned: who bids, joins, leaves or releases, whose money it is; for a consortium, its lead. Empty where the row names none.',
    ),
    planned: z.boolean().meta({
      description:
        'Whether the date lay ahead when it was stated: a scheduled round, or a milestone whose first source came out before the time it names.',
    }),
    moved: moved.nullable(),
    sources,
    updatedAt: instant('When a row that it comes from was last written here.', '2026-11-24T00:00:00.000000Z'),
  })
  .meta({ id: 'TimelineItem', description: 'One event.' });

export const timelineSchema = z
  .strictObject({
    program: named,
    items: listOf(item, 'The events in order.', 100_000),
    undated: z
      .strictObject(Object.fromEntries(kinds.map((kind) => [kind, count(`How many of kind ${kind}.`, 0)])))
      .meta({
        id: 'TimelineUndated',
        description: 'How many events of each kind were left out, because no date of them is known.',
      }),
  })
  .meta({ id: 'ProgramTimeline', description: 'The dated order of a programme’s events.' });
