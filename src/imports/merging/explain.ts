/** What the database refused in a whole set, told row by row: which rows of the file are to blame, and for what. */
import pg from 'pg';
import sql, { join, raw, type Sql } from 'sql-template-tag';
import type { Client } from '../../db/database.ts';
import { Problem, type Fault } from '../../kernel/problems.ts';
import { asFault, asProblem, type DatabaseFault } from '../../resource/refusals.ts';
import { addFaults, keyOf } from './match.ts';
import { MatchedAnew } from './merge.ts';
import type { Stage } from './stage.ts';

/** Marks the rows and gives what belongs to no row of the file. Throws what is not the file's fault. */
export async function explain(client: Client, stage: Stage, error: unknown): Promise<Fault[]> {
  if (!(error instanceof pg.DatabaseError)) throw error;
  if (error.code === 'TR001') return explainRule(client, stage, error);
  const problem = asProblem(error, stage.resource);
  if (!(problem instanceof Problem)) throw error;
  const fault = problem.faults[0] ?? { code: problem.code, detail: problem.message };
  const rows = error.table === stage.resource.table ? await offenders(client, stage, error) : undefined;
  if (!rows) return [fault];
  const field = (fault.pointer ?? '').slice(1).replaceAll('/', '.');
  const found = await client.query<{ n: number }>(rows);
  if (found.length === 0) return [fault];
  const numbers = found.map(({ n }) => n);
  await addFaults(
    client,
    sql`SELECT n, ${field}::text, ${fault.code}::text, ${fault.detail}::text, NULL::jsonb FROM unnest(${numbers}::int[]) AS bad(n)`,
  );
  return [];
}

async function explainRule(client: Client, { resource }: Stage, error: pg.DatabaseError): Promise<Fault[]> {
  const told = JSON.parse(error.detail ?? '[]') as DatabaseFault[];
  const ids = [...new Set(told.map(({ row }) => row))];
  const own = await client.query<{ id: string; n: number }>(sql`
    SELECT s.n, coalesce(m.target, s.id)::text AS id FROM staged s LEFT JOIN matched m ON m.n = s.n
     WHERE s.faults IS NULL AND coalesce(m.target, s.id)::text = ANY (${ids}::text[])`);
  const rows = new Map(own.map(({ id, n }) => [id, n]));
  const faults = told.map((fault) => ({ n: rows.get(fault.row), ...asFault(resource, fault) }));
  const ofRows = faults.filter(({ n }) => n !== undefined);
  if (ofRows.length > 0)
    await addFaults(
      client,
      sql`SELECT n, replace(substr(pointer, 2), '/', '.'), code, detail, NULL::jsonb
            FROM jsonb_to_recordset(${JSON.stringify(ofRows)}::jsonb) AS f(n int, pointer text, code text, detail text)`,
    );
  return faults.filter(({ n }) => n === undefined).map(({ n: _, ...fault }) => fault);
}

/** The staged rows that break the constraint which the database named, if it can be asked of them. */
async function offenders(client: Client, stage: Stage, error: pg.DatabaseError): Promise<Sql | undefined> {
  const name = error.constraint ?? '';
  const table = raw(stage.resource.table);
  switch (error.code) {
    case '23502':
      return sql`SELECT n FROM staged s WHERE s.faults IS NULL AND ${raw(`s."${error.column ?? ''}"`)} IS NULL`;
    case '23514': {
      const [check] = await client.query<{ condition: string }>(sql`
        SELECT pg_get_expr(conbin, conrelid) AS condition FROM pg_constraint WHERE conrelid = ${stage.resource.table}::regclass AND conname = ${name}`);
      // The staged table has the same columns, so the condition can be asked as it stands.
      return check && sql`SELECT n FROM staged WHERE faults IS NULL AND NOT (${raw(check.condition)})`;
    }
    case '23505': {
      const columns = await columnsOfIndex(client, name);
      if (
        columns.join() ===
        keyOf(stage.resource)
          .map(({ column }) => column)
          .join()
      )
        throw new MatchedAnew();
      const same = raw(columns.map((column) => `t."${column}" = s."${column}"`).join(' AND '));
      const list = raw(columns.map((column) => `"${column}"`).join(', '));
      return columns.length === 0
        ? undefined
        : sql`SELECT s.n FROM staged s LEFT JOIN matched m ON m.n = s.n
               WHERE s.faults IS NULL AND (EXISTS (SELECT FROM ${table} t WHERE ${same} AND t.id <> coalesce(m.target, s.id))
                  OR (${list}) IN (SELECT ${list} FROM staged WHERE faults IS NULL GROUP BY ${list} HAVING count(*) > 1))`;
    }
    case '23503': {
      const [key] = await client.query<{ own: string[]; other: string[]; target: string }>(sql`
        SELECT confrelid::regclass::text AS target,
               ARRAY(SELECT attname::text FROM unnest(conkey) WITH ORDINALITY k(num, nth) JOIN pg_attribute ON attrelid = conrelid AND attnum = num ORDER BY nth) AS own,
               ARRAY(SELECT attname::text FROM unnest(confkey) WITH ORDINALITY k(num, nth) JOIN pg_attribute ON attrelid = confrelid AND attnum = num ORDER BY nth) AS other
          FROM pg_constraint WHERE conrelid = ${stage.resource.table}::regclass AND conname = ${name}`);
      const staged = new Set([...stage.columns.map(({ column }) => column), 'id']);
      if (!key?.own.every((column) => staged.has(column))) return undefined;
      const pairs = key.own.map((column, i) => raw(`t."${key.other[i] ?? ''}" = s."${column}"`));
      const known = key.own.map((column) => raw(`s."${column}" IS NOT NULL`));
      return sql`SELECT s.n FROM staged s WHERE s.faults IS NULL AND ${join(known, ' AND ')}
                    AND NOT EXISTS (SELECT FROM ${raw(key.target)} t WHERE ${join(pairs, ' AND ')})`;
    }
    default:
      return undefined;
  }
}

async function columnsOfIndex(client: Client, name: string): Promise<string[]> {
  const rows = await client.query<{ column: string }>(sql`
    SELECT a.attname::text AS column FROM pg_index i, unnest(i.indkey) WITH ORDINALITY k(num, nth)
      JOIN pg_attribute a ON a.attnum = k.num
     WHERE i.indexrelid = to_regclass(${`"${name}"`}) AND a.attrelid = i.indrelid ORDER BY k.nth`);
  return rows.map(({ column }) => column);
}
