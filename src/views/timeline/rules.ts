/** The order of the timeline, and what a question leaves of it. */
import type { Language } from '../../kernel/language.ts';
import { firstDayIn, lastDayIn } from '../../kernel/partial-date.ts';
import { byCode } from '../../kernel/grouping.ts';
import { kinds, type Candidate, type Facts, type Item, type Kind } from './facts.ts';
import { candidatesOf } from './items.ts';
import { occasionsOf } from './occasions.ts';
import { changedAt, statusOf } from './status.ts';

export interface Wanted {
  kind?: Kind[];
  organization?: string[];
  from?: string;
  to?: string;
}

export interface Timeline {
  program: Facts['program'];
  /** The day that is asked about. */
  day: string;
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

const isWanted = ({ kind, organizations }: Pick<Item, 'kind' | 'organizations'>, wanted: Wanted): boolean =>
  (wanted.kind?.includes(kind) ?? true) &&
  (wanted.organization?.some((id) => organizations.includes(id)) ?? true);

/** All that is dated, in order; with which others an event is told does not depend on what is left out. */
function everyItem(candidates: Candidate[], { day, published }: Facts): Item[] {
  const items = candidates.flatMap(({ rows: _, ahead, date, updatedAt, ...rest }): Item[] => {
    if (date === null) return [];
    const status = statusOf(date, { moved: rest.moved, ahead }, day);
    return [{ ...rest, date, status, occasion: null, updatedAt: changedAt(updatedAt, date, status) }];
  });
  const sorted = items.toSorted(inOrder);
  const occasions = occasionsOf(sorted, published ?? {});
  return sorted.map((item) => ({ ...item, occasion: occasions.get(item.id) ?? null }));
}

export function timelineOf(facts: Facts, language: Language, wanted: Wanted): Timeline {
  const candidates = candidatesOf(facts, language);
  const undated = new Map<Kind, number>(kinds.map((kind) => [kind, 0]));
  for (const { kind, date, rows, organizations } of candidates)
    if (date === null && isWanted({ kind, organizations }, wanted))
      undated.set(kind, (undated.get(kind) ?? 0) + rows);
  return {
    program: facts.program,
    day: facts.day,
    items: everyItem(candidates, facts).filter(
      (item) => isWanted(item, wanted) && overlaps(item.date, wanted),
    ),
    undated: Object.fromEntries(undated) as Record<Kind, number>,
  };
}
