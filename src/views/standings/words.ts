/** What the standings say in words, in the language asked for. The sentences about disagreements are in sayings.ts. */
import type { Language } from '../../kernel/language.ts';
import type { CutLine, NoLine, NoMargin } from './cut.ts';
import type { Hypothetical } from './hypothetical.ts';
import { listed, numberIn } from '../../kernel/numerals.ts';
import type { Stated } from './stated.ts';

interface Words {
  noLine: Record<NoLine, (candidates: number, places: number) => string>;
  outByGate: (gates: string) => string;
  withheld: (results: number) => string;
  withheldFrom: (names: string) => string;
  withheldFromNobody: string;
  whatIf: string;
  rescaled: (maximum: string | null) => string;
  notRescaled: string;
  maximumChanged: (now: string, before: string) => string;
  idle: (criteria: string) => string;
  weighted: (criteria: string) => string;
  open: (whole: string) => string;
  openAtTheTop: string;
}

const en: Words = {
  noLine: {
    nobody: () => 'Nobody takes part.',
    'nothing-scored': () => 'Nothing is scored in this round.',
    'places-unknown': () => 'How many were to go on is not known.',
    'no-places': () => 'Nobody was to go on.',
    'all-fit': (candidates, places) => `All ${candidates} that were judged fit into the ${places} places.`,
  },
  outByGate: (gates) => `Out by the gate ${gates}.`,
  withheld: (results) => (results === 1 ? 'One result was withheld' : `${results} results were withheld`),
  withheldFrom: (names) =>
    `. What these scored in all cannot be computed, only between which ends it lies: ${names}.`,
  withheldFromNobody: '; no total depends on that.',
  whatIf: 'A what-if, not a result of the authority; official figures are left aside.',
  rescaled: (maximum) =>
    `The weighted totals are rescaled so that the whole keeps its maximum${maximum === null ? '' : ` of ${maximum}`}.`,
  notRescaled: 'The weighted totals are not rescaled, since not every maximum is stated.',
  maximumChanged: (now, before) => `The maximum is ${now} instead of ${before}.`,
  idle: (criteria) => `Taken out, so that its weight has no effect: ${criteria}.`,
  weighted: (criteria) => `Points are multiplied by the weights that are stated: ${criteria}.`,
  open: (whole) =>
    `Only some of the parts of ${whole} state a weight: how they add up is not known, and so neither is ${whole}, unless it was published itself.`,
  openAtTheTop:
    'Only some of the criteria at the top state a weight: how they add up to a total is not known.',
};

const ko: Words = {
  noLine: {
    nobody: () => '참가팀이 없습니다.',
    'nothing-scored': () => '이 차수에는 점수로 평가하는 항목이 없습니다.',
    'places-unknown': () => '몇 팀이 진출할 예정이었는지 알려지지 않았습니다.',
    'no-places': () => '진출할 자리가 없었습니다.',
    'all-fit': (candidates, places) => `평가받은 ${candidates}팀이 모두 ${places}자리 안에 듭니다.`,
  },
  outByGate: (gates) => `필수 요건 미달로 탈락: ${gates}.`,
  withheld: (results) => `결과 ${results}건이 비공개입니다`,
  withheldFrom: (names) => `. 다음 팀의 총점은 계산할 수 없고 구간만 알 수 있습니다: ${names}.`,
  withheldFromNobody: '. 총점에는 영향이 없습니다.',
  whatIf: '가정에 따른 계산이며 주관 기관의 결과가 아닙니다. 공식 수치는 반영하지 않았습니다.',
  rescaled: (maximum) =>
    maximum === null
      ? '가중 총점은 전체 만점이 유지되도록 환산했습니다.'
      : `가중 총점은 만점 ${maximum}점이 유지되도록 환산했습니다.`,
  notRescaled: '만점이 공개되지 않은 항목이 있어 가중 총점을 환산하지 않았습니다.',
  maximumChanged: (now, before) => `만점이 ${before}점이 아니라 ${now}점입니다.`,
  idle: (criteria) => `제외되어 가중치가 적용되지 않는 항목: ${criteria}.`,
  weighted: (criteria) => `명시된 가중치를 점수에 곱했습니다: ${criteria}.`,
  open: (whole) =>
    `${whole}: 세부 항목 가운데 일부만 가중치가 명시되어 합산 방법을 알 수 없습니다. 이 항목의 점수는 직접 공개된 경우에만 알 수 있습니다.`,
  openAtTheTop: '최상위 항목 가운데 일부만 가중치가 명시되어 총점의 합산 방법을 알 수 없습니다.',
};

