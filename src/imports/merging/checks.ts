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

export async function checkCodes(client: Client, stage: Stage): Promise<void> {
  const { resource } = stage;
  for (const { path, leaf } of resource.leaves) {
    if (!leaf.listed || leaf.derived) continue;
    const { problem, detail, knows } = leaf.listed;
    await addFaults(
      client,
      stage,
      sql`SELECT asked.n, ${path}::text, ${problem}::text, ${detail}::text, to_jsonb(asked.code)
            FROM (SELECT v.n, v.value AS code FROM (${valuesOf(resource, path)}) AS v) AS asked
           WHERE asked.code IS NOT NULL AND NOT (${raw(knows)})`,
    );
  }
}

/** References to rows that the file itself may bring, or of which there are too many to have been loaded. */
export async function checkOpenReferences(
  client: Client,
  stage: Stage,
  names: Names,
  registry: Registry,
): Promise<void> {
  const { resource } = stage;
  for (const { path, leaf } of resource.leaves) {
    if (leaf.derived || path === 'id' || !leaf.refersTo) continue;
    const target = registry.get(leaf.refersTo);
    if (!names.isOpen(target)) continue;
    const inFile =
      target === resource
        ? sql`AND NOT EXISTS (SELECT FROM staged f WHERE f.id::text = v.value AND f.faults IS NULL)`
        : sql``;
    const unknown = await client.query<{ n: number; value: string }>(sql`
      SELECT v.n, v.value FROM (${valuesOf(resource, path)}) AS v
       WHERE v.value IS NOT NULL AND NOT EXISTS (SELECT FROM ${raw(target.table)} t WHERE t.id::text = v.value) ${inFile}`);
    const faults = unknown.map(({ n, value }) => ({ n, value, detail: names.unknown(target, value) }));
    if (faults.length > 0)
      await addFaults(
        client,
        stage,
        sql`SELECT f.n, ${path}::text, 'unknown-reference', f.detail, to_jsonb(f.value)
              FROM jsonb_to_recordset(${JSON.stringify(faults)}::jsonb) AS f(n int, value text, detail text)`,
      );
  }
}

/** For `mode=insert`: whether some rows are there already. */
export async function refuseExisting(client: Client, stage: Stage): Promise<boolean> {
  const { resource } = stage;
  const field = keyOf(resource)
    .map(({ path }) => path)
    .join(' + ');
  await addFaults(
    client,
    stage,
    sql`SELECT m.n, ${field}::text, 'already-exists', format('there is a row with this %s: \`%s\`', ${field}::text, m.target), NULL::jsonb FROM matched m`,
  );
  const [some] = await client.query<{ some: boolean }>(sql`SELECT EXISTS (SELECT FROM matched) AS some`);
  return some?.some ?? false;
}

/** A row that is told by another key than its id keeps the id that it has. */
export async function refuseOtherIds(client: Client, stage: Stage): Promise<boolean> {
  const { resource } = stage;
  if (resource.id !== 'slug' || resource.naturalKey[0] === 'id') return false;
  const other = sql`FROM matched m JOIN staged s ON s.n = m.n WHERE m.target <> s.id`;
  await addFaults(
    client,
    stage,
    sql`SELECT m.n, 'id', 'id-is-fixed', format('the id of this row is \`%s\` and never changes', m.target), to_jsonb(s.id) ${other}`,
  );
  const [some] = await client.query<{ some: boolean }>(sql`SELECT EXISTS (SELECT ${other}) AS some`);
  return some?.some ?? false;
}

/** What replaces a scope lies in it. */
export async function checkScope(client: Client, stage: Stage, scope: Scope): Promise<void> {
  const { resource } = stage;
  for (const [path, value] of Object.entries(scope))
    await addFaults(
      client,
      stage,
      sql`SELECT v.n, ${path}::text, 'outside-scope', format('the file replaces the rows with %s = %s', ${path}::text, ${value}::text), to_jsonb(v.value)
            FROM (${valuesOf(resource, path)}) AS v WHERE v.value IS DISTINCT FROM ${value}`,
    );
}
