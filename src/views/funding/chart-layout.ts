/**
 * Where the rows of the chart stand. A row is as high as what is written in it: the scope in as many lines as it needs,
 * the dots, and below them every amount, in as many lanes as keep them apart.
 */
import { lines, widthOf } from '../../charts/text.ts';
import { groupedBy } from '../../kernel/grouping.ts';

export interface Amount {
  lowest: number;
  highest: number;
  label: string;
  isPreferred: boolean;
}
export interface Row {
  /** Whose money of what kind; written above the first of its rows. */
  heading: string;
  scope: string;
  amounts: Amount[];
}

interface Text {
  /** The middle of the text, where it is not at the left edge. */
  x: number;
  y: number;
  text: string;
  isStrong: boolean;
}
interface Placed {
  /** At the height of the dots of each row. */
  rows: (Row & { y: number })[];
  headings: Text[];
  scopes: Text[];
  amounts: Text[];
  bottom: number;
}

export const size = 10.5;
const [step, dotRoom, gap] = [13, 15, 9];

/** A single amount stands beside its dot, on the side where there is room. */
function beside(
  { highest, label, isPreferred }: Amount,
  xOf: (value: number) => number,
  width: number,
): Text {
  const half = halfOf(label, isPreferred);
  const x = xOf(highest) + 8 + half;
  return { x: x + half <= width ? x : xOf(highest) - 8 - half, y: 0, text: label, isStrong: isPreferred };
}

const halfOf = (label: string, isStrong: boolean): number =>
  (widthOf(label, size) * (isStrong ? 1.08 : 1)) / 2;

/** Each amount under its dot, moved in from the edges, in the first lane where nothing is in its way. */
function laid(amounts: Amount[], xOf: (value: number) => number, width: number): (Text & { lane: number })[] {
  const ends: number[] = [];
  return amounts
    .toSorted((a, b) => a.lowest - b.lowest || a.highest - b.highest)
    .map(({ lowest, highest, label, isPreferred }) => {
      const half = halfOf(label, isPreferred);
      const middle = (xOf(lowest) + xOf(highest)) / 2;
      const x = Math.max(half, Math.min(width - half, middle));
      const free = ends.findIndex((end) => end + 5 <= x - half);
      const lane = free < 0 ? ends.length : free;
      ends[lane] = x + half;
      return { x, y: 0, text: label, isStrong: isPreferred, lane };
    });
}

export function placedIn(rows: Row[], top: number, width: number, xOf: (value: number) => number): Placed {
  const placed: Placed = { rows: [], headings: [], scopes: [], amounts: [], bottom: top };
  const written = (text: string, isStrong: boolean): Text[] =>
    lines(text, size * (isStrong ? 1.06 : 1), width).map((line) => {
      placed.bottom += step;
      return { x: 0, y: placed.bottom, text: line, isStrong };
    });
  for (const group of groupedBy(rows, ({ heading }) => heading)) {
    placed.headings.push(...written(group[0].heading, true));
    for (const row of group) {
      placed.scopes.push(...written(row.scope, false));
      const y = placed.bottom + dotRoom - 4;
      placed.bottom += dotRoom;
      placed.rows.push({ ...row, y });
      const [only, ...more] = row.amounts;
      if (only && more.length === 0 && only.lowest === only.highest) {
        placed.amounts.push({ ...beside(only, xOf, width), y: y + 5 });
        placed.bottom += gap - 3;
        continue;
      }
      const labels = laid(row.amounts, xOf, width);
      placed.amounts.push(
        ...labels.map(({ lane, ...text }) => ({ ...text, y: placed.bottom + 9 + lane * step })),
      );
      placed.bottom += (Math.max(...labels.map(({ lane }) => lane)) + 1) * step + gap;
    }
  }
  return placed;
}

/** Round values of a logarithmic axis: few enough that their labels do not touch. */
export function ticksBetween(low: number, high: number): number[] {
  const exponents = Array.from(
    { length: Math.ceil(Math.log10(high)) - Math.floor(Math.log10(low)) + 1 },
    (_, i) => Math.floor(Math.log10(low)) + i,
  );
  const within = (steps: number[], every: number): number[] =>
    exponents
      .filter((exponent) => exponent % every === 0)
      .flatMap((exponent) => steps.map((n) => n * 10 ** exponent))
      .filter((value) => value >= low && value <= high);
  const most = 5;
  const choices = [within([1, 2, 5], 1), within([1], 1), within([1], 2), within([1], 3), within([1], 6)];
  return choices.find((ticks) => ticks.length <= most) ?? [];
}
