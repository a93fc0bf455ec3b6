import { declare } from '../resource/declare.ts';
import { boolean, choice, decimal, names, ref, text } from '../resource/fields.ts';

export default declare({
  name: 'criteria',
  singular: 'criterion',
  order: 6,
  description:
    'What bids and consortiums are judged by. Criteria change from round to round; a total is made of parts; a gate is passed or failed. By what a published round was judged (which criteria, what they are part of, their maximum, weight and gate) is only changed, added to or taken from as a correction, with a reason.',
  id: 'slug',
  exampleId: 'r2-expert',
  correctable: true,
  fields: {
    program: ref('The programme.', 'programs', { example: 'kr-safm' }),
    round: ref(
      'The round it is used in; a criterion of an evaluation names one, a criterion of a selection has none.',
      'rounds',
      { nullable: true, example: 'kr-safm-round-2' },
    ),
    stage: choice('Whether bids are selected by it or consortiums evaluated.', ['selection', 'evaluation'], {
      example: 'evaluation',
    }),
    parent: ref('The criterion that it is a part of.', 'criteria', { nullable: true, example: 'r2-total' }),
    ...names({ en: 'Expert evaluation', ko: '전문가 평가' }),
    description: text('How it is judged, in our words.', { max: 4000, nullable: true }),
    maxScore: decimal('The highest score it can give, in points; null where none is stated and for gates.', {
      nullable: true,
      example: 35,
    }),
    weight: decimal(
      'Its weight where the authority states one apart from the maximum score: it multiplies the points when they are added up.',
      {
        nullable: true,
      },
    ),
    gate: boolean('Whether it is passed or failed instead of scored.', { fallback: false, example: false }),
  },
  referredBy: { parts: ['criteria', 'parent'], evaluations: ['evaluations', 'criterion'] },
  example: {
    id: 'example-criterion',
    program: 'kr-safm',
    round: 'kr-safm-round-3',
    stage: 'evaluation',
    names: { en: 'Example criterion' },
    maxScore: 40,
    sources: ['seed-004'],
  },
});
