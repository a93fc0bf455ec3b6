import { declare } from '../resource/declare.ts';
import { boolean, choice, date, decimal, ref, text } from '../resource/fields.ts';

export default declare({
  name: 'evaluations',
  singular: 'evaluation',
  order: 8,
  description:
    'What a consortium scored by a criterion in a round, or whether it passed a gate. A score that the authority withheld is `undisclosed`, which is not the same as unknown. In a published round a row is only added, changed or deleted as a correction, with a reason; with one exception: a row that is `undisclosed` may become `disclosed`, with its score, when the authority publishes it later.',
  id: 'uuid',
  exampleId: '01a205b3-d019-7588-9551-f83d51a42121',
  naturalKey: ['round', 'consortium', 'criterion'],
  search: ['note'],
  correctable: true,
  fields: {
    round: ref('The round.', 'rounds', { example: 'kr-safm-round-2' }),
    consortium: ref('Who is judged.', 'consortiums', { example: 'sk-telecom' }),
    criterion: ref('By what.', 'criteria', { example: 'r2-expert' }),
    status: choice(
      'disclosed, or undisclosed: the evaluation took place and its result was withheld.',
      ['disclosed', 'undisclosed'],
      { example: 'disclosed' },
    ),
    score: decimal(
      'Points, between 0 and the maximum score of the criterion; null for gates and withheld scores.',
      { nullable: true, example: 29.3 },
    ),
    passed: boolean('The verdict of a gate; null for scored criteria.', { nullable: true }),
    evaluatedOn: date('When the result was decided.', { nullable: true, example: '2026-08-18' }),
    disclosedOn: date('When the score became public.', { nullable: true, example: '2026-08-27' }),
    note: text('What else is known, in our words.', { max: 4000, nullable: true }),
  },
  example: {
    round: 'kr-safm-round-2',
    consortium: 'upstage',
    criterion: 'r2-independence',
    status: 'disclosed',
    passed: true,
    evaluatedOn: '2026-08-18',
    disclosedOn: '2026-08-18',
    note: 'Shows what a new evaluation looks like.',
    correction: true,
    reason: 'The verdict was not recorded when the round was published.',
    sources: ['msit-2026-08-18-round-2'],
  },
  fileExample: {
    round: 'kr-safm-round-2',
    consortium: 'sk-telecom',
    criterion: 'r2-expert',
    status: 'disclosed',
    score: 29.3,
    evaluatedOn: '2026-08-18',
    disclosedOn: '2026-08-27',
    sources: ['yna-2026-08-27-scores', 'pebblous-2026-08-reports'],
  },
});
