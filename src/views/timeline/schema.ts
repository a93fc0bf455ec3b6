import { z } from 'zod';
import { count, day, instant, listOf, named, slug, sources, words } from '../schemas.ts';
import { kinds, statuses, subjectTypes } from './facts.ts';

const outcomes = [
  'selected',
  'excluded',
  'shortlisted',
  'not-shortlisted',
  'withdrawn',
  'declined',
  'added',
  'advanced',
  'eliminated',
  'champion',
] as const;

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
    to: day('When it took place instead, or is planned for now.', '2026-01-15'),
    by: z
      .strictObject({
        ...row,
        field: z
          .enum(['publishedOn', 'presentedOn', 'date'])
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
      'Those concerned: who bids, joins, leaves or releases, whose money it is; for a consortium, its lead. Empty for milestones, disclosures, calls and rounds, whose rows name none.',
    ),
    outcome: z
      .enum(outcomes)
      .nullable()
      .meta({
        description: 'How bids or a decision came out; null for other events.',
        examples: ['advanced'],
      }),
    status: z.enum(statuses).meta({
      description:
        'How it stands on the day of the question. planned: still to come. took-place: its time has come, and it is recorded as a fact or was confirmed since. moved: it was planned for this date, and `moved` says to when it was put. passed: it was planned for this date, which is over, and nothing here says that it took place.',
      examples: ['took-place'],
    }),
    moved: moved.nullable(),
    occasion: key(
      'The first event of the occasion that it belongs to: events of one full day told by one source, which came out on that day or tells of just these two. They are often one event that several rows record. Null where it stands alone.',
      'bid.initial-2025.selected.2025-08-04',
    ).nullable(),
    sources,
    updatedAt: instant(
      'When a row that it is made of, be it for a name, was last written here; or, if that is later, when its time came.',
      '2026-11-24T00:00:00.000000Z',
    ),
  })
  .meta({ id: 'TimelineItem', description: 'One event.' });

export const timelineSchema = z
  .strictObject({
    program: named,
    day: day('The day of the question: today, or `asOf`.', '2026-11-25'),
    items: listOf(item, 'The events in order.', 100_000),
    undated: z
      .strictObject(Object.fromEntries(kinds.map((kind) => [kind, count(`How many of kind ${kind}.`, 0)])))
      .meta({
        id: 'TimelineUndated',
        description: 'How many events of each kind were left out, because no date of them is known.',
      }),
  })
  .meta({ id: 'ProgramTimeline', description: 'The dated order of a programme’s events.' });
