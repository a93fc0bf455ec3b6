/** Small rounds written down in a test, and the figures of their standings that a test looks at. */
import type { RoundFacts } from '../../src/views/standings/facts.ts';
import type { standings } from '../../src/views/standings/rules.ts';

type Reply = ReturnType<typeof standings>;
/** Points, `withheld`, or for a gate `passed` or `failed`. */
type Scores = Record<string, string>;

/** `a(40)`, `a(40)*0.5<total`: a criterion, its maximum (none: `-`), its weight and what it is a part of. */
export function roundOf(
  criteria: string[],
  teams: Record<string, Scores>,
  more: { places?: number | null; decisions?: Partial<RoundFacts['decisions'][number]>[] } = {},
): RoundFacts {
  return {
    round: {
      id: 'round',
      ordinal: 1,
      state: 'published',
      publishedOn: '2025-01-01',
      plannedAdvancing: more.places ?? null,
      deviationReason: null,
      program: { id: 'program', name: 'Program' },
      sources: ['s'],
    },
    criteria: criteria.map((text) => {
      const [, id = '', most = '', weight = null, parent = null] =
        /^([a-z0-9-]+)\(([0-9.]+|-|gate)\)(?:\*([0-9.]+))?(?:<(.+))?$/.exec(text) ?? [];
      const maxScore = most === '-' || most === 'gate' ? null : most;
      return { id, name: id, parent, maxScore, weight, gate: most === 'gate', sources: ['s'] };
    }),
    consortiums: Object.keys(teams).map((id) => ({ id, name: id, sources: ['s'] })),
    evaluations: Object.entries(teams).flatMap(([consortium, scores]) =>
      Object.entries(scores).map(([criterion, score]) => ({
        consortium,
        criterion,
        status: score === 'withheld' ? ('undisclosed' as const) : ('disclosed' as const),
        score: /^[0-9]/.test(score) ? score : null,
        passed: score === 'passed' ? true : score === 'failed' ? false : null,
        sources: ['s'],
      })),
    ),
    decisions: (more.decisions ?? []).map((decision) => ({
      consortium: '',
      outcome: 'advanced',
      decidedOn: '2025-01-01',
      officialRank: null,
      officialTotal: null,
      rationale: null,
      sources: ['s'],
      ...decision,
    })),
  };
}

export const team = (reply: Reply, id: string): Reply['consortiums'][number] => {
  const found = reply.consortiums.find((line) => line.id === id);
  if (!found) throw new Error(`no ${id}`);
  return found;
};
export const totals = (reply: Reply): Record<string, unknown> =>
  Object.fromEntries(
    reply.consortiums.map(({ id, total }) => [
      id,
      total && (total.lowest === total.highest ? total.lowest : [total.lowest, total.highest]),
    ]),
  );
export const ranks = (reply: Reply): Record<string, unknown> =>
  Object.fromEntries(
    reply.consortiums.map(({ id, rank }) => [
      id,
      rank && (rank.best === rank.worst ? rank.best : [rank.best, rank.worst]),
    ]),
  );
