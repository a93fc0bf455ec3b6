import sql, { raw, type Sql } from 'sql-template-tag';
import { fieldsOf, participantsOf } from '../sql.ts';
import type { Asked } from '../view.ts';
import type { Wanted } from './rules.ts';

/** What was planned for a round is known once one of its sources is; in the present all of them are. */
export const isPlanKnown = (round: string): Sql =>
  sql`EXISTS (SELECT FROM sources s WHERE s.id = ANY (${raw(round)}.sources))`;

const listOf = (select: Sql): Sql => sql`(SELECT coalesce(json_agg(d), '[]') FROM (${select}) d)`;

/** One row with all that the timeline is made of as JSON text in `doc`; the rules put it in order. */
export function timelineStatement(asked: Asked<Wanted>): Sql {
  const { id, query } = asked;
  /** With the moment at which it was last written: a title changes with every name in it. */
  const named = (resource: string, key: Sql): Sql =>
    sql`(SELECT row_to_json(k) FROM (SELECT ${fieldsOf(asked, resource, 'n', 'id', 'name', 'updatedAt')} FROM ${raw(asked.registry.get(resource).table)} n WHERE n.id = ${key}) k)`;
  const told = (table: Sql): Sql => sql`SELECT unnest(t.sources) FROM ${table} t WHERE t.program = p.id`;
  const own = (table: Sql): Sql => sql`FROM ${table} t WHERE t.program = p.id`;
  return sql`
    SELECT row_to_json(d)::text AS doc FROM (SELECT as_of_day()::text AS day,
      (SELECT row_to_json(k) FROM (SELECT ${fieldsOf(asked, 'programs', 'p', 'id', 'name', 'updatedAt')}) k) AS program,
      ${listOf(sql`SELECT ${fieldsOf(asked, 'milestones', 't', 'id', 'date', 'title', 'replaces', 'sources', 'updatedAt')},
          least(t.created_at::date, (SELECT min(period_end(s.published_on)) FROM sources s WHERE s.id = ANY (t.sources)))::text AS earliest,
          (SELECT max(period_start(s.published_on))::text FROM sources s WHERE s.id = ANY (t.sources)) AS latest,
          (SELECT max(k."updatedAt") FROM (SELECT ${fieldsOf(asked, 'sources', 's', 'updatedAt')} FROM sources s WHERE s.id = ANY (t.sources)) k) AS "sourcesUpdatedAt" ${own(sql`milestones`)}`)} AS milestones,
      ${listOf(sql`SELECT ${fieldsOf(asked, 'calls', 't', 'id', 'name', 'openedOn', 'closedOn', 'sources', 'updatedAt')} ${own(sql`calls`)}`)} AS calls,
      -- Somebody may decline a call in public before it is out: then only its id is known.
      ${listOf(sql`SELECT ${fieldsOf(asked, 'bids', 't', 'id', 'outcome', 'decidedOn', 'sources', 'updatedAt')},
          coalesce(${named('calls', sql`t.call`)}, json_build_object('id', t.call, 'name', t.call, 'updatedAt', NULL)) AS call,
          ${named('organizations', sql`t.organization`)} AS organization ${own(sql`bids`)}`)} AS bids,
      ${listOf(sql`SELECT ${fieldsOf(asked, 'rounds', 't', 'id', 'ordinal', 'presentedOn', 'publishedOn', 'state', 'sources', 'updatedAt')},
          CASE WHEN ${isPlanKnown('t')} THEN t.scheduled_on END AS "scheduledOn" ${own(sql`rounds`)}`)} AS rounds,
      ${listOf(sql`SELECT ${fieldsOf(asked, 'models', 't', 'id', 'name', 'releasedOn', 'sources', 'updatedAt')}, ${named('organizations', sql`t.organization`)} AS organization
          FROM models t WHERE t.organization IN (${participantsOf(sql`p.id`)})`)} AS releases,
      ${listOf(sql`SELECT ${fieldsOf(asked, 'decisions', 't', 'id', 'outcome', 'decidedOn', 'sources', 'updatedAt')}, ${named('consortiums', sql`c.id`)} AS consortium, c.lead,
          (SELECT row_to_json(k) FROM (SELECT ${fieldsOf(asked, 'rounds', 'r', 'ordinal', 'updatedAt')} FROM rounds r WHERE r.id = t.round) k) AS round
        FROM decisions t JOIN consortiums c ON c.id = t.consortium WHERE t.program = p.id`)} AS decisions,
      ${listOf(sql`SELECT ${fieldsOf(asked, 'funding-figures', 't', 'id', 'kind', 'money', 'statedOn', 'sources', 'updatedAt')},
          coalesce(${named('programs', sql`t.subject_program`)}, ${named('consortiums', sql`t.subject_consortium`)}, ${named('organizations', sql`t.subject_organization`)}) AS subject,
          coalesce(t.subject_organization, (SELECT c.lead FROM consortiums c WHERE c.id = t.subject_consortium)) AS organization,
          (SELECT row_to_json(k) FROM (SELECT ${fieldsOf(asked, 'sources', 's', 'publisher', 'updatedAt')} FROM sources s WHERE s.id = t.sources[1]) k) AS source
        FROM funding_figures t WHERE t.subject_program = p.id OR t.subject_consortium IN (SELECT c.id FROM consortiums c WHERE c.program = p.id)
          OR t.subject_organization IN (${participantsOf(sql`p.id`)})`)} AS claims,
      ${listOf(sql`SELECT ${named('consortiums', sql`c.id`)} AS consortium, ${named('organizations', sql`m.organization`)} AS organization, m.role,
          m.joined_on AS "joinedOn", m.left_on AS "leftOn", m.sources, ${fieldsOf(asked, 'consortiums', 'c', 'updatedAt')}
        FROM consortium_members m JOIN consortiums c ON c.id = m.consortium WHERE c.program = p.id`)} AS memberships,
      ${listOf(sql`SELECT ${fieldsOf(asked, 'disclosures', 't', 'id', 'disclosedOn', 'title', 'sources', 'updatedAt')} ${own(sql`disclosures`)}`)} AS disclosures,
      (SELECT json_object_agg(s.id, s.published_on) FROM sources s WHERE length(s.published_on) = 10 AND s.id IN (${told(sql`milestones`)} UNION ${told(sql`decisions`)} UNION ${told(sql`rounds`)} UNION ${told(sql`disclosures`)})) AS published,
      (SELECT json_agg(o.id ORDER BY o.id) FROM organizations o WHERE ${query.organization !== undefined}) AS organizations
    FROM programs p WHERE p.id = ${id}) d`;
}
