/** What the database refused in a whole set, told row by row: which rows of the file are to blame, and for what. */
import pg from 'pg';
import sql, { join, raw, type Sql } from 'sql-template-tag';
import type { Client } from '../../db/database.ts';
import { isLockedOut } from '../../db/transient.ts';
import { Problem, type Fault } from '../../kernel/problems.ts';
import { asFault, asProblem, type DatabaseFault } from '../../resource/refusals.ts';
import { holdersOf } from '../../resource/references.ts';
import type { Registry } from '../../resource/registry.ts';
import { addFaults, keyOf, listColumns, sameKey } from './match.ts';
import type { Stage } from './stage.ts';

/**
 * Marks the rows and gives what belongs to no row of the file; `raced` where somebody else has made a row of the file
 * meanwhile. Throws what is not the file's fault.
 */
export async function explain(
  client: Client,
  stage: Stage,
  registry: Registry,
  error: unknown,
  removes: boolean,
): Promise<Fault[] | 'raced'> {
  if (!(error instanceof pg.DatabaseError) || isLockedOut(error)) throw error;
  if (error.code === 'TR001') return explainRule(client, stage, error);
  if (error.code === '23505' && (await isOfKey(client, stage, error))) return 'raced';
  const held = removes ? await heldBack(client, stage, registry) : [];
  if (held.length > 0) return held;
  const problem = asProblem(error, stage.resource);
  if (!(problem instanceof Problem)) throw error;
  const fault = problem.faults[0] ?? { code: problem.code, detail: problem.message };
  const rows =
    error.table === stage.resource.table ? await offenders(client, stage, error) : ownerOfItem(stage, error);
  if (!rows) return [fault];
  const field =
    error.code === '23505'
      ? await fieldsOfIndex(client, stage, error)
      : (fault.pointer ?? '').slice(1).replaceAll('/', '.');
  const found = await client.query<{ n: number }>(rows);
  if (found.length === 0) return [fault];
  const numbers = found.map(({ n }) => n);
  await addFaults(
    client,
    stage,
    sql`SELECT n, ${field}::text, ${fault.code}::text, ${fault.detail}::text, NULL::jsonb FROM unnest(${numbers}::int[]) AS bad(n)`,
  );
  return [];
}

/** Whether it is the natural key that is taken, which it was not when the rows were matched. */
async function isOfKey(client: Client, { resource }: Stage, error: pg.DatabaseError): Promise<boolean> {
  if (error.table !== resource.table) return false;
  const columns = await columnsOfIndex(client, error.constraint ?? '');
  const key = keyOf(resource).map(({ column }) => column);
  return columns.sort().join() === key.sort().join();
}

/** How many removals are looked at, and how many rows that refer to one are named. */
const removalsMost = 100;
const holdersMost = 5;

/** Rows of the scope that others refer to, so that they cannot be removed. */
async function heldBack(client: Client, { resource }: Stage, registry: Registry): Promise<Fault[]> {
  const removed = await client.query<{ id: string }>(
    sql`SELECT target::text AS id FROM removed ORDER BY 1 LIMIT ${removalsMost}`,
  );
  const going = new Set(removed.map(({ id }) => id));
  const faults: Fault[] = [];
  for (const { id } of removed) {
    const holders = (await holdersOf(client, resource, id, registry)).filter(
      (holder) => !(holder.resource === resource.name && going.has(String(holder.id))),
    );
    if (holders.length === 0) continue;
    const named = holders
      .slice(0, holdersMost)
      .map((holder) => `${String(holder.resource)}/${String(holder.id)}`);
    const more = holders.length > holdersMost ? ' and others' : '';
    faults.push({
      parameter: 'scope',
      code: 'still-referenced',
      detail: `\`${id}\` would be removed, and ${named.join(', ')}${more} refer to it`,
    });
  }
  return faults;
}

