import sql, { type Sql } from 'sql-template-tag';
import type { Asked } from '../view.ts';
import { fundingStatement } from '../funding/sql.ts';
import { fieldsOf, nameOf } from '../sql.ts';
import { isPlanKnown } from '../timeline/sql.ts';
import { excluded, stayedOut } from './schema.ts';

/** One row with the whole overview as JSON text in `doc`; none where there is no such programme. */
export function overviewStatement(asked: Asked<object>): Sql {
  const { id, language } = asked;
  const named = (table: Sql, key: Sql): Sql =>
    sql`(SELECT row_to_json(n) FROM (SELECT o.id, ${nameOf('o', language)} AS name FROM ${table} o WHERE o.id = ${key}) n)`;
  const organization = (key: Sql): Sql => named(sql`organizations`, key);
  const bids = (outcomes: readonly string[]): Sql => sql`
      (SELECT coalesce(json_agg(d ORDER BY d."decidedOn", d.id), '[]') FROM (
        SELECT ${fieldsOf(asked, 'bids', 'b', 'id', 'call', 'outcome', 'decidedOn', 'reason')},
            ${organization(sql`b.organization`)} AS organization,
            (SELECT coalesce(json_agg(n ORDER BY n.id), '[]') FROM (SELECT k.id, ${nameOf('k', language)} AS name FROM criteria k WHERE k.id = ANY (b.criteria)) n) AS criteria,
            b.sources
          FROM bids b WHERE b.program = p.id AND b.outcome = ANY (${[...outcomes]}::text[])) d)`;
  // The figures of one round may be spread over two decisions: each is the latest that is known.
  const latest = (figure: Sql): Sql =>
    sql`(array_agg(${figure} ORDER BY period_end(d.decided_on) DESC, decision_order(d.outcome) DESC) FILTER (WHERE ${figure} IS NOT NULL))[1]`;
  return sql`
    SELECT row_to_json(page)::text AS doc FROM (SELECT
      (SELECT row_to_json(d) FROM (SELECT ${fieldsOf(asked, 'programs', 'p', 'id', 'name', 'country', 'objective', 'announcedOn', 'evaluationCadence', 'initialConsortiums', 'targetFinalists', 'status', 'activeConsortiums')},
          ${organization(sql`p.agency`)} AS agency, p.sources) d) AS program,
      (SELECT coalesce(json_agg(d ORDER BY d.status IS NOT DISTINCT FROM 'eliminated', d.id), '[]') FROM (
        SELECT ${fieldsOf(asked, 'consortiums', 'c', 'id', 'name', 'status', 'statusSince')},
            ${organization(sql`c.lead`)} AS lead,
            (SELECT coalesce(json_agg((SELECT row_to_json(n) FROM (
                 SELECT (SELECT row_to_json(n) FROM (SELECT o.id, ${nameOf('o', language)} AS name WHERE o.id IS NOT NULL) n) AS organization,
                     m.role, m.joined_on AS "joinedOn", m.left_on AS "leftOn") n)
                 ORDER BY m.role <> 'lead', ${nameOf('o', language)} COLLATE "default", m.joined_on, m.id), '[]')
               FROM consortium_members m LEFT JOIN organizations o ON o.id = m.organization WHERE m.consortium = c.id) AS members,
            (SELECT row_to_json(r) FROM (
               SELECT d.round, ${latest(sql`d.official_rank`)} AS rank, trim_scale(${latest(sql`d.official_total`)}) AS total
                 FROM decisions d JOIN rounds r ON r.id = d.round
                WHERE d.consortium = c.id GROUP BY d.round, r.ordinal ORDER BY r.ordinal DESC LIMIT 1) r) AS "latestResult",
            c.sources
          FROM consortiums c WHERE c.program = p.id) d) AS consortiums,
      ${bids(excluded)} AS excluded,
      ${bids(stayedOut)} AS "stayedOut",
      (SELECT coalesce(json_agg(d ORDER BY d.ordinal), '[]') FROM (
        SELECT ${fieldsOf(asked, 'rounds', 'r', 'id', 'ordinal', 'state', 'presentedOn', 'publishedOn', 'actualAdvancing', 'evaluated')},
            CASE WHEN ${isPlanKnown('r')} THEN r.scheduled_on END AS "scheduledOn", CASE WHEN ${isPlanKnown('r')} THEN r.planned_advancing END AS "plannedAdvancing",
            (SELECT count(*) FROM evaluations e WHERE e.round = r.id AND e.status = 'undisclosed') AS undisclosed, r.sources
          FROM rounds r WHERE r.program = p.id) d) AS rounds,
      (SELECT f.doc::json FROM (${fundingStatement({ ...asked, query: {} })}) f) AS funding,
      (SELECT row_to_json(d) FROM (
        SELECT * FROM (
          SELECT r.scheduled_on AS date, 'round' AS kind, r.id FROM rounds r WHERE r.program = p.id AND r.state <> 'published' AND ${isPlanKnown('r')} AND period_end(r.scheduled_on) >= as_of_day()
          UNION ALL
          SELECT k.closed_on, 'call', k.id FROM calls k WHERE k.program = p.id AND period_end(k.closed_on) >= as_of_day()) dates
         ORDER BY period_end(date), kind, id LIMIT 1) d) AS next
    FROM programs p WHERE p.id = ${id}) page`;
}
