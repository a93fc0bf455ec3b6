/** The stability of a round as it goes out: every probability with its standard error. */
import type { Language } from '../../kernel/language.ts';
import { roundLine, type RoundLine, type Team } from '../standings/team.ts';
import type { Question, StabilityQuery } from './rules.ts';
import type { Simulation } from './simulate.ts';
import { methodIn, nothingInWords } from './words.ts';

interface Estimate {
  probability: number;
  standardError: number;
}

interface Share {
  lowest: number;
  highest: number;
  sources: string[];
}

interface StabilityLine {
  id: string;
  name: string;
  failedGate: boolean;
  gateSources: string[];
  shares: Record<string, Share>;
  rankAcceptability: (Estimate & { rank: number })[];
  expectedRank: number | null;
  survival: Estimate | null;
  centralWeights: Record<string, number> | null;
  confidence: Estimate | null;
  sources: string[];
}

export interface StabilityAnswer {
  round: RoundLine;
  parts: { id: string; name: string; maxScore: number; sources: string[] }[];
  consortiums: StabilityLine[];
  certain: boolean;
  seed: number;
  draws: number;
  confidenceDraws: number;
  standardErrorMost: number | null;
  method: string;
  note: string | null;
}

const rounded = (value: number): number => Math.round(value * 1e6) / 1e6;

/** Where ties are shared the true error is smaller than this. */
const estimate = (share: number, draws: number): Estimate => {
  const probability = Math.min(share, 1);
  return {
    probability: rounded(probability),
    standardError: rounded(Math.sqrt((probability * (1 - probability)) / draws)),
  };
};

export function stabilityAnswer(
  question: Question,
  simulation: Simulation | null,
  { seed }: StabilityQuery,
  language: Language,
): StabilityAnswer {
  const { round, teams, parts, task, certain, note } = question;
  const lines = teams.map((team, i) => lineOf(team, i, question, simulation)).sort(byExpectedRank);
  const errors = lines.flatMap(({ rankAcceptability, survival }) =>
    [...rankAcceptability, ...(survival ? [survival] : [])].map(({ standardError }) => standardError),
  );
  return {
    round: roundLine(round, teams),
    parts: parts.map(({ criterion: { id, name, sources }, maximum }) => ({
      id,
      name,
      maxScore: maximum,
      sources,
    })),
    consortiums: lines,
    certain,
    seed,
    draws: task?.draws ?? 0,
    confidenceDraws: task?.confidenceDraws ?? 0,
    standardErrorMost: errors.length > 0 ? Math.max(...errors) : null,
    method: methodIn(language),
    note: note && nothingInWords(note, language),
  };
}

const byExpectedRank = (a: StabilityLine, b: StabilityLine): number =>
  (a.expectedRank ?? 0) - (b.expectedRank ?? 0) || (a.id < b.id ? -1 : 1);

function lineOf(
  { fact, failed, cells, verdicts }: Team,
  index: number,
  { parts, model, task }: Question,
  simulation: Simulation | null,
): StabilityLine {
  const draws = task?.draws ?? 1;
  const byPart = <T>(values: readonly T[]): Record<string, T> =>
    Object.fromEntries(
      parts.flatMap(({ criterion }, i) => {
        const value = values[i];
        return value === undefined ? [] : [[criterion.id, value]];
      }),
    );
  const acceptability = simulation?.acceptability[index] ?? [];
  const survival = simulation?.survival?.[index];
  const central = simulation?.central[index] ?? null;
  const confidence = simulation?.confidence[index] ?? null;
  return {
    id: fact.id,
    name: fact.name,
    failedGate: failed.length > 0,
    gateSources: [...new Set(verdicts.flatMap(({ sources }) => sources))].sort(),
    shares: byPart(
      parts.map(({ criterion }, part) => ({
        lowest: rounded(model.lowest[index]?.[part] ?? 0),
        highest: rounded(model.highest[index]?.[part] ?? 1),
        sources: cells.get(criterion)?.sources ?? [],
      })),
    ),
    rankAcceptability: acceptability.map((share, i) => ({ rank: i + 1, ...estimate(share, draws) })),
    expectedRank: simulation && rounded(acceptability.reduce((sum, share, i) => sum + share * (i + 1), 0)),
    survival: survival === undefined ? null : estimate(survival, draws),
    centralWeights: central && byPart(central.map(rounded)),
    confidence: confidence === null ? null : estimate(confidence, task?.confidenceDraws ?? 1),
    sources: fact.sources,
  };
}
