/** Documents of any resource, made up from its declaration, and files of them written without the code under test. */
import fc from 'fast-check';
import { isWritable, type LeafAt, type Resource } from '../../src/resource/declare.ts';
import type { Leaf } from '../../src/resource/fields.ts';
import type { Document } from '../../src/resource/write.ts';

const slug = fc.stringMatching(/^[a-z0-9]{1,6}(-[a-z0-9]{1,4})?$/);
/** What a spreadsheet, a CSV or an encoding could make something else of. */
const text = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '=',
        '+',
        '-',
        '@',
        "'",
        '"',
        '""',
        ',',
        ';',
        '\n',
        '\r\n',
        '\t',
        '|',
        ' ',
        '\\',
        '{',
        '[',
        '"a"',
      ),
      fc.constantFrom(
        '한글',
        '＝',
        '😀',
        'é',
        '\uFEFF',
        '\u2028',
        'null',
        'true',
        '1',
        '__proto__',
        '\\u0000',
      ),
      fc.string({ unit: 'grapheme', maxLength: 5 }),
    ),
    { minLength: 1, maxLength: 6 },
  )
  .map((parts) => parts.join('').replaceAll('\0', ''))
  .filter((value) => value !== '' && value.isWellFormed());

function valueOf({ kind, nullable }: Leaf, inList: boolean): fc.Arbitrary<unknown> {
  const date = fc.constantFrom('2025', '2025-08', '2025-08-04');
  const values: Record<Leaf['kind'], fc.Arbitrary<unknown>> = {
    text: inList ? slug : text,
    choice: slug,
    ref: slug,
    uuid: fc.uuid(),
    date,
    instant: fc.constant('2026-11-24T00:00:00.000000Z'),
    integer: fc.integer({ min: -1_000_000, max: 1_000_000_000_000 }),
    decimal: fc.integer({ min: -1_000_000_000, max: 1_000_000_000 }).map((value) => value / 1000),
    amount: fc.bigInt({ min: 0n, max: 10n ** 20n }).map((value) => `${value}.5`),
    boolean: fc.boolean(),
    list: fc.array(slug, { maxLength: 4 }),
  };
  return nullable ? fc.option(values[kind], { nil: null }) : values[kind];
}

export const writable = (resource: Resource): LeafAt[] =>
  resource.leaves.filter(({ path, leaf }) => {
    const top = path.split('.')[0] ?? '';
    const field = resource.fields[top];
    return field && isWritable(top, field) && !leaf.derived && !(top === 'id' && resource.id === 'uuid');
  });

/** Whole documents: every writable field is there. */
export function documentsOf(resource: Resource): fc.Arbitrary<Document> {
  const shape: Record<string, fc.Arbitrary<unknown>> = {};
  for (const [name, field] of Object.entries(resource.fields)) {
    if (!writable(resource).some(({ path }) => path.split('.')[0] === name)) continue;
    if (field.type === 'leaf') shape[name] = valueOf(field, false);
    else {
      const inner = Object.fromEntries(
        Object.entries(field.fields).map(([key, leaf]) => [key, valueOf(leaf, field.type === 'rows')]),
      );
      // A list of one object is told from none by a column that is never empty.
      shape[name] = field.type === 'rows' ? fc.array(fc.record(inner), { maxLength: 3 }) : fc.record(inner);
    }
  }
  return fc.record(shape);
}

export interface Style {
  lineEnd: '\n' | '\r\n' | '\r';
  mark: boolean;
  quoteAll: boolean;
  lastEnd: boolean;
  indent: number;
  /** Which columns come first. */
  turn: number;
}

export const styles: fc.Arbitrary<Style> = fc.record({
  lineEnd: fc.constantFrom('\n', '\r\n', '\r'),
  mark: fc.boolean(),
  quoteAll: fc.boolean(),
  lastEnd: fc.boolean(),
  indent: fc.constantFrom(0, 0, 2),
  turn: fc.nat(30),
});

export interface Written {
  file: string;
  /** The line that each row begins in. */
  lines: number[];
}

const at = (value: unknown, key: string): unknown => (value as Document | null)?.[key];

function cellOf({ path, leaf, rows }: LeafAt, document: Document): string {
  const [top = '', below] = path.split('.');
  const one = (value: unknown, separator: string): string =>
    value === null || value === undefined
      ? ''
      : Array.isArray(value)
        ? value.join(separator)
        : typeof value === 'string'
          ? value
          : JSON.stringify(value);
  if (rows) return (document[top] as Document[]).map((row) => one(row[below ?? ''], ' ')).join(';');
  const value = one(below === undefined ? document[top] : at(document[top], below), ';');
  return leaf.kind === 'text' && /^'*[=+\-@\t\r\n＝＋－＠]/.test(value) ? `'${value}` : value;
}

/** Joins the rows, each with what precedes it, and counts the lines. */
function joined(parts: string[], begin: number): Written {
  const lines: number[] = [];
  let file = '';
  parts.forEach((part, i) => {
    if (i >= begin) lines.push((file.match(/\r\n|\r|\n/g) ?? []).length + 1);
    file += part;
  });
  return { file, lines };
}

export function csvOf(resource: Resource, documents: Document[], style: Style): Written {
  const all = writable(resource);
  const columns = [...all.slice(style.turn % all.length), ...all.slice(0, style.turn % all.length)];
  const quoted = (cell: string): string =>
    style.quoteAll || /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
  const records = [
    columns.map(({ path }) => path),
    ...documents.map((one) => columns.map((column) => cellOf(column, one))),
  ];
  const parts = records.map(
    (cells, i) => cells.map(quoted).join(',') + (i < documents.length || style.lastEnd ? style.lineEnd : ''),
  );
  const written = joined(parts, 1);
  return { ...written, file: (style.mark ? '\uFEFF' : '') + written.file };
}

export function ndjsonOf(documents: Document[], style: Style): Written {
  const parts = documents.map(
    (document, i) =>
      JSON.stringify(document) + (i < documents.length - 1 || style.lastEnd ? style.lineEnd : ''),
  );
  const written = joined(parts, 0);
  return { ...written, file: (style.mark ? '\uFEFF' : '') + written.file };
}

export function jsonOf(documents: Document[], style: Style): Written {
  const gap = style.indent === 0 ? '' : style.lineEnd;
  const parts = documents.flatMap((document, i) => [
    `${i === 0 ? '' : ','}${gap}`,
    JSON.stringify(document, null, style.indent).replaceAll('\n', style.lineEnd),
  ]);
  const { file, lines } = joined(['[', ...parts, `${gap}]`], 1);
  // Every second part is a row.
  return { file: (style.mark ? '\uFEFF' : '') + file, lines: lines.filter((_, i) => i % 2 === 1) };
}
