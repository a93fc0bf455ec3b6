/**
 * What a key that is bound to one programme may write: rows of that programme. The database refuses anything else with
 * whatever is written (the migration api_keys); here it is said of rows that are there, before anything else is judged.
 */
import sql, { raw, type Sql } from 'sql-template-tag';
import type { Reader } from '../db/moment.ts';
import { Problem } from '../kernel/problems.ts';
import type { Resource } from './declare.ts';

/** The programme of a row `t` of the resource (or of a staged one), as SQL; undefined where none belongs to one. */
export async function programOf(reader: Reader, { table }: Resource): Promise<Sql | undefined> {
  const [found] = await reader.query<{ program: string }>(
    sql`SELECT program FROM history.belonging WHERE holder = ${table}`,
  );
  return found && raw(`(${found.program})`);
}

const outside = (program: string, said: string): Problem =>
  new Problem('outside-program', `The key is bound to the programme \`${program}\`; ${said}.`);

/** Refuses what is not of the programme: the row, where one is named, else all rows of the resource. */
export async function demandProgram(
  reader: Reader,
  resource: Resource,
  program: string | undefined,
  id?: string,
): Promise<void> {
  if (program === undefined) return;
  const belongs = await programOf(reader, resource);
  if (!belongs) throw outside(program, `${resource.name} belong to no single programme`);
  if (id === undefined) return;
  const [row] = await reader.query<{ program: string | null }>(
    sql`SELECT ${belongs} AS program FROM ${raw(resource.table)} t WHERE t.id = ${id}::${raw(resource.id === 'uuid' ? 'uuid' : 'text')}`,
  );
  if (!row || row.program === program) return;
  const other = row.program === null ? 'no single programme' : `\`${row.program}\``;
  throw outside(program, `this row belongs to ${other}`);
}
