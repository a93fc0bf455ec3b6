/** What a key that is bound to one programme may import: rows that belong to it, and belong to it when they are written. */
import sql, { raw, type Sql } from 'sql-template-tag';
import type { Client } from '../../db/database.ts';
import type { Fault } from '../../kernel/problems.ts';
import { programOf } from '../../resource/belonging.ts';
import type { Resource } from '../../resource/declare.ts';
import { addFaults } from './match.ts';
import type { Stage } from './stage.ts';

/** How many rows that would be removed are named. */
const removalsMost = 20;

const detailOf = (program: string, other: Sql): Sql =>
  sql`format('the key is bound to the programme \`%s\`; this row belongs to %s', ${program}::text, coalesce(format('\`%s\`', ${other}), 'no single programme'))`;

/** The field that says to which one a row belongs. */
const fieldOf = ({ leaves }: Resource): string =>
  ['program', 'round', 'subject.id', 'entity.id'].find((path) => leaves.some((at) => at.path === path)) ??
  'id';

/** Of the staged rows, as they are to become. The staged table has the same columns, so that it can be asked the same. */
export async function checkProgram(client: Client, stage: Stage, program: string | undefined): Promise<void> {
  if (program === undefined) return;
  const belongs = (await programOf(client, stage.resource)) ?? sql`NULL::text`;
  await addFaults(
    client,
    stage,
    sql`SELECT o.n, ${fieldOf(stage.resource)}::text, 'outside-program', ${detailOf(program, sql`o.program`)}, NULL::jsonb
          FROM (SELECT t.n, ${belongs} AS program FROM staged t WHERE t.faults IS NULL) AS o
         WHERE o.program IS DISTINCT FROM ${program}`,
  );
}

/** Of the rows that are there, as they are. Says whether some are to be matched anew. */
export async function refuseOutside(
  client: Client,
  stage: Stage,
  program: string | undefined,
): Promise<boolean> {
  if (program === undefined) return false;
  const belongs = (await programOf(client, stage.resource)) ?? sql`NULL::text`;
  const others = sql`
    SELECT o.n, o.program FROM (SELECT m.n, ${belongs} AS program FROM matched m JOIN ${raw(stage.resource.table)} t ON t.id = m.target) AS o
     WHERE o.program IS DISTINCT FROM ${program}`;
  await addFaults(
    client,
    stage,
    sql`SELECT o.n, ${fieldOf(stage.resource)}::text, 'outside-program', ${detailOf(program, sql`o.program`)}, NULL::jsonb FROM (${others}) AS o`,
  );
  const [some] = await client.query<{ some: boolean }>(sql`SELECT EXISTS (${others}) AS some`);
  return some?.some ?? false;
}

/** Of the rows that the file lacks: what would be removed and is not the key's to remove. */
export async function removedOutside(
  client: Client,
  { resource }: Stage,
  program: string | undefined,
): Promise<Fault[]> {
  if (program === undefined) return [];
  const belongs = (await programOf(client, resource)) ?? sql`NULL::text`;
  const rows = await client.query<{ detail: string }>(sql`
    SELECT format('\`%s\` would be removed: ', o.id) || ${detailOf(program, sql`o.program`)} AS detail
      FROM (SELECT t.id, ${belongs} AS program FROM removed r JOIN ${raw(resource.table)} t ON t.id = r.target) AS o
     WHERE o.program IS DISTINCT FROM ${program} ORDER BY o.id LIMIT ${removalsMost}`);
  return rows.map(({ detail }) => ({ parameter: 'scope', code: 'outside-program', detail }));
}
