import sql, { raw, type Sql } from 'sql-template-tag';
import { latestOutcome } from '../../resources/consortiums.ts';
import type { Asked } from '../view.ts';
import { nameOf } from '../sql.ts';

/** Decisions after which a team takes part in the next round. */
const letIn = ['selected', 'added', 'advanced'];

/**
 * One row with all that was found about a round as JSON text in `doc` (see facts.ts); none where there is no such round.
 * A criterion without a round serves every round of its programme. In a round that is not published yet those are
 * listed too who are in, though nothing has been said about them there.
 */
export const roundStatement = ({ id, language }: Pick<Asked<unknown>, 'id' | 'language'>): Sql => sql`
  SELECT row_to_json(page)::text AS doc FROM (SELECT
    (SELECT row_to_json(d) FROM (
      SELECT r.id, r.ordinal, r.state, r.published_on AS "publishedOn", r.planned_advancing AS "plannedAdvancing",
          r.deviation_reason AS "deviationReason",
          (SELECT row_to_json(n) FROM (SELECT p.id, ${nameOf('p', language)} AS name FROM programs p WHERE p.id = r.program) n) AS program,
          r.sources) d) AS round,
    (SELECT coalesce(json_agg(d ORDER BY d.id), '[]') FROM (
      SELECT k.id, ${nameOf('k', language)} AS name, k.parent, trim_scale(k.max_score)::text AS "maxScore",
          trim_scale(k.weight)::text AS weight, k.gate, k.sources
        FROM criteria k WHERE k.program = r.program AND k.stage = 'evaluation' AND (k.round = r.id OR k.round IS NULL)) d) AS criteria,
    (SELECT coalesce(json_agg(d ORDER BY d.id), '[]') FROM (
      SELECT c.id, ${nameOf('c', language)} AS name, c.sources
        FROM consortiums c
       WHERE c.program = r.program
         AND (EXISTS (SELECT FROM evaluations e WHERE e.round = r.id AND e.consortium = c.id)
              OR EXISTS (SELECT FROM decisions d WHERE d.round = r.id AND d.consortium = c.id)
              OR (r.state <> 'published' AND ${raw(latestOutcome('c'))} = ANY (${letIn}::text[])))) d) AS consortiums,
    (SELECT coalesce(json_agg(d ORDER BY d.consortium, d.criterion), '[]') FROM (
      SELECT e.consortium, e.criterion, e.status, trim_scale(e.score)::text AS score, e.passed, e.sources
        FROM evaluations e WHERE e.round = r.id) d) AS evaluations,
    (SELECT coalesce(json_agg(row_to_json(d) ORDER BY period_end(d."decidedOn"), decision_order(d.outcome), d.consortium), '[]') FROM (
      SELECT d.consortium, d.outcome, d.decided_on AS "decidedOn", d.official_rank AS "officialRank",
          trim_scale(d.official_total)::text AS "officialTotal", d.rationale, d.sources
        FROM decisions d WHERE d.round = r.id) d) AS decisions
  FROM rounds r WHERE r.id = ${id}) page`;
