/**
 * Reading the past. A moment is a point on the facts' own time; its queries are those of the present, answered from
 * the schema as_of (see the migration of that name). The present pays nothing: without a moment there is no transaction.
 */
import sql, { type Sql } from 'sql-template-tag';
import type { Client, Database, Row } from './database.ts';

export interface Moment {
  /** A day: what was public and in force then. */
  asOf: string;
  /** Whether rows without any date are let in. */
  undated: boolean;
}

export type Reader = Pick<Client, 'query'>;

/** What a transaction has to set before it reads. */
export const momentSettings = ({ asOf, undated }: Moment): Sql => sql`
  set_config('search_path', 'as_of, public', true), set_config('tracker.as_of', ${asOf}, true),
  set_config('tracker.undated', ${undated ? 'include' : 'exclude'}, true)`;

/** Runs the work on the present, or in one snapshot of the past. */
export function readAt<T>(
  db: Database,
  moment: Moment | undefined,
  work: (reader: Reader) => Promise<T>,
): Promise<T> {
  if (!moment) return work(db);
  return db.transaction(
    async ({ pg }) => {
      const { text, values } = sql`SELECT ${momentSettings(moment)}`;
      await pg.query(text, values);
      // Unnamed: a named statement keeps the plan that it got with the other search path.
      return work({
        query: async <R extends Row>(statement: Sql) =>
          (await pg.query<R>(statement.text, statement.values)).rows,
      });
    },
    undefined,
    'READ ONLY',
  );
}
