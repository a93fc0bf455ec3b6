/** The standings of a round from what was found about it: rules alone, no database and no HTTP. */
import { consortiumLines, criterionLines, cutLine, type StandingsAnswer } from './answer.ts';
import { toNumber } from './exact.ts';
import type { RoundFacts } from './facts.ts';
import { figureDisagreements } from './figures.ts';
import { hypothetical } from './hypothetical.ts';
import { outcomeDisagreements } from './outcomes.ts';
import { whatIfOf, type StandingsQuery } from './request.ts';
import { isKnown, tableOf } from './table.ts';
import { roundLine, teamsOf } from './team.ts';
import { treeOf } from './tree.ts';
import { asItIs, weigh } from './weighting.ts';
import { withheld } from './withheld.ts';

export function standings(facts: RoundFacts, query: StandingsQuery): StandingsAnswer {
  const { round, evaluations } = facts;
  const tree = treeOf(facts.criteria);
  const whatIf = whatIfOf(query, tree);
  const teams = teamsOf(facts, tree);
  const asIs = weigh(tree, asItIs);
  const plain = tableOf(teams, asIs, round.plannedAdvancing, true);
  const weighting = whatIf ? weigh(tree, whatIf) : asIs;
  const table = whatIf ? tableOf(teams, weighting, round.plannedAdvancing, false) : plain;
  return {
    round: roundLine(round, teams),
    complete: table.standings.length > 0 && table.standings.every(isKnown),
    maximum: weighting.maximum && toNumber(weighting.maximum),
    criteria: criterionLines(tree),
    consortiums: consortiumLines(tree, table, whatIf && plain),
    cutLine: cutLine(table),
    // What does not fit is said of the record, never of a what-if.
    disagreements: [
      ...plain.standings.flatMap((standing) => figureDisagreements(standing, tree)),
      ...outcomeDisagreements(round, plain),
    ],
    withheld: withheld(evaluations, tree, plain),
    hypothetical: whatIf ? hypothetical(whatIf, weighting, asIs, tree) : null,
  };
}
