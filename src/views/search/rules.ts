/** Which texts come close enough to what was asked, and in which order the rows go out. */
import { lettersOf, slipsInto } from './slips.ts';

/** A text of a row; `loss` is how much worse than an exact name it fits, null where it may only be a slip away. */
export interface Text {
  kind: string;
  id: string;
  name: string;
  field: string;
  text: string;
  words: string;
  /** The words of what the row belongs to: its lead, its maker, its programme. */
  beside: string;
  loss: number | null;
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

/** The ones that SQL finds have a loss of 0, 10, 20, 30, and up to 9 more; what is similar lies below. */
export const matches = ['exact', 'prefix', 'word', 'contained', 'similar'] as const;
const similar = 100;
const similarMost = 0.6;

const closeness = (slips: number, asked: string): number =>
  Math.round(similarMost * (1 - slips / lettersOf(asked.replaceAll(' ', '')).length) * 1000) / 1000;

interface Rated {
  text: Text;
  loss: number;
  slips: number;
}

function rated(text: Text): Rated[] {
  if (text.loss !== null) return [{ text, loss: text.loss, slips: 0 }];
  const slips = slipsInto(text.asked, text.words, text.beside);
  return slips === undefined ? [] : [{ text, loss: similar, slips }];
}

function hit({ text, loss, slips }: Rated): Hit {
  const { kind, id, name, field } = text;
  return {
    kind,
    id,
    name,
    matched: { text: text.text, field },
    match: matches[Math.floor(loss / 10)] ?? 'similar',
    score: loss < similar ? (100 - loss) / 100 : closeness(slips, text.asked),
  };
}

/** What fits best, with the fewest slips; then the kinds in their order, the id. Each row once, by its best text. */
export function hits(texts: Text[], limit: number): Hit[] {
  const close = texts.flatMap(rated);
  close.sort(
    (a, b) =>
      a.loss - b.loss ||
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
    .map(hit);
}
