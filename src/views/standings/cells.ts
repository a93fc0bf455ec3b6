/** What is known of each criterion for one consortium: a published score, a sum of parts, or between which ends it lies. */
import { exact, minus } from './exact.ts';
import type { EvaluationFact } from './facts.ts';
import { below, exactly, isExact, sumOf, upTo, type Interval } from './interval.ts';
import type { Criterion, Tree } from './tree.ts';

export type CellStatus = 'disclosed' | 'computed' | 'undisclosed' | 'partly-known' | 'missing';

interface Cell {
  status: CellStatus;
  value: Interval;
  /** What the parts alone add up to; undefined where there are none. */
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
  const row = rows.get(criterion.id);
  const score = row?.score ?? null;
  // Only a stated maximum cuts the sum: a published score may exceed what its own parts could add up to.
  const fromParts =
    parts.length > 0 ? below(criterion.maxScore, sumOf(parts.map(({ value }) => value))) : undefined;
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
  const parts = criterion.parts.map((part) => cells.get(part)).filter((cell) => cell !== undefined);
  if (ceiling !== null) {
    const { lowest } = sumOf(parts.map(({ value }) => value));
    for (const part of parts)
      if (!isExact(part.value))
        part.value = below(minus(ceiling, minus(lowest, part.value.lowest)), part.value);
  }
  for (const part of criterion.parts) bound(part, cells);
}
