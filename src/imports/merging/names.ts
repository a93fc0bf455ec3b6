/**
 * What a file may call a row that it refers to: its id, its natural key (`kr-safm/2`), its name in any language, or an
 * alias. Loaded once an import, so that each row costs a look into a map.
 */
import sql, { join, raw, type Sql } from 'sql-template-tag';
import type { Client } from '../../db/database.ts';
import { didYouMean, nearest } from '../../kernel/nearest.ts';
import type { LeafAt, Resource } from '../../resource/declare.ts';
import type { Registry } from '../../resource/registry.ts';

/** Of a resource with more rows than this only ids are taken, and the database looks them up afterwards. */
const rowsMost = 100_000;

/** With how many ids and names unknown ones are compared, in one import: others wait meanwhile. */
const comparisonsMost = 2_000_000;
/** For how many unknown names what was found is kept. */
const guessesMost = 1_000;

/** Case, accents and width do not matter in a name. */
const fold = (text: string): string =>
  text.normalize('NFKD').replace(/\p{M}/gu, '').normalize('NFC').toLowerCase().trim();

interface Known {
  ids: Set<string>;
  /** Each id with its names, as one text: only read where a file uses a name. */
  text: string;
  /** Folded name → the ids that it may mean. */
  names?: Map<string, Set<string>>;
  /** False where the database has to judge, because there are too many or the file itself may bring it. */
  complete: boolean;
}

export type Resolution = { id: string; detail?: undefined } | { id?: undefined; detail: string };

export class Names {
  readonly #known = new Map<Resource, Known>();
  readonly #guesses = new Map<string, string>();
  #compared = 0;

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
    known.names ??= namesIn(known.text);
    const meant = [...(known.names.get(fold(called)) ?? [])];
    if (meant.length === 1) return { id: meant[0] ?? called };
    const shown = called.slice(0, 80);
    if (meant.length > 1)
      return { detail: `\`${shown}\` may mean ${meant.slice(0, 5).join(' or ')}: give the id` };
    if (!known.complete) return { id: called };
    return { detail: this.unknown(target, called) };
  }

  /** A file may hold the same unknown name a million times, and many different ones. */
  unknown(target: Resource, called: string): string {
    const shown = called.slice(0, 80);
    const key = `${target.name}/${shown}`;
    let guess = this.#guesses.get(key);
    if (guess === undefined) {
      guess = this.#guess(target, shown);
      if (this.#guesses.size < guessesMost) this.#guesses.set(key, guess);
    }
    return `\`${shown}\`: no such ${target.singular}${guess}`;
  }

  #guess(target: Resource, called: string): string {
    const known = this.#known.get(target);
    if (!known || this.#compared > comparisonsMost) return '';
    known.names ??= namesIn(known.text);
    this.#compared += known.ids.size + known.names.size;
    const byId = didYouMean(called, known.ids);
    if (byId !== '') return byId;
    const [id] = namedLike(known.names, called);
    return id === undefined ? '' : `; did you mean \`${id}\`?`;
  }
}

/** The shortest name that more than chance makes another one resemble. */
const resembling = 4;

/** The one row that has a name which begins like this, or nearly is this. */
function namedLike(names: Map<string, Set<string>>, called: string): string[] {
  const typed = fold(called);
  if (typed.length < 2) return [];
  const begun = new Set([...names].flatMap(([name, ids]) => (name.startsWith(typed) ? [...ids] : [])));
  const near = begun.size > 0 || typed.length < resembling ? undefined : nearest(typed, names.keys());
  const ids = near === undefined ? begun : (names.get(near) ?? begun);
  return ids.size === 1 ? [...ids] : [];
}

function targetsOf(resource: Resource, registry: Registry): Set<Resource> {
  const of = ({ leaf, subject, path }: LeafAt): Resource[] => {
    if (leaf.derived) return [];
    if (subject) return subject.map((singular) => registry.bySingular(singular));
    return leaf.refersTo && path !== 'id' ? [registry.get(leaf.refersTo)] : [];
  };
  return new Set(resource.leaves.flatMap(of));
}

/** Neither an id nor a name has control characters. */
const betweenRows = '\u001e';
const betweenNames = '\u001f';

async function load(client: Client, target: Resource, isItself: boolean): Promise<Known> {
  const [row] = await client.query<{ ids: string | null; text: string | null; rows: number }>(sql`
    SELECT string_agg(k.id, ${betweenRows}) AS ids, count(*)::int AS rows,
           string_agg(concat_ws(${betweenNames}, k.id, k.names, a.names), ${betweenRows}) AS text
      FROM (SELECT t.id::text AS id, ${namesOf(target)} AS names FROM ${raw(target.table)} t LIMIT ${rowsMost + 1}) AS k
      LEFT JOIN (SELECT entity_id AS id, string_agg(alias, ${betweenNames}) AS names FROM aliases
                  WHERE entity_type = ${target.singular} GROUP BY entity_id) AS a ON a.id = k.id`);
  return {
    ids: new Set(row?.ids?.split(betweenRows)),
    text: row?.text ?? '',
    complete: !isItself && (row?.rows ?? 0) <= rowsMost,
  };
}

function namesIn(text: string): Map<string, Set<string>> {
  const all = new Map<string, Set<string>>();
  for (const row of text.split(betweenRows)) {
    const [id = '', ...names] = row.split(betweenNames);
    for (const name of names) {
      const key = fold(name);
      const ids = all.get(key);
      if (ids) ids.add(id);
      else all.set(key, new Set([id]));
    }
  }
  return all;
}

/** Names in all languages, and the natural key where that is not the id. */
function namesOf({ leaves, naturalKey }: Resource): Sql {
  const columns = leaves.filter(({ path }) => path.startsWith('names.')).map(({ leaf }) => leaf.column ?? '');
  const key = naturalKey.map((path) => leaves.find((at) => at.path === path)?.leaf.column ?? path);
  const own = [
    ...columns.map((column) => raw(`t."${column}"`)),
    ...(naturalKey[0] === 'id'
      ? []
      : [raw(`concat_ws('/', ${key.map((name) => `t."${name}"`).join(', ')})`)]),
  ];
  return own.length > 0 ? sql`concat_ws(${betweenNames}, ${join(own)})` : sql`NULL::text`;
}
