/** Gates are passed or failed. Whoever fails one is out, whatever its place. */
import type { EvaluationFact } from './facts.ts';
import type { Tree } from './tree.ts';

export interface Verdict {
  criterion: string;
  /** Null where it was withheld or nothing is known. */
  passed: boolean | null;
  status: 'disclosed' | 'undisclosed' | 'missing';
  sources: string[];
}

export function verdictsOf({ gates }: Tree, evaluations: readonly EvaluationFact[]): Verdict[] {
  return gates.map(({ id }) => {
    const row = evaluations.find(({ criterion }) => criterion === id);
    return {
      criterion: id,
      passed: row?.passed ?? null,
      status: row?.status ?? 'missing',
      sources: row?.sources ?? [],
    };
  });
}

export const failedAt = (verdicts: readonly Verdict[]): string[] =>
  verdicts.filter(({ passed }) => passed === false).map(({ criterion }) => criterion);
