/** Who refers to whom: the ids in a document that name nothing, and the rows that keep another from being deleted. */
import sql, { join, raw, type Sql } from 'sql-template-tag';
import type { Client } from '../db/database.ts';
import { didYouMean } from '../kernel/nearest.ts';
import type { Fault } from '../kernel/problems.ts';
import type { LeafAt, Resource } from './declare.ts';
import { slugPattern } from './fields.ts';
import type { Registry } from './registry.ts';
import { placesOf } from './places.ts';
import { valueAt, type Document } from './write.ts';

interface Reference {
  pointer: string;
  target: Resource;
  id: string;
}

export function targetOf(at: LeafAt, document: unknown, registry: Registry): Resource | undefined {
  if (at.subject) {
    const type = valueAt(document, at.path.replace(/id$/, 'type'));
    return typeof type === 'string' && at.subject.includes(type) ? registry.bySingular(type) : undefined;
  }
  return at.leaf.refersTo && at.path !== 'id' ? registry.get(at.leaf.refersTo) : undefined;
}

/** Every reference in the document that has the form of an id; other values are the schema's to refuse. */
function referencesIn(document: unknown, resource: Resource, registry: Registry): Reference[] {
  const found: Reference[] = [];
  const note = (target: Resource, pointer: string, value: unknown): void => {
    if (Array.isArray(value))
      value.forEach((item, i) => {
        note(target, `${pointer}/${i}`, item);
      });
    else if (typeof value === 'string' && value.length <= 80 && slugPattern.test(value))
      found.push({ pointer, target, id: value });
  };
  for (const at of resource.leaves) {
    const target = targetOf(at, document, registry);
    if (!target || at.leaf.derived) continue;
    for (const { pointer, value } of placesOf(at, document)) note(target, pointer, value);
  }
  return found;
}

/** How many ids are looked through for one that was meant. */
const candidatesMost = 5_000;
/** How many references of one row are looked up, and for how many unknown ones a guess is made. */
const referencesMost = 2_000;
const guessesMost = 20;

export async function unknownReferences(
  client: Client,
  resource: Resource,
  document: unknown,
  registry: Registry,
): Promise<Fault[]> {
  const byTarget = new Map<Resource, Reference[]>();
  // The schema refuses longer lists anyway.
  for (const reference of referencesIn(document, resource, registry).slice(0, referencesMost)) {
    const some = byTarget.get(reference.target);
    if (some) some.push(reference);
    else byTarget.set(reference.target, [reference]);
  }
  const known = await existing(client, byTarget);
  const faults: Fault[] = [];
  for (const [target, references] of byTarget) {
    const unknown = references.filter(({ id }) => !known.has(`${target.name} ${id}`));
    if (unknown.length === 0) continue;
    const candidates = (
      await client.query<{ id: string }>(
        sql`SELECT id FROM ${raw(target.table)} ORDER BY id LIMIT ${candidatesMost}`,
      )
    ).map(({ id }) => id);
    const guesses = new Map<string, string>();
    for (const { pointer, id } of unknown) {
      if (!guesses.has(id)) guesses.set(id, guesses.size < guessesMost ? didYouMean(id, candidates) : '');
      const guess = guesses.get(id) ?? '';
      faults.push({
        pointer,
        code: 'unknown-reference',
        detail: `\`${id}\`: no such ${target.singular}${guess}`,
      });
    }
  }
  return faults;
}

/** Those that are there, as resource and id; of all resources in one go, since each costs a way to the database. */
async function existing(client: Client, byTarget: Map<Resource, Reference[]>): Promise<Set<string>> {
  if (byTarget.size === 0) return new Set();
  const parts = [...byTarget].map(([{ name, table }, references]): Sql => {
    const ids = [...new Set(references.map(({ id }) => id))];
    return sql`SELECT ${name}::text AS resource, id FROM ${raw(table)} WHERE id = ANY (${ids}::text[])`;
  });
  const rows = await client.query<{ resource: string; id: string }>(join(parts, ' UNION ALL '));
  return new Set(rows.map(({ resource, id }) => `${resource} ${id}`));
}

/** How many rows that stand in the way of a deletion are named. */
const holdersMost = 50;

/** The rows that refer to one, as the 409 of its deletion lists them. */
export async function holdersOf(
  client: Client,
  resource: Resource,
  id: string,
  registry: Registry,
): Promise<Document[]> {
  const parts = registry.referrers(resource.name).map(({ resource: holder, at }): Sql => {
    const { path } = at;
    const named = (where: Sql, alias: string): Sql =>
      sql`SELECT ${holder.name} AS resource, ${raw(alias)}.id::text AS id, ${path} AS field FROM ${raw(holder.table)} ${raw(alias)} WHERE ${where}`;
    if (at.rows?.table) {
      const { name, parent } = at.rows.table;
      const match =
        at.leaf.kind === 'list'
          ? sql`m.${raw(at.leaf.column ?? '')} @> ARRAY[${id}]`
          : sql`m.${raw(at.leaf.column ?? '')} = ${id}`;
      return named(
        sql`EXISTS (SELECT FROM ${raw(name)} m WHERE m.${raw(parent)} = h.id AND ${match} AND h.id <> ${resource.table === holder.table ? id : ''})`,
        'h',
      );
    }
    if (at.leaf.kind === 'list') return named(sql`h.${raw(at.leaf.column ?? '')} @> ARRAY[${id}]`, 'h');
    const type = at.subject
      ? sql` AND h.${raw(at.leaf.column?.replace(/_id$/, '_type') ?? '')} = ${resource.singular}`
      : sql``;
    return named(sql`h.${raw(at.leaf.column ?? '')} = ${id}${type}`, 'h');
  });
  if (parts.length === 0) return [];
  return client.query(
    sql`SELECT * FROM (${join(parts, ' UNION ALL ')}) holders ORDER BY resource, id, field LIMIT ${holdersMost}`,
  );
}
