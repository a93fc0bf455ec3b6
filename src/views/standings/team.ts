/** A consortium in a round: what was found about it, put together. */
import { cellsOf, type Cells } from './cells.ts';
import { exact, type Fraction } from '../../kernel/fraction.ts';
import type { ConsortiumFact, DecisionFact, RoundFact, RoundFacts } from './facts.ts';
import { grouped } from '../../kernel/grouping.ts';
import { failedAt, verdictsOf, type Verdict } from './gates.ts';
import type { Tree } from './tree.ts';

interface Official {
  rank: number | null;
  total: Fraction | null;
  sources: string[];
}

export interface Team {
  fact: ConsortiumFact;
  cells: Cells;
  verdicts: Verdict[];
  failed: string[];
  /** The last one of the round. */
  decision: DecisionFact | null;
  official: Official | null;
}

export function teamsOf(facts: RoundFacts, tree: Tree): Team[] {
  const evaluationsOf = grouped(facts.evaluations, ({ consortium }) => consortium);
  const decisionsOf = grouped(facts.decisions, ({ consortium }) => consortium);
  return facts.consortiums.map((fact) => {
    const evaluations = evaluationsOf.get(fact.id) ?? [];
    const decisions = decisionsOf.get(fact.id) ?? [];
    const verdicts = verdictsOf(tree, evaluations);
    return {
      fact,
      cells: cellsOf(tree, evaluations),
      verdicts,
      failed: failedAt(verdicts),
      decision: decisions.at(-1) ?? null,
      official: officialOf(decisions),
    };
  });
}

/** Who goes on and becomes champion in one round has two decisions; either may state the figures. */
function officialOf(decisions: DecisionFact[]): Official | null {
  const ranked = decisions.findLast(({ officialRank }) => officialRank !== null);
  const totalled = decisions.findLast(({ officialTotal }) => officialTotal !== null);
  if (!ranked && !totalled) return null;
  const total = totalled?.officialTotal ?? null;
  return {
    rank: ranked?.officialRank ?? null,
    total: total === null ? null : exact(total),
    sources: [...new Set([...(ranked?.sources ?? []), ...(totalled?.sources ?? [])])].sort(),
  };
}

export const wentOn = ({ decision }: Team): boolean => decision !== null && decision.outcome !== 'eliminated';

export interface RoundLine extends RoundFact {
  actualAdvancing: number | null;
}

/** How many went on is known when the round is published. */
export const roundLine = (round: RoundFact, teams: readonly Team[]): RoundLine => ({
  ...round,
  actualAdvancing: round.state === 'published' ? teams.filter(wentOn).length : null,
});
