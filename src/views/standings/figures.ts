/** Where figures do not fit each other: the official total and rank with the scores, a score with its parts. */
import { figure, inWords, type Disagreement } from './disagreement.ts';
import { compare, type Fraction } from './exact.ts';
import { contains, exactly, isExact, counted } from './interval.ts';
import type { Standing } from './table.ts';
import type { Criterion, Tree } from './tree.ts';

export const figureDisagreements = (standing: Standing, { all }: Tree): Disagreement[] => [
  ...totalDiffers(standing),
  ...rankDiffers(standing),
  ...all.flatMap((criterion) => partsDiffer(standing, criterion)),
];

function totalDiffers({ team: { fact, official }, computed }: Standing): Disagreement[] {
  if (!official?.total || !computed || contains(computed.total, official.total)) return [];
  const stated = exactly(official.total);
  return [
    {
      code: 'total-differs',
      consortium: fact.id,
      criterion: null,
      detail: `By the scores the total of ${fact.name} is ${inWords(computed.total)}, officially it is ${inWords(stated)}.`,
      figures: [figure('computed total', computed.total), figure('official total', stated)],
      sources: official.sources,
    },
  ];
}

function rankDiffers({ team: { fact, official }, computed }: Standing): Disagreement[] {
  const rank = official?.rank ?? null;
  if (rank === null || !computed) return [];
  const { best, worst } = computed.rank;
  if (rank >= best && rank <= worst) return [];
  const own = { lowest: counted(best).lowest, highest: counted(worst).highest };
  return [
    {
      code: 'rank-differs',
      consortium: fact.id,
      criterion: null,
      detail: `By the scores the rank of ${fact.name} is ${inWords(own)}, officially it is ${rank}.`,
      figures: [figure('computed rank', own), figure('official rank', counted(rank))],
      sources: official?.sources ?? [],
    },
  ];
}

function partsDiffer({ team: { fact, cells } }: Standing, criterion: Criterion): Disagreement[] {
  const cell = cells.get(criterion);
  const sum = cell?.fromParts;
  if (!cell || !sum) return [];
  const about = (code: Disagreement['code'], label: string, limit: Fraction): Disagreement => ({
    code,
    consortium: fact.id,
    criterion: criterion.id,
    detail: `The parts of ${criterion.name} add up to ${inWords(sum)} for ${fact.name}, the ${label} is ${inWords(exactly(limit))}.`,
    figures: [figure('sum of the parts', sum), figure(label, exactly(limit))],
    sources: cell.sources,
  });
  const { lowest } = cell.value;
  if (cell.status === 'disclosed')
    return isExact(sum) && compare(sum.lowest, lowest) !== 0
      ? [about('parts-differ', 'published score', lowest)]
      : [];
  const most = criterion.maxScore;
  return most && compare(sum.lowest, most) > 0 ? [about('parts-exceed-maximum', 'maximum score', most)] : [];
}
