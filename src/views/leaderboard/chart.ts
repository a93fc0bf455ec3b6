/**
 * The leaderboard as bars from nought, the best on top, each under the name of its model; a bound is drawn open, since its
 * end is not known. Rows are told apart by the model's id, for two models may go by one name.
 */
import type { Chart } from '../../charts/frame.ts';
import { colours, inner } from '../../charts/frame.ts';
import { plotMarks, type PlotOptions } from '../../charts/plot.ts';
import { shortened, widthOf } from '../../charts/text.ts';
import { numberIn } from '../../kernel/numerals.ts';
import { sourceLine } from '../../charts/words.ts';
import type { Language } from '../../kernel/language.ts';

interface Entry {
  rank: number;
  model: { id: string; name: string };
  score: number;
  bound: 'lower' | 'upper' | null;
  lowest: number | null;
  highest: number | null;
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
    unit: (metric: string | null, max: string | null, higher: boolean) => string;
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

/** 70; at least 50 as ≥ 50; between two bounds of one source as 50–60. */
function written({ score, bound, lowest, highest }: Entry, language: Language): string {
  if (bound === null) return numberIn(language)(score);
  if (lowest !== null && highest !== null)
    return `${numberIn(language)(lowest)}–${numberIn(language)(highest)}`;
  return `${bound === 'lower' ? '≥' : '≤'} ${numberIn(language)(score)}`;
}

const rowOf = (entry: Entry, language: Language) => ({
  id: entry.model.id,
  score: entry.score,
  label: shortened(`${entry.rank}  ${entry.model.name}`, 11, inner - 12),
  written: written(entry, language),
  fill: entry.bound === null ? colours.middle : '#fff',
});

async function plotOf(rows: ReturnType<typeof rowOf>[], language: Language): Promise<PlotOptions> {
  const { barX, text, ruleX } = await plotMarks();
  const longest = Math.max(...rows.map(({ score }) => score));
  return {
    height: 40 + rows.length * 34,
    marginLeft: 6,
    marginRight: 12 + Math.max(...rows.map((row) => widthOf(row.written, 11))),
    marginTop: 14,
    x: {
      label: null,
      grid: true,
      ticks: 4,
      // Scores that are all nought have no other end.
      domain: [0, longest === 0 ? 1 : longest],
      tickFormat: (value: number) => numberIn(language)(value),
    },
    y: { label: null, domain: rows.map(({ id }) => id), axis: null, padding: 0.6 },
    marks: [
      barX(rows, {
        x1: 0,
        x2: 'score',
        y: 'id',
        fill: 'fill',
        stroke: colours.dark,
        strokeWidth: 0.8,
      }),
      text(rows, {
        y: 'id',
        frameAnchor: 'left',
        text: 'label',
        dx: 4,
        dy: -14,
        textAnchor: 'start',
        fill: colours.ink,
      }),
      text(rows, {
        x: 'score',
        y: 'id',
        text: 'written',
        dx: 4,
        textAnchor: 'start',
        fill: colours.ink,
      }),
      ruleX([0], { stroke: colours.quiet }),
    ],
  };
}

export async function leaderboardChart(
  { benchmark, entries }: Board,
  language: Language,
  asOf?: string,
): Promise<Chart> {
  const say = words[language];
  const { name, metric, maxScore, higherIsBetter } = benchmark;
  const shown = entries.slice(0, most);
  const cut = entries.length > most ? say.cut(entries.length) : '';
  const highest = maxScore === null ? null : numberIn(language)(maxScore);
  return {
    language,
    title: say.title(name),
    subtitle: `${say.unit(metric, highest, higherIsBetter)}.${cut}`,
    legend: [
      { text: say.stated, colour: colours.middle },
      ...(shown.some(({ bound }) => bound !== null) ? [{ text: say.bound, colour: '#fff' }] : []),
    ],
    source: sourceLine(
      language,
      shown.flatMap(({ results }) => results.flatMap(({ sources }) => sources)),
      asOf,
    ),
    empty: say.empty,
    ...(shown.length === 0
      ? {}
      : {
          plot: await plotOf(
            shown.map((entry) => rowOf(entry, language)),
            language,
          ),
        }),
  };
}
