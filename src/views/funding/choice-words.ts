/** Why a claim or a scope is preferred, or why none is, in the language asked for. Only what is known is said. */
import type { Language } from '../../kernel/language.ts';
import type { Claim } from './claim.ts';
import { dateOf } from './dates.ts';
import type { Choice, Step } from './preferred.ts';
import type { Scope, ScopeStep } from './scope.ts';
import { coversInWords, periodInWords, stageInWords, wording } from './words.ts';

interface Words {
  ranks: Record<string, string>;
  because: Record<Step, (better: string, next: string) => string>;
  scope: Record<ScopeStep, (chosen: string) => string>;
  open: Record<'claims' | 'covers' | 'period', (n: number) => string>;
}

const en: Words = {
  ranks: { preferred: 'preferred', normal: 'normal', deprecated: 'deprecated' },
  because: {
    'only-claim': () => 'It is the only claim of its scope.',
    rank: (better, next) => `An editor ranked it ${better}; the next best is ${next}.`,
    'source-kind': (better, next) => `It has the better kind of source: ${better}, before ${next}.`,
    recency: (better, next) =>
      `Rank and kind of source are the same as of the next best, and it is the more recent: ${better}, before that ${next}.`,
    whole: () => 'It is the sum of the other amounts that the same source states, so that it is the whole.',
    agreement: (n) =>
      `${n} claims are equally good by rank, kind of source and date, and state the same sum.`,
  },
  scope: {
    rank: () => 'Its scope stands for the group by an editor’s rank.',
    covers: (covers) => `What covers the most stands for the group: ${covers}.`,
    stage: (stage) => `The firmest stage stands for the group: ${stage}.`,
    period: (period) => `The longest period stands for the group: ${period}.`,
  },
  open: {
    claims: (n) =>
      `${n} claims are equal by rank and kind of source, their dates do not tell which is the latest, and they state different sums: the sources leave it open.`,
    covers: (n) => `${n} scopes cover different parts, and none is known to cover the others.`,
    period: (n) =>
      `${n} scopes are equally firm and for different periods, and none is known to include the others.`,
  },
};

const ko: Words = {
  ranks: { preferred: '우선', normal: '보통', deprecated: '폐기' },
  because: {
    'only-claim': () => '해당 범위의 유일한 주장입니다.',
    rank: (better, next) => `편집자가 매긴 등급이 더 높습니다: ${better} (차순위: ${next}).`,
    'source-kind': (better, next) => `출처의 종류가 더 낫습니다: ${better} (차순위: ${next}).`,
    recency: (better, next) =>
      `등급과 출처의 종류가 차순위와 같고 더 최근입니다: ${better} (차순위: ${next}).`,
    whole: () => '같은 출처가 밝힌 나머지 금액의 합계와 같으므로 전체 금액입니다.',
    agreement: (n) => `등급, 출처의 종류, 날짜로 우열이 없는 주장 ${n}건이 같은 금액을 밝힙니다.`,
  },
  scope: {
    rank: () => '편집자가 매긴 등급에 따라 해당 범위가 전체를 대표합니다.',
    covers: (covers) => `가장 넓은 범위가 전체를 대표합니다: ${covers}.`,
    stage: (stage) => `가장 확정된 단계가 전체를 대표합니다: ${stage}.`,
    period: (period) => `가장 긴 기간이 전체를 대표합니다: ${period}.`,
  },
  open: {
    claims: (n) =>
      `주장 ${n}건이 등급과 출처의 종류가 같고, 날짜로도 어느 것이 가장 최근인지 알 수 없으며, 금액이 서로 다릅니다. 출처만으로는 정할 수 없습니다.`,
    covers: (n) => `범위 ${n}개가 서로 다른 부분을 다루며, 나머지를 포함한다고 알려진 범위가 없습니다.`,
    period: (n) =>
      `같은 단계의 범위 ${n}개가 서로 다른 기간을 다루며, 나머지를 포함한다고 알려진 기간이 없습니다.`,
  },
};

const fr: Words = {
  ranks: { preferred: 'préféré', normal: 'normal', deprecated: 'écarté' },
  because: {
    'only-claim': () => 'C’est la seule affirmation de son périmètre.',
    rank: (better, next) => `Rang donné par la rédaction : ${better} ; la suivante : ${next}.`,
    'source-kind': (better, next) => `Meilleur type de source : ${better}, avant ${next}.`,
    recency: (better, next) =>
      `Même rang et même type de source que la suivante, mais plus récente : ${better} ; la suivante : ${next}.`,
    whole: () => 'C’est la somme des autres montants que donne la même source, donc le tout.',
    agreement: (n) =>
      `${n} affirmations se valent par le rang, le type de source et la date, et donnent la même somme.`,
  },
  scope: {
    rank: () => 'Son périmètre représente l’ensemble par le rang donné par la rédaction.',
    covers: (covers) => `Le périmètre le plus large représente l’ensemble : ${covers}.`,
    stage: (stage) => `Le stade le plus ferme représente l’ensemble : ${stage}.`,
    period: (period) => `La plus longue période représente l’ensemble : ${period}.`,
  },
  open: {
    claims: (n) =>
      `${n} affirmations se valent par le rang et le type de source, leurs dates ne disent pas laquelle est la plus récente, et leurs sommes diffèrent : les sources ne tranchent pas.`,
    covers: (n) =>
      `${n} périmètres portent sur des parties différentes, et l’on ne sait d’aucun qu’il comprend les autres.`,
    period: (n) =>
      `${n} périmètres au même stade portent sur des périodes différentes, et l’on ne sait d’aucun qu’il comprend les autres.`,
  },
};

const all: Record<Language, Words> = { en, ko, fr };

export function becauseInWords({ claims, over, step }: Choice, language: Language): string {
  const { because, ranks } = all[language];
  const { sourceKinds, unknown } = wording[language];
  if (step === 'agreement') return because[step](String(claims.length), '');
  const said = (one: Claim | undefined): string => {
    if (!one) return '';
    if (step === 'rank') return ranks[one.rank] ?? one.rank;
    if (step === 'recency') return dateOf(one) ?? unknown.date;
    return one.source.kind === null ? unknown.kind : (sourceKinds[one.source.kind] ?? one.source.kind);
  };
  return because[step](said(claims[0]), said(over));
}

export function scopeBecauseInWords(scope: Scope, steps: ScopeStep[], language: Language): string {
  const chosen: Record<ScopeStep, string> = {
    rank: '',
    covers: coversInWords(scope.covers, language),
    stage: stageInWords(scope, language),
    period: periodInWords(scope, language),
  };
  return steps.map((step) => all[language].scope[step](chosen[step])).join(' ');
}

export const openInWords = (what: 'claims' | 'covers' | 'period', n: number, language: Language): string =>
  all[language].open[what](n);
