/**
 * One event may be told by several rows: a milestone, the decisions of that day, the result of the round. Nothing in them
 * says so; what can be seen is that of one full day the same source tells them. A source that came out on that very day
 * tells of one occasion; one that came out later may be a survey, so it joins two events only if it tells of no third.
 * A claim about money is somebody's statement, and no event that could be told twice.
 */
import { groupedBy } from '../../kernel/grouping.ts';
import type { Facts, Item } from './facts.ts';

type Told = Pick<Item, 'id' | 'date' | 'kind' | 'sources'>;

const isEvent = ({ kind, date }: Told): boolean => kind !== 'funding' && date.length === 10;

/** The events of one day that share a source which joins them. */
function joinedBySource(day: Told[], published: NonNullable<Facts['published']>): Told[][] {
  const cited = day.flatMap((item) => item.sources.map((source) => ({ source, item })));
  return groupedBy(cited, ({ source }) => source)
    .filter((found) => found.length === 2 || published[found[0].source] === found[0].item.date)
    .map((found) => found.map(({ item }) => item));
}

/** By the id of an event, its occasion: the id of the first event of it. None for what stands alone. */
export function occasionsOf(
  inOrder: Told[],
  published: NonNullable<Facts['published']>,
): Map<string, string> {
  const place = new Map(inOrder.map(({ id }, at) => [id, at]));
  const placeOf = (id: string): number => place.get(id) ?? 0;
  const leaders = new Map<string, string>();
  const leaderOf = (id: string): string => {
    let at = id;
    for (let next = leaders.get(at); next !== undefined && next !== at; next = leaders.get(at)) at = next;
    return at;
  };
  for (const day of groupedBy(inOrder.filter(isEvent), ({ date }) => date))
    for (const together of joinedBySource(day, published))
      for (const { id } of together.slice(1)) {
        const ends = [leaderOf(together[0]?.id ?? id), leaderOf(id)].sort((a, b) => placeOf(a) - placeOf(b));
        const [first = id, second = id] = ends;
        leaders.set(first, first).set(second, first);
      }
  return new Map([...leaders.keys()].map((id) => [id, leaderOf(id)]));
}
