/** Rank acceptability as one stacked bar for each consortium, the first rank darkest; survival is written beside it. */
import { colours, type Chart } from '../../charts/frame.ts';
import { plotMarks } from '../../charts/plot.ts';
import { shortened } from '../../charts/text.ts';
import { sourceLine } from '../../charts/words.ts';
import type { Language } from '../../kernel/language.ts';
import type { StabilityAnswer } from './answer.ts';

interface Words {
  title: (program: string, ordinal: number) => string;
  unit: (draws: number, error: string) => string;
  rank: (rank: number) => string;
  survives: (share: string) => string;
  empty: string;
}

const words: Record<Language, Words> = {
  en: {
    title: (program, ordinal) => `How firm are the ranks of round ${ordinal}? ${program}`,
    unit: (draws, error) =>
      `Share of all weightings (percent) that give each rank; ${draws} draws, standard error at most ${error}`,
    rank: (rank) => `rank ${rank}`,
    survives: (share) => `goes on: ${share} %`,
    empty: 'Nothing could be simulated: no scores are known.',
  },
  ko: {
    title: (program, ordinal) => `${ordinal}차 평가 순위는 얼마나 확실한가? ${program}`,
    unit: (draws, error) => `각 순위가 되는 가중치의 비율(%), ${draws}회 추출, 표준오차 최대 ${error}`,
    rank: (rank) => `${rank}위`,
    survives: (share) => `진출: ${share} %`,
    empty: '알려진 점수가 없어 계산할 수 없습니다.',
  },
  fr: {
    title: (program, ordinal) => `Les rangs de la phase ${ordinal} sont-ils solides ? ${program}`,
    unit: (draws, error) =>
      `Part de toutes les pondérations (en %) donnant chaque rang ; ${draws} tirages, erreur type d’au plus ${error}`,
    rank: (rank) => `rang ${rank}`,
    survives: (share) => `qualifié : ${share} %`,
    empty: 'Rien à simuler : aucun score connu.',
  },
};

/** From dark to light, so that grey tells them apart. */
const shades = ['#00304d', '#1f6ea3', '#6db1de', '#bfdcf1', '#e9f2f9'];
const shadeOf = (rank: number): string => shades[Math.min(rank, shades.length) - 1] ?? colours.pale;
const percent = (share: number): string => `${Math.round(share * 1000) / 10}`;

export async function stabilityChart(
  answer: StabilityAnswer,
  language: Language,
  asOf?: string,
): Promise<Chart> {
  const say = words[language];
  const simulated = answer.consortiums.filter(({ rankAcceptability }) => rankAcceptability.length > 0);
  const rows = simulated.map(({ name, survival }) => ({
    label: shortened(name, 11, 345),
    written: survival === null ? '' : say.survives(percent(survival.probability)),
  }));
  const bars = simulated.flatMap(({ rankAcceptability }, i) => {
    let from = 0;
    return rankAcceptability.map(({ rank, probability }) => {
      const bar = {
        label: rows[i]?.label ?? '',
        from,
        to: (from += 100 * probability),
        fill: shadeOf(rank),
        ink: rank <= 2 ? '#fff' : colours.ink,
        written: probability >= 0.09 ? `${rank}.  ${Math.round(probability * 100)}` : '',
        middle: from - 50 * probability,
      };
      return bar;
    });
  });
  const ranks = Math.max(0, ...simulated.map(({ rankAcceptability }) => rankAcceptability.length));
  const { barX, text } = await plotMarks();
  return {
    language,
    title: say.title(answer.round.program.name, answer.round.ordinal),
    subtitle: `${say.unit(answer.draws, `${percent(answer.standardErrorMost ?? 0)} %`)}.`,
    legend: Array.from({ length: ranks }, (_, i) => ({ text: say.rank(i + 1), colour: shadeOf(i + 1) })),
    source: sourceLine(
      language,
      answer.consortiums.flatMap(({ sources }) => sources),
      asOf,
    ),
    empty: say.empty,
    ...(simulated.length === 0
      ? {}
      : {
          plot: {
            height: 40 + rows.length * 46,
            marginLeft: 8,
            marginRight: 12,
            marginTop: 14,
            x: { label: null, domain: [0, 100], ticks: 5 },
            y: { label: null, domain: rows.map(({ label }) => label), axis: null, padding: 0.5 },
            marks: [
              barX(bars, {
                x1: 'from',
                x2: 'to',
                y: 'label',
                fill: 'fill',
                stroke: colours.quiet,
                strokeWidth: 0.6,
              }),
              text(bars, { x: 'middle', y: 'label', text: 'written', fill: 'ink', fontSize: 10.5 }),
              text(rows, {
                y: 'label',
                frameAnchor: 'left',
                text: 'label',
                dy: -19,
                textAnchor: 'start',
                fill: colours.ink,
              }),
              text(rows, {
                y: 'label',
                frameAnchor: 'right',
                text: 'written',
                dy: -19,
                textAnchor: 'end',
                fontSize: 10.5,
                fill: colours.quiet,
              }),
            ],
          },
        }),
  };
}
