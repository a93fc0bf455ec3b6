/** From what was found about a round to a task for the simulation, and from its outcome to the answer. */
import { toNumber } from '../../kernel/fraction.ts';
import type { RoundFact, RoundFacts } from '../standings/facts.ts';
import { anything, isExact } from '../standings/interval.ts';
import { teamsOf, type Team } from '../standings/team.ts';
import { mostOf, treeOf, type Criterion, type Tree } from '../standings/tree.ts';
import { confidenceDrawsFor, drawsFor } from './cost.ts';
import type { Task } from './simulate.ts';
import type { Model } from './tally.ts';

export interface StabilityQuery {
  seed: number;
  /** As many as usual where none are asked for. */
  draws?: number | undefined;
}

interface Part {
  criterion: Criterion;
  maximum: number;
}

export interface Question {
  round: RoundFact;
  teams: Team[];
  parts: Part[];
  model: Model;
  /** Whether every score of the parts is known. */
  certain: boolean;
  /** Null where there is nothing to simulate; `note` says why. */
  task: Task | null;
  note: Nothing | null;
}

/** Why nothing can be simulated. */
export type Nothing =
  'nobody' | 'nothing-scored' | { unstated: string[] } | { consortiums: number; parts: number };

export function questionOf(facts: RoundFacts, { seed, draws }: StabilityQuery): Question {
  const tree = treeOf(facts.criteria);
  const teams = teamsOf(facts, tree);
  const tops = topsOf(tree);
  const parts = tops.flatMap((criterion) => {
    const maximum = mostOf(criterion);
    return maximum ? [{ criterion, maximum: toNumber(maximum) }] : [];
  });
  const nothing = nothingToDo(teams, tops, parts);
  const size = [teams.length, parts.length] as const;
  const affordable = nothing === null ? drawsFor(...size, draws) : undefined;
  const note = nothing ?? (affordable === undefined ? { consortiums: size[0], parts: size[1] } : null);
  const model = modelOf(teams, parts, facts.round.plannedAdvancing);
  return {
    round: facts.round,
    teams,
    parts: nothing === null ? parts : [],
    model,
    certain:
      nothing === null &&
      teams.every(({ cells }) => tops.every((part) => isExact(cells.get(part)?.value ?? anything))),
    task:
      affordable === undefined
        ? null
        : { model, seed, draws: affordable, confidenceDraws: confidenceDrawsFor(...size, affordable) },
    note,
  };
}

/** The parts of the total; where there are several totals, these. */
function topsOf({ roots }: Tree): Criterion[] {
  const [root] = roots;
  return roots.length === 1 && root && root.parts.length > 0 ? root.parts : roots;
}

function nothingToDo(teams: Team[], tops: Criterion[], parts: Part[]): Nothing | null {
  if (teams.length === 0) return 'nobody';
  if (tops.length === 0) return 'nothing-scored';
  const open = tops.filter((top) => !parts.some(({ criterion }) => criterion === top));
  if (open.length === 0) return null;
  return { unstated: open.map(({ id }) => id) };
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
    passed: teams.map(({ failed }) => failed.length === 0),
    places,
  };
}
