import sql, { type Sql } from 'sql-template-tag';
import { fieldsOf, nameOf, participantsOf } from '../sql.ts';
import type { Asked } from '../view.ts';
import type { Claim } from './claim.ts';

export interface FundingQuery {
  convertTo?: string;
}

export interface FundingFacts {
  program: { id: string; name: string };
  claims: Claim[];
  /** Every code of ISO 4217 that is in use; none where nobody asked for one. */
  currencies: string[] | null;
}

/** The claims about a programme, its consortiums and those who take part in it; their source may not be public yet. */
export function fundingStatement(asked: Asked<FundingQuery>): Sql {
  const { id, language, query } = asked;
  const named = (table: Sql, key: Sql): Sql =>
    sql`(SELECT ${nameOf('n', language)} FROM ${table} n WHERE n.id = ${key})`;
  return sql`
    SELECT row_to_json(d)::text AS doc FROM (SELECT
      json_build_object('id', p.id, 'name', ${nameOf('p', language)}) AS program,
      (SELECT coalesce(json_agg(c ORDER BY c.id), '[]') FROM (
        SELECT ${fieldsOf(asked, 'funding-figures', 'f', 'id', 'kind', 'money', 'approximate', 'statedAlso', 'statedOn', 'scope', 'rank', 'rankReason', 'note')},
            (SELECT row_to_json(n) FROM (SELECT f.subject_type AS type, f.subject_id AS id,
               coalesce(${named(sql`programs`, sql`f.subject_program`)}, ${named(sql`consortiums`, sql`f.subject_consortium`)},
                        ${named(sql`organizations`, sql`f.subject_organization`)}) AS name) n) AS subject,
            (SELECT row_to_json(o) FROM (SELECT f.sources[1] AS id, s.title, s.publisher, s.kind, s.published_on AS "publishedOn", s.url) o) AS source
          FROM funding_figures f LEFT JOIN sources s ON s.id = f.sources[1]
         WHERE f.subject_program = p.id
            OR f.subject_consortium IN (SELECT c.id FROM consortiums c WHERE c.program = p.id)
            OR f.subject_organization IN (${participantsOf(sql`p.id`)})) c) AS claims,
      (SELECT json_agg(c.code ORDER BY c.code) FROM currencies c WHERE ${query.convertTo !== undefined}) AS currencies
    FROM programs p WHERE p.id = ${id}) d`;
}
