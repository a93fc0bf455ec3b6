/** One JSON text as a row: a line of NDJSON, or an element of an array. */
import { pointerTo } from '../../kernel/faults.ts';
import type { Resource } from '../../resource/declare.ts';
import type { Document } from '../../resource/write.ts';
import { inspect, type Oddity } from './json-inspect.ts';
import { JsonFields } from './json-fields.ts';
import { membersIn, scan } from './json-scan.ts';
import { faultsMost, placeIn, shortened, storable, type FileRow, type Place, type RowFault } from './row.ts';

const depthMost = 32;

interface At extends Place {
  n: number;
  pointer?: string;
}

const nothing: ReadonlySet<string> = new Set();

export class JsonRow {
  readonly ignored: Set<string>;
  readonly #fields: JsonFields;

  constructor(resource: Resource) {
    this.#fields = new JsonFields(resource);
    this.ignored = this.#fields.ignored;
  }

  read(text: string, place: At): FileRow {
    const { n, line, pointer } = place;
    const row: FileRow = { n, line, raw: null, given: nothing, faults: [] };
    if (pointer !== undefined) row.pointer = pointer;
    const { deepest, members, odd } = scan(text);
    if (deepest > depthMost) return unread(row, text, 'too-deep', `it nests deeper than ${depthMost} levels`);
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (error) {
      return malformed(row, text, place, error as Error);
    }
    row.raw = value;
    // A name that is given twice leaves fewer members than there were in the text.
    if (odd || members !== membersIn(value))
      inspect(text, (oddity) => {
        note(row, oddity);
      });
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return unread(row, text, 'not-an-object', 'a row is a JSON object', value);
    const { document, given, unknown } = this.#fields.read(value as Document);
    row.document = document;
    row.given = given;
    for (const one of unknown) note(row, { code: 'unknown-field', ...one });
    return row;
  }
}

function note(row: FileRow, { path, code, detail, value }: Oddity): void {
  if (row.faults.length >= faultsMost) return;
  row.faults.push({
    pointer: storable(`${row.pointer ?? ''}${pointerTo(path)}`),
    field: storable(path.filter((part) => typeof part === 'string').join('.')),
    code,
    detail,
    ...(value === undefined ? {} : { value: shortened(value) }),
  });
}

function unread(
  row: FileRow,
  text: string,
  code: RowFault['code'],
  detail: string,
  value: unknown = text,
): FileRow {
  row.raw = value === text ? shortened(text) : value;
  row.faults.unshift({ pointer: row.pointer ?? '', field: '', code, detail, value: shortened(value) });
  return row;
}

function malformed(row: FileRow, text: string, { line, column }: At, error: Error): FileRow {
  const fault = inspect(text, () => undefined);
  const place = placeIn(text, fault?.at ?? 0, { line, column });
  row.raw = shortened(text);
  row.faults.push({
    ...(place.line === line ? {} : { line: place.line }),
    column: place.column,
    pointer: row.pointer ?? '',
    field: '',
    code: 'malformed-json',
    detail: `this is not JSON: ${fault?.message ?? error.message.slice(0, 200)}`,
    value: shortened(text),
  });
  return row;
}
