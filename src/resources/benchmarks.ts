import { declare } from '../resource/declare.ts';
import { boolean, decimal, names, text } from '../resource/fields.ts';

export default declare({
  name: 'benchmarks',
  singular: 'benchmark',
  order: 12,
  description:
    'The tests that models are measured with. Readings of an index at different times are different benchmarks.',
  id: 'slug',
  exampleId: 'kmmlu',
  fields: {
    ...names({ en: 'KMMLU (Korean MMLU)' }),
    domain: text('What it tests, for example math, coding or knowledge.', { max: 50, example: 'knowledge' }),
    metric: text('What is counted.', { max: 50, nullable: true, example: 'percent' }),
    maxScore: decimal('The highest possible result; null if there is none or it is not known.', {
      nullable: true,
      example: 100,
    }),
    higherIsBetter: boolean('Whether a higher result is the better one.', { fallback: true, example: true }),
  },
  referredBy: { results: ['benchmark-results', 'benchmark'] },
  example: {
    id: 'example-benchmark',
    names: { en: 'Example benchmark' },
    domain: 'math',
    metric: 'percent',
    maxScore: 100,
    higherIsBetter: true,
    sources: ['seed-003'],
  },
});
