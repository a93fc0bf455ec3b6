/** What is kept in a backup: everything but what is of no use later, or made by the migrations. */
import type pg from 'pg';

/** Beside the tables that have a history: what was done, by whom, and what is accepted and not done yet. */
const records = [
  'api_keys',
  'corrections',
  'currencies',
  'idempotency_keys',
  'import_files',
  'import_progress',
  'import_rows',
  'imports',
];
/** How the programme of a row is told is said by the migrations. */
const saidByMigrations = ['belonging'];

export interface Table {
  /** With its schema, quoted as SQL has it. */
  name: string;
  columns: string[];
}

export async function tablesOf(client: pg.ClientBase): Promise<Table[]> {
  const { rows } = await client.query<Table>(
    `SELECT format('%I.%I', n.nspname, c.relname) AS name,
            array_agg(a.attname::text ORDER BY a.attnum) FILTER (WHERE a.attgenerated = '') AS columns
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
      WHERE c.relkind = 'r'
        AND CASE n.nspname WHEN 'history' THEN c.relname <> ALL ($1)
                           WHEN 'public' THEN c.relname = ANY ($2) OR EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = c.oid AND t.tgname = 'a_number') END
      GROUP BY 1 ORDER BY 1`,
    [saidByMigrations, records],
  );
  return rows;
}

export interface Sequence {
  name: string;
  last: string;
  isCalled: boolean;
}

/** Those of the tables, and the one that numbers transactions. */
export async function sequencesOf(client: pg.ClientBase): Promise<Sequence[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT format('%I.%I', n.nspname, c.relname) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind = 'S' AND n.nspname IN ('public', 'history') ORDER BY 1`,
  );
  const found: Sequence[] = [];
  for (const { name } of rows) {
    const { rows: values } = await client.query<{ last: string; isCalled: boolean }>(
      `SELECT last_value::text AS last, is_called AS "isCalled" FROM ${name}`,
    );
    for (const value of values) found.push({ name, ...value });
  }
  return found;
}

/** So that what one database writes the other reads as the same, whatever their defaults are. */
export const sameForms = `
  SET LOCAL DateStyle = 'ISO'; SET LOCAL IntervalStyle = 'postgres'; SET LOCAL TimeZone = 'UTC'; SET LOCAL bytea_output = 'hex';
  SET LOCAL extra_float_digits = 1; SET LOCAL client_encoding = 'UTF8'; SET LOCAL search_path = public, pg_temp;
  SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0; SET LOCAL transaction_timeout = 0`;
