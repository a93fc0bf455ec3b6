/** The first line of a CSV: which cell of a row is which field. */
import type { LeafAt, Resource } from '../../resource/declare.ts';
import { errorColumn, readable } from './fields.ts';
import { FileError } from './file-error.ts';
import { faultsMost, shortened, storable, type RowFault } from './row.ts';

export interface ColumnAt extends LeafAt {
  /** Its place in a row, from 0. */
  place: number;
  /** Under which names its value stands in the document. */
  top: string;
  below: string | undefined;
  /** Whether a cell is read as a number. */
  numeric: boolean;
}

/** A list of objects, one column a leaf. */
export interface ListAt {
  name: string;
  columns: ColumnAt[];
}

export interface Header {
  columns: string[];
  ignored: string[];
  given: Set<string>;
  single: ColumnAt[];
  lists: ListAt[];
}

export function headerOf(resource: Resource, cells: string[], line: number): Header {
  const columns = cells.map((cell) => cell.trim());
  const fields = readable(resource);
  refuseOtherForms(columns, line, (name) => fields.leaves.has(name) || fields.ignored.has(name));
  const header: Header = { columns, ignored: [], given: new Set(), single: [], lists: [] };
  const faults: RowFault[] = [];
  let more = 0;
  const seen = new Map<string, number>();
  columns.forEach((name, place) => {
    const at = fields.leaves.get(name);
    // A header may be a million commas: words are only made for what is told.
    const fault = (code: RowFault['code'], detail: () => string): void => {
      if (faults.length === faultsMost) more += 1;
      else
        faults.push({
          column: place + 1,
          field: storable(name),
          code,
          detail: detail(),
          value: shortened(name),
        });
    };
    const before = seen.get(name);
    if (name === '') fault('unnamed-column', () => `column ${place + 1} has no name`);
    else if (before !== undefined)
      fault(
        'repeated-field',
        () =>
          `column ${place + 1} has the same name as column ${before + 1}: \`${String(shortened(name, 80))}\``,
      );
    else if (at) addColumn(header, at, place);
    else if (fields.ignored.has(name)) header.ignored.push(name);
    else if (name !== errorColumn) fault('unknown-field', () => fields.unknown(name));
    seen.set(name, before ?? place);
  });
  if (faults.length > 0) throw invalidHeader(faults, more, line);
  return header;
}

const numbers = new Set(['integer', 'decimal']);

function addColumn(header: Header, at: LeafAt, place: number): void {
  const [top = '', below] = at.path.split('.');
  const column = { ...at, place, top, below, numeric: numbers.has(at.leaf.kind) };
  if (!at.rows) {
    header.single.push(column);
    header.given.add(at.path);
    return;
  }
  const list = header.lists.find(({ name }) => name === top);
  if (list) list.columns.push(column);
  else header.lists.push({ name: top, columns: [column] });
  header.given.add(top);
}

function refuseOtherForms(columns: string[], line: number, known: (name: string) => boolean): void {
  const [only = ''] = columns;
  if (only.startsWith('{') || only.startsWith('['))
    throw new FileError(
      'wrong-form',
      'This is JSON and not CSV. Send it as application/json (an array) or application/x-ndjson (a row a line).',
      { line, column: 1 },
    );
  if (columns.length > 1) return;
  for (const [separator, called] of [
    [';', 'semicolons'],
    ['\t', 'tabs'],
    ['|', 'bars'],
  ] as const)
    if (only.split(separator, 100).filter((name) => known(name.trim())).length > 1)
      throw new FileError(
        'wrong-separator',
        `The columns are separated by ${called}. Save the file as CSV with commas; \`;\` joins the values of a list.`,
        { line, column: 1 },
      );
}

function invalidHeader(faults: RowFault[], more: number, line: number): FileError {
  const said = faults.map(({ detail }) => detail).join('; ');
  return new FileError(
    'invalid-header',
    `The header does not fit: ${said}${more > 0 ? `; and ${more} more` : ''}.`,
    { line, faults },
  );
}
