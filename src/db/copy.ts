/**
 * Streaming a query out with COPY, at constant memory. COPY takes no parameters, so they travel as settings of the
 * transaction and the statement reads them from there: what a client sent never becomes part of the SQL text.
 */
import type { Readable } from 'node:stream';
import type pg from 'pg';
import sql, { type Sql } from 'sql-template-tag';
import { CopyOut, type CsvLines } from './copy-out.ts';
import type { Database, Row } from './database.ts';
import { answerWithin, type Bounded } from './pools.ts';
import { momentSettings, settle, type Moment } from './moment.ts';

/** What is to be sent, and as what. */
export type Sending = { statement: Sql } & (
  { format: 'csv'; lines: CsvLines } | { format: 'ndjson' | 'text'; lines?: undefined }
);

// JSON text holds no raw control characters, so with these as quote and delimiter each line is passed on as it is.
const options: Record<Sending['format'], string> = {
  csv: 'FORMAT csv, HEADER true',
  ndjson: `FORMAT csv, HEADER false, QUOTE E'\\x01', DELIMITER E'\\x02'`,
  text: 'FORMAT text',
};

function asText(value: unknown): string {
  if (!Array.isArray(value)) return String(value);
  const items = value.map((item) => `"${String(item).replace(/["\\]/g, '\\$&')}"`);
  return `{${items.join(',')}}`;
}

const bounded = (text: string, values: unknown[] = []): Bounded => ({
  text,
  values,
  query_timeout: answerWithin(),
});

export interface Export {
  /** Names the state of the data that is sent; the same name means the same bytes. */
  state: string;
  /** Starts sending. One of `stream` and `cancel` must be called. */
  stream(): Readable;
  cancel(): Promise<void>;
}

export async function openExport(
  db: Database,
  { statement, format, lines }: Sending,
  state: Sql,
  moment?: Moment,
): Promise<Export> {
  await settle(db, moment?.knownAt);
  const client = await db.exports.connect();
  const query = <R extends Row>(text: string, values: unknown[] = []): Promise<pg.QueryResult<R>> =>
    client.query<R>(bounded(text, values));
  try {
    await query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const values = statement.values.map(asText);
    await query(
      `SELECT set_config('tracker.p' || place - 1, value, true) FROM unnest($1::text[]) WITH ORDINALITY AS p(value, place)`,
      [values],
    );
    if (moment) {
      const { text: setting, values: day } = sql`SELECT ${momentSettings(moment)}`;
      await query(setting, day);
    }
    const { rows } = await query<{ state: string }>(state.text, state.values);
    const text = statement.strings.reduce(
      (sql, part, i) => `${sql}current_setting('tracker.p${i - 1}')${part}`,
    );
    return {
      state: rows[0]?.state ?? '',
      stream: () => sendOut(client, new CopyOut(`COPY (${text}) TO STDOUT WITH (${options[format]})`, lines)),
      cancel: () =>
        query('ROLLBACK').then(
          () => {
            client.release();
          },
          (error: unknown) => {
            client.release(error as Error);
          },
        ),
    };
  } catch (error) {
    client.release(error as Error);
    throw error;
  }
}

function sendOut(client: pg.PoolClient, copy: CopyOut): Readable {
  const stream = client.query(copy);
  let released = false;
  // A reader that hangs up leaves the connection in the middle of a COPY: it cannot be used again.
  const release = (error?: Error): void => {
    if (released) return;
    released = true;
    client.release(error);
  };
  stream.once('end', () => {
    client.query(bounded('COMMIT')).then(
      () => {
        release();
      },
      (error: unknown) => {
        release(error as Error);
      },
    );
  });
  stream.once('error', (error) => {
    release(error);
  });
  stream.once('close', () => {
    if (!stream.readableEnded) release(new Error('the export was broken off'));
  });
  return stream;
}
