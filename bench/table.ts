/** What was measured, line by line, with what it is to reach. */
import { writeFile } from 'node:fs/promises';

export interface Line {
  work: string;
  /** What it is told as a multiple of; for other figures their unit. */
  of: string;
  measured: number;
  atLeast?: number;
  atMost?: number;
  /** Whatever else was seen, for the reader and the file. */
  seen?: Record<string, number | string>;
}

const isReached = ({ measured, atLeast = -Infinity, atMost = Infinity }: Line): boolean =>
  Number.isFinite(measured) && measured >= atLeast && measured <= atMost;

const verdict = (line: Line): string => {
  if (line.atLeast === undefined && line.atMost === undefined) return '';
  return isReached(line) ? 'pass' : 'FAIL';
};

const target = ({ atLeast, atMost }: Line): string =>
  atLeast !== undefined ? `≥ ${atLeast}` : atMost !== undefined ? `≤ ${atMost}` : '';

const figure = (value: number): string =>
  value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);

const seenOf = ({ seen = {} }: Line): string =>
  Object.entries(seen)
    .map(([name, value]) => `${name} ${typeof value === 'number' ? figure(value) : value}`)
    .join(', ');

export function print(lines: Line[]): void {
  const rows = lines.map((line) => [line.work, figure(line.measured), line.of, target(line), verdict(line)]);
  const all = [['work', 'measured', '', 'target', ''], ...rows];
  const widths = [0, 1, 2, 3, 4].map((i) => Math.max(...all.map((row) => (row[i] ?? '').length)));
  for (const row of all) console.log(row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  '));
  const judged = lines.filter((line) => verdict(line) !== '');
  console.log(`${judged.filter(isReached).length} of ${judged.length} targets reached\n\nmedians:`);
  for (const line of lines.filter(({ seen }) => seen)) console.log(`${line.work}: ${seenOf(line)}`);
}

export const write = (file: URL, lines: Line[], about: Record<string, unknown>): Promise<void> =>
  writeFile(
    file,
    `${JSON.stringify({ ...about, lines: lines.map((line) => ({ ...line, verdict: verdict(line) })) }, null, 2)}\n`,
  );
