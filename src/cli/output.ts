/**
 * What is written, and where: results to standard output, notes and faults to standard error. Every line is made
 * harmless here, so that no text of a server or a file can steer the terminal.
 */

/** Controls, line separators, and the marks that turn the direction of text around. */
const steering = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

export const harmless = (text: string): string => text.replace(/[\r\n\t]+/g, ' ').replace(steering, '');

/** A line of the result. */
export const tell = (line: string): void => void process.stdout.write(`${harmless(line)}\n`);

/** A line beside the result. */
export const say = (line: string): void => void process.stderr.write(`${harmless(line)}\n`);

/** JSON escapes the first 32 characters by itself; the others that steer are escaped alike. */
export function tellJson(value: unknown): void {
  const text = JSON.stringify(value, null, 2).replace(
    /[\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  process.stdout.write(`${text}\n`);
}

export const number = (value: number): string => Math.round(value).toLocaleString('en');

export const count = (many: number, one: string): string => `${number(many)} ${one}${many === 1 ? '' : 's'}`;

/** Columns as wide as their widest cell. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const clean = rows.map((row) => row.map(harmless));
  const widths = (clean[0] ?? []).map((_, i) => Math.max(...clean.map((row) => (row[i] ?? '').length)));
  return clean.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