const fr: Words = {
  noLine: {
    nobody: () => 'Personne ne participe.',
    'nothing-scored': () => 'Rien n’est noté dans cette phase.',
    'places-unknown': () => 'On ne sait pas combien devaient être qualifiés.',
    'no-places': () => 'Personne ne devait être qualifié.',
    'all-fit': (candidates, places) => `Les ${candidates} évalués tiennent tous dans les ${places} places.`,
  },
  outByGate: (gates) => `Éliminé par le critère éliminatoire ${gates}.`,
  withheld: (results) =>
    results === 1 ? 'Un résultat n’a pas été publié' : `${results} résultats n’ont pas été publiés`,
  withheldFrom: (names) =>
    `. Leur total ne peut pas être calculé, seulement ses bornes ; cela concerne : ${names}.`,
  withheldFromNobody: ' ; aucun total n’en dépend.',
  whatIf: 'Une hypothèse, et non un résultat de l’autorité ; les chiffres officiels sont laissés de côté.',
  rescaled: (maximum) =>
    `Les totaux pondérés sont ramenés au maximum de l’ensemble${maximum === null ? '' : `, soit ${maximum}`}.`,
  notRescaled:
    'Les totaux pondérés ne sont pas ramenés à un maximum, car tous les maximums ne sont pas indiqués.',
  maximumChanged: (now, before) => `Le maximum est de ${now} au lieu de ${before}.`,
  idle: (criteria) => `Retiré, donc de poids sans effet : ${criteria}.`,
  weighted: (criteria) => `Les points sont multipliés par les poids indiqués : ${criteria}.`,
  open: (whole) =>
    `Seules certaines parties de ${whole} ont un poids indiqué : on ne sait pas comment elles s’additionnent, et ${whole} n’est connu que s’il a été publié lui-même.`,
  openAtTheTop:
    'Seuls certains critères du premier niveau ont un poids indiqué : on ne sait pas comment ils s’additionnent.',
};

const wording: Record<Language, Words> = { en, ko, fr };

export const noLineInWords = (
  { note, candidates, places }: Pick<CutLine, 'note' | 'candidates' | 'places'>,
  language: Language,
): string | null => note && wording[language].noLine[note](candidates, places ?? 0);

export const noMarginInWords = (
  note: NoMargin | null,
  { candidates, places }: CutLine,
  language: Language,
): string | null =>
  note !== null && typeof note === 'object'
    ? wording[language].outByGate(note.gates.join(', '))
    : noLineInWords({ note, candidates, places }, language);

export function withheldInWords(
  { results, affected }: { results: readonly object[]; affected: readonly string[] },
  language: Language,
): string | null {
  if (results.length === 0) return null;
  const say = wording[language];
  const whose = affected.length > 0 ? say.withheldFrom(affected.join(', ')) : say.withheldFromNobody;
  return `${say.withheld(results.length)}${whose}`;
}

export function hypotheticalInWords(
  { rescaled, maximum, plainMaximum, idle }: Hypothetical,
  language: Language,
): string {
  const say = wording[language];
  const number = numberIn(language);
  const sentences = [say.whatIf];
  if (rescaled !== null)
    sentences.push(rescaled ? say.rescaled(maximum === null ? null : number(maximum)) : say.notRescaled);
  if (maximum !== null && plainMaximum !== null && maximum !== plainMaximum)
    sentences.push(say.maximumChanged(number(maximum), number(plainMaximum)));
  if (idle.length > 0) sentences.push(say.idle(idle.join(', ')));
  return sentences.join(' ');
}

export function statedInWords({ weighted, open, openAtTheTop }: Stated, language: Language): string | null {
  const say = wording[language];
  const number = numberIn(language);
  const sentences = [
    ...(weighted.length > 0
      ? [
          say.weighted(
            listed(
              weighted.map(({ name, weight }) => `${name} × ${number(weight)}`),
              language,
            ),
          ),
        ]
      : []),
    ...(openAtTheTop ? [say.openAtTheTop] : []),
    ...open.map((whole) => say.open(whole)),
  ];
  return sentences.length > 0 ? sentences.join(' ') : null;
}
