import { declare } from '../resource/declare.ts';
import { choice, country, date, derived, integer, names, ref, text } from '../resource/fields.ts';
import { latestOutcome } from './consortiums.ts';

const active = (row: string): string =>
  `(SELECT count(*) FROM consortiums c WHERE c.program = ${row}.id AND ${latestOutcome('c')} IN ('selected', 'added', 'advanced', 'champion'))`;

export default declare({
  name: 'programs',
  singular: 'program',
  order: 1,
  description:
    'A state programme that supports the building of foundation models: who runs it, what it wants, how many teams it began with and how many are to remain.',
  id: 'slug',
  exampleId: 'kr-safm',
  fields: {
    ...names({
      en: 'Sovereign AI Foundation Model project',
      ko: '독자 AI 파운데이션 모델 프로젝트',
      fr: "Projet de modèle de fondation d'IA souveraine",
    }),
    country: country('The country whose programme it is (ISO 3166-1).'),
    agency: ref('The body that runs it.', 'organizations', { nullable: true, example: 'msit' }),
    objective: text('What the programme is to achieve, in our words.', { max: 4000, nullable: true }),
    announcedOn: date('When it was announced.', { nullable: true, example: '2025-06-20' }),
    evaluationCadence: {
      ...text('How often the field is evaluated, an ISO 8601 duration: P6M is every six months.', {
        max: 20,
        nullable: true,
        example: 'P6M',
      }),
      schema: text('', { max: 20 }).schema.refine(
        (value) =>
          /^P(?=[0-9T])([0-9]+Y)?([0-9]+M)?([0-9]+W)?([0-9]+D)?(T(?=[0-9])([0-9]+H)?([0-9]+M)?([0-9]+S)?)?$/.test(
            value as string,
          ),
        'must be an ISO 8601 duration, for example P6M',
      ),
    },
    initialConsortiums: integer('How many teams it was to begin with.', {
      min: 1,
      nullable: true,
      example: 5,
    }),
    targetFinalists: integer('How many teams are to remain in the end.', {
      min: 1,
      nullable: true,
      example: 2,
    }),
    status: derived(
      choice(
        'Where it stands, from its calls and decisions: announced, selecting (a call is out, nobody is in yet), running, concluded (champions are named, or nobody is left).',
        ['announced', 'selecting', 'running', 'concluded'],
        { example: 'running' },
      ),
      (
        row,
      ) => `CASE WHEN EXISTS (SELECT FROM decisions d WHERE d.program = ${row}.id AND d.outcome = 'champion') THEN 'concluded'
        WHEN ${active(row)} > 0 THEN 'running'
        WHEN EXISTS (SELECT FROM decisions d WHERE d.program = ${row}.id) THEN 'concluded'
        WHEN EXISTS (SELECT FROM calls c WHERE c.program = ${row}.id) THEN 'selecting' ELSE 'announced' END`,
    ),
    activeConsortiums: derived(
      integer('How many teams are in at present: selected or added, and not eliminated.', { example: 3 }),
      active,
    ),
    nextRound: derived(
      ref('The first round that is not published yet.', 'rounds', {
        nullable: true,
        example: 'kr-safm-round-3',
      }),
      (row) =>
        `(SELECT r.id FROM rounds r WHERE r.program = ${row}.id AND r.state <> 'published' ORDER BY r.ordinal LIMIT 1)`,
    ),
  },
  referredBy: {
    consortiums: ['consortiums', 'program'],
    calls: ['calls', 'program'],
    bids: ['bids', 'program'],
    rounds: ['rounds', 'program'],
    decisions: ['decisions', 'program'],
    milestones: ['milestones', 'program'],
    fundingFigures: ['funding-figures', 'subject.id'],
  },
  example: {
    id: 'example-programme',
    names: { en: 'Example programme', fr: 'Programme d’exemple' },
    country: 'FR',
    agency: null,
    objective: 'Shows what a new programme looks like.',
    announcedOn: '2026-11',
    evaluationCadence: 'P6M',
    initialConsortiums: 4,
    targetFinalists: 2,
    sources: ['seed-002'],
  },
});
