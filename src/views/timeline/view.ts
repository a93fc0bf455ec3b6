/** What happened in a programme and what is planned, in one dated order; as a calendar and as a feed too. */
import { z } from 'zod';
import { listParameter } from '../../http/query.ts';
import { didYouMean } from '../../kernel/nearest.ts';
import { firstDayIn, lastDayIn } from '../../kernel/partial-date.ts';
import { refuse, type Fault } from '../../kernel/problems.ts';
import { dateSchema, slugSchema } from '../../resource/fields.ts';
import { chartForm } from '../chart.ts';
import { declareView, type Asked } from '../view.ts';
import { calendarKinds, calendarOf } from './calendar.ts';
import { timelineChart } from './chart.ts';
import { kinds, type Facts } from './facts.ts';
import { feedOf } from './feed.ts';
import { timelineOf, type Timeline, type Wanted } from './rules.ts';
import { timelineSchema } from './schema.ts';
import { timelineStatement } from './sql.ts';

const parametersFor = (offered: readonly [string, ...string[]]): Record<string, z.ZodType> => ({
  kind: listParameter(z.enum(offered), kinds.length, 'Only events of these kinds. Comma-separated.', [
    offered[0],
  ]),
  organization: listParameter(
    slugSchema,
    100,
    'Only events that concern one of these organizations, by id. Milestones, disclosures, calls and rounds belong to no organization and are left out then, even where a title names one. Comma-separated.',
    ['sk-telecom'],
  ),
  from: dateSchema.optional().meta({
    description: 'Only events whose date, a day, month or year, ends on this date or later.',
    examples: ['2026'],
  }),
  to: dateSchema.optional().meta({
    description: 'Only events whose date, a day, month or year, begins on this date or before.',
    examples: ['2026-08'],
  }),
});

function answer(facts: Facts, { language, query }: Asked<Wanted>): Timeline {
  const faults = faultsOf(query, facts.organizations ?? []);
  if (faults.length > 0) throw refuse(faults, 'invalid-parameter');
  return timelineOf(facts, language, query);
}

const faultsOf = ({ organization = [], from, to }: Wanted, known: string[]): Fault[] => [
  ...organization
    .filter((id) => !known.includes(id))
    .map((id) => ({
      parameter: 'organization',
      code: 'invalid-value',
      detail: `there is no organization \`${id}\`${didYouMean(id, known)}`,
    })),
  ...(from !== undefined && to !== undefined && firstDayIn(from) > lastDayIn(to)
    ? [{ parameter: 'to', code: 'invalid-value', detail: `\`${to}\` ends before \`${from}\` begins` }]
    : []),
];

const of = 'programs';

type Answer = Omit<Timeline, 'program'> & { program: Pick<Timeline['program'], 'id' | 'name'> };

const timeline = declareView<Facts, Answer, Wanted>({
  path: '/v1/programs/:id/timeline',
  order: 2,
  operationId: 'getProgramTimeline',
  summary: 'Timeline of a programme',
  description: `Milestones, calls, bids, rounds, decisions, disclosures, memberships, funding claims and the releases of those who take part, in one dated order. Bids of one call, outcome and day are one event, so are those who join or leave a consortium on one day.

Events are ordered by the last day that their date may mean: what is known to the month comes after the full dates of that month, what is known to the year after its months, and each keeps its precision; then by kind, then by id. \`status\` says how it stands on the day of the question: what lies ahead is \`planned\`, whatever row states it; a round whose result came outside the period it was planned for, or a milestone that a later one replaces, has \`moved\` and says to when; a milestone that only sources from before its time state, or a round without result, has \`passed\` once its time is over. Events whose date is not known are left out and counted under \`undated\`. The titles are made of names and a few phrases in the language asked for; milestones and disclosures keep their own.

Under \`asOf\` a planned round is shown once one of its sources was public, and a member that had left by then is not shown, nor what it released unless it leads a consortium or bid.`,
  of,
  parameters: parametersFor(kinds),
  data: timelineSchema,
  statement: timelineStatement,
  answer: (facts, asked) => {
    const { program, ...rest } = answer(facts, asked);
    return { program: { id: program.id, name: program.name }, ...rest };
  },
  forms: { svg: chartForm(timelineChart) },
});

const calendar = declareView<Facts, Timeline, Wanted>({
  path: '/v1/programs/:id/calendar.ics',
  order: 2.1,
  operationId: 'getProgramCalendar',
  summary: 'Calendar of a programme (iCalendar)',
  description:
    'The rounds, deadlines, milestones, decisions and disclosures of the timeline that have a full date, as all-day events of an iCalendar file (RFC 5545) that calendar programs can subscribe to. Planned ones are tentative, as are those that were planned and that nothing confirms; what was put off is cancelled on its old day. The same event keeps its UID.',
  of,
  parameters: parametersFor(calendarKinds),
  statement: timelineStatement,
  answer,
  forms: {
    ics: {
      description: 'An iCalendar object (RFC 5545).',
      write: (found, { base, language }) => calendarOf(found, base, language),
    },
  },
});

const feed = declareView<Facts, Timeline, Wanted>({
  path: '/v1/programs/:id/feed.atom',
  order: 2.2,
  operationId: 'getProgramFeed',
  summary: 'Feed of a programme (Atom)',
  description:
    'The events of the timeline as an Atom feed (RFC 4287): at most 100, what was entered or changed last comes first, and of that the latest by its own date. Each question and language is a feed with an id of its own; an event keeps its id in all of them.',
  of,
  parameters: parametersFor(kinds),
  statement: timelineStatement,
  answer,
  forms: {
    atom: {
      description: 'An Atom feed (RFC 4287).',
      write: feedOf,
    },
  },
});

export default [timeline, calendar, feed];
