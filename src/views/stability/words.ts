/** What the stability says in words, in the language asked for. */
import type { Language } from '../../kernel/language.ts';
import type { Nothing } from './rules.ts';

interface Words {
  method: string;
  nobody: string;
  nothingScored: string;
  unstated: (criteria: string) => string;
  tooLarge: (consortiums: number, parts: number) => string;
}

const wording: Record<Language, Words> = {
  en: {
    method:
      'SMAA-2 (Lahdelma and Salminen, 2001) by Monte Carlo: each draw takes a weighting of the parts, uniform over all that there are (the simplex), and for each score that is not known a value, uniform over its interval and independent of the others; scores count as shares of their maximum. Those who tie share the ranks they hold together in equal parts. Official ranks and totals are not used. Places are counted by rank among all that were judged; whoever failed a gate is out whatever its rank, and nobody moves up. The standard error of a probability p from n draws is the root of p(1 - p)/n.',
    nobody: 'Nobody takes part.',
    nothingScored: 'Nothing is scored in this round.',
    unstated: (criteria) =>
      `Scores can only be compared as shares of their maximum, which is not stated for ${criteria}.`,
    tooLarge: (consortiums, parts) =>
      `The round is too large to be simulated: ${consortiums} consortiums by ${parts} parts.`,
  },
  ko: {
    method:
      'SMAA-2(Lahdelma·Salminen, 2001)를 몬테카를로로 계산합니다. 추출할 때마다 평가 항목의 가중치 조합을 가능한 모든 조합(단체) 위에서 균등하게 뽑고, 알려지지 않은 점수는 각각 가능한 구간에서 서로 독립적으로 균등하게 뽑습니다. 점수는 만점 대비 비율로 셉니다. 동점이면 함께 차지하는 순위를 똑같이 나눕니다. 공식 순위와 총점은 쓰지 않습니다. 자리는 평가받은 모든 팀의 순위로 세며, 필수 요건에 미달한 팀은 순위와 관계없이 탈락하고 그 자리를 다른 팀이 이어받지 않습니다. n회 추출에서 얻은 확률 p의 표준오차는 p(1 - p)/n의 제곱근입니다.',
    nobody: '참가팀이 없습니다.',
    nothingScored: '이 차수에는 점수로 평가하는 항목이 없습니다.',
    unstated: (criteria) =>
      `점수는 만점 대비 비율로만 비교할 수 있는데 만점이 공개되지 않은 항목이 있습니다: ${criteria}.`,
    tooLarge: (consortiums, parts) =>
      `차수가 너무 커서 계산할 수 없습니다: ${consortiums}팀, ${parts}개 항목.`,
  },
  fr: {
    method:
      'SMAA-2 (Lahdelma et Salminen, 2001) par Monte-Carlo : chaque tirage prend une pondération des parties, uniforme sur toutes celles qui existent (le simplexe), et pour chaque score inconnu une valeur uniforme sur son intervalle, indépendante des autres ; les scores comptent en part de leur maximum. Les ex aequo se partagent également les rangs qu’ils occupent ensemble. Les rangs et totaux officiels ne sont pas utilisés. Les places sont comptées par rang parmi tous les évalués ; qui échoue à un critère éliminatoire est éliminé quel que soit son rang, et personne ne prend sa place. L’erreur type d’une probabilité p sur n tirages est la racine de p(1 - p)/n.',
    nobody: 'Personne ne participe.',
    nothingScored: 'Rien n’est noté dans cette phase.',
    unstated: (criteria) =>
      `Les scores ne se comparent qu’en part de leur maximum, qui n’est pas indiqué pour ${criteria}.`,
    tooLarge: (consortiums, parts) =>
      `La phase est trop grande pour être simulée : ${consortiums} consortiums, ${parts} parties.`,
  },
};

export const methodIn = (language: Language): string => wording[language].method;

export function nothingInWords(nothing: Nothing, language: Language): string {
  const say = wording[language];
  if (nothing === 'nobody') return say.nobody;
  if (nothing === 'nothing-scored') return say.nothingScored;
  if ('unstated' in nothing) return say.unstated(nothing.unstated.join(', '));
  return say.tooLarge(nothing.consortiums, nothing.parts);
}
