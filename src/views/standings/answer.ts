/** The standings as they go out: numbers instead of fractions, one line a consortium, the best first. */
import type { Language } from '../../kernel/language.ts';
import type { CellStatus } from './cells.ts';
import type { CutLine } from './cut.ts';
import { minus, toNumber } from '../../kernel/fraction.ts';
import type { Outcome } from './facts.ts';
import type { Verdict } from './gates.ts';
import type { Hypothetical } from './hypothetical.ts';
import { ends, isExact, type Ends, type Interval } from './interval.ts';
import type { Rank } from './rank.ts';
import type { DisagreementLine } from './sayings.ts';
import { isKnown, type Standing, type Table } from './table.ts';
import type { RoundLine } from './team.ts';
import type { Tree } from './tree.ts';
import type { Withheld } from './withheld.ts';
import { noLineInWords, noMarginInWords } from './words.ts';

interface Score extends Ends {
  /** Null unless it is known exactly. */
  score: number | null;
  status: CellStatus;
  sources: string[];
}

interface Change {
  total: number | null;
  places: number | null;
  plainTotal: Ends | null;
  plainRank: Rank | null;
}

export interface ConsortiumLine {
  id: string;
  name: string;
  rank: Rank | null;
  total: Ends | null;
  complete: boolean;
  computed: { total: Ends | null; rank: Rank | null };
  official: { rank: number | null; total: number | null; sources: string[] } | null;
  scores: Record<string, Score>;
  gates: Verdict[];
  failedGate: boolean;
  decision: { outcome: Outcome; decidedOn: string; rationale: string | null; sources: string[] } | null;
  margin: { lowest: number | null; highest: number | null } | null;
  marginNote: string | null;
  change: Change | null;
  sources: string[];
}

export interface CriterionLine {
  id: string;
  name: string;
  parent: string | null;
  depth: number;
  maxScore: number | null;
  weight: number | null;
  gate: boolean;
  sources: string[];
}

export interface StandingsAnswer {
  round: RoundLine;
  complete: boolean;
  maximum: number | null;
  criteria: CriterionLine[];
  weightsNote: string | null;
  consortiums: ConsortiumLine[];
  cutLine: {
    places: number | null;
    candidates: number;
    lastInside: Ends | null;
    firstOutside: Ends | null;
    note: string | null;
  };
  disagreements: DisagreementLine[];
  withheld: { note: string | null; results: Withheld[] };
  hypothetical: (Pick<Hypothetical, 'weights' | 'without'> & { note: string }) | null;
}

export const criterionLines = ({ all }: Tree): CriterionLine[] =>
  all.map(({ id, name, parent, depth, maxScore, weight, gate, sources }) => ({
    id,
    name,
    parent,
    depth,
    maxScore: maxScore && toNumber(maxScore),
    weight: weight && toNumber(weight),
    gate,
    sources,
  }));

const given = (interval: Interval | null): Ends | null => interval && ends(interval);

export const cutLine = (line: CutLine, language: Language): StandingsAnswer['cutLine'] => ({
  ...line,
  note: noLineInWords(line, language),
  lastInside: given(line.lastInside),
  firstOutside: given(line.firstOutside),
});

/** Rank, then the total, then the id, so that the order is the same every time. */
const byPlace = (a: ConsortiumLine, b: ConsortiumLine): number =>
  (a.rank?.best ?? Infinity) - (b.rank?.best ?? Infinity) ||
  (a.rank?.worst ?? 0) - (b.rank?.worst ?? 0) ||
  (b.total?.lowest ?? 0) - (a.total?.lowest ?? 0) ||
  (b.total?.highest ?? 0) - (a.total?.highest ?? 0) ||
  (a.id < b.id ? -1 : 1);

/** With the plain standings beside them where they are a what-if. */
export const consortiumLines = (
  tree: Tree,
  { standings, cutLine: line }: Table,
  plain: Table | undefined,
  language: Language,
): ConsortiumLine[] =>
  standings
    .map((standing, i) => {
      const note = noMarginInWords(standing.marginNote, line, language);
      return lineOf(tree, standing, note, plain?.standings[i] ?? null);
    })
    .sort(byPlace);

function lineOf(
  tree: Tree,
  standing: Standing,
  marginNote: string | null,
  plain: Standing | null,
): ConsortiumLine {
  const { team, computed, margin } = standing;
  const { official, decision } = team;
  return {
    id: team.fact.id,
    name: team.fact.name,
    rank: standing.rank,
    total: given(standing.total),
    complete: isKnown(standing),
    computed: { total: given(computed?.total ?? null), rank: computed?.rank ?? null },
    official: official && { ...official, total: official.total && toNumber(official.total) },
    scores: scoresOf(tree, standing),
    gates: team.verdicts,
    failedGate: team.failed.length > 0,
    decision: decision && {
      outcome: decision.outcome,
      decidedOn: decision.decidedOn,
      rationale: decision.rationale,
      sources: decision.sources,
    },
    margin: margin && ends(margin),
    marginNote,
    change: plain && changeOf(standing, plain),
    sources: team.fact.sources,
  };
}

function scoresOf({ all }: Tree, { team: { cells } }: Standing): Record<string, Score> {
  return Object.fromEntries(
    all.flatMap((criterion) => {
      const cell = cells.get(criterion);
      if (!cell) return [];
      const { status, value, sources } = cell;
      const known = status === 'disclosed' || status === 'computed';
      return [
        [criterion.id, { score: known ? toNumber(value.lowest) : null, ...ends(value), status, sources }],
      ];
    }),
  );
}

/** A difference is only given where both sides are certain. */
function changeOf(now: Standing, plain: Standing): Change {
  const [before, plainRank] = [plain.computed?.total ?? null, plain.computed?.rank ?? null];
  const certain = (rank: Rank | null): number | null =>
    rank?.best === rank?.worst ? (rank?.best ?? null) : null;
  const [rank, rankBefore] = [certain(now.rank), certain(plainRank)];
  return {
    total:
      now.total && before && isExact(now.total) && isExact(before)
        ? toNumber(minus(now.total.lowest, before.lowest))
        : null,
    places: rank === null || rankBefore === null ? null : rankBefore - rank,
    plainTotal: given(before),
    plainRank,
  };
}
