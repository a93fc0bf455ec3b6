import { declare } from '../resource/declare.ts';
import { choice, date, decimal, slugSchema, subject, text } from '../resource/fields.ts';

export const qualifiers = ['exact', 'about', 'at-least', 'at-most', 'nearly'] as const;
const most = 1_000_000_000_000_000;

export default declare({
  name: 'observations',
  singular: 'observation',
  order: 15,
  description:
    'Any other number that sources state about a programme, an organization, a consortium, a round or a model: GPUs, users, downloads, averages.',
  id: 'slug',
  exampleId: 'obs-applicants-2025',
  slugFrom: ['subject.id', 'indicator', 'observedOn'],
  search: ['indicator', 'note'],
  fields: {
    subject: subject(
      'What the number is about.',
      ['program', 'organization', 'consortium', 'round', 'model'],
      'subject',
      { type: 'program', id: 'kr-safm' },
    ),
    indicator: {
      ...text('What is counted or measured, a slug.', { max: 80, example: 'applicants' }),
      schema: slugSchema,
    },
    value: decimal('The number.', { min: -most, max: most, example: 15 }),
    unit: text('What it is counted in.', { max: 100, example: 'teams' }),
    qualifier: choice('How exactly the source gives it.', qualifiers, {
      fallback: 'exact',
      example: 'exact',
    }),
    observedOn: date('When it was so.', { nullable: true, example: '2025-07-21' }),
    note: text('What it means, in our words.', { max: 4000, nullable: true }),
  },
  example: {
    id: 'example-observation',
    subject: { type: 'program', id: 'kr-safm' },
    indicator: 'applicants',
    value: 3,
    unit: 'teams',
    qualifier: 'exact',
    observedOn: '2026-11',
    note: 'Shows what a new observation looks like.',
    sources: ['seed-004'],
  },
});
