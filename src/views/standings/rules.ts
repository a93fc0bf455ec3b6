/** The standings of a round from what was found about it: rules alone, no database and no HTTP. */
import type { Language } from '../../kernel/language.ts';
import { consortiumLines, criterionLines, cutLine, type StandingsAnswer } from './answer.ts';
import { toNumber } from '../../kernel/fraction.ts';
import type { RoundFacts } from './facts.ts';
import { figureDisagreements } from './figures.ts';
import { hypothetical } from './hypothetical.ts';
import { outcomeDisagreements } from './outcomes.ts';
import { whatIfOf, type StandingsQuery } from './request.ts';
import { disagreementLine } from './sayings.ts';
import { statedWeights } from './stated.ts';
import { isKnown, tableOf } from './table.ts';
import { roundLine, teamsOf } from './team.ts';
import { treeOf } from './tree.ts';
import { asItIs, weigh } from './weighting.ts';
import { withheld } from './withheld.ts';
import { hypotheticalInWords, statedInWords, withheldInWords } from './words.ts';

export function standings(
  facts: RoundFacts,
  query: StandingsQuery,
  language: Language = 'en',
): StandingsAnswer {
  const { round, evaluations } = facts;
  const tree = treeOf(facts.criteria);
  const whatIf = whatIfOf(query, tree);
  const teams = teamsOf(facts, tree);
  const asIs = weigh(tree, asItIs);
  const plain = tableOf(teams, asIs, round.plannedAdvancing, true);
  const weighting = whatIf ? weigh(tree, whatIf) : asIs;
  const table = whatIf ? tableOf(teams, weighting, round.plannedAdvancing, false) : plain;
  // What does not fit is said of the record, never of a what-if.
  const disagreements = [
    ...plain.standings.flatMap((standing) => figureDisagreements(standing, tree)),
    ...outcomeDisagreements(round, plain),
  ];
  const hidden = withheld(evaluations, tree, plain);
  const asked = whatIf && hypothetical(whatIf, weighting, asIs, tree);
  return {
    round: roundLine(round, teams),
    complete: table.standings.length > 0 && table.standings.every(isKnown),
    maximum: weighting.maximum && toNumber(weighting.maximum),
    criteria: criterionLines(tree),
    weightsNote: statedInWords(statedWeights(tree), language),
    consortiums: consortiumLines(tree, table, whatIf && plain, language),
    cutLine: cutLine(table.cutLine, language),
    disagreements: disagreements.map((found) => disagreementLine(found, language)),
    withheld: { note: withheldInWords(hidden, language), results: hidden.results },
    hypothetical: asked
      ? { weights: asked.weights, without: asked.without, note: hypotheticalInWords(asked, language) }
      : null,
  };
}
