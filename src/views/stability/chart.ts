/** Rank acceptability as one stacked bar for each consortium, the first rank darkest; survival is written beside it. */
import { colours, inner, type Chart } from '../../charts/frame.ts';
import { plotMarks } from '../../charts/plot.ts';
import { shortened, widthOf } from '../../charts/text.ts';
import { sourceLine } from '../../charts/words.ts';
import type { Language } from '../../kernel/language.ts';
import { mostCited } from '../standings/cited.ts';
import { numberIn } from '../../kernel/numerals.ts';
import type { StabilityAnswer } from './answer.ts';
import { chartWords } from './chart-words.ts';

/** From dark to light, so that grey tells them apart. */
const shades = ['#00304d', '#1f6ea3', '#6db1de', '#bfdcf1', '#e9f2f9'];
const shadeOf = (rank: number): string => shades[Math.min(rank, shades.length) - 1] ?? colours.pale;
/** For the name and what is written at the other end. */
const room = inner - 20;

/** Those of the scores and verdicts that were drawn from, and of how many were to go on. */
const sourcesOf = ({ consortiums, round }: StabilityAnswer): string[] =>
  mostCited(
    ...consortiums.flatMap(({ shares, gateSources }) => [
      ...Object.values(shares).map(({ sources }) => sources),
      gateSources,
    ]),
    round.sources,
  );

export async function stabilityChart(
  answer: StabilityAnswer,
  language: Language,
  asOf?: string,
): Promise<Chart> {
  const [say, number] = [chartWords[language], numberIn(language)];
  const percent = (share: number): string => number(Math.round(share * 1000) / 10);
  const simulated = answer.consortiums.filter(({ rankAcceptability }) => rankAcceptability.length > 0);
  const rows = simulated.map(({ id, name, survival, failedGate }) => {
    const goesOn = survival === null ? '' : say.survives(percent(survival.probability));
    const written = failedGate ? say.gate : goesOn;
    return { id, label: shortened(name, 11, room - widthOf(written, 10.5)), written };
  });
  const bars = simulated.flatMap(({ id, rankAcceptability }) => {
    let from = 0;
    return rankAcceptability.map(({ rank, probability }) => ({
      id,
      from,
      to: (from += 100 * probability),
      fill: shadeOf(rank),
      ink: rank <= 2 ? '#fff' : colours.ink,
      written: probability >= 0.09 ? `${rank}.  ${Math.round(probability * 100)}` : '',
      middle: from - 50 * probability,
    }));
  });
  const ranks = Math.max(0, ...simulated.map(({ rankAcceptability }) => rankAcceptability.length));
  const { barX, text } = await plotMarks();
  return {
    language,
    title: say.title(answer.round.program.name, answer.round.ordinal),
    subtitle:
      simulated.length === 0
        ? (answer.note ?? '')
        : say.unit(number(answer.draws), percent(answer.standardErrorMost ?? 0)),
    legend: Array.from({ length: ranks }, (_, i) => ({ text: say.rank(i + 1), colour: shadeOf(i + 1) })),
    source: sourceLine(language, sourcesOf(answer), asOf),
    empty: say.empty,
    ...(simulated.length === 0
      ? {}
      : {
          plot: {
            height: 40 + rows.length * 46,
            marginLeft: 8,
            marginRight: 12,
            marginTop: 14,
            x: { label: null, domain: [0, 100], ticks: 5, tickFormat: (value: number) => number(value) },
            y: { label: null, domain: rows.map(({ id }) => id), axis: null, padding: 0.5 },
            marks: [
              barX(bars, {
                x1: 'from',
                x2: 'to',
                y: 'id',
                fill: 'fill',
                stroke: colours.quiet,
                strokeWidth: 0.6,
              }),
              text(bars, { x: 'middle', y: 'id', text: 'written', fill: 'ink', fontSize: 10.5 }),
              text(rows, {
                y: 'id',
                frameAnchor: 'left',
                text: 'label',
                dy: -19,
                textAnchor: 'start',
                fill: colours.ink,
              }),
              text(rows, {
                y: 'id',
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
