/** The order of the timeline, and what a question leaves of it. */
import type { Language } from '../../kernel/language.ts';
import { lastDayIn } from '../../kernel/partial-date.ts';
import { byCode } from '../../kernel/grouping.ts';
import { kinds, type Candidate, type Facts, type Item, type Kind } from './facts.ts';
import { candidatesOf } from './items.ts';
import { firstDayIn } from './period.ts';

export interface Wanted {
  kind?: Kind[];
  organization?: string[];
  from?: string;
  to?: string;
}

export interface Timeline {
  program: Facts['program'];
  items: Item[];
  undated: Record<Kind, number>;
}

/** What is known to the month comes after the full dates of the month, what is known to the year after its months. */
const inOrder = (a: Item, b: Item): number =>
  byCode(lastDayIn(a.date), lastDayIn(b.date)) ||
  b.date.length - a.date.length ||
  byCode(a.kind, b.kind) ||
  byCode(a.id, b.id);

const overlaps = (date: string, { from, to }: Wanted): boolean =>
  (from === undefined || lastDayIn(date) >= firstDayIn(from)) &&
  (to === undefined || firstDayIn(date) <= lastDayIn(to));

const isWanted = ({ kind, organizations }: Candidate, wanted: Wanted): boolean =>
  (wanted.kind?.includes(kind) ?? true) &&
  (wanted.organization?.some((id) => organizations.includes(id)) ?? true);

export function timelineOf(facts: Facts, language: Language, wanted: Wanted): Timeline {
  const candidates = candidatesOf(facts, language).filter((candidate) => isWanted(candidate, wanted));
  const items = candidates.flatMap(({ rows: _, date, ...rest }): Item[] =>
    date === null || !overlaps(date, wanted) ? [] : [{ ...rest, date }],
  );
  const undated = kinds.map((kind): [Kind, number] => [
    kind,
    candidates.reduce((sum, one) => sum + (one.kind === kind && one.date === null ? one.rows : 0), 0),
  ]);
  return {
    program: facts.program,
    items: items.toSorted(inOrder),
    undated: Object.fromEntries(undated) as Record<Kind, number>,
  };
}
