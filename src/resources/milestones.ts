import { declare } from '../resource/declare.ts';
import { date, ref, text } from '../resource/fields.ts';

export default declare({
  name: 'milestones',
  singular: 'milestone',
  order: 16,
  description: 'Dated events of a programme, past and planned, that no other resource holds.',
  id: 'slug',
  exampleId: 'ms-selection',
  slugFrom: ['title'],
  search: ['title'],
  fields: {
    program: ref('The programme.', 'programs', { example: 'kr-safm' }),
    date: date('When; planned ones carry the planned date.', { example: '2025-08-04' }),
    kind: text('What kind of event, for example call, selection, release or evaluation.', {
      max: 50,
      example: 'selection',
    }),
    title: text('What happened.', { max: 300, example: 'Ministry announces the five teams' }),
    replaces: ref(
      'The earlier plan that this one takes the place of: what was planned for its date has moved.',
      'milestones',
      { nullable: true },
    ),
  },
  referredBy: { replacedBy: ['milestones', 'replaces'] },
  example: {
    id: 'example-milestone',
    program: 'kr-safm',
    date: '2026-11',
    kind: 'other',
    title: 'Example milestone',
    sources: ['seed-004'],
  },
});
