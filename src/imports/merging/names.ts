/**
 * What a file may call a row that it refers to: its id, its natural key (`kr-safm/2`), its name in any language, or an
 * alias. Loaded once an import, so that each row costs a look into a map.
 */
import sql, { join, raw, type Sql } from 'sql-template-tag';
import type { Client } from '../../db/database.ts';
import { didYouMean } from '../../kernel/nearest.ts';
import type { LeafAt, Resource } from '../../resource/declare.ts';
import type { Registry } from '../../resource/registry.ts';

/** Of a resource with more rows than this only ids are taken, and the database looks them up afterwards. */
const rowsMost = 100_000;

/** Case, accents and width do not matter in a name. */
const fold = (text: string): string =>
  text.normalize('NFKD').replace(/\p{M}/gu, '').normalize('NFC').toLowerCase().trim();

interface Known {
  ids: Set<string>;
  /** Folded name → the ids that it may mean. */
  names: Map<string, Set<string>>;
  /** False where the database has to judge, because there are too many or the file itself may bring it. */
  complete: boolean;
}

export type Resolution = { id: string } | { detail: string };

export class Names {
  readonly #known = new Map<Resource, Known>();

  static async load(client: Client, resource: Resource, registry: Registry): Promise<Names> {
    const names = new Names();
    for (const target of targetsOf(resource, registry))
      names.#known.set(target, await load(client, target, target === resource));
    return names;
  }

  /** The targets whose ids only the database can judge. */
  isOpen(target: Resource): boolean {
    return this.#known.get(target)?.complete === false;
  }

  resolve(target: Resource, called: string): Resolution {
    const known = this.#known.get(target);
    if (!known || known.ids.has(called)) return { id: called };
    const meant = [...(known.names.get(fold(called)) ?? [])];
    if (meant.length === 1) return { id: meant[0] ?? called };
    const shown = called.slice(0, 80);
    if (meant.length > 1)
      return { detail: `\`${shown}\` may mean ${meant.slice(0, 5).join(' or ')}: give the id` };
    if (!known.complete) return { id: called };
    return { detail: `\`${shown}\`: no such ${target.singular}${didYouMean(shown, known.ids)}` };
  }
}

function targetsOf(resource: Resource, registry: Registry): Set<Resource> {
  const of = ({ leaf, subject, path }: LeafAt): Resource[] => {
    if (leaf.derived) return [];
    if (subject) return subject.map((singular) => registry.bySingular(singular));
    return leaf.refersTo && path !== 'id' ? [registry.get(leaf.refersTo)] : [];
  };
  return new Set(resource.leaves.flatMap(of));
}

async function load(client: Client, target: Resource, isItself: boolean): Promise<Known> {
  const rows = await client.query<{ id: string; names: string[] }>(
    sql`SELECT t.id::text AS id, ${namesOf(target)} AS names FROM ${raw(target.table)} t ORDER BY t.id LIMIT ${rowsMost + 1}`,
  );
  const known: Known = { ids: new Set(), names: new Map(), complete: !isItself && rows.length <= rowsMost };
  for (const { id, names } of rows.slice(0, rowsMost)) {
    known.ids.add(id);
    for (const name of names) {
      const key = fold(name);
      const ids = known.names.get(key);
      if (ids) ids.add(id);
      else known.names.set(key, new Set([id]));
    }
  }
  return known;
}

/** Names in all languages, aliases, and the natural key where that is not the id. */
function namesOf({ leaves, naturalKey, singular }: Resource): Sql {
  const columns = leaves.filter(({ path }) => path.startsWith('names.')).map(({ leaf }) => leaf.column ?? '');
  const key = naturalKey.map((path) => leaves.find((at) => at.path === path)?.leaf.column ?? path);
  const own = [
    ...columns.map((column) => raw(`t."${column}"`)),
    ...(naturalKey[0] === 'id'
      ? []
      : [raw(`concat_ws('/', ${key.map((name) => `t."${name}"`).join(', ')})`)]),
  ];
  const list = own.length > 0 ? sql`ARRAY[${join(own)}]::text[]` : sql`'{}'::text[]`;
  return sql`array_remove(${list} || ARRAY(SELECT a.alias FROM aliases a WHERE a.entity_type = ${singular} AND a.entity_id = t.id::text), NULL)`;
}
