/** The standings themselves, from the scores alone and as official figures narrow them. */
import { cutLineOf, marginOf, type Candidate, type CutLine, type NoMargin } from './cut.ts';
import { anything, exactly, isExact, type Interval, type Span } from './interval.ts';
import { narrowed, ranksOf, type Rank } from './rank.ts';
import type { Team } from './team.ts';
import type { Weighting } from './weighting.ts';

export interface Standing {
  team: Team;
  /** From the scores alone; null where nothing is scored. */
  computed: { total: Interval; rank: Rank } | null;
  total: Interval | null;
  rank: Rank | null;
  margin: Span | null;
  marginNote: NoMargin | null;
}

export interface Table {
  standings: Standing[];
  cutLine: CutLine;
}

/** Whether the scores alone give the total. */
export const isKnown = ({ computed }: Standing): boolean => computed !== null && isExact(computed.total);

const nobody: Candidate = { total: null, rank: null, failed: [] };

type Line = Omit<Standing, 'margin' | 'marginNote'>;

/** Without official figures for a what-if: they say nothing about it. */
export function tableOf(
  teams: readonly Team[],
  weighting: Weighting,
  places: number | null,
  official: boolean,
): Table {
  const totals = weighting.empty ? undefined : teams.map(({ cells }) => weighting.totalOf(cells));
  const ranks = totals && ranksOf(totals);
  const computed = teams.map((team, i): Line => {
    const [total, rank] = [totals?.[i], ranks?.[i]];
    const both = total && rank ? { total, rank } : null;
    return { team, computed: both, total: both?.total ?? null, rank: both?.rank ?? null };
  });
  const lines = official ? withOfficial(computed) : computed;
  const candidates = lines.map(({ team, total, rank }) => ({ total, rank, failed: team.failed }));
  return {
    standings: lines.map((line, i) => {
      const { margin, note } = marginOf(candidates[i] ?? nobody, candidates, places);
      return { ...line, margin, marginNote: note };
    }),
    cutLine: cutLineOf(candidates, places),
  };
}

/** An official total stands in for one that the scores do not give exactly; published ranks narrow the rest. */
function withOfficial(lines: Line[]): Line[] {
  if (lines.every(({ computed, team }) => !computed && !team.official)) return lines;
  const places = narrowed(
    lines.map(({ computed, team: { official } }) => ({
      rank: official?.rank ?? null,
      total:
        official?.total && !(computed && isExact(computed.total))
          ? exactly(official.total)
          : (computed?.total ?? anything),
    })),
  );
  return lines.map((line, i) => {
    const place = places[i];
    if (!place) return line;
    const known = line.computed !== null || place.total.highest !== null;
    return { ...line, total: known ? place.total : null, rank: place.rank };
  });
}
