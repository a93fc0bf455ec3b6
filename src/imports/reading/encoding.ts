/** Which encoding a file is in that is not UTF-8, where its bytes say so clearly. */

/**
 * UTF-16 and UTF-32, with a byte order mark or without: a file begins with a character of ASCII (a column's name, a
 * bracket), which in these has a zero beside it.
 */
export function unicodeOf(bytes: Buffer): string | undefined {
  const [a, b, c, d] = bytes;
  if (a === 0xff && b === 0xfe) return c === 0 && d === 0 ? 'UTF-32' : 'UTF-16 (little-endian)';
  if (a === 0xfe && b === 0xff) return 'UTF-16 (big-endian)';
  if (a === 0 && b === 0) return (c === 0xfe && d === 0xff) || (c === 0 && d) ? 'UTF-32' : undefined;
  if (a === 0 && b) return 'UTF-16 (big-endian)';
  if (a && b === 0) return c === 0 && d === 0 ? 'UTF-32' : 'UTF-16 (little-endian)';
  return undefined;
}

const sampleBytes = 4096;
/** Bytes that are no second half of a character in any of the encodings of East Asia. */
const apart = (byte: number): boolean => byte < 0x40 && byte !== 0;

function sampleAround(bytes: Buffer, at: number): Buffer {
  let from = at;
  while (from > 0 && !apart(bytes[from - 1] ?? 0)) from -= 1;
  let to = Math.min(bytes.length, at + sampleBytes);
  // What arrived may end in the middle of a character.
  while (to > from && !apart(bytes[to - 1] ?? 0)) to -= 1;
  return bytes.subarray(from, to > at ? to : bytes.length);
}

function decoded(bytes: Buffer, encoding: string): string | undefined {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Whether the text beyond ASCII is nearly all of some kind, and there is some of it. */
const mostly = (text: string | undefined, kind: RegExp, least: number): boolean => {
  const all = text?.match(/[^\0-\x7f]/gu)?.length ?? 0;
  const some = text?.match(kind)?.length ?? 0;
  return some >= least && some / all > 0.8;
};

/** A guess from the text around the first byte that is not UTF-8; undefined rather than a wild one. */
export function likelyEncoding(bytes: Buffer, at: number): string | undefined {
  const sample = sampleAround(bytes, at);
  // Syllables are a fraction of what two bytes can be, so that other encodings hardly ever give runs of them.
  if (mostly(decoded(sample, 'euc-kr'), /[\uac00-\ud7a3]/g, 2))
    return 'CP949 (EUC-KR), in which Korean versions of Excel save “CSV”';
  // Accented letters stand alone among plain ones.
  if (mostly(decoded(sample, 'windows-1252'), /(?<![^\0-\x7f])[À-ÿ‘’“”–—…€](?![^\0-\x7f])/g, 1))
    return 'Windows-1252 (Latin-1), in which western versions of Excel save “CSV”';
  return undefined;
}
