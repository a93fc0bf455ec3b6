/** Order and groups that are the same on every machine and in every language. */

export const byCode = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** A list that is not empty. */
export type Some<T> = [T, ...T[]];

/** In the order in which each key first appears. */
export function groupedBy<T>(items: readonly T[], keyOf: (item: T) => string): Some<T>[] {
  const groups = new Map<string, Some<T>>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return [...groups.values()];
}
