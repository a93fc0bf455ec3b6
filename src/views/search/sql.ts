/**
 * Every text that a row can be found by, rated against what was asked. The texts are read off the declarations, so a
 * new resource that has names or a title is found without another line here.
 */
import sql, { empty, join, raw, type Sql } from 'sql-template-tag';
import type { Language } from '../../kernel/language.ts';
import { valueOf } from '../../resource/columns.ts';
import type { LeafAt, Resource } from '../../resource/declare.ts';
import type { Registry } from '../../resource/registry.ts';
import type { Asked } from '../view.ts';

export interface SearchQuery {
  q: string;
  kind?: string[];
  limit?: number;
}

/** How many rows that resemble the words are looked at for slips of the pen. */
const similarMost = 300;
/** Below it no slip of the pen is forgiven that the rules would forgive. */
const similarity = 0.15;

/** By what its rows are found, aliases aside: its names, or its title. Empty where it has neither. */
const textsOf = ({ fields, search, leaves }: Resource): LeafAt[] =>
  leaves.filter(({ path }) =>
    'names' in fields ? path.startsWith('names.') : path === 'title' && search.includes('title'),
  );

export const searchable = ({ all }: Registry): Resource[] =>
  all.filter((resource) => textsOf(resource).length > 0);

/** Whether aliases can name its rows. */
const hasAliases = ({ all }: Registry, { singular }: Resource): boolean =>
  all.find(({ name }) => name === 'aliases')?.leaves.some(({ subject }) => subject?.includes(singular)) ??
  false;

function textsIn(resource: Resource, registry: Registry, language: Language): Sql {
  const texts = textsOf(resource);
  const name = resource.leaves.find(({ path }) => path === 'name') ?? texts[0];
  if (!name) throw new Error(`${resource.name} has nothing to be found by`);
  const row = `'${resource.singular}' AS kind, ${registry.all.indexOf(resource)} AS place, t.id::text AS id, ${valueOf(name.leaf, 't', language)} AS name`;
  const values = texts.map(
    ({ leaf, path }, i) =>
      `(${path === `names.${language}` ? 0 : i + 1}, '${path}', ${valueOf(leaf, 't', language)})`,
  );
  const own = sql`SELECT ${raw(row)}, v.* FROM ${raw(resource.table)} t CROSS JOIN LATERAL (VALUES ${raw(values.join(', '))}) v(preference, field, text)`;
  const also = hasAliases(registry, resource)
    ? sql` UNION ALL SELECT ${raw(row)}, 9, 'alias', a.alias FROM aliases a JOIN ${raw(resource.table)} t ON t.id = a.entity_id WHERE a.entity_type = ${resource.singular}`
    : empty;
  return sql`${own}${also}`;
}

/**
 * The best texts of the rows that match, one a row, in order; then, while there is room, texts that only resemble what was
 * asked (no `tier`), for the rules to judge. The words hold letters, digits and blanks only (search_words), so none of
 * them is a wildcard; `key` is the same without blanks, in which K EXAONE and K-EXAONE and KEXAONE are one.
 */
export function searchStatement({ query, registry, language }: Asked<SearchQuery>, limit: number): Sql {
  const resources = searchable(registry).filter(({ singular }) => query.kind?.includes(singular) ?? true);
  return sql`
    WITH asked AS MATERIALIZED (
      SELECT words, replace(words, ' ', '') AS key, string_to_array(words, ' ') AS each FROM (SELECT search_words(${query.q}) AS words) w),
    texts AS MATERIALIZED (
      SELECT t.*, search_words(t.text) AS words
        FROM (${join(
          resources.map((resource) => textsIn(resource, registry, language)),
          ' UNION ALL ',
        )}) t
       WHERE t.text IS NOT NULL),
    rated AS MATERIALIZED (
      SELECT t.*, CASE
          WHEN replace(t.words, ' ', '') = asked.key THEN 1
          WHEN starts_with(replace(t.words, ' ', ''), asked.key) THEN 2
          WHEN string_to_array(t.words, ' ') @> asked.each THEN 3
          WHEN strpos(replace(t.words, ' ', ''), asked.key) > 0
            OR NOT EXISTS (SELECT FROM unnest(asked.each) AS e(word) WHERE strpos(t.words, e.word) = 0) THEN 4 END AS tier
        FROM texts t, asked WHERE asked.key <> ''),
    found AS MATERIALIZED (
      SELECT DISTINCT ON (place, id) * FROM rated WHERE tier IS NOT NULL ORDER BY place, id, tier, preference, text),
    resembling AS (
      SELECT rated.* FROM rated, asked, greatest(word_similarity(asked.key, rated.words), word_similarity(asked.words, rated.words)) AS likeness
       WHERE (SELECT count(*) FROM found) < ${limit}::bigint
         AND NOT EXISTS (SELECT FROM found WHERE (found.place, found.id) = (rated.place, rated.id))
         AND likeness >= ${similarity}::real
       ORDER BY likeness DESC, place, id, preference LIMIT ${similarMost}::bigint)
    SELECT coalesce(json_agg(h), '[]') AS doc FROM (
      SELECT kind, id, name, field, text, words, tier, place, preference, (SELECT words FROM asked) AS asked FROM (
        (SELECT * FROM found ORDER BY tier, place, id LIMIT ${limit}::bigint) UNION ALL SELECT * FROM resembling) hits) h`;
}
