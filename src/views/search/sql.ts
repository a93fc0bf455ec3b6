/** Every text that a row can be found by, rated against what was asked. */
import sql, { join, type Sql } from 'sql-template-tag';
import type { Asked } from '../view.ts';
import { searchable, textsIn } from './texts.ts';

export interface SearchQuery {
  q: string;
  kind?: string[];
  limit?: number;
}

/** How many rows that resemble the words are looked at for slips of the pen. */
const similarMost = 300;
/** More letters than a client may send, which a ligature that stands for a whole sentence unfolds into, hold no name. */
const lettersMost = 200;
/** Below it no slip of the pen is forgiven that the rules would forgive. */
const similarity = 0.15;

/**
 * The best texts of the rows that match, one a row, in order; then, while there is room, texts that only resemble what was
 * asked (no `loss`), for the rules to judge. The words hold letters, digits and blanks only (search_words), so none of
 * them is a wildcard; `key` is the same without blanks, in which K EXAONE and K-EXAONE and KEXAONE are one.
 *
 * `loss`: 0 the whole text, 10 its beginning, 20 whole words, 30 parts; 5 more for the title of a document, whose
 * beginning counts as no more than words (a headline begins with anything), and 5 more where a part of the words is in
 * the name and the rest in the names of what the row belongs to (SKT consortium).
 */
export function searchStatement({ query, registry, language }: Asked<SearchQuery>, limit: number): Sql {
  const resources = searchable(registry);
  const kinds = query.kind ?? resources.map(({ singular }) => singular);
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
    -- One word alone is never shared between a row and what it belongs to.
    beside AS MATERIALIZED (
      SELECT t.place, t.id, string_agg(DISTINCT other.words, ' ') AS words
        FROM (SELECT DISTINCT place, id, belongs FROM texts WHERE NOT document) t
        JOIN LATERAL unnest(t.belongs) AS key ON true JOIN texts other ON other.kind || '/' || other.id = key
       WHERE (SELECT cardinality(each) FROM asked) > 1
       GROUP BY t.place, t.id),
    compared AS MATERIALIZED (
      SELECT t.*, replace(t.words, ' ', '') AS key, string_to_array(t.words, ' ') AS each, coalesce(b.words, '') AS beside,
             coalesce(string_to_array(b.words, ' '), '{}') AS others
        FROM texts t LEFT JOIN beside b USING (place, id) WHERE t.kind = ANY (${kinds})),
    rated AS MATERIALIZED (
      SELECT t.*, CASE
          WHEN t.key = asked.key AND t.field <> 'publisher' THEN 0
          WHEN starts_with(t.key, asked.key) AND NOT t.document THEN 10
          WHEN t.each @> asked.each THEN 20
          WHEN t.each || t.others @> asked.each AND EXISTS (
            SELECT FROM unnest(asked.each) AS e(word) WHERE e.word = ANY (t.each) AND e.word <> ALL (t.others)) THEN 25
          WHEN strpos(t.key, asked.key) > 0
            OR NOT EXISTS (SELECT FROM unnest(asked.each) AS e(word) WHERE strpos(t.words, e.word) = 0) THEN 30
          WHEN t.others && asked.each AND NOT EXISTS (
            SELECT FROM unnest(asked.each) AS e(word) WHERE strpos(t.words, e.word) = 0 AND e.word <> ALL (t.others)) AND EXISTS (
            SELECT FROM unnest(asked.each) AS e(word) WHERE strpos(t.words, e.word) > 0 AND e.word <> ALL (t.others)) THEN 35
        END + CASE WHEN t.document THEN 5 ELSE 0 END AS loss
        FROM compared t, asked WHERE asked.key <> ''),
    found AS MATERIALIZED (
      SELECT DISTINCT ON (place, id) * FROM rated WHERE loss IS NOT NULL ORDER BY place, id, loss, preference, text),
    resembling AS (
      SELECT rated.* FROM rated, asked, LATERAL (SELECT greatest(
               word_similarity(search_letters(asked.key), search_letters(rated.words)),
               word_similarity(search_letters(asked.words), search_letters(concat_ws(' ', rated.words, nullif(rated.beside, ''))))) AS likeness) l
       WHERE length(asked.key) <= ${lettersMost}::bigint AND (SELECT count(*) FROM found) < ${limit}::bigint
         AND NOT EXISTS (SELECT FROM found WHERE (found.place, found.id) = (rated.place, rated.id))
         AND likeness >= ${similarity}::real
       ORDER BY likeness DESC, place, id, preference LIMIT ${similarMost}::bigint)
    SELECT coalesce(json_agg(h), '[]') AS doc FROM (
      SELECT kind, id, name, field, text, words, beside, loss, place, preference, (SELECT words FROM asked) AS asked FROM (
        (SELECT * FROM found ORDER BY loss, place, id LIMIT ${limit}::bigint) UNION ALL SELECT * FROM resembling) hits) h`;
}
