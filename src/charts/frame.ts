/**
 * A chart that stands on its own: title, units, legend, the plot, and a line that says where the numbers come from.
 * It is drawn 360 pixels wide with text of 11, so that a phone shows it as it is, and that is its size in a page that says
 * nothing else; by itself in a window it grows to half as much again or shrinks with the window. Colours differ in
 * lightness as well (Okabe and Ito's, ordered), and whatever matters is also written, so that grey is enough.
 */
import type { Language } from '../kernel/language.ts';
import { drawn, type PlotOptions } from './plot.ts';
import { escapeXml, legalXml, lines, widthOf } from './text.ts';

const width = 360;
const margin = 8;
/** What is left for the plot; its own margins are part of it. */
export const inner = width - 2 * margin;

export const colours = {
  ink: '#1a1a1a',
  quiet: '#595959',
  line: '#d9d9d9',
  dark: '#004b7a',
  middle: '#3d8fc4',
  light: '#a9d3ef',
  warm: '#d55e00',
  pale: '#e6e6e6',
} as const;

interface LegendItem {
  text: string;
  colour: string;
  shape?: 'square' | 'dot' | 'line' | 'ring';
}

export interface Chart {
  language: Language;
  title: string;
  /** What is shown, and in which unit. */
  subtitle: string;
  legend?: LegendItem[];
  /** Where the numbers come from. */
  source: string;
  /** Left out where there is nothing to draw; `empty` then says why. */
  plot?: PlotOptions;
  empty?: string;
}

interface Block {
  markup: string;
  height: number;
}

const fonts =
  "system-ui, -apple-system, 'Segoe UI', 'Noto Sans', 'Noto Sans CJK KR', 'Apple SD Gothic Neo', sans-serif";

function paragraph(text: string, size: number, colour: string, weight = 400): Block {
  const step = Math.round(size * 1.3);
  const wrapped = lines(text, size * (weight > 400 ? 1.06 : 1), inner);
  const spans = wrapped.map(
    (line, i) => `<tspan x="${margin}" y="${size + i * step}">${escapeXml(line)}</tspan>`,
  );
  return {
    markup: `<text font-size="${size}" font-weight="${weight}" fill="${colour}">${spans.join('')}</text>`,
    height: wrapped.length * step,
  };
}

const shapes: Record<NonNullable<LegendItem['shape']>, (colour: string) => string> = {
  square: (colour) =>
    `<rect y="1" width="10" height="10" fill="${colour}" stroke="${colours.quiet}" stroke-width=".5"/>`,
  dot: (colour) => `<circle cx="5" cy="6" r="4" fill="${colour}"/>`,
  ring: (colour) => `<circle cx="5" cy="6" r="3.5" fill="#fff" stroke="${colour}" stroke-width="1.5"/>`,
  line: (colour) => `<path d="M0,6H12" stroke="${colour}" stroke-width="2.5"/>`,
};

function legendBlock(items: LegendItem[]): Block {
  let [x, y] = [margin, 0];
  const markup = items.map(({ text, colour, shape = 'square' }) => {
    const needed = 16 + widthOf(text, 10.5) + 12;
    if (x > margin && x + needed > width - margin) [x, y] = [margin, y + 16];
    const item = `<g transform="translate(${x},${y})">${shapes[shape](colour)}<text x="16" y="10" font-size="10.5" fill="${colours.ink}">${escapeXml(text)}</text></g>`;
    x += needed;
    return item;
  });
  return { markup: markup.join(''), height: items.length === 0 ? 0 : y + 18 };
}

async function plotted(options: PlotOptions): Promise<Block> {
  const style = { fontSize: '11px', fontFamily: fonts, color: colours.ink };
  const { markup, height } = await drawn({ width: inner, style, ...options });
  return { markup: `<g transform="translate(${margin},0)">${legalXml(markup)}</g>`, height };
}

export async function renderChart(chart: Chart): Promise<string> {
  const blocks: [Block, gap: number][] = [
    [paragraph(chart.title, 14, colours.ink, 600), 4],
    [paragraph(chart.subtitle, 11, colours.quiet), 8],
    // Where nothing is drawn there is nothing to explain.
    [legendBlock(chart.plot ? (chart.legend ?? []) : []), 4],
    [chart.plot ? await plotted(chart.plot) : paragraph(chart.empty ?? '', 12, colours.ink), 6],
    [paragraph(chart.source, 9.5, colours.quiet), 0],
  ];
  let y = margin;
  const placed = blocks.map(([{ markup, height }, gap]) => {
    const group = `<g transform="translate(0,${y})">${markup}</g>`;
    y += height === 0 ? 0 : height + gap;
    return group;
  });
  const height = Math.ceil(y + margin / 2);
  return `<svg xmlns="http://www.w3.org/2000/svg" xml:lang="${chart.language}" role="img" width="${width}" height="${height}" style="width:100%;max-width:540px;height:auto" viewBox="0 0 ${width} ${height}" font-family="${fonts}"><title>${escapeXml(chart.title)}</title><desc>${escapeXml(chart.subtitle)}</desc><rect width="100%" height="100%" fill="#fff"/>${placed.join('')}</svg>`;
}
