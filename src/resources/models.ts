import { declare } from '../resource/declare.ts';
import { boolean, date, integer, listOf, names, ref, slugSchema, text } from '../resource/fields.ts';

const most = 1_000_000_000_000_000;

export default declare({
  name: 'models',
  singular: 'model',
  order: 11,
  description:
    'Foundation models: whose they are, how large, how open, whether trained from scratch, and which other model they rest on.',
  id: 'slug',
  exampleId: 'a-x-4-0',
  fields: {
    organization: ref('Who made it.', 'organizations', { example: 'sk-telecom' }),
    family: text('The family it belongs to.', { max: 100, nullable: true, example: 'A.X' }),
    modelVersion: text('Its version, as the maker writes it.', { max: 100, nullable: true, example: '4.0' }),
    ...names({ en: 'A.X 4.0' }),
    parameters: integer('How many parameters it has.', {
      min: 1,
      max: most,
      nullable: true,
      example: 72000000000,
    }),
    activeParameters: integer('How many of them work on one token, in a mixture of experts.', {
      min: 1,
      max: most,
      nullable: true,
    }),
    releasedOn: date('When it was released.', { nullable: true, example: '2025-07' }),
    reasoning: boolean('Whether it is a reasoning model.', { nullable: true }),
    modalities: listOf(
      'What it reads or makes: text, image, audio, video; empty if that is not known.',
      slugSchema,
      { max: 10, example: ['text'] },
    ),
    license: text('Its licence, by its usual short name.', {
      max: 100,
      nullable: true,
    }),
    openWeights: boolean('Whether its weights can be downloaded.', { nullable: true, example: true }),
    trainedFromScratch: boolean('Whether its weights were trained from nothing, according to the sources.', {
      nullable: true,
      example: false,
    }),
    basedOn: ref('The model it rests on.', 'models', { nullable: true, example: 'qwen-2-5' }),
    repository: text('Where it can be found, for example huggingface:owner/name.', {
      max: 300,
      nullable: true,
      example: 'huggingface:skt/A.X-4.0',
    }),
  },
  referredBy: { results: ['benchmark-results', 'model'], derivedModels: ['models', 'basedOn'] },
  example: {
    id: 'example-model',
    organization: 'kt',
    family: 'Example',
    names: { en: 'Example model' },
    parameters: 7000000000,
    releasedOn: '2026-11',
    modalities: ['text'],
    openWeights: true,
    basedOn: 'mi-dm-2-0-base',
    sources: ['seed-004'],
  },
});
