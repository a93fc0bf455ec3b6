/** A line of CSV, columns named by JSON path, as the document it stands for. */
import { unguardCell } from '../kernel/csv.ts';
import type { Kind, Leaf } from './fields.ts';
import type { Resource } from './declare.ts';
import type { Document } from './write.ts';

const numbers = new Set<Kind>(['integer', 'decimal']);

/** What a cell says. In a list of objects, lists are joined by blanks. */
export function cellValue(leaf: Leaf, cell: string, separator = ';'): unknown {
  if (leaf.kind === 'list') return cell === '' ? [] : cell.split(separator);
  if (cell === '') return null;
  if (numbers.has(leaf.kind) && /^-?[0-9]+(\.[0-9]+)?$/.test(cell)) return Number(cell);
  // Spreadsheets write them in capitals, whatever they were read as.
  if (leaf.kind === 'boolean' && /^(true|false)$/i.test(cell)) return cell.toLowerCase() === 'true';
  return leaf.kind === 'text' ? unguardCell(cell) : cell;
}

export function documentOf(resource: Resource, cells: Record<string, string>): Document {
  const document: Document = {};
  const rows: Record<string, Record<string, string[]>> = {};
  for (const { path, leaf, rows: list } of resource.leaves) {
    const cell = cells[path];
    if (cell === undefined || leaf.derived) continue;
    const [first = '', last] = path.split('.');
    if (last === undefined) document[first] = cellValue(leaf, cell);
    else if (!list)
      document[first] = { ...(document[first] as Document | undefined), [last]: cellValue(leaf, cell) };
    else (rows[first] ??= {})[last] = cell === '' ? [] : cell.split(';');
  }
  for (const [name, columns] of Object.entries(rows)) document[name] = objectsOf(resource, name, columns);
  return document;
}

/** Parallel lists, one a column, become a list of objects; a list inside them is joined by spaces. */
export function objectsOf(resource: Resource, name: string, columns: Record<string, string[]>): Document[] {
  const field = resource.fields[name];
  if (field?.type !== 'rows') return [];
  const length = Math.max(0, ...Object.values(columns).map((cells) => cells.length));
  return Array.from({ length }, (_, i) =>
    Object.fromEntries(
      Object.entries(field.fields).map(([key, leaf]) => [key, cellValue(leaf, columns[key]?.[i] ?? '', ' ')]),
    ),
  );
}
