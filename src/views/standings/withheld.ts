/** What was withheld and cannot be had by adding up parts either: as a list and in words. */
import type { EvaluationFact } from './facts.ts';
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
): { note: string | null; results: Withheld[] } {
  const rows = evaluations.filter(({ status }) => status === 'undisclosed');
  const results = standings.flatMap((standing) => resultsOf(standing, rows, tree));
  const affected = standings.filter(
    (standing) =>
      standing.computed &&
      !isKnown(standing) &&
      results.some(({ consortium }) => consortium === standing.team.fact.id),
  );
  return { note: inWords(results.length, affected), results };
}

function resultsOf(
  { team: { fact, cells } }: Standing,
  rows: readonly EvaluationFact[],
  { all }: Tree,
): Withheld[] {
  const own = rows.filter(({ consortium }) => consortium === fact.id);
  return all.flatMap((criterion) => {
    const row = own.find((candidate) => candidate.criterion === criterion.id);
    const value = cells.get(criterion)?.value;
    return row && !(value && isExact(value))
      ? [{ consortium: fact.id, criterion: criterion.id, sources: row.sources }]
      : [];
  });
}

function inWords(results: number, affected: readonly Standing[]): string | null {
  if (results === 0) return null;
  const many = results === 1 ? 'One result was withheld' : `${results} results were withheld`;
  if (affected.length === 0) return `${many}; no total depends on that.`;
  const names = affected.map(({ team }) => team.fact.name).join(', ');
  return `${many}. What these scored in all cannot be computed, only between which ends it lies: ${names}.`;
}
