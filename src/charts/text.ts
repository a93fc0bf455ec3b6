/** Text in a picture: escaped, and broken into lines by an estimate of its width, since nothing measures it here. */

/** Without what XML 1.0 has no place for, not even escaped: most control characters, half surrogates, U+FFFE and U+FFFF. */
export const legalXml = (text: string): string =>
  text.toWellFormed().replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '');

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
export const escapeXml = (text: string): string =>
  legalXml(text).replace(/[&<>"]/g, (character) => escapes[character] ?? character);

/** Han, kana and hangul take a whole em, Latin letters a good half. */
const emOf = (character: string): number =>
  /[\u1100-\u11ff\u2e80-\ud7ff\uf900-\ufaff\uff00-\uffef]/.test(character)
    ? 1
    : /[A-Z0-9%@MW]/.test(character)
      ? 0.68
      : 0.56;

/** The width in pixels that a text takes at a font size. */
export const widthOf = (text: string, size: number): number =>
  Array.from(text).reduce((sum, character) => sum + emOf(character), 0) * size;

/** The longest beginning that fits, with an ellipsis where something was cut. */
export function shortened(text: string, size: number, most: number): string {
  if (widthOf(text, size) <= most) return text;
  let kept = '';
  for (const character of text) {
    if (widthOf(`${kept}${character}…`, size) > most) break;
    kept += character;
  }
  return `${kept.trimEnd()}…`;
}

/** Lines that fit; a word that is longer than a line is cut. */
export function lines(text: string, size: number, most: number): string[] {
  const wrapped: string[] = [];
  // French sets a blank before some signs, at which no line breaks.
  const bound = text.replace(/\s(?=[;:?!»])/g, '\u00a0');
  for (const word of bound.split(/[ \t\r\n]+/).filter((part) => part !== '')) {
    const last = wrapped.at(-1);
    if (last !== undefined && widthOf(`${last} ${word}`, size) <= most)
      wrapped[wrapped.length - 1] = `${last} ${word}`;
    else wrapped.push(shortened(word, size, most));
  }
  return wrapped;
}
