/**
 * How many slips of the pen lie between what was asked and a text. A slip is a letter left out, added, exchanged or
 * swapped with its neighbour. A hangul syllable is two or three letters written as one character, so that Korean is
 * compared letter by letter (엑사온 is one vowel from 엑사원); a whole syllable left out, added or swapped counts as two
 * slips. Another number is no slip but means another thing: round 2 is not round 1.
 */

const isHangul = (word: string): boolean => /\p{Script=Hangul}/u.test(word);

const digitsOf = (word: string): string => word.replace(/\P{N}/gu, '');

/** The syllables of a word, as the database folded it, taken apart. */
export const lettersOf = (word: string): string => word.normalize('NFD');

/** How many are forgiven in a word of so many letters; short words are too easily another word. */
const slipsIn = (length: number): number => (length < 4 ? 0 : length < 8 ? 1 : 2);
/** Three syllables have six letters or more, and two of them seldom do. */
const slipsInHangul = (letters: number): number => (letters < 6 ? 0 : letters < 12 ? 1 : 2);

/** Optimal string alignment. Anything above `most` is given as more than `most`. */
export function slipsBetween(a: string, b: string, most: number, exchanged = 1): number {
  if (Math.abs(a.length - b.length) > most) return most + 1;
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let least = Math.min(
        (last[j] ?? 0) + 1,
        (row[j - 1] ?? 0) + 1,
        (last[j - 1] ?? 0) + (same ? 0 : exchanged),
      );
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, (before[j - 2] ?? 0) + 1);
      row.push(least);
    }
    if (Math.min(...row) > most) return most + 1;
    [before, last] = [last, row];
  }
  return last[b.length] ?? 0;
}

/** The fewest slips between a word and any run of whole words; infinite where they are too many. */
function fewest(word: string, parts: string[], most: number, exchanged = 1): number {
  const digits = digitsOf(word);
  let least = most + 1;
  for (let from = 0; from < parts.length && most > 0; from++) {
    let run = '';
    for (let to = from; to < parts.length && run.length <= word.length + most; to++) {
      run += parts[to] ?? '';
      if (digitsOf(run) === digits) least = Math.min(least, slipsBetween(word, run, most, exchanged));
    }
  }
  return least > most ? Infinity : least;
}

function slipsIntoRun(word: string, parts: string[]): number {
  if (!isHangul(word)) return fewest(word, parts, slipsIn(word.length));
  const letters = lettersOf(word);
  return Math.min(
    fewest(letters, parts.map(lettersOf), slipsInHangul(letters.length)),
    // Two syllables with all their letters different are two syllables.
    2 * fewest(word, parts, slipsIn(word.length), 2),
  );
}

/**
 * Word by word, in any order, each in the text or in what stands beside it; the text itself has to have one that does not
 * stand beside it as well, or everything that belongs to an organization would be found by its name.
 */
function slipsByWord(asked: string, words: string, beside: string): number {
  const [parts, others] = [words, beside].map((text) => text.split(' ').filter((part) => part !== ''));
  let sum = 0;
  let added = false;
  for (const word of new Set(asked.split(' '))) {
    const own = words.includes(word) ? 0 : slipsIntoRun(word, parts ?? []);
    const other = others?.includes(word) ? 0 : slipsIntoRun(word, others ?? []);
    sum += Math.min(own, other);
    added ||= own < other;
    // What cannot be found any more need not be read to its end.
    if (sum === Infinity) return Infinity;
  }
  return added ? sum : Infinity;
}

/** How far what was asked is from a text: taken as one word, or word by word, whichever is closer. */
export function slipsInto(asked: string, words: string, beside = ''): number | undefined {
  const whole = slipsIntoRun(asked.replaceAll(' ', ''), words.split(' '));
  const least = Math.min(whole, slipsByWord(asked, words, beside));
  return least === Infinity ? undefined : least;
}
