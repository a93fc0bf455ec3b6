/** What is wrong with staged rows that only the database knows: codes, references, keys that exist, the scope. */
import sql, { raw } from 'sql-template-tag';
import type { Client } from '../../db/database.ts';
import type { Resource } from '../../resource/declare.ts';
import type { Registry } from '../../resource/registry.ts';
import { addFaults, keyOf } from './match.ts';
import type { Scope } from './merge.ts';
import type { Names } from './names.ts';
import type { Stage } from './stage.ts';

/** The values of one leaf over all staged rows that have no fault yet: n and value, lists one item a row. */
function valuesOf(resource: Resource, path: string) {
  const at = resource.leaves.find((leaf) => leaf.path === path);
  const column = at?.leaf.column ?? path;
  if (!at?.rows)
    return at?.leaf.kind === 'list'
      ? raw(`SELECT s.n, u.value FROM staged s, unnest(s."${column}") AS u(value) WHERE s.faults IS NULL`)
      : raw(`SELECT s.n, s."${column}"::text AS value FROM staged s WHERE s.faults IS NULL`);
  const [list = '', name = ''] = path.split('.');
  const holder = at.rows.table ? `list_${list}` : list.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`);
  const items = `jsonb_array_elements(coalesce(s."${holder}", '[]')) AS i(item)`;
  return at.leaf.kind === 'list'
    ? raw(
        `SELECT s.n, u.value FROM staged s, ${items}, jsonb_array_elements_text(i.item -> '${name}') AS u(value) WHERE s.faults IS NULL`,
      )
    : raw(`SELECT s.n, i.item ->> '${name}' AS value FROM staged s, ${items} WHERE s.faults IS NULL`);
}

export async function checkCodes(client: Client, { resource }: Stage): Promise<void> {
  for (const { path, leaf } of resource.leaves) {
    if (!leaf.listed || leaf.derived) continue;
    const { problem, detail, knows } = leaf.listed;
    await addFaults(
      client,
      sql`SELECT asked.n, ${path}::text, ${problem}::text, ${detail}::text, to_jsonb(asked.code)
            FROM (SELECT v.n, v.value AS code FROM (${valuesOf(resource, path)}) AS v) AS asked
           WHERE asked.code IS NOT NULL AND NOT (${raw(knows)})`,
    );
  }
}

/** References to rows that the file itself may bring, or of which there are too many to have been loaded. */
export async function checkOpenReferences(
  client: Client,
  { resource }: Stage,
  names: Names,
  registry: Registry,
): Promise<void> {
  for (const { path, leaf } of resource.leaves) {
    if (leaf.derived || path === 'id' || !leaf.refersTo) continue;
    const target = registry.get(leaf.refersTo);
    if (!names.isOpen(target)) continue;
    const inFile =
      target === resource
        ? sql`AND NOT EXISTS (SELECT FROM staged f WHERE f.id::text = v.value AND f.faults IS NULL)`
        : sql``;
    await addFaults(
      client,
      sql`SELECT v.n, ${path}::text, 'unknown-reference', format('\`%s\`: no such ${raw(target.singular)}, neither here nor in the file', v.value), to_jsonb(v.value)
            FROM (${valuesOf(resource, path)}) AS v
           WHERE v.value IS NOT NULL AND NOT EXISTS (SELECT FROM ${raw(target.table)} t WHERE t.id::text = v.value) ${inFile}`,
    );
  }
}

/** For `mode=insert`: whether some rows are there already. */
export async function refuseExisting(client: Client, { resource }: Stage): Promise<boolean> {
  const field = keyOf(resource)
    .map(({ path }) => path)
    .join(' + ');
  await addFaults(
    client,
    sql`SELECT m.n, ${field}::text, 'already-exists', format('there is a row with this %s: \`%s\`', ${field}::text, m.target), NULL::jsonb FROM matched m`,
  );
  const [some] = await client.query<{ some: boolean }>(sql`SELECT EXISTS (SELECT FROM matched) AS some`);
  return some?.some ?? false;
}

/** What replaces a scope lies in it. */
export async function checkScope(client: Client, { resource }: Stage, scope: Scope): Promise<void> {
  for (const [path, value] of Object.entries(scope))
    await addFaults(
      client,
      sql`SELECT v.n, ${path}::text, 'outside-scope', format('the file replaces the rows with %s = %s', ${path}::text, ${value}::text), to_jsonb(v.value)
            FROM (${valuesOf(resource, path)}) AS v WHERE v.value IS DISTINCT FROM ${value}`,
    );
}
