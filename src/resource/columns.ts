/**
 * From a declared field to SQL. All text that is composed here comes from declarations in the code; what a client
 * sends only ever enters as a parameter (see filter.ts). Table names carry no schema, so that the same query can be
 * answered from the past by another search_path.
 */
import type { Language } from '../kernel/language.ts';
import type { Field, Leaf, Rows } from './fields.ts';
import type { LeafAt, Resource } from './declare.ts';

const numeric = new Set(['decimal', 'amount']);

/** The stored or derived value itself, for comparing and ordering. */
export const valueOf = (leaf: Leaf, row: string, language: Language): string =>
  leaf.derived ? `(${leaf.derived(row, language)})` : `${row}.${leaf.column ?? ''}`;

/** RFC 3339, always with microseconds, so that the same instant is the same text in every form. */
export const instant = (value: string): string => `to_char(${value}, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

/** The value as the wire has it, ready for JSON. */
export function jsonLeaf(leaf: Leaf, row: string, language: Language): string {
  const value = valueOf(leaf, row, language);
  if (leaf.kind === 'instant') return instant(value);
  if (!numeric.has(leaf.kind)) return value;
  return leaf.kind === 'amount' ? `trim_scale(${value})::text` : `trim_scale(${value})`;
}

/** row_to_json of a subquery and not json_build_object: half the cost, and no blanks between names and values. */
const object = (fields: Record<string, Leaf>, one: (leaf: Leaf) => string): string =>
  `(SELECT row_to_json(g) FROM (SELECT ${Object.entries(fields)
    .map(([name, leaf]) => `${one(leaf)} AS "${name}"`)
    .join(', ')}) g)`;

/** A list of objects that belongs to the row, as the wire has it. */
export function jsonRows(field: Rows, path: string, row: string, wanted: (path: string) => boolean): string {
  const names = Object.keys(field.fields).filter((name) => wanted(`${path}.${name}`));
  if (!field.table) {
    const list = `${row}.${columnOf(path)}`;
    if (names.length === Object.keys(field.fields).length) return list;
    const parts = names.map((name) => `'${name}', item -> '${name}'`).join(', ');
    return `(SELECT coalesce(jsonb_agg(jsonb_build_object(${parts}) ORDER BY place), '[]')
              FROM jsonb_array_elements(${list}) WITH ORDINALITY AS listed(item, place))`;
  }
  const fields = Object.fromEntries(Object.entries(field.fields).filter(([name]) => names.includes(name)));
  const { name, parent, order } = field.table;
  return `(SELECT coalesce(json_agg(${object(fields, (leaf) => jsonLeaf(leaf, 'm', 'en'))} ORDER BY ${order}), '[]')
            FROM ${name} m WHERE m.${parent} = ${row}.id)`;
}

const columnOf = (path: string): string =>
  path.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`).replaceAll('.', '_');

function jsonField(
  path: string,
  field: Field,
  row: string,
  language: Language,
  wanted: (path: string) => boolean,
): string {
  if (field.type === 'leaf') return jsonLeaf(field, row, language);
  if (field.type === 'rows') return jsonRows(field, path, row, wanted);
  const fields = Object.entries(field.fields).filter(([name]) => wanted(`${path}.${name}`));
  return object(Object.fromEntries(fields), (leaf) => jsonLeaf(leaf, row, language));
}

/** Which paths a `fields=` parameter asks for: a path, all below it, and what it is part of. */
export const picks =
  (fields: readonly string[] | undefined) =>
  (path: string): boolean =>
    !fields ||
    fields.some((field) => path === field || path.startsWith(`${field}.`) || field.startsWith(`${path}.`));

/** The select list of one row's JSON document. */
export function documentColumns(
  resource: Resource,
  row: string,
  language: Language,
  fields?: readonly string[],
): string[] {
  const wanted = picks(fields);
  return Object.entries(resource.fields)
    .filter(([name]) => wanted(name))
    .map(([name, field]) => `${jsonField(name, field, row, language, wanted)} AS "${name}"`);
}

