import sql, { type Sql } from 'sql-template-tag';
import { fieldsOf, nameOf, participantsOf } from '../sql.ts';
import type { Asked } from '../view.ts';
import type { Wanted } from './rules.ts';

const listOf = (select: Sql): Sql => sql`(SELECT coalesce(json_agg(d), '[]') FROM (${select}) d)`;

/** One row with all that the timeline is made of as JSON text in `doc`; the rules put it in order. */
export function timelineStatement(asked: Asked<Wanted>): Sql {
  const { id, language, query } = asked;
  const name = (table: Sql, key: Sql): Sql =>
    sql`(SELECT ${nameOf('n', language)} FROM ${table} n WHERE n.id = ${key})`;
  const named = (table: Sql, key: Sql): Sql =>
    sql`(SELECT row_to_json(k) FROM (SELECT n.id, ${nameOf('n', language)} AS name FROM ${table} n WHERE n.id = ${key}) k)`;
  const organization = sql`organizations`;
  const own = (table: Sql): Sql => sql`FROM ${table} t WHERE t.program = p.id`;
  return sql`
    SELECT row_to_json(d)::text AS doc FROM (SELECT
      (SELECT row_to_json(k) FROM (SELECT ${fieldsOf(asked, 'programs', 'p', 'id', 'name', 'updatedAt')}) k) AS program,
      ${listOf(sql`SELECT ${fieldsOf(asked, 'milestones', 't', 'id', 'date', 'title', 'sources', 'updatedAt')},
          (SELECT min(period_end(s.published_on))::text FROM sources s WHERE s.id = ANY (t.sources)) AS earliest ${own(sql`milestones`)}`)} AS milestones,
      ${listOf(sql`SELECT ${fieldsOf(asked, 'calls', 't', 'id', 'name', 'openedOn', 'closedOn', 'sources', 'updatedAt')} ${own(sql`calls`)}`)} AS calls,
      -- Somebody may decline a call in public before it is out: then only its id is known.
      ${listOf(sql`SELECT ${fieldsOf(asked, 'bids', 't', 'id', 'outcome', 'decidedOn', 'sources', 'updatedAt')},
          (SELECT row_to_json(k) FROM (SELECT t.call AS id, coalesce(${name(sql`calls`, sql`t.call`)}, t.call) AS name) k) AS call, ${named(organization, sql`t.organization`)} AS organization ${own(sql`bids`)}`)} AS bids,
      -- A plan is known once one of its sources is; in the present all of them are.
      ${listOf(sql`SELECT ${fieldsOf(asked, 'rounds', 't', 'id', 'ordinal', 'presentedOn', 'publishedOn', 'state', 'sources', 'updatedAt')},
          CASE WHEN EXISTS (SELECT FROM sources s WHERE s.id = ANY (t.sources)) THEN t.scheduled_on END AS "scheduledOn" ${own(sql`rounds`)}`)} AS rounds,
      ${listOf(sql`SELECT ${fieldsOf(asked, 'models', 't', 'id', 'name', 'releasedOn', 'sources', 'updatedAt')}, ${named(organization, sql`t.organization`)} AS organization
          FROM models t WHERE t.organization IN (${participantsOf(sql`p.id`)})`)} AS releases,
      ${listOf(sql`SELECT ${fieldsOf(asked, 'decisions', 't', 'id', 'outcome', 'decidedOn', 'sources', 'updatedAt')}, ${nameOf('c', language)} AS consortium, c.lead,
          (SELECT r.ordinal FROM rounds r WHERE r.id = t.round) AS ordinal
        FROM decisions t JOIN consortiums c ON c.id = t.consortium WHERE t.program = p.id`)} AS decisions,
      ${listOf(sql`SELECT ${fieldsOf(asked, 'funding-figures', 't', 'id', 'kind', 'money', 'statedOn', 'sources', 'updatedAt')},
          coalesce(${name(sql`programs`, sql`t.subject_program`)}, ${name(sql`consortiums`, sql`t.subject_consortium`)}, ${name(organization, sql`t.subject_organization`)}) AS subject,
          coalesce(t.subject_organization, (SELECT c.lead FROM consortiums c WHERE c.id = t.subject_consortium)) AS organization,
          (SELECT s.publisher FROM sources s WHERE s.id = t.sources[1]) AS publisher
        FROM funding_figures t WHERE t.subject_program = p.id OR t.subject_consortium IN (SELECT c.id FROM consortiums c WHERE c.program = p.id)
          OR t.subject_organization IN (${participantsOf(sql`p.id`)})`)} AS claims,
      ${listOf(sql`SELECT ${named(sql`consortiums`, sql`c.id`)} AS consortium, ${named(organization, sql`m.organization`)} AS organization, m.role,
          m.joined_on AS "joinedOn", m.left_on AS "leftOn", m.sources, ${fieldsOf(asked, 'consortiums', 'c', 'updatedAt')}
        FROM consortium_members m JOIN consortiums c ON c.id = m.consortium WHERE c.program = p.id`)} AS memberships,
      ${listOf(sql`SELECT ${fieldsOf(asked, 'disclosures', 't', 'id', 'disclosedOn', 'title', 'sources', 'updatedAt')} ${own(sql`disclosures`)}`)} AS disclosures,
      (SELECT json_agg(o.id ORDER BY o.id) FROM organizations o WHERE ${query.organization !== undefined}) AS organizations
    FROM programs p WHERE p.id = ${id}) d`;
}
