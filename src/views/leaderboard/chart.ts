/** The leaderboard as bars, the best on top; a bound is drawn open, since its end is not known. */
import type { Chart } from '../../charts/frame.ts';
import { colours } from '../../charts/frame.ts';
import { plotMarks } from '../../charts/plot.ts';
import { shortened } from '../../charts/text.ts';
import { sourceLine } from '../../charts/words.ts';
import type { Language } from '../../kernel/language.ts';

interface Entry {
  rank: number;
  model: { name: string };
  score: number;
  bound: 'lower' | 'upper' | null;
  results: { sources: string[] }[];
}
export interface Board {
  benchmark: { name: string; metric: string | null; maxScore: number | null; higherIsBetter: boolean };
  entries: Entry[];
}

const most = 20;

const words: Record<
  Language,
  {
    title: (name: string) => string;
    unit: (metric: string | null, max: number | null, higher: boolean) => string;
    stated: string;
    bound: string;
    empty: string;
    cut: (n: number) => string;
  }
> = {
  en: {
    title: (name) => `Leaderboard: ${name}`,
    unit: (metric, max, higher) =>
      `${metric ?? 'Score'}${max === null ? '' : `, at most ${max}`}; ${higher ? 'more' : 'less'} is better`,
    stated: 'stated result',
    bound: 'only a bound is stated',
    empty: 'No results are known.',
    cut: (n) => ` The first ${most} of ${n}.`,
  },
  ko: {
    title: (name) => `순위표: ${name}`,
    unit: (metric, max, higher) =>
      `${metric ?? '점수'}${max === null ? '' : `, 최고 ${max}`}; ${higher ? '높을수록' : '낮을수록'} 좋음`,
    stated: '공개된 결과',
    bound: '한계값만 공개됨',
    empty: '알려진 결과가 없습니다.',
    cut: (n) => ` ${n}개 중 상위 ${most}개.`,
  },
  fr: {
    title: (name) => `Classement : ${name}`,
    unit: (metric, max, higher) =>
      `${metric ?? 'Score'}${max === null ? '' : `, au plus ${max}`} ; ${higher ? 'plus' : 'moins'} vaut mieux`,
    stated: 'résultat publié',
    bound: 'borne seulement',
    empty: 'Aucun résultat connu.',
    cut: (n) => ` Les ${most} premiers sur ${n}.`,
  },
};

export async function leaderboardChart(
  { benchmark, entries }: Board,
  language: Language,
  asOf?: string,
): Promise<Chart> {
  const say = words[language];
  const shown = entries.slice(0, most);
  const rows = shown.map((entry) => ({
    ...entry,
    label: `${entry.rank}  ${shortened(entry.model.name, 11, 125)}`,
    written: `${entry.bound === 'lower' ? '≥ ' : entry.bound === 'upper' ? '≤ ' : ''}${entry.score}`,
    fill: entry.bound === null ? colours.middle : '#fff',
  }));
  const { barX, text, ruleX } = await plotMarks();
  const cut = entries.length > most ? say.cut(entries.length) : '';
  return {
    language,
    title: say.title(benchmark.name),
    subtitle: `${say.unit(benchmark.metric, benchmark.maxScore, benchmark.higherIsBetter)}.${cut}`,
    legend: [
      { text: say.stated, colour: colours.middle },
      ...(rows.some(({ bound }) => bound !== null) ? [{ text: say.bound, colour: '#fff' }] : []),
    ],
    source: sourceLine(
      language,
      shown.flatMap(({ results }) => results.flatMap(({ sources }) => sources)),
      asOf,
    ),
    empty: say.empty,
    ...(rows.length === 0
      ? {}
      : {
          plot: {
            height: 40 + rows.length * 22,
            marginLeft: 155,
            marginRight: 38,
            marginTop: 4,
            x: { label: null, grid: true, ticks: 4, zero: true },
            y: { label: null, domain: rows.map(({ label }) => label), tickSize: 0, padding: 0.25 },
            marks: [
              barX(rows, { x: 'score', y: 'label', fill: 'fill', stroke: colours.dark, strokeWidth: 0.8 }),
              text(rows, {
                x: 'score',
                y: 'label',
                text: 'written',
                dx: 4,
                textAnchor: 'start',
                fill: colours.ink,
              }),
              ruleX([0], { stroke: colours.quiet }),
            ],
          },
        }),
  };
}
