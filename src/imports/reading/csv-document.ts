/** The cells of a row as the document that they stand for, and what is wrong with single cells. */
import { cellValue, objectsOf } from '../../resource/csv-row.ts';
import type { Resource } from '../../resource/declare.ts';
import type { Document } from '../../resource/write.ts';
import type { ColumnAt, Header, ListAt } from './csv-header.ts';
import { isExact } from './number.ts';
import type { RowFault } from './row.ts';

/** `place`: which cell, from 0. */
export type Note = (place: number, code: RowFault['code'], detail: string, cells: string[]) => void;

export function noteNuls(cells: string[], note: Note): void {
  cells.forEach((cell, place) => {
    if (cell.includes('\0')) note(place, 'unstorable-text', 'the text contains a NUL character', cells);
  });
}

export function documentOf(
  resource: Resource,
  { single, lists }: Header,
  cells: string[],
  note: Note,
): Document {
  const document: Document = {};
  for (const column of single) {
    const { place, top, below, leaf, numeric } = column;
    const cell = cells[place] ?? '';
    // A row without an id gets one; no row has an id that is null.
    if (cell === '' && column.path === 'id') continue;
    const value = cellValue(leaf, cell);
    if (numeric && typeof value === 'number' && !isExact(cell)) noteInexact(column, cells, note);
    if (below === undefined) document[top] = value;
    else ((document[top] ??= {}) as Document)[below] = value;
  }
  for (const list of lists) document[list.name] = listOf(resource, list, cells, note);
  return document;
}

const noteInexact = ({ place }: ColumnAt, cells: string[], note: Note): void => {
  note(place, 'inexact-number', 'the number has more digits than can be kept: about 15 are', cells);
};

function listOf(resource: Resource, list: ListAt, cells: string[], note: Note): Document[] {
  const parts = list.columns.map(({ place }) => (cells[place] ? cells[place].split(';') : []));
  const columns = Object.fromEntries(list.columns.map(({ below = '' }, i) => [below, parts[i] ?? []]));
  const objects = objectsOf(resource, list.name, columns);
  list.columns.forEach((column, i) => {
    const count = parts[i]?.length ?? 0;
    // An empty cell says nothing of any of them.
    if (count > 0 && count < objects.length)
      note(
        column.place,
        'uneven-lists',
        `${count} of ${objects.length}: the columns of \`${list.name}\` are lists of equal length, an empty place for what is not known`,
        cells,
      );
    if (column.numeric && !(parts[i] ?? []).every(isExact)) noteInexact(column, cells, note);
  });
  return objects;
}
