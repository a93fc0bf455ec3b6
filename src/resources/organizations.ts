import { declare } from '../resource/declare.ts';
import { choice, country, names, ref, url } from '../resource/fields.ts';

export default declare({
  name: 'organizations',
  singular: 'organization',
  order: 2,
  description:
    'Companies, laboratories, universities, ministries and agencies: whoever bids, leads, partners, builds models or pays.',
  id: 'slug',
  exampleId: 'lg-ai-research',
  fields: {
    ...names({ en: 'LG AI Research', ko: 'LG AI연구원', fr: 'LG AI Research' }),
    kind: choice(
      'What kind of body it is.',
      ['company', 'startup', 'research-lab', 'university', 'ministry', 'agency'],
      { example: 'research-lab' },
    ),
    country: country('Where it has its seat (ISO 3166-1).'),
    parent: ref('The organization it belongs to.', 'organizations', { nullable: true, example: 'lg-group' }),
    website: url('Its own site.', { nullable: true }),
  },
  referredBy: {
    bids: ['bids', 'organization'],
    models: ['models', 'organization'],
    partnerships: ['partnerships', 'organization'],
    subsidiaries: ['organizations', 'parent'],
  },
  example: {
    id: 'example-labs',
    names: { en: 'Example Labs', ko: '예시 연구소' },
    kind: 'research-lab',
    country: 'KR',
    sources: ['seed-001'],
  },
});
