/** What a row can be found by, read off the declarations: a new resource with names or a title needs no line here. */
import sql, { empty, raw, type Sql } from 'sql-template-tag';
import type { Language } from '../../kernel/language.ts';
import { valueOf } from '../../resource/columns.ts';
import type { LeafAt, Resource } from '../../resource/declare.ts';
import { loadRegistry, type Registry } from '../../resource/registry.ts';

/** How a row that only has a number is called, for example round 1; `#` stands for the number. */
const numbered: Partial<Record<string, Record<Language, string>>> = {
  round: { en: 'Round #', ko: '#차 평가', fr: 'Phase #' },
};

interface Named {
  field: string;
  value: string;
  language?: Language;
}

/** A document is found by its title and by who published it, which says less than a name does. */
const documentFields = ['title', 'publisher'];

function namesOf({ singular, fields, search, leaves }: Resource, language: Language): Named[] {
  const called = (wanted: (path: string) => boolean): Named[] =>
    leaves
      .filter(({ path }) => wanted(path))
      .map(({ path, leaf }) => ({ field: path, value: valueOf(leaf, 't', language) }));
  if ('names' in fields) return called((path) => path.startsWith('names.'));
  const titled = called((path) => documentFields.includes(path) && search.includes(path));
  const number = numbered[singular];
  if (titled.length > 0 || !number || !('ordinal' in fields)) return titled;
  return (Object.entries(number) as [Language, string][]).map(([spoken, pattern]) => ({
    field: 'ordinal',
    language: spoken,
    value: `replace('${pattern}', '#', t.ordinal::text)`,
  }));
}

export const searchable = ({ all }: Registry): Resource[] =>
  all.filter((resource) => namesOf(resource, 'en').length > 0);

/** The kinds that there are to find, for the documentation; a registry made in another way is asked itself. */
export const kinds = searchable(await loadRegistry()).map(({ singular }) => singular);

/** Whether aliases can name its rows. */
const hasAliases = ({ all }: Registry, { singular }: Resource): boolean =>
  all.find(({ name }) => name === 'aliases')?.leaves.some(({ subject }) => subject?.includes(singular)) ??
  false;

/** The rows that it belongs to and that have names of their own, as `kind/id`. */
function belongsTo({ leaves }: Resource, registry: Registry): string {
  const keys = leaves.flatMap(({ path, leaf, rows }: LeafAt) => {
    if (!leaf.refersTo || path === 'id' || rows || leaf.kind !== 'ref') return [];
    const other = registry.get(leaf.refersTo);
    return 'names' in other.fields ? [`'${other.singular}/' || t.${leaf.column ?? ''}`] : [];
  });
  return `ARRAY[${keys.join(', ')}]::text[]`;
}

/** The name that is shown: in the language asked for. */
function shown(resource: Resource, names: Named[], language: Language): string {
  const name = resource.leaves.find(({ path }) => path === 'name');
  if (name) return valueOf(name.leaf, 't', language);
  return (names.find((one) => one.language === language) ?? names[0])?.value ?? 'NULL';
}

/** All texts of the rows of a resource: kind, place, id, name, belongs, document, preference, field, text. */
export function textsIn(resource: Resource, registry: Registry, language: Language): Sql {
  const names = namesOf(resource, language);
  const document = names.some(({ field }) => documentFields.includes(field));
  const row = [
    `'${resource.singular}' AS kind, ${registry.all.indexOf(resource)} AS place, t.id::text AS id`,
    `${shown(resource, names, language)} AS name, ${belongsTo(resource, registry)} AS belongs, ${document} AS document`,
  ].join(', ');
  const values = names.map(({ field, value, language: spoken }, i) => {
    const asked = field === `names.${language}` || spoken === language;
    return `(${asked ? 0 : i + 1}, '${field}', ${value})`;
  });
  const own = sql`SELECT ${raw(row)}, v.* FROM ${raw(resource.table)} t CROSS JOIN LATERAL (VALUES ${raw(values.join(', '))}) v(preference, field, text)`;
  const also = hasAliases(registry, resource)
    ? sql` UNION ALL SELECT ${raw(row)}, 9, 'alias', a.alias FROM aliases a JOIN ${raw(resource.table)} t ON t.id = a.entity_id WHERE a.entity_type = ${resource.singular}`
    : empty;
  return sql`${own}${also}`;
}
