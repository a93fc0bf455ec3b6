/** Reading `weights=` and `without=` against the criteria of the round: every fault is named, not the first. */
import { didYouMean } from '../../kernel/nearest.ts';
import { refuse, type Fault } from '../../kernel/problems.ts';
import { exact, type Fraction } from '../../kernel/fraction.ts';
import type { Tree } from './tree.ts';
import { asItIs, weigh, type WhatIf } from './weighting.ts';

export interface StandingsQuery {
  weights?: string[];
  without?: string[];
}

const decimals = 6;
const heaviest = 1_000_000;
/** How many weights may multiply each other: each makes the numbers longer that everything below is reckoned with. */
const multipliedMost = 16;
/** For so many misspelt names the nearest is looked for. */
const suggestionsMost = 20;
const shown = (text: string): string => `\`${text.length > 80 ? `${text.slice(0, 80)}…` : text}\``;

/** What is asked for; undefined where the standings are wanted as they are. */
export function whatIfOf(query: StandingsQuery, tree: Tree): WhatIf | undefined {
  if (!query.weights && !query.without) return undefined;
  const faults: Fault[] = [];
  const scoring = scoringOf(tree);
  const weights = new Map<string, Fraction>();
  for (const pair of query.weights ?? []) {
    const { id, weight, fault } = pairOf(pair);
    const known = fault ? [fault] : [...criterionFaults(id, scoring), ...weightFaults(id, weight)];
    if (known.length === 0 && weights.has(id)) known.push(twice(id));
    faults.push(...known.map((found) => ({ parameter: 'weights', ...found })));
    if (known.length === 0) weights.set(id, exact(weight));
  }
  const without = new Set<string>();
  for (const id of query.without ?? []) {
    const known = criterionFaults(id, scoring);
    if (known.length === 0 && without.has(id)) known.push(twice(id));
    faults.push(...known.map((found) => ({ parameter: 'without', ...found })));
    without.add(id);
  }
  const whatIf = { weights, without };
  faults.push(...pathFaults(weights, tree));
  faults.push(...wholeFaults(whatIf, tree, faults));
  if (faults.length > 0) throw refuse(faults, 'invalid-parameter');
  return whatIf;
}

/** What can be weighted or taken out. */
interface Scoring {
  /** Whether each criterion of the round is a gate. */
  gates: Map<string, boolean>;
  scored: string[];
  suggestions: number;
}

const scoringOf = ({ all }: Tree): Scoring => ({
  gates: new Map(all.map(({ id, gate }) => [id, gate])),
  scored: all.filter(({ gate }) => !gate).map(({ id }) => id),
  suggestions: suggestionsMost,
});

const twice = (id: string): Fault => ({
  code: 'repeated-criterion',
  detail: `${shown(id)} is given more than once`,
});

function pairOf(pair: string): { id: string; weight: string; fault?: Fault } {
  const [id = '', weight = '', ...more] = pair.split(':');
  if (id !== '' && weight !== '' && more.length === 0) return { id, weight };
  const detail = `${shown(pair)} is not a criterion and its weight, such as \`criterion:0.5\``;
  return { id, weight, fault: { code: 'invalid-pair', detail } };
}

function criterionFaults(id: string, scoring: Scoring): Fault[] {
  const { gates, scored } = scoring;
  const gate = gates.get(id);
  if (gate === false) return [];
  const instead =
    scored.length === 0
      ? '; nothing is scored in this round'
      : `; there are ${scored.slice(0, 12).join(', ')}`;
  if (gate)
    return [
      {
        code: 'not-scored',
        detail: `${shown(id)} is a gate: it is passed or failed and has no points${instead}`,
      },
    ];
  scoring.suggestions -= 1;
  const nearest = scoring.suggestions >= 0 ? didYouMean(id, scored) : '';
  return [
    {
      code: 'unknown-criterion',
      detail: `${shown(id)} is not a criterion of this round${nearest || instead}`,
    },
  ];
}

function weightFaults(id: string, weight: string): Fault[] {
  const fault = (code: string, words: string): Fault[] => [
    { code, detail: `the weight ${shown(weight)} of ${shown(id)} ${words}` },
  ];
  if (!/^-?[0-9]+(\.[0-9]+)?$/.test(weight))
    return fault('not-a-number', 'is not a decimal number such as 0.5');
  if (weight.startsWith('-')) return fault('negative-weight', 'is negative: give 0 or more');
  if ((weight.split('.')[1]?.length ?? 0) > decimals)
    return fault('too-precise', `has more than ${decimals} decimal places`);
  if (Number(weight) > heaviest) return fault('out-of-range', `is too large: at most ${heaviest}`);
  return [];
}

/** Along a path weights multiply each other, but not without end. */
function pathFaults(weights: ReadonlyMap<string, Fraction>, { all }: Tree): Fault[] {
  const onPath = new Map<string, number>();
  return all.flatMap(({ id, parent }) => {
    const before = onPath.get(parent ?? '') ?? 0;
    const here = before + (weights.has(id) ? 1 : 0);
    onPath.set(id, here);
    if (here === before || here !== multipliedMost + 1) return [];
    const detail = `the weight of ${shown(id)} would be multiplied by those of ${multipliedMost} criteria above it: at most ${multipliedMost} weights may stand on one path`;
    return [{ parameter: 'weights', code: 'too-many-on-path', detail }];
  });
}

/** What is wrong only with all of it together; judged as far as the single values are right. */
function wholeFaults(whatIf: WhatIf, tree: Tree, faults: readonly Fault[]): Fault[] {
  const taken = whatIf.without.size > 0 && !faults.some(({ parameter }) => parameter === 'without');
  if (taken && weigh(tree, { ...asItIs, without: whatIf.without }).empty)
    return [{ parameter: 'without', code: 'nothing-left', detail: 'nothing that is scored would be left' }];
  if (faults.length === 0 && weigh(tree, whatIf).nothing)
    return [
      {
        parameter: whatIf.weights.size > 0 ? 'weights' : 'without',
        code: 'weights-sum-to-zero',
        detail: 'the weights of all that is left sum to zero: give at least one of them more',
      },
    ];
  return [];
}
