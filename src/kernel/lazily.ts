/** Makes a value when it is first asked for, and once: what only some requests need must not delay the start. */
export function lazily<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
