import { declare } from '../resource/declare.ts';
import { subject, text } from '../resource/fields.ts';
import { z } from 'zod';

export default declare({
  name: 'aliases',
  singular: 'alias',
  order: 18,
  description:
    'Other names that programmes, organizations, consortiums, models and benchmarks go by. `q` finds a row by them as well.',
  id: 'uuid',
  exampleId: '01a205b3-d016-7317-9737-8790a526de01',
  naturalKey: ['entity.type', 'entity.id', 'alias'],
  search: ['alias'],
  fields: {
    entity: subject(
      'What is called so.',
      ['program', 'organization', 'consortium', 'model', 'benchmark'],
      'entity',
      { type: 'organization', id: 'sk-telecom' },
    ),
    alias: text('The other name.', { max: 200, example: 'SKT' }),
    language: {
      ...text('The language it is in (ISO 639-1).', { example: 'en' }),
      schema: z
        .string()
        .length(2)
        .regex(/^[a-z]{2}$/, 'must be a language code of ISO 639-1, two small letters'),
    },
  },
  example: {
    entity: { type: 'organization', id: 'kt' },
    alias: 'Korea Telecom',
    language: 'en',
    sources: ['seed-004'],
  },
});
