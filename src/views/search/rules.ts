/** Which texts come close enough to what was asked, and in which order the rows go out. */

/** A text of a row; `tier` is how it matches, null where it may only be a slip of the pen away. */
export interface Text {
  kind: string;
  id: string;
  name: string;
  field: string;
  text: string;
  words: string;
  tier: number | null;
  /** Of its kind among the kinds. */
  place: number;
  /** Of the field among the fields of its row; the language asked for comes first. */
  preference: number;
  asked: string;
}

export interface Hit {
  kind: string;
  id: string;
  name: string;
  matched: { text: string; field: string };
  match: (typeof matches)[number];
  score: number;
}

export const matches = ['exact', 'prefix', 'word', 'contained', 'similar'] as const;
/** By tier; what is similar lies below, the closer the higher. */
const scores = [1, 0.9, 0.8, 0.7];
const similarMost = 0.6;

/** How many slips are forgiven in so many letters; short words are too easily another word. */
const slipsIn = (length: number): number => (length < 4 ? 0 : length < 8 ? 1 : 2);

/**
 * Letters left out, added, exchanged or swapped with their neighbour: optimal string alignment. Anything above `most`
 * is given as more than `most`.
 */
export function slipsBetween(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most) return most + 1;
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let least = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, (before[j - 2] ?? 0) + 1);
      row.push(least);
    }
    if (Math.min(...row) > most) return most + 1;
    [before, last] = [last, row];
  }
  return last[b.length] ?? 0;
}

/** The fewest slips between a word and any run of whole words; undefined where they are too many. */
function slipsIntoRun(word: string, parts: string[]): number | undefined {
  const most = slipsIn(word.length);
  let least = most + 1;
  for (let from = 0; from < parts.length && most > 0; from++) {
    let run = '';
    for (let to = from; to < parts.length && run.length <= word.length + most; to++) {
      run += parts[to] ?? '';
      least = Math.min(least, slipsBetween(word, run, most));
    }
  }
  return least > most ? undefined : least;
}

/** How far what was asked is from a text: taken as one word, or word by word in any order, whichever is closer. */
export function slipsInto(asked: string, words: string): number | undefined {
  const parts = words.split(' ');
  const whole = slipsIntoRun(asked.replaceAll(' ', ''), parts);
  const each = asked.split(' ').map((word) => (words.includes(word) ? 0 : slipsIntoRun(word, parts)));
  const sum = each.reduce<number | undefined>(
    (total, slips) => (total === undefined || slips === undefined ? undefined : total + slips),
    0,
  );
  return whole === undefined || sum === undefined ? (whole ?? sum) : Math.min(whole, sum);
}

function rated(text: Text): { rank: number; slips: number } | undefined {
  if (text.tier !== null) return { rank: text.tier, slips: 0 };
  const slips = slipsInto(text.asked, text.words);
  return slips === undefined ? undefined : { rank: matches.length, slips };
}

/** Exact, prefix, word, contained, similar; then the fewest slips, the kinds in their order, the id. */
export function hits(texts: Text[], limit: number): Hit[] {
  const close = texts.flatMap((text) => {
    const found = rated(text);
    return found ? [{ ...found, text }] : [];
  });
  close.sort(
    (a, b) =>
      a.rank - b.rank ||
      a.slips - b.slips ||
      a.text.place - b.text.place ||
      (a.text.id < b.text.id ? -1 : a.text.id > b.text.id ? 1 : a.text.preference - b.text.preference),
  );
  const seen = new Set<string>();
  return close
    .filter(({ text: { kind, id } }) => {
      const row = `${kind}/${id}`;
      return !seen.has(row) && seen.add(row);
    })
    .slice(0, limit)
    .map(({ rank, slips, text }) => ({
      kind: text.kind,
      id: text.id,
      name: text.name,
      matched: { text: text.text, field: text.field },
      match: matches[rank - 1] ?? 'similar',
      score: scores[rank - 1] ?? closeness(slips, text.asked),
    }));
}

const closeness = (slips: number, asked: string): number =>
  Math.round(similarMost * (1 - slips / asked.replaceAll(' ', '').length) * 1000) / 1000;
