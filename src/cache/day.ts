const dayLong = 86_400_000;
/** So far may the clock of the database be from ours. */
const around = 60_000;

/** The day, counted; undefined around midnight, when the database may be in another one. (UTC, as all days here.) */
export function today(now = Date.now()): number | undefined {
  const into = now % dayLong;
  return into < around || into > dayLong - around ? undefined : Math.floor(now / dayLong);
}
