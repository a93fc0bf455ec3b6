/** Disagreements in words, in the language asked for: a sentence each, and what the figures in it are. */
import type { Language } from '../../kernel/language.ts';
import type { Disagreement, FigureLabel, Statement } from './disagreement.ts';
import { ends, type Ends, type Interval } from './interval.ts';
import { numberIn } from '../../kernel/numerals.ts';

/** The first and the second figure, whom and which criterion it is about, and the gates or the reason. */
interface Told {
  one: string;
  other: string;
  who: string;
  criterion: string;
  more: string;
}

interface Sayings {
  atLeast: (lowest: string) => string;
  between: (lowest: string, highest: string) => string;
  statements: Record<Statement, (told: Told) => string>;
  labels: Record<FigureLabel, string>;
}

const en: Sayings = {
  atLeast: (lowest) => `at least ${lowest}`,
  between: (lowest, highest) => `between ${lowest} and ${highest}`,
  statements: {
    'total-differs': ({ who, one, other }) =>
      `By the scores the total of ${who} is ${one}, officially it is ${other}.`,
    'rank-differs': ({ who, one, other }) =>
      `By the scores the rank of ${who} is ${one}, officially it is ${other}.`,
    'parts-differ': ({ who, criterion, one, other }) =>
      `The parts of ${criterion} add up to ${one} for ${who}, the published score is ${other}.`,
    'parts-exceed-maximum': ({ who, criterion, one, other }) =>
      `The parts of ${criterion} add up to ${one} for ${who}, the maximum score is ${other}.`,
    'advanced-despite-gate': ({ who, more }) => `${who} went on although it failed ${more}.`,
    'advanced-below-line': ({ who, one, other }) =>
      `${who} went on below the last place inside: its total is ${one}, theirs ${other}.`,
    'advanced-with-low-rank': ({ who, one, other }) =>
      `${who} went on although its rank is ${one} and there were ${other} places.`,
    'eliminated-above-line': ({ who, one, other }) =>
      `${who} was eliminated although it failed no gate and stood above the first place outside: its total is ${one}, theirs ${other}.`,
    'eliminated-with-high-rank': ({ who, one, other }) =>
      `${who} was eliminated although it failed no gate, its rank is ${one} and there were ${other} places.`,
    'eliminated-with-room': ({ who, one, other }) =>
      `${who} was eliminated although it failed no gate and there was room: ${one} places for the ${other} that were judged.`,
    'fewer-advanced': ({ one, other, more }) =>
      `${one} were to go on, ${other} did.${more && ` The reason given: ${more}`}`,
    'more-advanced': ({ one, other, more }) =>
      `${one} were to go on, ${other} did.${more && ` The reason given: ${more}`}`,
  },
  labels: {
    'computed-total': 'computed total',
    'official-total': 'official total',
    'computed-rank': 'computed rank',
    'official-rank': 'official rank',
    'parts-sum': 'sum of the parts',
    'published-score': 'published score',
    'maximum-score': 'maximum score',
    total: 'total',
    rank: 'rank',
    'last-inside': 'last place inside',
    'first-outside': 'first place outside',
    places: 'places',
    candidates: 'judged',
    planned: 'planned',
    advanced: 'advanced',
  },
};

const ko: Sayings = {
  atLeast: (lowest) => `${lowest} 이상`,
  between: (lowest, highest) => `${lowest}~${highest}`,
  statements: {
    'total-differs': ({ who, one, other }) =>
      `${who}: 점수를 합한 총점은 ${one}점이나 공식 총점은 ${other}점입니다.`,
    'rank-differs': ({ who, one, other }) =>
      `${who}: 점수로 계산한 순위는 ${one}위이나 공식 순위는 ${other}위입니다.`,
    'parts-differ': ({ who, criterion, one, other }) =>
      `${who}: ${criterion}의 세부 항목 합계는 ${one}점이나 공개된 점수는 ${other}점입니다.`,
    'parts-exceed-maximum': ({ who, criterion, one, other }) =>
      `${who}: ${criterion}의 세부 항목 합계는 ${one}점이나 만점은 ${other}점입니다.`,
    'advanced-despite-gate': ({ who, more }) => `${who}: 필수 요건(${more})에 미달했으나 진출했습니다.`,
    'advanced-below-line': ({ who, one, other }) =>
      `${who}: 커트라인 아래에서 진출했습니다. 총점은 ${one}점, 커트라인 안 마지막 팀은 ${other}점입니다.`,
    'advanced-with-low-rank': ({ who, one, other }) =>
      `${who}: 순위는 ${one}위이고 자리는 ${other}개였으나 진출했습니다.`,
    'eliminated-above-line': ({ who, one, other }) =>
      `${who}: 필수 요건을 어기지 않았고 커트라인 위에 있었으나 탈락했습니다. 총점은 ${one}점, 커트라인 밖 첫 팀은 ${other}점입니다.`,
    'eliminated-with-high-rank': ({ who, one, other }) =>
      `${who}: 필수 요건을 어기지 않았고 순위는 ${one}위, 자리는 ${other}개였으나 탈락했습니다.`,
    'eliminated-with-room': ({ who, one, other }) =>
      `${who}: 필수 요건을 어기지 않았고 자리가 남았으나 탈락했습니다. 자리는 ${one}개, 평가받은 팀은 ${other}팀입니다.`,
    'fewer-advanced': ({ one, other, more }) =>
      `${one}팀이 진출할 예정이었으나 ${other}팀이 진출했습니다.${more && ` 밝혀진 이유: ${more}`}`,
    'more-advanced': ({ one, other, more }) =>
      `${one}팀이 진출할 예정이었으나 ${other}팀이 진출했습니다.${more && ` 밝혀진 이유: ${more}`}`,
  },
  labels: {
    'computed-total': '계산한 총점',
    'official-total': '공식 총점',
    'computed-rank': '계산한 순위',
    'official-rank': '공식 순위',
    'parts-sum': '세부 항목 합계',
    'published-score': '공개된 점수',
    'maximum-score': '만점',
    total: '총점',
    rank: '순위',
    'last-inside': '커트라인 안 마지막',
    'first-outside': '커트라인 밖 첫 번째',
    places: '자리',
    candidates: '평가받은 팀',
    planned: '예정',
    advanced: '진출',
  },
};

