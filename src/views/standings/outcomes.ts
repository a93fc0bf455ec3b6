/** Where decisions do not fit the gates, the line or the number that was planned. */
import type { CutLine } from './cut.ts';
import {
  figure,
  type Disagreement,
  type DisagreementCode,
  type Figure,
  type Statement,
} from './disagreement.ts';
import { compare, zero } from '../../kernel/fraction.ts';
import type { RoundFact } from './facts.ts';
import { counted, type Interval } from './interval.ts';
import { spanOf } from './rank.ts';
import type { Standing, Table } from './table.ts';
import { wentOn } from './team.ts';

export const outcomeDisagreements = (round: RoundFact, table: Table): Disagreement[] => [
  ...table.standings.flatMap((standing) => judged(standing, table)),
  ...numberAdvanced(round, table.standings),
];

type Said = [code: DisagreementCode, statement: Statement, figures: Figure[], more?: string];

function judged(standing: Standing, table: Table): Disagreement[] {
  const { fact, decision } = standing.team;
  if (!decision) return [];
  const said = wentOn(standing.team)
    ? whoWentOn(standing, table.cutLine)
    : whoIsOut(standing, table.cutLine, table.standings);
  if (!said) return [];
  const [code, statement, figures, more = ''] = said;
  return [{ code, statement, consortium: fact, criterion: null, more, figures, sources: decision.sources }];
}

const beside = (total: Interval | null, label: Figure['label'], at: Interval | null): Figure[] =>
  total && at ? [figure('total', total), figure(label, at)] : [];

function whoWentOn(
  { team, total, rank, margin }: Standing,
  { places, lastInside }: CutLine,
): Said | undefined {
  if (team.failed.length > 0)
    return ['advanced-despite-gate', 'advanced-despite-gate', [], team.failed.join(', ')];
  if (margin?.highest && compare(margin.highest, zero) < 0)
    return ['advanced-below-line', 'advanced-below-line', beside(total, 'last-inside', lastInside)];
  if (rank && places !== null && rank.best > places)
    return [
      'advanced-below-line',
      'advanced-with-low-rank',
      [figure('rank', spanOf(rank)), figure('places', counted(places))],
    ];
  return undefined;
}

function whoIsOut(
  { team, total, rank, margin }: Standing,
  { places, candidates, firstOutside }: CutLine,
  standings: readonly Standing[],
): Said | undefined {
  if (team.failed.length > 0 || places === null) return undefined;
  if (candidates <= places)
    return [
      'eliminated-above-line',
      'eliminated-with-room',
      [figure('places', counted(places)), figure('candidates', counted(candidates))],
    ];
  if (margin?.lowest && compare(margin.lowest, zero) > 0)
    return ['eliminated-above-line', 'eliminated-above-line', beside(total, 'first-outside', firstOutside)];
  const official = team.official?.rank ?? null;
  const shared = standings.filter(({ team: { official: other } }) => other?.rank === official).length > 1;
  // Of several who share the last rank inside some must be out.
  if (rank && official !== null && !shared && rank.worst <= places)
    return [
      'eliminated-above-line',
      'eliminated-with-high-rank',
      [figure('rank', spanOf(rank)), figure('places', counted(places))],
    ];
  return undefined;
}

function numberAdvanced(round: RoundFact, standings: readonly Standing[]): Disagreement[] {
  const decided = standings.filter(({ team }) => team.decision !== null);
  const advanced = standings.filter(({ team }) => wentOn(team)).length;
  const planned = round.plannedAdvancing;
  if (planned === null || round.state !== 'published' || decided.length === 0 || advanced === planned)
    return [];
  const code = advanced < planned ? 'fewer-advanced' : 'more-advanced';
  return [
    {
      code,
      statement: code,
      consortium: null,
      criterion: null,
      more: round.deviationReason ?? '',
      figures: [figure('planned', counted(planned)), figure('advanced', counted(advanced))],
      sources: [
        ...new Set([round.sources, ...decided.map(({ team }) => team.decision?.sources ?? [])].flat()),
      ].sort(),
    },
  ];
}
