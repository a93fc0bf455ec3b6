/**
 * Streaming a query out with COPY, at constant memory. COPY takes no parameters, so they travel as settings of the
 * transaction and the statement reads them from there: what a client sent never becomes part of the SQL text.
 */
import type { Readable } from 'node:stream';
import { to as copyTo } from 'pg-copy-streams';
import type pg from 'pg';
import sql, { join, type Sql } from 'sql-template-tag';
import type { Database } from './database.ts';
import { momentSettings, type Moment } from './moment.ts';

export type CopyFormat = 'csv' | 'ndjson';

// JSON text holds no raw control characters, so with these as quote and delimiter each line is passed on as it is.
const options: Record<CopyFormat, string> = {
  csv: 'FORMAT csv, HEADER true',
  ndjson: `FORMAT csv, HEADER false, QUOTE E'\\x01', DELIMITER E'\\x02'`,
};

function asText(value: unknown): string {
  if (!Array.isArray(value)) return String(value);
  const items = value.map((item) => `"${String(item).replace(/["\\]/g, '\\$&')}"`);
  return `{${items.join(',')}}`;
}

export interface Export {
  /** Names the state of the data that is sent; the same name means the same bytes. */
  snapshot: string;
  /** Starts sending. One of `stream` and `cancel` must be called. */
  stream(): Readable;
  cancel(): Promise<void>;
}

export async function openExport(
  db: Database,
  statement: Sql,
  format: CopyFormat,
  moment?: Moment,
): Promise<Export> {
  const client = await db.pool.connect();
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const settings = statement.values.map(
      (value, i) => sql`set_config(${`tracker.p${i}`}, ${asText(value)}, true)`,
    );
    if (moment) settings.push(momentSettings(moment));
    const opening = sql`SELECT ${join([sql`pg_current_snapshot()::text AS snapshot`, ...settings])}`;
    const { rows } = await client.query<{ snapshot: string }>(opening.text, opening.values);
    const text = statement.strings.reduce(
      (sql, part, i) => `${sql}current_setting('tracker.p${i - 1}')${part}`,
    );
    return {
      snapshot: rows[0]?.snapshot ?? '',
      stream: () => sendOut(client, `COPY (${text}) TO STDOUT WITH (${options[format]})`),
      cancel: async () => {
        await client.query('ROLLBACK');
        client.release();
      },
    };
  } catch (error) {
    client.release(error as Error);
    throw error;
  }
}

function sendOut(client: pg.PoolClient, text: string): Readable {
  const stream = client.query(copyTo(text));
  let released = false;
  // A reader that hangs up leaves the connection in the middle of a COPY: it cannot be used again.
  const release = (error?: Error): void => {
    if (released) return;
    released = true;
    client.release(error);
  };
  stream.once('end', () => {
    client.query('COMMIT').then(
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
