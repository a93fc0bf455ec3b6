/** Where decisions do not fit the gates, the line or the number that was planned. */
import type { CutLine } from './cut.ts';
import { figure, inWords, type Disagreement, type Figure } from './disagreement.ts';
import { compare, zero } from './exact.ts';
import type { RoundFact } from './facts.ts';
import { counted, type Interval } from './interval.ts';
import type { Standing, Table } from './table.ts';
import { wentOn } from './team.ts';

export const outcomeDisagreements = (round: RoundFact, { standings, cutLine }: Table): Disagreement[] => [
  ...standings.flatMap((standing) => judged(standing, cutLine)),
  ...numberAdvanced(round, standings),
];

function judged(standing: Standing, line: CutLine): Disagreement[] {
  const { team, total, margin } = standing;
  const { fact, failed, decision } = team;
  if (!decision) return [];
  const about = (code: Disagreement['code'], detail: string, figures: Figure[]): Disagreement[] => [
    { code, consortium: fact.id, criterion: null, detail, figures, sources: decision.sources },
  ];
  const beside = (label: string, at: Interval | null): Figure[] =>
    total && at ? [figure('total', total), figure(label, at)] : [];
  const against = (at: Interval | null): string =>
    total && at ? `its total is ${inWords(total)}, theirs ${inWords(at)}` : '';
  if (wentOn(team)) {
    if (failed.length > 0)
      return about(
        'advanced-despite-gate',
        `${fact.name} went on although it failed ${failed.join(', ')}.`,
        [],
      );
    if (!margin?.highest || compare(margin.highest, zero) >= 0) return [];
    const detail = `${fact.name} went on below the last place inside: ${against(line.lastInside)}.`;
    return about('advanced-below-line', detail, beside('last place inside', line.lastInside));
  }
  if (failed.length > 0 || line.places === null) return [];
  const out = `${fact.name} was eliminated although it failed no gate`;
  if (line.candidates <= line.places)
    return about(
      'eliminated-above-line',
      `${out} and there was room: ${line.places} places for the ${line.candidates} that failed none.`,
      [figure('places', counted(line.places)), figure('failed no gate', counted(line.candidates))],
    );
  if (!margin?.lowest || compare(margin.lowest, zero) <= 0) return [];
  return about(
    'eliminated-above-line',
    `${out} and stood above the first place outside: ${against(line.firstOutside)}.`,
    beside('first place outside', line.firstOutside),
  );
}

function numberAdvanced(round: RoundFact, standings: readonly Standing[]): Disagreement[] {
  const decided = standings.filter(({ team }) => team.decision !== null);
  const advanced = standings.filter(({ team }) => wentOn(team)).length;
  const planned = round.plannedAdvancing;
  if (planned === null || round.state !== 'published' || decided.length === 0 || advanced === planned)
    return [];
  return [
    {
      code: advanced < planned ? 'fewer-advanced' : 'more-advanced',
      consortium: null,
      criterion: null,
      detail: `${planned} were to go on, ${advanced} did.${round.deviationReason === null ? '' : ` The reason given: ${round.deviationReason}`}`,
      figures: [figure('planned', counted(planned)), figure('advanced', counted(advanced))],
      sources: [
        ...new Set([round.sources, ...decided.map(({ team }) => team.decision?.sources ?? [])].flat()),
      ].sort(),
    },
  ];
}
