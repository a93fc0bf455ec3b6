import { declare } from '../resource/declare.ts';
import { choice, date, decimal, ref } from '../resource/fields.ts';
import { qualifiers } from './observations.ts';

export default declare({
  name: 'benchmark-results',
  singular: 'benchmark-result',
  order: 13,
  description:
    'What a model reached in a benchmark, as the sources state it. Different readings are kept apart.',
  id: 'uuid',
  exampleId: '01a205b3-d016-76f2-bfdf-97a9c6ad30ad',
  naturalKey: ['model', 'benchmark', 'qualifier', 'measuredOn'],
  search: [],
  fields: {
    model: ref('The model.', 'models', { example: 'a-x-k2' }),
    benchmark: ref('The benchmark.', 'benchmarks', { example: 'livecodebench-v6' }),
    score: decimal('The result, in the metric of the benchmark.', { min: -1_000_000, example: 84 }),
    qualifier: choice('How exactly the source gives it.', qualifiers, {
      fallback: 'exact',
      example: 'exact',
    }),
    measuredOn: date('When it was measured or read.', { nullable: true }),
  },
  example: {
    model: 'a-x-k2',
    benchmark: 'kmmlu',
    score: 80.5,
    qualifier: 'about',
    measuredOn: '2026-11',
    sources: ['whatmodel-ax-k2'],
  },
});
