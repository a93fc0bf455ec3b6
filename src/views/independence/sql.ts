import sql, { type Sql } from 'sql-template-tag';
import { fieldsOf, nameOf, organizationOf } from '../sql.ts';
import type { Asked } from '../view.ts';

type Row = Pick<Asked<object>, 'registry' | 'language'>;

const listed = (rows: Sql, order: Sql): Sql =>
  sql`(SELECT coalesce(json_agg(d ORDER BY ${order}), '[]') FROM (${rows}) d)`;

const named = (table: Sql, key: Sql, { language }: Row): Sql =>
  sql`(SELECT row_to_json(n) FROM (SELECT t.id, ${nameOf('t', language)} AS name FROM ${table} t WHERE t.id = ${key}) n)`;

/** One row with the facts about every bidder as JSON in `doc`; none where there is no such programme. */
export function independenceStatement(asked: Asked<object>): Sql {
  const { id, language } = asked;
  return sql`
    WITH RECURSIVE bidders AS (
      SELECT b.organization AS id FROM bids b WHERE b.program = ${id}
      UNION SELECT c.lead FROM consortiums c WHERE c.program = ${id}),
    teams AS (
      SELECT c.lead AS bidder, c.id FROM consortiums c WHERE c.program = ${id}
      UNION SELECT b.organization, b.consortium FROM bids b WHERE b.program = ${id} AND b.consortium IS NOT NULL),
    -- When a bidder and a subsidiary were in one consortium; nobody has left who is not said to have.
    shared AS (
      SELECT b.id AS bidder, o.id, greatest(period_end(own.joined_on), period_end(its.joined_on)) AS since,
             least(period_end(own.left_on), period_end(its.left_on)) AS until
        FROM bidders b JOIN organizations o ON o.parent = b.id JOIN consortiums c ON c.program = ${id}
        JOIN consortium_members own ON own.consortium = c.id AND own.organization = b.id
        JOIN consortium_members its ON its.consortium = c.id AND its.organization = o.id),
    -- Whose models may count for a bidder: its own, its parent's, and those of a subsidiary that shared a consortium with it.
    makers AS (
      SELECT b.id AS bidder, b.id, NULL AS relation FROM bidders b
      UNION ALL
      SELECT b.id, o.parent, 'parent' FROM bidders b JOIN organizations o ON o.id = b.id WHERE o.parent IS NOT NULL
      UNION ALL
      SELECT DISTINCT s.bidder, s.id, 'subsidiary' FROM shared s),
    -- The path ends a chain that leads back to itself, which the database refuses to store.
    chain AS (
      SELECT m.id AS model, m.based_on AS id, 1 AS depth, ARRAY[m.id, m.based_on] AS path
        FROM models m WHERE m.based_on IS NOT NULL AND m.organization IN (SELECT k.id FROM makers k)
      UNION ALL
      SELECT c.model, m.based_on, c.depth + 1, c.path || m.based_on
        FROM chain c JOIN models m ON m.id = c.id WHERE m.based_on IS NOT NULL AND m.based_on <> ALL (c.path))
    SELECT row_to_json(page) AS doc FROM (SELECT
      (SELECT row_to_json(d) FROM (SELECT ${fieldsOf(asked, 'programs', 'p', 'id', 'name', 'country')}, p.sources) d) AS program,
      ${listed(
        sql`SELECT ${organizationOf(sql`b.id`, language)} AS organization, ${teamsOf(asked)} AS consortiums, ${bidsOf(asked)} AS bids,
              ${modelsOf(asked)} AS models, ${partnersOf(asked)} AS partners, ${membersOf(asked)} AS members, ${gatesOf(asked)} AS gates, b.id FROM bidders b`,
        sql`d.id`,
      )} AS bidders
    FROM programs p WHERE p.id = ${id}) page`;
}

/** Its consortiums with the decision that says where each stands. */
const teamsOf = (asked: Row): Sql =>
  listed(
    sql`SELECT ${fieldsOf(asked, 'consortiums', 'c', 'id', 'name', 'status', 'statusSince')}, latest.rationale, coalesce(latest.sources, c.sources) AS sources
          FROM teams t JOIN consortiums c ON c.id = t.id
          LEFT JOIN LATERAL (SELECT d.rationale, d.sources FROM decisions d WHERE d.consortium = c.id
                              ORDER BY period_end(d.decided_on) DESC, decision_order(d.outcome) DESC, d.id DESC LIMIT 1) latest ON true
         WHERE t.bidder = b.id`,
    sql`d.id`,
  );

