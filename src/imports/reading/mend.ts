/**
 * The rows that were refused, as a CSV to mend and send again: the columns of the file, and beside them `error`, which
 * is passed over when the file comes back. Rows of JSON take the columns that an import of the resource reads.
 */
import { guardCell, quotedCell } from '../../kernel/csv.ts';
import type { Leaf } from '../../resource/fields.ts';
import type { LeafAt, Resource } from '../../resource/declare.ts';
import { valueAt } from '../../resource/write.ts';
import { errorColumn, readable } from './fields.ts';
import { shortened } from './row.ts';

export interface RowToMend {
  /** As FileRow has it. */
  raw: unknown;
  /** Of reading and of all that came after it. */
  faults: readonly { field?: string; detail: string }[];
}

/** `columns`: the header of a CSV; undefined for the other forms. Each line ends in CRLF; the first is the header. */
export function* mendedCsv(
  resource: Resource,
  columns: readonly string[] | undefined,
  rows: Iterable<RowToMend>,
): Generator<string> {
  const leaves = [...readable(resource).leaves.values()];
  const names = columns?.filter((name) => !isError(resource, name)) ?? leaves.map(({ path }) => path);
  yield lineOf([...names, errorColumn]);
  for (const { raw, faults } of rows) {
    const error = faults.map(({ field, detail }) => (field ? `${field}: ${detail}` : detail)).join(' | ');
    if (columns && Array.isArray(raw))
      yield lineOf([...cellsOf(resource, columns, raw), surplus(columns, raw, error)]);
    else yield lineOf([...leaves.map((at) => cellOf(at, raw)), guardCell(error)]);
  }
}

/** A document as a file of one row, with every column that an import reads. */
export function csvOf(resource: Resource, document: unknown): string {
  const leaves = [...readable(resource).leaves.values()];
  return lineOf(leaves.map(({ path }) => path)) + lineOf(leaves.map((at) => cellOf(at, document)));
}

const lineOf = (cells: readonly string[]): string => `${cells.map(quotedCell).join(',')}\r\n`;

const textOf = (cell: unknown): string => (typeof cell === 'string' ? cell : '');

const isError = (resource: Resource, name: string): boolean =>
  name === errorColumn && !(errorColumn in resource.fields);

function cellsOf(resource: Resource, columns: readonly string[], raw: readonly unknown[]): string[] {
  return columns.flatMap((name, i) => (isError(resource, name) ? [] : [harmless(textOf(raw[i]))]));
}

/** Cells beyond the last column have no place of their own, and must not be lost. */
const surplus = (columns: readonly string[], raw: readonly unknown[], error: string): string => {
  const more = raw.slice(columns.length).map(textOf);
  return guardCell(
    more.length === 0 ? error : `${error} | left over: ${String(shortened(more.join(', '), 2000))}`,
  );
};

const number = /^[-+]?[0-9]+([.,][0-9]+)?$/;

/** As it stood, unless a spreadsheet would run it. A cell that was guarded is; a number begins with a sign and may. */
const harmless = (cell: string): string =>
  cell.startsWith("'") || number.test(cell) ? cell : guardCell(cell);

function cellOf({ path, leaf, rows }: LeafAt, value: unknown): string {
  if (!rows) return leafCell(leaf, valueAt(value, path), ';');
  const [list = '', key = ''] = path.split('.');
  const items = valueAt(value, list);
  return Array.isArray(items)
    ? items.map((item) => leafCell(leaf, valueAt(item, key), ' ')).join(';')
    : leafCell(leaf, items, ';');
}

function leafCell(leaf: Leaf, value: unknown, separator: string): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'string') return leaf.kind === 'text' ? guardCell(value) : harmless(value);
  if (Array.isArray(value) && value.every((item) => typeof item === 'string'))
    return harmless(value.join(separator));
  return harmless(JSON.stringify(value));
}
