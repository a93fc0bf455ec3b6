import { declare } from '../resource/declare.ts';
import { boolean, date, derived, ref, text } from '../resource/fields.ts';

export default declare({
  name: 'partnerships',
  singular: 'partnership',
  order: 14,
  description:
    'Ties between two organizations: who works with whom, and whether the partner is a foreign one.',
  id: 'slug',
  exampleId: 'kakao-openai',
  slugFrom: ['organization', 'partner', 'kind'],
  search: ['description'],
  fields: {
    organization: ref('Whose partnership it is.', 'organizations', { example: 'kakao' }),
    partner: ref('With whom.', 'organizations', { example: 'openai' }),
    kind: text('What kind, for example technology, cloud, research or distribution.', {
      max: 50,
      example: 'technology',
    }),
    startedOn: date('When it began or was announced.', { nullable: true, example: '2025-02-04' }),
    endedOn: date('When it ended.', { from: 'startedOn', nullable: true }),
    description: text('What it is about, in our words.', { max: 4000, nullable: true }),
    foreign: derived(
      boolean('Whether the partner has its seat in another country than the organization.', {
        example: true,
      }),
      (row) =>
        `(SELECT a.country <> b.country FROM organizations a, organizations b WHERE a.id = ${row}.organization AND b.id = ${row}.partner)`,
    ),
  },
  example: {
    id: 'example-partnership',
    organization: 'upstage',
    partner: 'amazon-web-services',
    kind: 'cloud',
    startedOn: '2026-11',
    description: 'Shows what a new partnership looks like.',
    sources: ['seed-001'],
  },
});
