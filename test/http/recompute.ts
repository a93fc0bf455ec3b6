/** Standings worked out again from plain rows, in whole millionths of a point: nothing of the tracker is used. */
export interface Rows {
  criteria: {
    id: string;
    parent?: string | null;
    maxScore?: number | null;
    weight?: number | null;
    gate?: boolean;
  }[];
  evaluations: { consortium: string; criterion: string; score?: number | null }[];
  teams: string[];
}

export interface Expected {
  total: { lowest: number; highest: number | null } | null;
  rank: { best: number; worst: number } | null;
}

const millionths = (points: number): number => Math.round(points * 1e6);

export function recompute({ criteria, evaluations, teams }: Rows): Record<string, Expected> {
  const scored = criteria.filter(({ gate }) => !gate);
  const partsOf = (id: string): Rows['criteria'] => scored.filter(({ parent }) => parent === id);
  const known = (team: string, id: string): number | undefined => {
    const row = evaluations.find(({ consortium, criterion }) => consortium === team && criterion === id);
    return typeof row?.score === 'number' ? millionths(row.score) : undefined;
  };
  type Criterion = Rows['criteria'][number];
  /** What a point of a part counts: its weight, so that together they give what the whole gives at most. */
  const counts = (parts: Criterion[], most: number): ((part: Criterion) => number) => {
    if (parts.every(({ weight }) => typeof weight !== 'number')) return () => 1;
    const weighted = parts.reduce((sum, part) => sum + (part.weight ?? NaN) * mostOf(part), 0);
    const scale = Number.isFinite(most) ? most / weighted : 1;
    return ({ weight }) => (weight ?? NaN) * scale;
  };
  const mostOf = ({ id, maxScore }: Criterion): number => {
    const parts = partsOf(id);
    if (typeof maxScore === 'number') return millionths(maxScore);
    const count = counts(parts, Infinity);
    return parts.length > 0 ? parts.reduce((sum, part) => sum + count(part) * mostOf(part), 0) : Infinity;
  };
  const low = (team: string, whole: Criterion): number => {
    const parts = partsOf(whole.id);
    const count = counts(parts, whole.maxScore == null ? Infinity : millionths(whole.maxScore));
    return known(team, whole.id) ?? parts.reduce((sum, part) => sum + count(part) * low(team, part), 0);
  };
  const high = (team: string, whole: Criterion): number => {
    const most = whole.maxScore == null ? Infinity : millionths(whole.maxScore);
    const parts = partsOf(whole.id);
    const count = counts(parts, most);
    const sum =
      parts.length > 0 ? parts.reduce((so, part) => so + count(part) * high(team, part), 0) : Infinity;
    return known(team, whole.id) ?? Math.min(most, sum);
  };
  const roots = scored.filter(({ parent }) => !parent);
  const counted = counts(roots, Infinity);
  const totals = teams.map((team) => ({
    team,
    lowest: Math.round(roots.reduce((sum, root) => sum + counted(root) * low(team, root), 0)),
    highest: Math.round(roots.reduce((sum, root) => sum + counted(root) * high(team, root), 0)),
  }));
  return Object.fromEntries(
    totals.map(({ team, lowest, highest }) => [
      team,
      roots.length === 0
        ? { total: null, rank: null }
        : {
            total: { lowest: lowest / 1e6, highest: highest === Infinity ? null : highest / 1e6 },
            rank: {
              best: 1 + totals.filter((other) => other.lowest > highest).length,
              worst: 1 + totals.filter((other) => other.team !== team && other.highest > lowest).length,
            },
          },
    ]),
  );
}
