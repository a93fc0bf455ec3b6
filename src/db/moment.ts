/**
 * Reading the past. A moment is a point on one or both clocks: the facts' own time (`asOf`) and that of this tracker
 * (`knownAt`). Its queries are those of the present, answered from another schema (see the migrations as_of and history).
 * The present pays nothing: without a moment there is no transaction.
 */
import sql, { empty, type Sql } from 'sql-template-tag';
import { refuse } from '../kernel/problems.ts';
import { unprepared, type Client, type Database } from './database.ts';
import type { Reads, Tense } from './reads.ts';

export interface Moment {
  /** A day: what was public and in force then. */
  asOf?: string;
  /** Whether rows without any date are let in. */
  undated: boolean;
  /** What was recorded by then; an instant as instantOf gives it. */
  knownAt?: string;
}

export type Reader = Pick<Client, 'query'>;
/** Of the present or the past. */
export interface ReaderAt extends Reader {
  /** As `query`, for a statement that is always quick, whatever its values, and each of them single and with a cast. */
  quick: Reader['query'];
}

const schemaOf = ({ asOf, knownAt }: Moment): string =>
  asOf === undefined ? 'known' : knownAt === undefined ? 'as_of' : 'as_of_known';

/** What a transaction has to set before it reads, as a select list. Its statements are planned for their values. */
export const momentSettings = (moment: Moment): Sql => sql`
  set_config('search_path', ${`${schemaOf(moment)}, public`}, true),
  set_config('tracker.as_of', ${moment.asOf ?? moment.knownAt?.slice(0, 10) ?? ''}, true),
  set_config('plan_cache_mode', 'force_custom_plan', true),
  set_config('tracker.undated', ${moment.undated ? 'include' : 'exclude'}, true)
  ${moment.knownAt === undefined ? empty : sql`, history.look_at(${moment.knownAt}::timestamptz)`}`;

/** Whether the moment can be answered: it has come, all that belongs to it is there, and the tracker was there by then. */
export async function settle(
  db: Database,
  knownAt: string | undefined,
  parameter = 'knownAt',
): Promise<void> {
  if (knownAt === undefined) return;
  await db.recorded.settle(knownAt, parameter);
  const first = await db.recorded.first();
  if (first !== undefined && first <= knownAt) return;
  throw refuse(
    [
      {
        parameter,
        code: 'invalid-value',
        detail:
          first === undefined
            ? 'nothing is recorded yet'
            : `the first record is of ${first}; nothing was known before`,
      },
    ],
    'invalid-parameter',
  );
}

/**
 * The moment that what a statement reads of the present is cited by: the last record that it sees, at the earliest the
 * beginning of the day. Not that of the reading, since somebody may just be about to commit for an earlier one; and not
 * of a former day, since what is planned and what is over depends on the day.
 */
export const citedAt = sql`history.utc(greatest(
  (SELECT r.recorded_at FROM history.transactions r WHERE r.recorded_at IS NOT NULL ORDER BY r.recorded_at DESC LIMIT 1),
  date_trunc('day', statement_timestamp(), 'UTC')))`;

const tenseOf = (moment: Moment | undefined): Tense =>
  moment === undefined ? 'present' : moment.knownAt === undefined ? 'day' : 'moment';

/** Runs the work on the present, or in one snapshot of the past; what it reads is noted where somebody wants to know. */
export async function readAt<T>(
  db: Database,
  moment: Moment | undefined,
  work: (reader: ReaderAt) => Promise<T>,
  reads?: Reads,
): Promise<T> {
  const noting =
    (query: Reader['query']): Reader['query'] =>
    (statement) => {
      reads?.note(statement, tenseOf(moment));
      return query(statement);
    };
  if (!moment)
    return work({
      query: noting((statement) => db.query(statement)),
      quick: noting((statement) => db.batcher.query(statement)),
    });
  await settle(db, moment.knownAt);
  return db.transaction(
    async (transaction) => {
      await transaction.query(sql`SELECT ${momentSettings(moment)}`);
      // A statement with a name keeps the plan that it got with the other search path.
      const reader = unprepared(transaction);
      const query = noting((statement) => reader.query(statement));
      return work({ query, quick: query });
    },
    undefined,
    'READ ONLY',
    'REPEATABLE READ',
  );
}
