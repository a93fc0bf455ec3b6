/** Standings worked out again from plain rows, in whole millionths of a point: nothing of the tracker is used. */
export interface Rows {
  criteria: { id: string; parent?: string | null; maxScore?: number | null; gate?: boolean }[];
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
  const low = (team: string, { id }: Rows['criteria'][number]): number =>
    known(team, id) ?? partsOf(id).reduce((sum, part) => sum + low(team, part), 0);
  const high = (team: string, { id, maxScore }: Rows['criteria'][number]): number => {
    const most = typeof maxScore === 'number' ? millionths(maxScore) : Infinity;
    const parts = partsOf(id);
    const sum = parts.length > 0 ? parts.reduce((so, part) => so + high(team, part), 0) : Infinity;
    return known(team, id) ?? Math.min(most, sum);
  };
  const roots = scored.filter(({ parent }) => !parent);
  const totals = teams.map((team) => ({
    team,
    lowest: roots.reduce((sum, root) => sum + low(team, root), 0),
    highest: roots.reduce((sum, root) => sum + high(team, root), 0),
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
