/** How many large imports wait and run in the database, on whatever server; and whether the database answers at all. */
import type { Database } from '../db/database.ts';

interface Jobs {
  queued: number;
  running: number;
}

/** Whoever asks for metrics gets them, above all when the database does not answer. */
const patience = 1_000;

const counted = `
  SELECT count(*) FILTER (WHERE status = 'queued')::int AS queued, count(*) FILTER (WHERE status = 'running')::int AS running
    FROM imports WHERE status IN ('queued', 'running')`;

/** Undefined where the database does not say. However many ask, it is asked once at a time. */
export function jobsOf({ aside }: Database): () => Promise<Jobs | undefined> {
  let asking: Promise<Jobs | undefined> | undefined;
  return () => {
    asking ??= aside
      .query<Jobs>(counted)
      .then(
        ({ rows }) => rows[0],
        () => undefined,
      )
      .finally(() => (asking = undefined));
    return within(asking, patience);
  };
}

/** A timer that is cleared, so that nothing is held by it. */
function within<T>(asked: Promise<T>, milliseconds: number): Promise<T | undefined> {
  return new Promise((resolve) => {
    const late = setTimeout(resolve, milliseconds, undefined);
    void asked.then((answer) => {
      clearTimeout(late);
      resolve(answer);
    });
  });
}
