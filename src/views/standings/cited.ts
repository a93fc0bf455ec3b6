/** The sources of what a picture shows, the most often cited first: a source line has room for few. */
export function mostCited(...lists: readonly (readonly string[])[]): string[] {
  const times = new Map<string, number>();
  for (const id of lists.flat()) times.set(id, (times.get(id) ?? 0) + 1);
  return [...times].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).map(([id]) => id);
}
