/** Whether JavaScript's numbers hold a decimal number as it is written. */

const shape = /^(-?)([0-9]+)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]+))?$/;

/** The same text for the same number: digits without zeros at either end, and where the point stands. */
function normal(text: string): string | undefined {
  const [, sign = '', whole = '', part = '', power = '0'] = shape.exec(text) ?? [];
  if (whole === '') return undefined;
  const digits = whole + part;
  let from = 0;
  let to = digits.length;
  while (from < to && digits[from] === '0') from += 1;
  while (to > from && digits[to - 1] === '0') to -= 1;
  if (from === to) return '0';
  return `${sign}${digits.slice(from, to)}e${Number(power) - part.length + digits.length - to}`;
}

/** Every number of at most 15 digits is kept; of longer ones and of powers it takes a look. What is no number is not judged. */
export function isExact(text: string): boolean {
  if (text.length <= 15 && !/e/i.test(text)) return true;
  // Nobody means a number of hundreds of digits.
  if (text.length > 400) return !shape.test(text);
  const written = normal(text);
  return written === undefined || written === normal(String(Number(text)));
}
