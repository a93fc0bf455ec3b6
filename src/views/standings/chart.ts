/**
 * The standings as a row for each consortium: its name above, below it a mark at a total that is certain, or a bar over
 * the interval of one that is not, and a dashed line at the cut. A full dot goes on, a ring is out, a square is open;
 * who does not go on is written too. In a what-if the marks follow the line that it gives.
 */
import { colours, type Chart } from '../../charts/frame.ts';
import { plotMarks, type PlotOptions } from '../../charts/plot.ts';
import { sourceLine } from '../../charts/words.ts';
import type { Language } from '../../kernel/language.ts';
import type { StandingsAnswer } from './answer.ts';
import { margins, rowsOf, type Row } from './chart-rows.ts';
import { chartWords, type ChartWords, type Side } from './chart-words.ts';
import { mostCited } from './cited.ts';
import { listed, numberIn } from '../../kernel/numerals.ts';

const marks: Record<Side, { colour: string; shape: 'dot' | 'ring' | 'square' }> = {
  in: { colour: colours.dark, shape: 'dot' },
  out: { colour: colours.dark, shape: 'ring' },
  open: { colour: colours.middle, shape: 'square' },
};
const sides = ['in', 'out', 'open'] as const;

/** Halfway between the last place inside and the first outside, where both are certain. */
function cutAt({ cutLine: { lastInside: inside, firstOutside: outside } }: StandingsAnswer): number[] {
  const certain = inside && outside && inside.lowest === inside.highest && outside.lowest === outside.highest;
  return certain ? [(inside.lowest + outside.lowest) / 2] : [];
}

function subtitleOf({ maximum, criteria, hypothetical }: StandingsAnswer, language: Language): string {
  const [say, number] = [chartWords[language], numberIn(language)];
  const unit = say.unit(maximum === null ? null : number(maximum));
  if (!hypothetical) return unit;
  const nameOf = (id: string): string => criteria.find((criterion) => criterion.id === id)?.name ?? id;
  const some = (items: string[]): string =>
    listed(items.length > 4 ? [...items.slice(0, 4), say.more(items.length - 4)] : items, language);
  const weights = Object.entries(hypothetical.weights).map(
    ([id, weight]) => `${nameOf(id)} × ${number(weight)}`,
  );
  const without = hypothetical.without.map(nameOf);
  return [
    unit,
    say.whatIf,
    ...(weights.length > 0 ? [say.weights(some(weights))] : []),
    ...(without.length > 0 ? [say.without(some(without))] : []),
  ].join(' ');
}

/** Those of the scores behind the totals, of the official figures, the verdicts and the decisions. */
function sourcesOf({ criteria, consortiums, round, hypothetical }: StandingsAnswer): string[] {
  const top = new Set(
    criteria.filter(({ parent }) => parent === null || hypothetical !== null).map(({ id }) => id),
  );
  const cited = mostCited(
    ...consortiums.flatMap(({ scores, official, decision, gates }) => [
      ...Object.entries(scores).flatMap(([id, score]) => (top.has(id) ? [score.sources] : [])),
      ...gates.map(({ sources }) => sources),
      official?.sources ?? [],
      decision?.sources ?? [],
    ]),
  );
  return cited.length > 0 ? cited : round.sources;
}

function legendOf(rows: Row[], cut: number[], whatIf: boolean, say: ChartWords): Chart['legend'] {
  const shown = sides.filter((side) => rows.some((row) => row.exact && row.side === side));
  return [
    ...shown.map((side) => ({ text: (whatIf ? say.supposed : say.decided)[side], ...marks[side] })),
    ...(rows.some(({ exact, known }) => known && !exact)
      ? [{ text: say.interval, colour: colours.light, shape: 'line' as const }]
      : []),
    ...(cut.length > 0 ? [{ text: say.cut, colour: colours.warm, shape: 'line' as const }] : []),
  ];
}

async function plotOf(
  rows: Row[],
  cut: number[],
  maximum: number | null,
  language: Language,
): Promise<PlotOptions> {
  const { dot, link, ruleX, ruleY, text } = await plotMarks();
  const number = numberIn(language);
  const place = {
    y: 'id',
    frameAnchor: 'left',
    text: 'label',
    dy: -14,
    textAnchor: 'start',
    fill: colours.ink,
    // The line at the cut may run behind it.
    stroke: '#fff',
    strokeWidth: 3,
  };
  return {
    height:
      margins.marginTop + margins.marginBottom + rows.length * (rows.some(({ below }) => below) ? 56 : 40),
    ...margins,
    x: {
      label: null,
      grid: true,
      ticks: 4,
      tickFormat: (value: number) => number(value),
      domain: [0, maximum ?? undefined],
      nice: maximum === null,
    },
    y: { type: 'point', label: null, domain: rows.map(({ id }) => id), axis: null, padding: 0.6 },
    marks: [
      ruleY(rows, { y: 'id', stroke: colours.line }),
      link(
        rows.filter(({ known, exact }) => known && !exact),
        {
          x1: 'lowest',
          x2: 'highest',
          y1: 'id',
          y2: 'id',
          stroke: colours.light,
          strokeWidth: 9,
          strokeLinecap: 'butt',
        },
      ),
      ruleX(cut, { stroke: colours.warm, strokeDasharray: '4,3', strokeWidth: 1.5 }),
      ...sides.map((side) =>
        dot(
          rows.filter((row) => row.exact && row.side === side),
          {
            x: 'lowest',
            y: 'id',
            r: 4.5,
            symbol: side === 'open' ? 'square' : 'circle',
            fill: side === 'out' ? '#fff' : marks[side].colour,
            stroke: marks[side].colour,
            strokeWidth: 1.5,
          },
        ),
      ),
      text(rows, place),
      ...[true, false].map((below) =>
        text(
          rows.filter((row) => row.below === below),
          {
            ...place,
            frameAnchor: 'right',
            text: 'written',
            textAnchor: 'end',
            fontSize: 10.5,
            dy: below ? 14 : place.dy,
          },
        ),
      ),
    ],
  };
}

export async function standingsChart(
  answer: StandingsAnswer,
  language: Language,
  asOf?: string,
): Promise<Chart> {
  const say = chartWords[language];
  const rows = rowsOf(answer, say, language);
  const cut = cutAt(answer);
  const drawn = rows.some(({ known }) => known);
  return {
    language,
    title: say.title(answer.round.program.name, answer.round.ordinal),
    subtitle: subtitleOf(answer, language),
    ...(drawn ? { legend: legendOf(rows, cut, answer.hypothetical !== null, say) ?? [] } : {}),
    source: sourceLine(language, sourcesOf(answer), asOf),
    empty: say.empty,
    ...(drawn ? { plot: await plotOf(rows, cut, answer.maximum, language) } : {}),
  };
}
