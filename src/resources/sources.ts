import { declare } from '../resource/declare.ts';
import { choice, date, text, url } from '../resource/fields.ts';
import { z } from 'zod';

export default declare({
  name: 'sources',
  singular: 'source',
  order: 19,
  description:
    'Where claims were read: releases, articles, reports, model cards. Every other row names its sources.',
  id: 'slug',
  exampleId: 'msit-2026-08-18-round-2',
  slugFrom: ['title'],
  search: ['title', 'publisher'],
  sourced: false,
  fields: {
    kind: choice(
      'What kind of source.',
      [
        'official',
        'company',
        'press',
        'technical-report',
        'model-card',
        'repository',
        'analysis',
        'aggregator',
        'blog',
        'mirror',
      ],
      { example: 'official' },
    ),
    title: text('Its title, or what it is where the title was not kept.', {
      max: 500,
      example: '독자 AI 파운데이션 모델 프로젝트 2차 단계평가 결과 발표',
    }),
    publisher: text('Who published it.', {
      max: 200,
      nullable: true,
      example: 'Ministry of Science and ICT',
    }),
    language: {
      ...text('The language it is in (ISO 639-1).', { example: 'ko' }),
      schema: z
        .string()
        .length(2)
        .regex(/^[a-z]{2}$/, 'must be a language code of ISO 639-1, two small letters'),
    },
    publishedOn: date('When it was published.', { nullable: true, example: '2026-08-18' }),
    url: url('Where it can be read; urn:seed:… for an article that is kept as a file.', {
      nullable: true,
      example: 'https://www.korea.kr/briefing/pressReleaseView.do?newsId=156774699',
    }),
    citedSource: text('What it cites itself, where it passes on what another said.', {
      max: 300,
      nullable: true,
    }),
  },
  example: {
    id: 'example-source',
    kind: 'press',
    title: 'Example source',
    publisher: 'Example Press',
    language: 'en',
    publishedOn: '2026-11-24',
    url: 'https://example.com/article',
  },
});
