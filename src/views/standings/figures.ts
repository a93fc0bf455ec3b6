/** Where figures do not fit each other: the official total and rank with the scores, a score with its parts. */
import { figure, type Disagreement, type FigureLabel } from './disagreement.ts';
import { compare, type Fraction } from '../../kernel/fraction.ts';
import { contains, counted, exactly, isExact } from './interval.ts';
import { spanOf } from './rank.ts';
import type { Standing } from './table.ts';
import type { Criterion, Tree } from './tree.ts';

export const figureDisagreements = (standing: Standing, { all }: Tree): Disagreement[] => [
  ...totalDiffers(standing),
  ...rankDiffers(standing),
  ...all.flatMap((criterion) => partsDiffer(standing, criterion)),
];

function totalDiffers({ team: { fact, official }, computed }: Standing): Disagreement[] {
  if (!official?.total || !computed || contains(computed.total, official.total)) return [];
  return [
    {
      code: 'total-differs',
      statement: 'total-differs',
      consortium: fact,
      criterion: null,
      more: '',
      figures: [figure('computed-total', computed.total), figure('official-total', exactly(official.total))],
      sources: official.sources,
    },
  ];
}

function rankDiffers({ team: { fact, official }, computed }: Standing): Disagreement[] {
  const rank = official?.rank ?? null;
  if (rank === null || !computed) return [];
  const { best, worst } = computed.rank;
  if (rank >= best && rank <= worst) return [];
  return [
    {
      code: 'rank-differs',
      statement: 'rank-differs',
      consortium: fact,
      criterion: null,
      more: '',
      figures: [figure('computed-rank', spanOf(computed.rank)), figure('official-rank', counted(rank))],
      sources: official?.sources ?? [],
    },
  ];
}

function partsDiffer({ team: { fact, cells } }: Standing, criterion: Criterion): Disagreement[] {
  const cell = cells.get(criterion);
  const sum = cell?.fromParts;
  if (!cell || !sum) return [];
  const about = (
    code: 'parts-differ' | 'parts-exceed-maximum',
    label: FigureLabel,
    limit: Fraction,
  ): Disagreement => ({
    code,
    statement: code,
    consortium: fact,
    criterion,
    more: '',
    figures: [figure('parts-sum', sum), figure(label, exactly(limit))],
    sources: cell.sources,
  });
  const { lowest } = cell.value;
  if (cell.status === 'disclosed')
    return isExact(sum) && compare(sum.lowest, lowest) !== 0
      ? [about('parts-differ', 'published-score', lowest)]
      : [];
  const most = criterion.maxScore;
  return most && compare(sum.lowest, most) > 0 ? [about('parts-exceed-maximum', 'maximum-score', most)] : [];
}
