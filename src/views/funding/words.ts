/** What is said in words about scopes and sources, in the language asked for. */
import type { Language } from '../../kernel/language.ts';
import type { Scope } from './scope.ts';

interface Words {
  covers: Record<string, string>;
  stages: Record<string, string>;
  sourceKinds: Record<string, string>;
  and: string;
  unknown: { covers: string; period: string; stage: string; kind: string; date: string };
  period: (from: string | null, to: string | null) => string;
}

const en: Words = {
  covers: { gpu: 'GPUs', data: 'data', talent: 'talent', total: 'the whole' },
  stages: {
    proposed: 'as proposed',
    appropriated: 'as appropriated',
    announced: 'as announced',
    estimate: 'an estimate',
    reported: 'as reported',
  },
  sourceKinds: {
    official: 'official',
    company: 'company',
    'technical-report': 'technical report',
    'model-card': 'model card',
    repository: 'repository',
    press: 'press',
    analysis: 'analysis',
    aggregator: 'aggregator',
    blog: 'blog',
    mirror: 'mirror',
  },
  and: ' and ',
  unknown: {
    covers: 'what it covers is not stated',
    period: 'no period stated',
    stage: 'stage not stated',
    kind: 'not known',
    date: 'undated',
  },
  period: (from, to) =>
    from === to
      ? (from ?? '')
      : from === null
        ? `until ${to}`
        : to === null
          ? `from ${from}`
          : `${from} to ${to}`,
};

const ko: Words = {
  covers: { gpu: 'GPU', data: '데이터', talent: '인재', total: '전체' },
  stages: {
    proposed: '제안',
    appropriated: '확정 예산',
    announced: '발표',
    estimate: '추정',
    reported: '보도',
  },
  sourceKinds: {
    official: '공식 자료',
    company: '기업 자료',
    'technical-report': '기술 보고서',
    'model-card': '모델 카드',
    repository: '저장소',
    press: '언론',
    analysis: '분석',
    aggregator: '집계',
    blog: '블로그',
    mirror: '사본',
  },
  and: '·',
  unknown: {
    covers: '범위 미상',
    period: '기간 미상',
    stage: '단계 미상',
    kind: '미상',
    date: '날짜 미상',
  },
  period: (from, to) => (from === to ? (from ?? '') : `${from ?? ''}~${to ?? ''}`),
};

const fr: Words = {
  covers: { gpu: 'GPU', data: 'données', talent: 'talents', total: 'l’ensemble' },
  stages: {
    proposed: 'proposé',
    appropriated: 'voté',
    announced: 'annoncé',
    estimate: 'estimation',
    reported: 'rapporté',
  },
  sourceKinds: {
    official: 'source officielle',
    company: 'entreprise',
    'technical-report': 'rapport technique',
    'model-card': 'fiche de modèle',
    repository: 'dépôt',
    press: 'presse',
    analysis: 'analyse',
    aggregator: 'agrégateur',
    blog: 'blog',
    mirror: 'copie',
  },
  and: ' et ',
  unknown: {
    covers: 'objet non précisé',
    period: 'période non précisée',
    stage: 'stade non précisé',
    kind: 'inconnu',
    date: 'sans date',
  },
  period: (from, to) =>
    from === to
      ? (from ?? '')
      : from === null
        ? `jusqu’à ${to}`
        : to === null
          ? `à partir de ${from}`
          : `de ${from} à ${to}`,
};

export const wording: Record<Language, Words> = { en, ko, fr };

export function coversInWords(covers: string[], language: Language): string {
  const words = wording[language];
  const parts = covers.map((part) => words.covers[part] ?? part);
  return parts.length > 1
    ? `${parts.slice(0, -1).join(', ')}${words.and}${parts.at(-1) ?? ''}`
    : (parts[0] ?? words.unknown.covers);
}

export function periodInWords({ periodFrom, periodTo }: Scope, language: Language): string {
  const words = wording[language];
  return periodFrom === null && periodTo === null ? words.unknown.period : words.period(periodFrom, periodTo);
}

export function stageInWords({ stage }: Scope, language: Language): string {
  const words = wording[language];
  return stage === null ? words.unknown.stage : (words.stages[stage] ?? stage);
}

export const scopeInWords = (scope: Scope, language: Language): string =>
  [coversInWords(scope.covers, language), periodInWords(scope, language), stageInWords(scope, language)].join(
    '; ',
  );
