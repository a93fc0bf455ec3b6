import { declare } from '../resource/declare.ts';
import { z } from 'zod';
import { choice, date, dateSchema, derived, integer, printable, ref, text } from '../resource/fields.ts';

export default declare({
  name: 'rounds',
  singular: 'round',
  order: 7,
  description:
    'The evaluations of the whole field, past and planned. A published round is only changed as a correction, with a reason, and stays whole: everybody who was in has a decision, and as many go on as planned, or `deviationReason` says why not.',
  id: 'slug',
  exampleId: 'kr-safm-round-2',
  slugFrom: ['program', 'ordinal'],
  naturalKey: ['program', 'ordinal'],
  search: ['note'],
  correctable: true,
  fields: {
    program: ref('The programme.', 'programs', { example: 'kr-safm' }),
    ordinal: integer('1 for the first round, and so on.', { min: 1, max: 1000, example: 2 }),
    scheduledOn: date('When it is, or was last, planned for.', { nullable: true, example: '2026-08' }),
    presentedOn: date('When the models were presented in public.', { nullable: true }),
    publishedOn: date(
      'When the result was published: not before the presentation, the decisions or an earlier round, nor after today.',
      { nullable: true, example: '2026-08-18' },
    ),
    plannedAdvancing: integer('How many consortiums were to go on.', {
      nullable: true,
      max: 1000,
      example: 3,
    }),
    state: choice('planned, open (the evaluation runs) or published.', ['planned', 'open', 'published'], {
      fallback: 'planned',
      example: 'published',
    }),
    deviationReason: text(
      'Why the published result is not as planned: more or fewer went on, or somebody who was in has no decision.',
      { max: 4000, nullable: true },
    ),
    note: text('What else is known, such as plans that moved, in our words.', { max: 4000, nullable: true }),
    actualAdvancing: derived(
      integer('How many consortiums went on, from the decisions; null until the round is published.', {
        nullable: true,
        example: 3,
      }),
      (row) =>
        `CASE WHEN ${row}.state = 'published' THEN (SELECT count(DISTINCT d.consortium) FROM decisions d WHERE d.round = ${row}.id AND d.outcome IN ('advanced', 'champion')) END`,
    ),
    evaluated: derived(
      integer('How many consortiums have an evaluation in it, withheld ones counted.', { example: 4 }),
      (row) => `(SELECT count(DISTINCT e.consortium) FROM evaluations e WHERE e.round = ${row}.id)`,
    ),
  },
  actions: [
    {
      name: 'open',
      summary: 'Open a round',
      description:
        'The evaluation begins: the round goes from planned to open. Refused while an earlier round of the programme is not published.',
      body: z.strictObject({}),
      example: {},
      changes: () => ({ state: 'open', publishedOn: null }),
    },
    {
      name: 'publish',
      summary: 'Publish a round',
      description:
        'The result is out: the round goes to published and is from then on only changed as a correction with a reason. Refused while a consortium that is in, or was judged in it, has no decision, or while not as many advance as planned, unless `deviationReason` says why; while somebody advances who failed a gate; and for a day that lies before the presentation, the decisions or an earlier round, or in the future.',
      body: z.strictObject({
        publishedOn: dateSchema.optional().meta({
          description: 'When the result was published; today (UTC) unless told.',
          examples: ['2026-11-24'],
        }),
        deviationReason: z
          .string()
          .min(1)
          .max(4000)
          .regex(printable, 'must not contain control characters')
          .optional()
          .meta({ description: 'Why the result is not as planned, where it is not.' }),
      }),
      example: { publishedOn: '2026-11-24', deviationReason: 'One team withdrew.' },
      changes: (body, today) => ({ publishedOn: today, ...body, state: 'published' }),
    },
  ],
  referredBy: {
    criteria: ['criteria', 'round'],
    decisions: ['decisions', 'round'],
    evaluations: ['evaluations', 'round'],
    disclosures: ['disclosures', 'round'],
  },
  example: {
    id: 'example-round',
    program: 'kr-safm',
    ordinal: 9,
    scheduledOn: '2027',
    plannedAdvancing: 2,
    state: 'planned',
    note: 'Shows what a new round looks like.',
    sources: ['seed-004'],
  },
});
