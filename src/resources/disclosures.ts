import { declare } from '../resource/declare.ts';
import { date, ref, text } from '../resource/fields.ts';

export default declare({
  name: 'disclosures',
  singular: 'disclosure',
  order: 17,
  description:
    'What the authority made public about a round, and when: the reason why scores are known later than decisions.',
  id: 'uuid',
  exampleId: '01a205b3-d008-7162-b02c-e80c3d9e72fb',
  naturalKey: ['program', 'round', 'disclosedOn', 'title'],
  search: ['title', 'what'],
  fields: {
    program: ref('The programme.', 'programs', { example: 'kr-safm' }),
    round: ref('The round it is about.', 'rounds', { nullable: true, example: 'kr-safm-round-2' }),
    disclosedOn: date('When it became public.', { example: '2026-08-27' }),
    title: text('What it is called.', { max: 300, example: 'All scores of the four teams' }),
    what: text('What became public, in our words.', {
      max: 4000,
      example:
        "Scores of every team item by item, totals and order; published after the objection and with the other teams' consent",
    }),
  },
  example: {
    program: 'kr-safm',
    round: 'kr-safm-round-2',
    disclosedOn: '2026-11',
    title: 'Example disclosure',
    what: 'Shows what a new disclosure looks like.',
    sources: ['seed-004'],
  },
});
