/** Where the events stand in the chart: each at its time, and below another where it would hide it. Units are pixels. */
import { firstDayIn, lastDayIn } from '../../kernel/partial-date.ts';
import { groupedBy } from '../../kernel/grouping.ts';
import type { Item, Kind } from './facts.ts';

export const radius = 2.3;
const pitch = 5;
const lanePadding = 6;
/** More rows than that would make the picture taller than anybody scrolls. */
const rowsMax = 30;

const instantOf = (day: string): number => Date.parse(`${day}T00:00:00Z`);
const dayLength = 86_400_000;

export interface Axis {
  from: number;
  to: number;
  width: number;
}
const xOf = (instant: number, { from, to, width }: Axis): number => ((instant - from) / (to - from)) * width;

/** Few early events must not press all others together: of forty the first may be left out, if much is won by it. */
export function axisOf(items: Item[], width: number): Axis {
  const starts = items.map(({ date }) => instantOf(firstDayIn(date))).sort((a, b) => a - b);
  const to = Math.max(...items.map(({ date }) => instantOf(lastDayIn(date)) + dayLength));
  const [first = 0, later = first] = [starts[0], starts[Math.floor(starts.length / 40)]];
  return { from: to - later < 0.75 * (to - first) ? later : first, to, width };
}

interface Placed {
  item: Item;
  /** Instants between which it lies, and where its mark stands. */
  from: number;
  to: number;
  at: number;
  y: number;
}

/** What has taken place did so until the day of the question, however little is known of its date. */
function spanOf({ date, status }: Item, day: string): Pick<Placed, 'from' | 'to' | 'at'> {
  const from = instantOf(firstDayIn(date));
  const last = status === 'took-place' && lastDayIn(date) > day ? day : lastDayIn(date);
  const to = instantOf(last);
  return { from, to, at: (from + to) / 2 };
}

interface Lane {
  kind: Kind;
  top: number;
  middle: number;
  placed: Placed[];
  crowded: number;
}

/** In each lane an event takes the first row in which it touches no other. */
export function lanesOf(
  items: Item[],
  kinds: Kind[],
  axis: Axis,
  day: string,
): { lanes: Lane[]; height: number } {
  const byKind = new Map(groupedBy(items, ({ kind }) => kind).map((group) => [group[0].kind, group]));
  let top = 0;
  const lanes = kinds.flatMap((kind): Lane[] => {
    const group = byKind.get(kind);
    if (!group) return [];
    const ends: number[] = [];
    const placed = group
      .map((item) => ({ item, ...spanOf(item, day) }))
      .toSorted((a, b) => a.from - b.from)
      .map((one) => {
        const left = Math.min(xOf(one.from, axis), xOf(one.at, axis) - pitch / 2);
        const found = ends.findIndex((end) => end <= left);
        const row = found < 0 ? ends.length : found;
        if (row < rowsMax) ends[row] = Math.max(xOf(one.to, axis), xOf(one.at, axis) + pitch / 2);
        return { ...one, row, y: top + lanePadding + (row + 0.5) * pitch };
      });
    const drawn = placed.filter(({ row }) => row < rowsMax);
    const height = Math.max(2 * lanePadding + ends.length * pitch, 16);
    const lane = {
      kind,
      top,
      middle: top + height / 2,
      placed: drawn,
      crowded: placed.length - drawn.length,
    };
    top += height;
    return [lane];
  });
  return { lanes, height: top };
}

export interface Label {
  text: string;
  at: number;
  anchor: 'start' | 'end';
}

/**
 * One label for each day of decisions. It stands right of its line where there is room, else left of it, in an order
 * in which few lines pass behind another label.
 */
export function labelsOf(
  items: Item[],
  textOf: (day: string, outcomes: string[]) => string,
  axis: Axis,
  widthOf: (text: string) => number,
): Label[] {
  const days = groupedBy(
    items.filter(({ kind, date }) => kind === 'decision' && date.length === 10),
    ({ date }) => date,
  );
  const labels = days.slice(-6).map((group): Label => {
    const at = instantOf(group[0].date);
    const text = textOf(
      group[0].date,
      group.map(({ outcome }) => outcome ?? ''),
    );
    return { text, at, anchor: xOf(at, axis) + widthOf(text) > axis.width ? 'end' : 'start' };
  });
  return [
    ...labels.filter(({ anchor }) => anchor === 'start'),
    ...labels.filter(({ anchor }) => anchor === 'end').toReversed(),
  ];
}
