/** What is said in words about scopes and choices, in the language asked for. */
import type { Language } from '../../kernel/language.ts';
import type { Scope } from './claim.ts';
import type { Choice, Step } from './preferred.ts';

interface Words {
  covers: Record<string, string>;
  stages: Record<string, string>;
  ranks: Record<string, string>;
  sourceKinds: Record<string, string>;
  and: string;
  unknown: { covers: string; period: string; stage: string; kind: string; date: string };
  period: (from: string | null, to: string | null) => string;
  because: Record<Step, (better: string, next: string) => string>;
  noRate: (from: string, to: string) => string;
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
  ranks: { preferred: 'preferred', normal: 'normal', deprecated: 'deprecated' },
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
  because: {
    'only-claim': () => 'It is the only claim.',
    rank: (better, next) => `An editor ranked it ${better}; the next best is ${next}.`,
    'source-kind': (better, next) => `It has the better kind of source: ${better}, before ${next}.`,
    recency: (better, next) =>
      `Rank and kind of source are the same as of the next best, and it is the more recent: ${better}, before that ${next}.`,
    id: () => 'Rank, kind of source and date are the same as of the next best; the first id decides.',
  },
  noRate: (from, to) => `No source states one sum in both ${from} and ${to}.`,
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
  ranks: { preferred: '우선', normal: '보통', deprecated: '폐기' },
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
  because: {
    'only-claim': () => '유일한 주장입니다.',
    rank: (better, next) => `편집자가 매긴 등급이 더 높습니다: ${better} (차순위: ${next}).`,
    'source-kind': (better, next) => `출처의 종류가 더 낫습니다: ${better} (차순위: ${next}).`,
    recency: (better, next) =>
      `등급과 출처의 종류가 차순위와 같고 더 최근입니다: ${better} (차순위: ${next}).`,
    id: () => '등급, 출처의 종류, 날짜가 차순위와 같아 id 순서로 정했습니다.',
  },
  noRate: (from, to) => `같은 금액을 ${from}와(과) ${to}로 함께 밝힌 출처가 없습니다.`,
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
  ranks: { preferred: 'préféré', normal: 'normal', deprecated: 'écarté' },
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
  because: {
    'only-claim': () => 'C’est la seule affirmation.',
    rank: (better, next) => `Rang donné par la rédaction : ${better} ; la suivante : ${next}.`,
    'source-kind': (better, next) => `Meilleur type de source : ${better}, avant ${next}.`,
    recency: (better, next) =>
      `Même rang et même type de source que la suivante, mais plus récente : ${better} ; la suivante : ${next}.`,
    id: () => 'Même rang, même type de source et même date que la suivante ; le premier id décide.',
  },
  noRate: (from, to) => `Aucune source n’indique une même somme en ${from} et en ${to}.`,
};

const wording: Record<Language, Words> = { en, ko, fr };

export function scopeInWords({ covers, periodFrom, periodTo, stage }: Scope, language: Language): string {
  const words = wording[language];
  const parts = covers.map((part) => words.covers[part] ?? part);
  const listed =
    parts.length > 1
      ? `${parts.slice(0, -1).join(', ')}${words.and}${parts.at(-1) ?? ''}`
      : (parts[0] ?? words.unknown.covers);
  const period =
    periodFrom === null && periodTo === null ? words.unknown.period : words.period(periodFrom, periodTo);
  return [listed, period, stage === null ? words.unknown.stage : (words.stages[stage] ?? stage)].join('; ');
}

export function becauseInWords({ claim, over, step }: Choice, language: Language): string {
  const words = wording[language];
  const said = (one: Choice['claim'] | undefined): string => {
    if (!one) return '';
    if (step === 'rank') return words.ranks[one.rank] ?? one.rank;
    if (step === 'source-kind')
      return one.source.kind === null
        ? words.unknown.kind
        : (words.sourceKinds[one.source.kind] ?? one.source.kind);
    return one.statedOn ?? one.source.publishedOn ?? words.unknown.date;
  };
  return words.because[step](said(claim), said(over));
}

export const noRateInWords = (from: string, to: string, language: Language): string =>
  wording[language].noRate(from, to);
