/** Order and groups that are the same on every machine and in every language. */

export const byCode = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** A list that is not empty. */
export type Some<T> = [T, ...T[]];

/** Rows by a key that they share; keys in the order in which they first appear, rows in theirs. */
export function grouped<Row, Key>(rows: readonly Row[], keyOf: (row: Row) => Key): Map<Key, Some<Row>> {
  const groups = new Map<Key, Some<Row>>();
  for (const row of rows) {
    const key = keyOf(row);
    const group = groups.get(key);
    if (group) group.push(row);
    else groups.set(key, [row]);
  }
  return groups;
}

export const groupedBy = <Row>(rows: readonly Row[], keyOf: (row: Row) => string): Some<Row>[] => [
  ...grouped(rows, keyOf).values(),
];
