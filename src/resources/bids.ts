import { declare } from '../resource/declare.ts';
import { choice, date, ref, refs, text } from '../resource/fields.ts';

export default declare({
  name: 'bids',
  singular: 'bid',
  order: 5,
  description:
    'Who answered a call, or said that it would not, and what became of it: also those who were turned away, and why.',
  id: 'slug',
  exampleId: 'bid-2025-kt',
  slugFrom: ['call', 'organization'],
  search: ['reason'],
  fields: {
    program: ref('The programme.', 'programs', { example: 'kr-safm' }),
    call: ref('The call it answers.', 'calls', { example: 'initial-2025' }),
    organization: ref('Who bids.', 'organizations', { example: 'kt' }),
    consortium: ref('The consortium that it became, when it was selected.', 'consortiums', {
      nullable: true,
    }),
    outcome: choice(
      'What became of it.',
      ['selected', 'excluded', 'shortlisted', 'not-shortlisted', 'withdrawn', 'declined'],
      { example: 'excluded' },
    ),
    decidedOn: date('When that was decided or announced.', { nullable: true, example: '2025-08-04' }),
    reason: text('Why, in our words.', { max: 4000, nullable: true }),
    criteria: refs(
      'The criteria that decided, as far as the sources name them; empty if they name none.',
      'criteria',
      { example: ['sel-from-scratch', 'sel-capability'] },
    ),
  },
  example: {
    id: 'example-bid',
    program: 'kr-safm',
    call: 'additional-2026',
    organization: 'saltlux',
    outcome: 'declined',
    decidedOn: '2026-01',
    reason: 'Shows what a new bid looks like.',
    sources: ['seed-004'],
  },
});
