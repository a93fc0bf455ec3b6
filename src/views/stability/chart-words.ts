/** What the chart of the stability says, in the language asked for. */
import type { Language } from '../../kernel/language.ts';

interface ChartWords {
  title: (program: string, ordinal: number) => string;
  unit: (draws: string, error: string) => string;
  rank: (rank: number) => string;
  survives: (share: string) => string;
  gate: string;
  empty: string;
}

export const chartWords: Record<Language, ChartWords> = {
  en: {
    title: (program, ordinal) => `How firm are the ranks of round ${ordinal}? ${program}`,
    unit: (draws, error) =>
      `Share of all weightings (percent) that give each rank; ${draws} draws, standard error at most ${error} %.`,
    rank: (rank) => `rank ${rank}`,
    survives: (share) => `goes on: ${share} %`,
    gate: 'gate failed',
    empty: 'Nothing could be simulated.',
  },
  ko: {
    title: (program, ordinal) => `${ordinal}차 평가 순위는 얼마나 확실한가? ${program}`,
    unit: (draws, error) => `각 순위가 되는 가중치의 비율(%), ${draws}회 추출, 표준오차 최대 ${error} %.`,
    rank: (rank) => `${rank}위`,
    survives: (share) => `진출: ${share} %`,
    gate: '필수 요건 미달',
    empty: '계산할 수 없습니다.',
  },
  fr: {
    title: (program, ordinal) => `Les rangs de la phase ${ordinal} sont-ils solides ? ${program}`,
    unit: (draws, error) =>
      `Part de toutes les pondérations (en %) donnant chaque rang ; ${draws} tirages, erreur type d’au plus ${error} %.`,
    rank: (rank) => `rang ${rank}`,
    survives: (share) => `qualifié : ${share} %`,
    gate: 'éliminé d’office',
    empty: 'Rien n’a pu être simulé.',
  },
};
