/** What was withheld and cannot be had by adding up parts either, and whose total is uncertain for that. */
import type { EvaluationFact } from './facts.ts';
import { grouped } from '../../kernel/grouping.ts';
import { isExact } from './interval.ts';
import { isKnown, type Standing, type Table } from './table.ts';
import type { Tree } from './tree.ts';

export interface Withheld {
  consortium: string;
  criterion: string;
  sources: string[];
}

export function withheld(
  evaluations: readonly EvaluationFact[],
  tree: Tree,
  { standings }: Table,
): { results: Withheld[]; affected: string[] } {
  const rows = grouped(
    evaluations.filter(({ status }) => status === 'undisclosed'),
    ({ consortium }) => consortium,
  );
  const results = standings.flatMap((standing) =>
    resultsOf(standing, rows.get(standing.team.fact.id) ?? [], tree),
  );
  const touched = new Set(results.map(({ consortium }) => consortium));
  const affected = standings.filter(
    (standing) => standing.computed && !isKnown(standing) && touched.has(standing.team.fact.id),
  );
  return { results, affected: affected.map(({ team }) => team.fact.name) };
}

function resultsOf(
  { team: { fact, cells } }: Standing,
  rows: readonly EvaluationFact[],
  { all }: Tree,
): Withheld[] {
  const own = new Map(rows.map((row) => [row.criterion, row]));
  return all.flatMap((criterion) => {
    const row = own.get(criterion.id);
    const value = cells.get(criterion)?.value;
    return row && !(value && isExact(value))
      ? [{ consortium: fact.id, criterion: criterion.id, sources: row.sources }]
      : [];
  });
}
