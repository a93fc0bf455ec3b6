/** From what was found about a round to a task for the simulation, and from its outcome to the answer. */
import { toNumber } from '../standings/exact.ts';
import type { RoundFact, RoundFacts } from '../standings/facts.ts';
import { anything, isExact } from '../standings/interval.ts';
import { teamsOf, type Team } from '../standings/team.ts';
import { mostOf, treeOf, type Criterion, type Tree } from '../standings/tree.ts';
import type { Task } from './simulate.ts';
import type { Model } from './tally.ts';

export interface StabilityQuery {
  seed: number;
  draws: number;
}

interface Part {
  criterion: Criterion;
  maximum: number;
}

export interface Question {
  round: RoundFact;
  teams: Team[];
  parts: Part[];
  /** Whether every score of the parts is known. */
  certain: boolean;
  /** Null where there is nothing to simulate; `note` says why. */
  task: Task | null;
  note: string | null;
}

/** A confidence factor needs no more than this to be right to half a percent, and each consortium has its own. */
const confidenceDrawsMost = 10_000;

export function questionOf(facts: RoundFacts, { seed, draws }: StabilityQuery): Question {
  const tree = treeOf(facts.criteria);
  const teams = teamsOf(facts, tree);
  const tops = topsOf(tree);
  const parts = tops.flatMap((criterion) => {
    const maximum = mostOf(criterion);
    return maximum ? [{ criterion, maximum: toNumber(maximum) }] : [];
  });
  const note = nothingToDo(teams, tops, parts);
  const model = modelOf(teams, parts, facts.round.plannedAdvancing);
  return {
    round: facts.round,
    teams,
    parts: note === null ? parts : [],
    certain:
      note === null &&
      teams.every(({ cells }) => tops.every((part) => isExact(cells.get(part)?.value ?? anything))),
    task:
      note === null ? { model, seed, draws, confidenceDraws: Math.min(draws, confidenceDrawsMost) } : null,
    note,
  };
}

/** The parts of the total; where there are several totals, these. */
function topsOf({ roots }: Tree): Criterion[] {
  const [root] = roots;
  return roots.length === 1 && root && root.parts.length > 0 ? root.parts : roots;
}

function nothingToDo(teams: Team[], tops: Criterion[], parts: Part[]): string | null {
  if (teams.length === 0) return 'Nobody takes part.';
  if (tops.length === 0) return 'Nothing is scored in this round.';
  const open = tops.filter((top) => !parts.some(({ criterion }) => criterion === top));
  if (open.length === 0) return null;
  return `Scores can only be compared as shares of their maximum, which is not stated for ${open.map(({ id }) => id).join(', ')}.`;
}

function modelOf(teams: Team[], parts: Part[], places: number | null): Model {
  const shares = (end: 'lowest' | 'highest'): number[][] =>
    teams.map(({ cells }) =>
      parts.map(({ criterion, maximum }) => {
        const points = cells.get(criterion)?.value[end];
        return points ? toNumber(points) / maximum : end === 'lowest' ? 0 : 1;
      }),
    );
  return {
    lowest: shares('lowest'),
    highest: shares('highest'),
    candidates: teams.map(({ failed }) => failed.length === 0),
    places,
  };
}
