/**
 * How far the history is settled. A transaction reads the clock a moment before it commits (history.set_recorded_at), so
 * one that is about to commit may still be recorded for a moment that has passed. Whoever asks about such a moment waits
 * for those; what is settled stays so, and is remembered.
 */
import { setTimeout as delay } from 'node:timers/promises';
import sql, { raw, type Sql } from 'sql-template-tag';
import { Problem, refuse } from '../kernel/problems.ts';

const lookEvery = 2;
const patience = 5_000;
const shortPatience = 500;

/** What it needs of the database. */
interface Reader {
  query<T extends Record<string, unknown>>(statement: Sql): Promise<T[]>;
}

/** As instantOf gives it. */
const instant = (value: string): Sql => raw(`history.utc(${value})`);

export class Recorded {
  readonly #reader: Reader;
  /** Nothing more will be recorded up to here. */
  #until = '';
  #first = '';

  constructor(reader: Reader) {
    this.#reader = reader;
  }

  /** Waits until nothing more can be recorded up to the moment; refuses one that is still to come. */
  async settle(moment: string, parameter: string): Promise<void> {
    const ends = performance.now() + patience;
    // Strictly: the clock may show the same microsecond twice.
    while (this.#until <= moment) {
      const { now, committing } = await this.#look();
      // Its millisecond may be under way.
      if (now.slice(0, -5) < moment.slice(0, -5))
        throw refuse(
          [{ parameter, code: 'invalid-value', detail: `\`${parameter}\` lies in the future: it is ${now}` }],
          'invalid-parameter',
        );
      await this.#committed(committing, ends);
      if (now > this.#until) this.#until = now;
      if (this.#until <= moment) await delay(1);
    }
  }

  /** The moment of the first record; undefined while there is none. */
  async first(): Promise<string | undefined> {
    if (this.#first !== '') return this.#first;
    const [row] = await this.#reader.query<{ first: string | null }>(
      sql`SELECT ${instant('min(recorded_at)')} AS first FROM history.transactions`,
    );
    this.#first = row?.first ?? '';
    return row?.first ?? undefined;
  }

  /** Settles everything up to now, and says when that is. */
  async now(): Promise<string> {
    const { now, committing } = await this.#look();
    await this.#committed(committing, performance.now() + patience);
    if (now > this.#until) this.#until = now;
    return now;
  }

  /**
   * As far as it is settled, for those who come again anyway: where somebody takes long to commit (a session that set its
   * moment early, and thinks), it is as far as it was settled before that.
   */
  async soon(): Promise<{ until: string; isNow: boolean }> {
    const { now, committing } = await this.#look();
    try {
      await this.#committed(committing, performance.now() + shortPatience);
    } catch (error) {
      if (!(error instanceof Problem) || this.#until === '') throw error;
      return { until: this.#until, isNow: false };
    }
    if (now > this.#until) this.#until = now;
    return { until: now, isNow: true };
  }

  async #look(): Promise<{ now: string; committing: string[] }> {
    const [row] = await this.#reader.query<{ now: string; committing: string[] }>(
      // The clock first: whoever begins to commit after that reads a later one. (One that was turned back does not hide
      // the last record: the next will be later than that all the same.)
      sql`SELECT ${instant('clock.now')} AS now, history.committing() AS committing
            FROM (SELECT greatest(clock_timestamp(), (SELECT max(recorded_at) + interval '1 microsecond' FROM history.transactions)) AS now OFFSET 0) AS clock`,
    );
    if (!row) throw new Error('no clock');
    return row;
  }

  async #committed(those: string[], ends: number): Promise<void> {
    let left = those;
    while (left.length > 0) {
      if (performance.now() > ends)
        throw new Problem(
          'unavailable',
          'A transaction is taking long to commit; what it records is not settled yet.',
          {
            headers: { 'retry-after': '5' },
          },
        );
      await delay(lookEvery);
      const { committing } = await this.#look();
      left = left.filter((one) => committing.includes(one));
    }
  }
}
