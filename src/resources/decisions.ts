import { declare } from '../resource/declare.ts';
import { choice, date, decimal, integer, ref, text } from '../resource/fields.ts';

export default declare({
  name: 'decisions',
  singular: 'decision',
  order: 9,
  description:
    'Who was selected, added, advanced, eliminated or made champion, when, and with which official rank and total where these were published. In a published round a decision is only added, changed or deleted as a correction, with a reason; rank and total may follow later without one. Nobody is selected or added with a day before a publication in which there is no decision on them.',
  id: 'uuid',
  exampleId: '01a205b3-d00c-760d-887f-6e148837d7ac',
  naturalKey: ['program', 'round', 'consortium', 'outcome'],
  search: ['rationale'],
  correctable: true,
  fields: {
    program: ref('The programme.', 'programs', { example: 'kr-safm' }),
    round: ref('The round whose result it is; null for selected and added.', 'rounds', {
      nullable: true,
      example: 'kr-safm-round-2',
    }),
    consortium: ref('Who is meant.', 'consortiums', { example: 'sk-telecom' }),
    outcome: choice('What was decided.', ['selected', 'added', 'advanced', 'eliminated', 'champion'], {
      example: 'advanced',
    }),
    decidedOn: date('When it was decided.', { example: '2026-08-18' }),
    disclosedOn: date('When rank and total became public, if that was later.', {
      nullable: true,
      example: '2026-08-27',
    }),
    officialRank: integer('The rank that the authority gave; null where it gave none.', {
      min: 1,
      nullable: true,
      max: 1000,
      example: 1,
    }),
    officialTotal: decimal('The total that the authority gave, in points.', {
      nullable: true,
      example: 70.6,
    }),
    rationale: text('Why, in our words.', { max: 4000, nullable: true }),
  },
  example: {
    program: 'kr-safm',
    consortium: 'naver-cloud',
    outcome: 'added',
    decidedOn: '2026-11-24',
    rationale: 'Shows what a new decision looks like.',
    sources: ['seed-004'],
  },
});