const bidsOf = (asked: Asked<object>): Sql =>
  listed(
    sql`SELECT ${fieldsOf(asked, 'bids', 'x', 'id', 'outcome', 'decidedOn', 'reason')}, ${named(sql`calls`, sql`x.call`, asked)} AS call,
            ${listed(
              sql`SELECT k.id, ${nameOf('k', asked.language)} AS name, k.gate FROM criteria k WHERE k.id = ANY (x.criteria)`,
              sql`d.id`,
            )} AS criteria, x.sources
          FROM bids x WHERE x.program = p.id AND x.organization = b.id`,
    sql`period_end(d."decidedOn"), d.id`,
  );

const modelsOf = (asked: Row): Sql =>
  listed(
    sql`SELECT ${fieldsOf(asked, 'models', 'own', 'id', 'name', 'releasedOn', 'trainedFromScratch')}, k.relation,
            ${organizationOf(sql`own.organization`, asked.language)} AS organization, ${chainOf(asked)} AS "basedOn", own.sources
          FROM makers k JOIN models own ON own.organization = k.id
         WHERE k.bidder = b.id AND (k.relation IS DISTINCT FROM 'subsidiary' OR EXISTS (
           SELECT FROM shared s JOIN (VALUES (as_of_day()), (period_end(own.released_on))) asked(day)
               ON coalesce(asked.day >= s.since, asked.day IS NOT NULL) AND coalesce(asked.day < s.until, asked.day IS NOT NULL)
            WHERE (s.bidder, s.id) = (k.bidder, k.id)))`,
    sql`d.relation NULLS FIRST, period_end(d."releasedOn"), d.id`,
  );

/** A base that was not public on the day asked about is known by its id alone. */
const chainOf = (asked: Row): Sql =>
  listed(
    sql`SELECT c.id, ${nameOf('m', asked.language)} AS name, m.trained_from_scratch AS "trainedFromScratch",
            ${organizationOf(sql`m.organization`, asked.language)} AS organization, coalesce(m.sources, '{}') AS sources, c.depth
          FROM chain c LEFT JOIN models m ON m.id = c.id WHERE c.model = own.id`,
    sql`d.depth`,
  );

const partnersOf = (asked: Row): Sql =>
  listed(
    sql`SELECT ${fieldsOf(asked, 'partnerships', 's', 'id', 'kind', 'startedOn', 'endedOn', 'description')},
            ${organizationOf(sql`partner.id`, asked.language)} AS partner, s.sources
          FROM partnerships s JOIN organizations own ON own.id = b.id
          JOIN organizations partner ON partner.id = CASE WHEN s.organization = b.id THEN s.partner ELSE s.organization END
         WHERE b.id IN (s.organization, s.partner) AND partner.country <> own.country`,
    sql`period_end(d."startedOn"), d.id`,
  );

/** The members of its consortiums that are from another country than it. */
const membersOf = (asked: Row): Sql =>
  listed(
    sql`SELECT m.consortium, ${organizationOf(sql`m.organization`, asked.language)} AS organization, m.role, m.joined_on AS "joinedOn",
            m.left_on AS "leftOn", m.sources
          FROM teams t JOIN consortium_members m ON m.consortium = t.id
          JOIN organizations o ON o.id = m.organization JOIN organizations own ON own.id = b.id
         WHERE t.bidder = b.id AND o.country <> own.country`,
    sql`d.consortium, period_end(d."joinedOn"), d.organization ->> 'id'`,
  );

/** The gates of every round that its consortiums came to; what was not stated of one is null. */
const gatesOf = (asked: Row): Sql =>
  listed(
    sql`SELECT r.id AS round, r.ordinal, t.id AS consortium, ${named(sql`criteria`, sql`k.id`, asked)} AS criterion, e.passed, e.status,
            e.evaluated_on AS "evaluatedOn", coalesce(e.sources, '{}') AS sources, k.id
          FROM teams t JOIN criteria k ON k.program = p.id AND k.gate JOIN rounds r ON r.id = k.round
          LEFT JOIN evaluations e ON e.round = r.id AND e.consortium = t.id AND e.criterion = k.id
         WHERE t.bidder = b.id
           AND (e.id IS NOT NULL OR EXISTS (SELECT FROM decisions d WHERE d.consortium = t.id AND d.round = r.id))`,
    sql`d.ordinal, d.consortium, d.id`,
  );
