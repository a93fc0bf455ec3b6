/** What is known of each criterion for one consortium: a published score, a sum of parts, or between which ends it lies. */
import { dividedBy, exact, isZero, minus, plus, times, zero } from '../../kernel/fraction.ts';
import type { EvaluationFact } from './facts.ts';
import { anything, below, exactly, isExact, multiplied, sumOf, upTo, type Interval } from './interval.ts';
import { factorOf, type Criterion, type Tree } from './tree.ts';

export type CellStatus = 'disclosed' | 'computed' | 'undisclosed' | 'partly-known' | 'missing';

interface Cell {
  status: CellStatus;
  value: Interval;
  /** What the parts alone add up to; undefined where there are none, or it is not known how they are weighted. */
  fromParts?: Interval;
  /** Whether some score in it is public. */
  known: boolean;
  sources: string[];
}

export type Cells = Map<Criterion, Cell>;

export function cellsOf({ roots }: Tree, evaluations: readonly EvaluationFact[]): Cells {
  const rows = new Map(evaluations.map((row) => [row.criterion, row]));
  const cells: Cells = new Map();
  for (const root of roots) fill(root, rows, cells);
  for (const root of roots) bound(root, cells);
  return cells;
}

const union = (...lists: string[][]): string[] => [...new Set(lists.flat())].sort();

/** From the parts to the whole. */
function fill(criterion: Criterion, rows: Map<string, EvaluationFact>, cells: Cells): Cell {
  const parts = criterion.parts.map((part) => fill(part, rows, cells));
  const counted = criterion.parts.map((part, i) => multiplied(parts[i]?.value ?? anything, factorOf(part)));
  const row = rows.get(criterion.id);
  const score = row?.score ?? null;
  // Only a stated maximum cuts the sum: a published score may exceed what its own parts could add up to.
  const fromParts =
    parts.length > 0 && !criterion.open ? below(criterion.maxScore, sumOf(counted)) : undefined;
  const status = score === null ? statusOf(row, parts, fromParts) : 'disclosed';
  const cell: Cell = {
    status,
    value: score === null ? (fromParts ?? upTo(criterion.maxScore)) : exactly(exact(score)),
    ...(fromParts ? { fromParts } : {}),
    known: score !== null || parts.some(({ known }) => known),
    sources:
      status === 'disclosed'
        ? (row?.sources ?? [])
        : union(
            ...(row && status !== 'computed' ? [row.sources] : []),
            ...parts.map(({ sources }) => sources),
          ),
  };
  cells.set(criterion, cell);
  return cell;
}

function statusOf(row: EvaluationFact | undefined, parts: Cell[], fromParts?: Interval): CellStatus {
  if (fromParts && isExact(fromParts)) return 'computed';
  if (row) return 'undisclosed';
  if (parts.some(({ known }) => known)) return 'partly-known';
  return parts.some(({ status }) => status === 'undisclosed') ? 'undisclosed' : 'missing';
}

/** From the whole to the parts: none can have more than the whole leaves beside the least that the others have. */
function bound(criterion: Criterion, cells: Cells): void {
  const ceiling = cells.get(criterion)?.value.highest ?? null;
  const parts = criterion.parts.flatMap((part) => {
    const [cell, factor] = [cells.get(part), factorOf(part)];
    return cell ? [{ cell, factor, least: times(factor, cell.value.lowest) }] : [];
  });
  if (ceiling !== null && !criterion.open) {
    const lowest = parts.reduce((sum, { least }) => plus(sum, least), zero);
    for (const { cell, factor, least } of parts)
      if (!isExact(cell.value) && !isZero(factor))
        cell.value = below(dividedBy(minus(ceiling, minus(lowest, least)), factor), cell.value);
  }
  for (const part of criterion.parts) bound(part, cells);
}