/** The row whose list holds what was refused: the key that the database names begins with it. */
function ownerOfItem({ resource }: Stage, error: pg.DatabaseError): Sql | undefined {
  const list = listColumns(resource).find(({ table }) => table === error.table);
  const owner = /^Key \(([a-z_]+), .*\)=\(([a-z0-9-]+), /.exec(error.detail ?? '');
  if (!list || owner?.[1] !== list.parent) return undefined;
  return sql`SELECT s.n FROM staged s LEFT JOIN matched m ON m.n = s.n
              WHERE s.faults IS NULL AND coalesce(m.target, s.id)::text = ${owner[2]}`;
}

async function explainRule(client: Client, stage: Stage, error: pg.DatabaseError): Promise<Fault[]> {
  const { resource } = stage;
  const told = JSON.parse(error.detail ?? '[]') as DatabaseFault[];
  const ids = [...new Set(told.map(({ row }) => row))];
  const own = await client.query<{ id: string; n: number }>(sql`
    SELECT s.n, coalesce(m.target, s.id)::text AS id FROM staged s LEFT JOIN matched m ON m.n = s.n
     WHERE s.faults IS NULL AND coalesce(m.target, s.id)::text = ANY (${ids}::text[])`);
  const rows = new Map(own.map(({ id, n }) => [id, n]));
  const faults = told.map((fault) => ({
    n: rows.get(fault.row),
    id: fault.row,
    ...asFault(resource, fault),
    ...(fault.code === 'correction-required' ? { detail: uncorrected } : {}),
  }));
  const ofRows = faults.filter(({ n }) => n !== undefined);
  if (ofRows.length > 0)
    await addFaults(
      client,
      stage,
      sql`SELECT n, replace(substr(pointer, 2), '/', '.'), code, detail, NULL::jsonb
            FROM jsonb_to_recordset(${JSON.stringify(ofRows)}::jsonb) AS f(n int, pointer text, code text, detail text)`,
    );
  // What is wrong beside rows of the file mostly follows from them.
  if (ofRows.length > 0) return [];
  // The file is the cause, and what would be wrong then is a row that it does not hold, or only in error.
  const inError = await client.query<{ id: string; n: number; line: number }>(sql`
    SELECT t.id::text AS id, s.n, s.line FROM staged s JOIN ${raw(resource.table)} t ON ${sameKey(keyOf(resource))}
     WHERE s.faults IS NOT NULL AND t.id::text = ANY (${ids}::text[])`);
  const places = new Map(inError.map(({ id, n, line }) => [id, { row: n, line }]));
  const needed = faults.find(({ code }) => code === 'correction-required');
  return [
    ...(needed ? [{ parameter: 'correction', code: needed.code, detail: needed.detail }] : []),
    ...faults
      .filter(({ code }) => code !== 'correction-required')
      .map(({ n: _, id, ...fault }) => ({
        ...fault,
        ...places.get(id),
        detail: `${resource.name}/${id}: ${fault.detail}`,
      })),
  ].slice(0, faultsMost);
}

/** What is said once for a whole file is a parameter of the import, not a field of a row. */
const uncorrected = 'the round is published: to correct it, give the import `correction=true` and a `reason`';

/** How many faults of rows beside the file are told. */
const faultsMost = 200;

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
      const same = raw(columns.map((column) => `t."${column}" = s."${column}"`).join(' AND '));
      const list = raw(columns.map((column) => `"${column}"`).join(', '));
      return columns.length === 0
        ? undefined
        : sql`SELECT s.n FROM staged s LEFT JOIN matched m ON m.n = s.n
               WHERE s.faults IS NULL AND (EXISTS (SELECT FROM ${table} t WHERE ${same} AND t.id IS DISTINCT FROM m.target)
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
      // A row may refer to one that comes with it.
      const others = key.own.map((column, i) => raw(`o."${key.other[i] ?? ''}" = s."${column}"`));
      const inFile =
        key.target === stage.resource.table
          ? sql`AND NOT EXISTS (SELECT FROM staged o WHERE o.faults IS NULL AND ${join(others, ' AND ')})`
          : sql``;
      const known = key.own.map((column) => raw(`s."${column}" IS NOT NULL`));
      return sql`SELECT s.n FROM staged s WHERE s.faults IS NULL AND ${join(known, ' AND ')}
                    AND NOT EXISTS (SELECT FROM ${raw(key.target)} t WHERE ${join(pairs, ' AND ')}) ${inFile}`;
    }
    default:
      return undefined;
  }
}

async function fieldsOfIndex(client: Client, { resource }: Stage, error: pg.DatabaseError): Promise<string> {
  const columns = await columnsOfIndex(client, error.constraint ?? '');
  return columns
    .map(
      (column) => resource.leaves.find(({ leaf, rows }) => !rows && leaf.column === column)?.path ?? column,
    )
    .join(' + ');
}

async function columnsOfIndex(client: Client, name: string): Promise<string[]> {
  const rows = await client.query<{ column: string }>(sql`
    SELECT a.attname::text AS column FROM pg_index i, unnest(i.indkey) WITH ORDINALITY k(num, nth)
      JOIN pg_attribute a ON a.attnum = k.num
     WHERE i.indexrelid = to_regclass(${`"${name}"`}) AND a.attrelid = i.indrelid ORDER BY k.nth`);
  return rows.map(({ column }) => column);
}
