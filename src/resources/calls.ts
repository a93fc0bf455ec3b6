import { declare } from '../resource/declare.ts';
import { date, integer, names, ref } from '../resource/fields.ts';

const stated = (what: string): string => `${what}, as the sources state it; null if none does.`;

export default declare({
  name: 'calls',
  singular: 'call',
  order: 4,
  description: 'Invitations to bid, with how many applied, were shortlisted and were selected.',
  id: 'slug',
  exampleId: 'initial-2025',
  fields: {
    program: ref('The programme that calls.', 'programs', { example: 'kr-safm' }),
    ...names({ en: 'First call for elite teams', ko: '정예팀 공모' }),
    openedOn: date('First day for bids.', { nullable: true, example: '2025-06-20' }),
    closedOn: date('Last day for bids.', { from: 'openedOn', nullable: true, example: '2025-07-21' }),
    plannedSelected: integer('How many teams were to be selected.', { nullable: true, example: 5 }),
    applicants: integer(stated('How many applied'), { nullable: true, example: 15 }),
    shortlisted: integer(stated('How many were shortlisted'), { nullable: true, example: 10 }),
    selected: integer(stated('How many were selected'), { nullable: true, example: 5 }),
  },
  referredBy: { bids: ['bids', 'call'] },
  example: {
    id: 'example-call',
    program: 'kr-safm',
    names: { en: 'Example call' },
    openedOn: '2026-11',
    plannedSelected: 1,
    sources: ['seed-004'],
  },
});
