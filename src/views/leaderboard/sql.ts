import sql, { type Sql } from 'sql-template-tag';
import { fieldsOf, organizationOf } from '../sql.ts';
import type { Asked } from '../view.ts';

/** One row with the benchmark and its results by model as JSON in `doc`; none where there is no such benchmark. */
export function leaderboardStatement(asked: Asked<object>): Sql {
  return sql`
    SELECT row_to_json(page) AS doc FROM (SELECT
      (SELECT row_to_json(d) FROM (SELECT ${fieldsOf(asked, 'benchmarks', 'b', 'id', 'name', 'domain', 'metric', 'maxScore', 'higherIsBetter')}, b.sources) d) AS benchmark,
      (SELECT coalesce(json_agg(d), '[]') FROM (
        SELECT (SELECT row_to_json(n) FROM (SELECT ${fieldsOf(asked, 'models', 'm', 'id', 'name', 'releasedOn')},
                  ${organizationOf(sql`m.organization`, asked.language)} AS organization, m.sources) n) AS model,
            (SELECT json_agg(n) FROM (
               SELECT ${fieldsOf(asked, 'benchmark-results', 'r', 'id', 'score', 'qualifier', 'measuredOn')}, r.sources,
                   (SELECT coalesce(array_agg(DISTINCT s.kind), '{}') FROM sources s WHERE s.id = ANY (r.sources)) AS "sourceKinds"
                 FROM benchmark_results r WHERE r.benchmark = b.id AND r.model = m.id) n) AS results
          FROM models m WHERE m.id IN (SELECT r.model FROM benchmark_results r WHERE r.benchmark = b.id)) d) AS claims
    FROM benchmarks b WHERE b.id = ${asked.id}) page`;
}
