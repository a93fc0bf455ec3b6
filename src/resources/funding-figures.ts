import { declare } from '../resource/declare.ts';
import {
  boolean,
  choice,
  date,
  group,
  listOf,
  money,
  moneyFields,
  rows,
  subject,
  text,
} from '../resource/fields.ts';
import { z } from 'zod';

const covers = ['gpu', 'data', 'talent', 'total'] as const;

export default declare({
  name: 'funding-figures',
  singular: 'funding-figure',
  order: 10,
  description:
    'Claims about money. Each is what one source says, with what it covers, so that claims which contradict each other stand side by side and none is lost.',
  id: 'slug',
  exampleId: 'fund-kbs-2025-200b',
  slugFrom: ['subject.id', 'kind', 'sources'],
  search: ['note'],
  sourced: { max: 1 },
  fields: {
    subject: subject('Whose money it is.', ['program', 'organization', 'consortium'], 'subject', {
      type: 'program',
      id: 'kr-safm',
    }),
    kind: choice(
      'What kind of money.',
      ['budget', 'award', 'gpu-support', 'data-support', 'talent-support', 'investment'],
      { example: 'budget' },
    ),
    money: money('The amount as the source states it, never converted.', '200000000000'),
    approximate: boolean('Whether the source calls it approximate.', { fallback: false, example: false }),
    statedAlso: rows(
      'The same sum in other currencies, where the same source states it; a second amount in one currency makes a range of it.',
      moneyFields('144000000'),
      { example: [{ amount: '144000000', currency: 'USD' }] },
    ),
    statedOn: date('When the source said so.', { nullable: true, example: '2025-08' }),
    scope: group('What the sum covers. Claims of different scope do not contradict each other.', {
      covers: listOf('What it pays for; empty if that is not stated.', z.enum(covers), {
        max: 4,
        example: ['gpu', 'data'],
      }),
      periodFrom: date('Beginning of the period it is for.', { nullable: true, example: '2025' }),
      periodTo: date('End of the period it is for.', { from: 'periodFrom', nullable: true, example: '2025' }),
      stage: choice('How firm it is.', ['proposed', 'appropriated', 'announced', 'estimate', 'reported'], {
        nullable: true,
        example: 'announced',
      }),
    }),
    rank: choice(
      'preferred or deprecated where an editor has judged the claims; otherwise normal.',
      ['preferred', 'normal', 'deprecated'],
      { fallback: 'normal', example: 'normal' },
    ),
    rankReason: text('Why it is preferred or deprecated; required then.', { max: 1000, nullable: true }),
    note: text('What the claim means, in our words.', { max: 4000, nullable: true }),
  },
  example: {
    id: 'example-figure',
    subject: { type: 'program', id: 'kr-safm' },
    kind: 'budget',
    money: { amount: '1000000000', currency: 'KRW' },
    approximate: true,
    statedAlso: [{ amount: '700000', currency: 'USD' }],
    statedOn: '2026-11',
    scope: { covers: ['total'], periodFrom: '2026', periodTo: '2027', stage: 'reported' },
    note: 'Shows what a new figure looks like.',
    sources: ['seed-004'],
  },
});
