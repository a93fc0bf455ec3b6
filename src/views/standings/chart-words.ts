/** What the chart of the standings says, in the language asked for. */
import type { Language } from '../../kernel/language.ts';

/** Whether a consortium goes on: decided, or in a what-if by the line it would give. */
export type Side = 'in' | 'out' | 'open';

export interface ChartWords {
  title: (program: string, ordinal: number) => string;
  unit: (maximum: string | null) => string;
  whatIf: string;
  weights: (list: string) => string;
  without: (list: string) => string;
  more: (count: number) => string;
  decided: Record<Side, string>;
  supposed: Record<Side, string>;
  interval: string;
  cut: string;
  /** Beside a total. */
  eliminated: string;
  undecided: string;
  outside: string;
  uncertain: string;
  gate: string;
  empty: string;
}

export const chartWords: Record<Language, ChartWords> = {
  en: {
    title: (program, ordinal) => `Standings of round ${ordinal}: ${program}`,
    unit: (maximum) => `Total in points${maximum === null ? '' : `, at most ${maximum}`}.`,
    whatIf: 'What-if, not a result: filled by a hypothetical line.',
    weights: (list) => `Weights: ${list}.`,
    without: (list) => `Without: ${list}.`,
    more: (count) => `and ${count} more`,
    decided: { in: 'total, goes on', out: 'total, out', open: 'total, not decided' },
    supposed: { in: 'total, would go on', out: 'total, would be out', open: 'total, not certain' },
    interval: 'where the total must lie',
    cut: 'cut line',
    eliminated: 'out',
    undecided: 'not decided',
    outside: 'would be out',
    uncertain: 'not certain',
    gate: 'gate failed',
    empty: 'No scores are known.',
  },
  ko: {
    title: (program, ordinal) => `${ordinal}차 평가 순위: ${program}`,
    unit: (maximum) => `총점${maximum === null ? '' : `, ${maximum}점 만점`}.`,
    whatIf: '실제 결과가 아닌 가정입니다. 표시는 가정한 커트라인을 따릅니다.',
    weights: (list) => `가중치: ${list}.`,
    without: (list) => `제외: ${list}.`,
    more: (count) => `외 ${count}개`,
    decided: { in: '총점, 진출', out: '총점, 탈락', open: '총점, 미정' },
    supposed: { in: '총점, 진출 예상', out: '총점, 탈락 예상', open: '총점, 불확실' },
    interval: '총점이 있을 수 있는 구간',
    cut: '커트라인',
    eliminated: '탈락',
    undecided: '미정',
    outside: '탈락 예상',
    uncertain: '불확실',
    gate: '필수 요건 미달',
    empty: '알려진 점수가 없습니다.',
  },
  fr: {
    title: (program, ordinal) => `Classement de la phase ${ordinal} : ${program}`,
    unit: (maximum) => `Total en points${maximum === null ? '' : `, au plus ${maximum}`}.`,
    whatIf: 'Hypothèse, et non un résultat : le remplissage suit un seuil hypothétique.',
    weights: (list) => `Poids : ${list}.`,
    without: (list) => `Sans : ${list}.`,
    more: (count) => `et ${count} autres`,
    decided: { in: 'total, qualifié', out: 'total, éliminé', open: 'total, non décidé' },
    supposed: { in: 'total, serait qualifié', out: 'total, serait éliminé', open: 'total, incertain' },
    interval: 'où se situe le total',
    cut: 'seuil',
    eliminated: 'éliminé',
    undecided: 'non décidé',
    outside: 'serait éliminé',
    uncertain: 'incertain',
    gate: 'éliminé d’office',
    empty: 'Aucun score connu.',
  },
};