function csvCell(at: LeafAt, row: string, language: Language): string {
  const { leaf, rows } = at;
  if (rows) return csvList(at, rows, row);
  const value = valueOf(leaf, row, language);
  if (leaf.kind === 'list') return `nullif(array_to_string(${value}, ';'), '')`;
  if (leaf.kind === 'text') return guarded(value);
  if (leaf.kind === 'boolean') return `${value}::text`;
  return numeric.has(leaf.kind) ? `trim_scale(${value})` : value;
}

/** See kernel/csv.ts: what a spreadsheet would run as a formula gets a leading apostrophe. */
const guarded = (value: string): string =>
  `CASE WHEN ${value} ~ '^''*[=+\\-@\\t\\r\\n＝＋－＠]' THEN '''' || ${value} ELSE ${value} END`;

/** A list of objects becomes parallel lists, one column a leaf; a list inside it is joined by spaces. */
function csvList(at: LeafAt, rows: Rows, row: string): string {
  const value = inRow(at, rows);
  const text = at.leaf.kind === 'list' ? `array_to_string(${value}, ' ')` : `${value}::text`;
  return overRows(at, rows, row, (order) => `string_agg(coalesce(${text}, ''), ';' ORDER BY ${order})`);
}

/** A leaf in one of a list of objects, as `overRows` names that. */
const inRow = ({ leaf, path }: LeafAt, { table }: Rows): string =>
  table ? `m.${leaf.column ?? ''}` : `(item ->> '${path.split('.').at(-1) ?? ''}')`;

function overRows({ path }: LeafAt, { table }: Rows, row: string, gather: (order: string) => string): string {
  return table
    ? `(SELECT ${gather(table.order)} FROM ${table.name} m WHERE m.${table.parent} = ${row}.id)`
    : `(SELECT ${gather('place')} FROM jsonb_array_elements(${row}.${columnOf(path.split('.')[0] ?? '')}) WITH ORDINALITY AS listed(item, place))`;
}

/** For a file with types (parquet.ts): a list as JSON, an instant in microseconds, and a text as it is. */
function typedCell(at: LeafAt, row: string, language: Language): string {
  const { leaf, rows } = at;
  if (rows) {
    const value = typed(leaf, inRow(at, rows));
    return overRows(at, rows, row, (order) => `coalesce(json_agg(${value} ORDER BY ${order}), '[]')`);
  }
  const value = typed(leaf, valueOf(leaf, row, language));
  return leaf.kind === 'list' ? `to_json(${value})` : value;
}

function typed({ kind }: Leaf, value: string): string {
  if (kind === 'list') return value;
  // As text also in JSON, where a reader would make a float of a number.
  return kind === 'instant' ? `(extract(epoch FROM ${value}) * 1000000)::bigint::text` : `${value}::text`;
}

/** The columns of a table, named by JSON path. */
export const picked = ({ leaves }: Resource, fields: readonly string[] | undefined): LeafAt[] => {
  const wanted = picks(fields);
  return leaves.filter(({ path }) => wanted(path));
};

/** The select list of one line of a table. */
export const cells = (
  form: 'csv' | 'parquet',
  resource: Resource,
  row: string,
  language: Language,
  fields?: readonly string[],
): string[] =>
  picked(resource, fields).map(
    (at) => `${(form === 'csv' ? csvCell : typedCell)(at, row, language)} AS "${at.path}"`,
  );

/** Instants leave PostgreSQL as it writes them (db/copy-out.ts), so they have to be found: they are a row's last cells. */
export function lastCellsOf(resource: Resource, fields?: readonly string[]): number {
  const kinds = picked(resource, fields).map(({ leaf }) => leaf.kind);
  const first = kinds.indexOf('instant');
  const last = first < 0 ? [] : kinds.slice(first);
  if (last.some((kind) => kind !== 'instant' && kind !== 'integer'))
    throw new Error(`${resource.name}: no text may come after an instant`);
  return last.length;
}
