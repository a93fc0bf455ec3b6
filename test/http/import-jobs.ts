/** What the tests of large imports share: files of made-up rows, how they are sent, and whose turn it is. */
import { expect, onTestFinished } from 'vitest';
import pg from 'pg';
import type { Response } from 'supertest';
import type { Tracker } from '../tracker.ts';

export interface Organization extends Record<string, unknown> {
  id: string;
}

export const organizations = (prefix: string, count: number, more: object = {}): Organization[] =>
  Array.from({ length: count }, (_, i) => ({
    id: `${prefix}-${i + 1}`,
    names: { en: `${prefix} ${i + 1}` },
    kind: 'company',
    country: 'KR',
    sources: ['seed-001'],
    ...more,
  }));

export const ndjson = (rows: object[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('');

export interface Sending {
  key: string;
  prefer?: string;
  query?: Record<string, string>;
  type?: string;
  encoding?: string;
}

/** Sends a file of organizations. */
export async function send(
  it: Tracker,
  file: string | Buffer,
  { key, prefer, query, type, encoding }: Sending,
): Promise<Response> {
  return (
    it.importer
      .post('/v1/imports')
      .query({ resource: 'organizations', ...query })
      .set({
        'idempotency-key': key,
        'content-type': type ?? 'application/x-ndjson',
        ...(prefer === undefined ? {} : { prefer }),
        ...(encoding === undefined ? {} : { 'content-encoding': encoding }),
      })
      // As it is, whatever the type says.
      .serialize((body: string) => body)
      .send(file)
  );
}

export const statusOf = async (it: Tracker, location: string): Promise<string> =>
  String((await it.importer.get(location)).body.data.status);

/** Looks again and again until the import has ended. */
export async function ended(it: Tracker, location: string): Promise<Record<string, unknown>> {
  await expect
    .poll(() => statusOf(it, location), { timeout: 60_000, interval: 100 })
    .not.toMatch(/^(queued|running)$/);
  return (await it.importer.get(location)).body.data as Record<string, unknown>;
}

export const apply = (it: Tracker, location: string, key: string, prefer?: string) =>
  it.importer
    .post(`${location}/apply`)
    .set({ 'idempotency-key': key, ...(prefer === undefined ? {} : { prefer }) });

export const countOf = async (it: Tracker, table: string, condition = 'true'): Promise<number> =>
  Number((await it.sql(`SELECT count(*) AS n FROM ${table} WHERE ${condition}`))[0]?.n);

/** How many parts of its file are kept. */
export const partsOf = (it: Tracker, location: string): Promise<number> =>
  countOf(it, 'import_files', `file = (SELECT file FROM imports WHERE id = '${location.split('/').at(-1)}')`);

export const rowsLike = (it: Tracker, prefix: string): Promise<number> =>
  countOf(it, 'organizations', `id LIKE '${prefix}-%'`);

/** Takes the turn of organizations, so that every import of them waits until it is given back. */
export async function holdTurn(it: Tracker): Promise<() => Promise<void>> {
  const client = new pg.Client({ connectionString: it.url });
  await client.connect();
  const giveBack = (): Promise<void> => client.end();
  onTestFinished(giveBack);
  await client.query(`SELECT pg_advisory_lock(hashtextextended('import:organizations', 0))`);
  return giveBack;
}

/** Until so many imports wait for their turn in the database. */
export const waitingForTurn = (it: Tracker, count: number): Promise<void> =>
  expect
    .poll(
      () =>
        countOf(
          it,
          'pg_locks',
          `locktype = 'advisory' AND NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
        ),
      { timeout: 30_000, interval: 20 },
    )
    .toBe(count);
