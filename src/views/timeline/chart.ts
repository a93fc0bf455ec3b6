/**
 * The timeline as lanes, one a kind of event. Whether it took place is told by shape and not by hue alone: a dot for what
 * did, a ring for what was only planned, a square for a plan that moved.
 */
import { colours, inner, type Chart } from '../../charts/frame.ts';
import { plotMarks, type PlotOptions } from '../../charts/plot.ts';
import { widthOf } from '../../charts/text.ts';
import { sourceLine } from '../../charts/words.ts';
import type { Language } from '../../kernel/language.ts';
import { axisOf, labelsOf, lanesOf, radius, type Axis, type Label } from './chart-layout.ts';
import { lanes as laneKinds, words } from './chart-words.ts';
import type { Item, Status } from './facts.ts';
import { phrases } from './phrases.ts';

const margins = { marginLeft: 96, marginRight: 20, marginTop: 4, marginBottom: 22 };
const plotWidth = inner - margins.marginLeft - margins.marginRight;
const labelSize = 10;
const labelStep = 14;

const looks: Record<Status, { fill: string; stroke: string; symbol: string }> = {
  'took-place': { fill: colours.middle, stroke: colours.dark, symbol: 'circle' },
  planned: { fill: '#fff', stroke: colours.dark, symbol: 'circle' },
  passed: { fill: '#fff', stroke: colours.dark, symbol: 'circle' },
  moved: { fill: colours.warm, stroke: colours.ink, symbol: 'square' },
};

interface Lanes {
  lanes: ReturnType<typeof lanesOf>['lanes'];
  height: number;
  labels: Label[];
  axis: Axis;
  day: string;
}

/** Counts by outcome, in the order of the decisions. */
const labelText = (language: Language) => (day: string, outcomes: string[]) =>
  `${day}: ${[...new Set(outcomes)]
    .map(
      (outcome) =>
        words[language].outcomes[outcome]?.(outcomes.filter((one) => one === outcome).length) ?? outcome,
    )
    .join(', ')}`;

async function plotOf({ lanes, height, labels, axis, day }: Lanes, language: Language): Promise<PlotOptions> {
  const { dot, link, ruleX, ruleY, text } = await plotMarks();
  const above = labels.length * labelStep;
  const placed = lanes
    .flatMap((lane) => lane.placed)
    .map(({ item, y, ...one }) => ({ ...one, ...looks[item.status], y: y + above }));
  const spans = placed.filter(({ from, to }) => to > from);
  const named = labels.map((label, i) => ({ ...label, y: (i + 0.5) * labelStep, foot: above + 8 }));
  const today = Date.parse(`${day}T00:00:00Z`);
  const marksOf = (symbol: string): object =>
    dot(
      placed.filter((one) => one.symbol === symbol),
      {
        x: 'at',
        y: 'y',
        r: symbol === 'square' ? 1.2 * radius : radius,
        symbol,
        fill: 'fill',
        stroke: 'stroke',
        strokeWidth: 0.9,
      },
    );
  return {
    height: height + above + margins.marginTop + margins.marginBottom,
    ...margins,
    x: { type: 'utc', domain: [new Date(axis.from), new Date(axis.to)], label: null, ticks: 4, grid: true },
    y: { type: 'linear', domain: [0, height + above], reverse: true, axis: null, label: null },
    marks: [
      ruleY(
        lanes.map(({ top }) => top + above),
        { stroke: colours.line },
      ),
      ...(today > axis.from && today < axis.to
        ? [
            ruleX([{ today }], {
              x: 'today',
              stroke: colours.quiet,
              strokeWidth: 1.2,
              y1: above,
              y2: above + height,
            }),
          ]
        : []),
      link(named, { x1: 'at', x2: 'at', y1: 'y', y2: 'foot', stroke: colours.quiet, strokeWidth: 0.8 }),
      ...(['start', 'end'] as const).map((anchor) =>
        text(
          named.filter((label) => label.anchor === anchor),
          {
            x: 'at',
            y: 'y',
            text: 'text',
            textAnchor: anchor,
            dx: anchor === 'start' ? 4 : -4,
            fontSize: labelSize,
            fill: colours.ink,
            // A line that passes behind a label breaks off there.
            stroke: '#fff',
            strokeWidth: 3,
          },
        ),
      ),
      text(
        lanes.map(({ kind, middle }) => ({ lane: words[language].lanes[kind], y: middle + above })),
        {
          y: 'y',
          text: 'lane',
          frameAnchor: 'left',
          textAnchor: 'end',
          dx: -6,
          fontSize: 10.5,
          fill: colours.ink,
        },
      ),
      link(spans, { x1: 'from', x2: 'to', y1: 'y', y2: 'y', stroke: 'stroke', strokeWidth: 0.9 }),
      marksOf('circle'),
      marksOf('square'),
    ],
  };
}

function layoutOf(items: Item[], day: string, language: Language) {
  const axis = axisOf(items, plotWidth);
  const drawn = items.filter(
    ({ date }) => Date.parse(date.length === 4 ? `${date}-01-01` : date) >= axis.from,
  );
  const { lanes, height } = lanesOf(drawn, laneKinds, axis, day);
  const labels = labelsOf(drawn, labelText(language), axis, (label) => widthOf(label, labelSize) + 4);
  const left = {
    earlier: items.length - drawn.length,
    crowded: lanes.reduce((sum, { crowded }) => sum + crowded, 0),
  };
  return { lanes, height, labels, axis, day, left };
}

export async function timelineChart(
  { program, items, day }: { program: { name: string }; items: Item[]; day: string },
  language: Language,
  asOf?: string,
): Promise<Chart> {
  const say = words[language];
  const layout = items.length === 0 ? undefined : layoutOf(items, day, language);
  const some = (...statuses: Status[]): boolean => items.some(({ status }) => statuses.includes(status));
  return {
    language,
    title: phrases[language].timeline(program.name),
    subtitle: `${say.unit(items.length)}${say.left(layout?.left.earlier ?? 0, layout?.left.crowded ?? 0)}.`,
    legend: [
      { text: say.happened, colour: colours.middle, shape: 'dot' },
      ...(some('planned', 'passed')
        ? [{ text: say.planned, colour: colours.dark, shape: 'ring' as const }]
        : []),
      ...(some('moved') ? [{ text: say.moved, colour: colours.warm, shape: 'square' as const }] : []),
      { text: `${say.day}: ${day}`, colour: colours.quiet, shape: 'line' },
    ],
    source: sourceLine(
      language,
      items.flatMap(({ sources }) => sources),
      asOf,
    ),
    empty: say.empty,
    ...(layout ? { plot: await plotOf(layout, language) } : {}),
  };
}