const fr: Sayings = {
  atLeast: (lowest) => `au moins ${lowest}`,
  between: (lowest, highest) => `entre ${lowest} et ${highest}`,
  statements: {
    'total-differs': ({ who, one, other }) =>
      `D’après les scores, le total de ${who} est ${one} ; officiellement, il est ${other}.`,
    'rank-differs': ({ who, one, other }) =>
      `D’après les scores, le rang de ${who} est ${one} ; officiellement, il est ${other}.`,
    'parts-differ': ({ who, criterion, one, other }) =>
      `Pour ${who}, la somme des parties de ${criterion} est ${one} ; le score publié est ${other}.`,
    'parts-exceed-maximum': ({ who, criterion, one, other }) =>
      `Pour ${who}, la somme des parties de ${criterion} est ${one} ; le score maximal est ${other}.`,
    'advanced-despite-gate': ({ who, more }) =>
      `${who} a été qualifié sans satisfaire au critère éliminatoire ${more}.`,
    'advanced-below-line': ({ who, one, other }) =>
      `${who} a été qualifié sous le seuil : son total est ${one}, celui de la dernière place qualifiée ${other}.`,
    'advanced-with-low-rank': ({ who, one, other }) =>
      `${who} a été qualifié alors que son rang est ${one} et qu’il y avait ${other} places.`,
    'eliminated-above-line': ({ who, one, other }) =>
      `${who} a été éliminé sans avoir échoué à un critère éliminatoire et au-dessus de la première place éliminée : son total est ${one}, celui de cette place ${other}.`,
    'eliminated-with-high-rank': ({ who, one, other }) =>
      `${who} a été éliminé sans avoir échoué à un critère éliminatoire, alors que son rang est ${one} et qu’il y avait ${other} places.`,
    'eliminated-with-room': ({ who, one, other }) =>
      `${who} a été éliminé sans avoir échoué à un critère éliminatoire, alors qu’il restait de la place : ${one} places pour les ${other} évalués.`,
    'fewer-advanced': ({ one, other, more }) =>
      `${one} devaient être qualifiés, ${other} l’ont été.${more && ` Raison donnée : ${more}`}`,
    'more-advanced': ({ one, other, more }) =>
      `${one} devaient être qualifiés, ${other} l’ont été.${more && ` Raison donnée : ${more}`}`,
  },
  labels: {
    'computed-total': 'total calculé',
    'official-total': 'total officiel',
    'computed-rank': 'rang calculé',
    'official-rank': 'rang officiel',
    'parts-sum': 'somme des parties',
    'published-score': 'score publié',
    'maximum-score': 'score maximal',
    total: 'total',
    rank: 'rang',
    'last-inside': 'dernière place qualifiée',
    'first-outside': 'première place éliminée',
    places: 'places',
    candidates: 'évalués',
    planned: 'prévus',
    advanced: 'qualifiés',
  },
};

const wording: Record<Language, Sayings> = { en, ko, fr };

export interface DisagreementLine {
  code: Disagreement['code'];
  consortium: string | null;
  criterion: string | null;
  detail: string;
  figures: (Ends & { label: string })[];
  sources: string[];
}

export function disagreementLine(
  { code, statement, consortium, criterion, more, figures, sources }: Disagreement,
  language: Language,
): DisagreementLine {
  const say = wording[language];
  const [one = '', other = ''] = figures.map(({ value }) => valueInWords(value, language));
  const told = { one, other, who: consortium?.name ?? '', criterion: criterion?.name ?? '', more };
  return {
    code,
    consortium: consortium?.id ?? null,
    criterion: criterion?.id ?? null,
    detail: say.statements[statement](told),
    figures: figures.map(({ label, value }) => ({ label: say.labels[label], ...ends(value) })),
    sources,
  };
}

function valueInWords(value: Interval, language: Language): string {
  const { lowest, highest } = ends(value);
  const [say, number] = [wording[language], numberIn(language)];
  if (lowest === highest) return number(lowest);
  return highest === null ? say.atLeast(number(lowest)) : say.between(number(lowest), number(highest));
}
