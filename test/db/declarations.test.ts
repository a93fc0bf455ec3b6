/** What the resources declare is what the tables hold: columns, vocabularies, references and the common rules. */
import { beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { loadRegistry } from '../../src/resource/registry.ts';
import { isWritable, type LeafAt, type Resource } from '../../src/resource/declare.ts';
import { tracker } from '../tracker.ts';

const it = tracker();
const registry = await loadRegistry();
const resources = registry.all.map((resource) => ({ name: resource.name, resource }));

interface Column {
  type: string;
  nullable: boolean;
}
/** By `table.column`. */
const columns = new Map<string, Column>();
/** By name. */
const checks = new Map<string, string>();
/** As `table.column → table`. */
const foreignKeys = new Set<string>();
/** As `table: function(arguments) when`. */
const triggers = new Set<string>();

beforeAll(async () => {
  for (const { table, column, type, nullable } of await it.sql(
    `SELECT attrelid::regclass::text AS table, attname AS column, format_type(atttypid, NULL) AS type, NOT attnotnull AS nullable
       FROM pg_attribute WHERE attnum > 0 AND NOT attisdropped AND attrelid IN (SELECT oid FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace)`,
  ))
    columns.set(`${String(table)}.${String(column)}`, { type: String(type), nullable: nullable === true });
  for (const { name, text } of await it.sql(
    `SELECT conname AS name, pg_get_constraintdef(oid) AS text FROM pg_constraint WHERE contype = 'c' AND connamespace = 'public'::regnamespace`,
  ))
    checks.set(String(name), String(text));
  // The last column of a key over several is the reference itself; those before it only tie it to its programme.
  for (const { key } of await it.sql(
    `SELECT conrelid::regclass || '.' || (SELECT attname FROM pg_attribute WHERE attrelid = conrelid AND attnum = conkey[array_upper(conkey, 1)])
            || ' → ' || confrelid::regclass AS key FROM pg_constraint WHERE contype = 'f' AND connamespace = 'public'::regnamespace`,
  ))
    foreignKeys.add(String(key));
  for (const { text } of await it.sql(
    `SELECT tgrelid::regclass || ': ' || proname || '(' || replace(trim(trailing '\\000' FROM encode(tgargs, 'escape')), '\\000', ', ') || ') '
            || CASE WHEN tgtype & 2 > 0 THEN 'before' ELSE 'after' END || CASE WHEN tgtype & 4 > 0 THEN ' insert' ELSE '' END
            || CASE WHEN tgtype & 16 > 0 THEN ' update' ELSE '' END || CASE WHEN tgtype & 8 > 0 THEN ' delete' ELSE '' END AS text
       FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid WHERE NOT tgisinternal AND tgenabled = 'O'`,
  ))
    triggers.add(String(text));
});

const writable = (resource: Resource): LeafAt[] =>
  resource.leaves.filter(({ path, leaf }) => {
    const [name = ''] = path.split('.');
    const field = resource.fields[name];
    return field !== undefined && !leaf.derived && isWritable(name, field);
  });
/** Lists of objects without a table of their own stand in one column. */
const inColumns = (resource: Resource): LeafAt[] =>
  writable(resource).filter(({ rows }) => !rows || rows.table);
const tableOf = (resource: Resource, { rows }: LeafAt): string => rows?.table?.name ?? resource.table;
const listed = (text: string): string[] =>
  [...text.matchAll(/'([^']*)'::text/g)].map((match) => match[1] ?? '').sort();

describe.each(resources)('$name', ({ resource }) => {
  test('every field that is written has its column, of its type, null only where the field may be', () => {
    for (const at of inColumns(resource)) {
      const { leaf, path } = at;
      const column = columns.get(`${tableOf(resource, at)}.${leaf.column}`);
      // A currency has three letters in every table.
      const type = column?.type === 'character' ? 'text' : column?.type;
      expect({ path, type, nullable: column?.nullable }).toEqual({
        path,
        type: leaf.pg,
        nullable: leaf.nullable,
      });
    }
    for (const [path, field] of Object.entries(resource.fields))
      if (field.type === 'rows' && !field.table)
        expect(
          columns.get(`${resource.table}.${path.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`)}`),
        ).toEqual({
          type: 'jsonb',
          nullable: false,
        });
  });

  test('every column belongs to a field, or is known to be computed', () => {
    const fields = new Set(resource.leaves.filter(({ rows }) => !rows).map(({ leaf }) => leaf.column));
    const groups = Object.entries(resource.fields).flatMap(([name, field]) =>
      field.type === 'group' && field.subject
        ? field.subject.map((type) => `${name}_${type}`)
        : field.type === 'rows'
          ? [name.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`)]
          : [],
    );
    const unknown = [...columns.keys()]
      .filter((key) => key.startsWith(`${resource.table}.`))
      .map((key) => key.split('.')[1] ?? '')
      .filter((column) => !fields.has(column) && !groups.includes(column) && column !== 'recorded_in');
    expect(unknown).toEqual([]);
  });

  test('every closed vocabulary is the CHECK constraint’s, word for word', () => {
    for (const at of inColumns(resource)) {
      const schema = at.leaf.kind === 'list' ? at.leaf.item : at.leaf.schema;
      if (!(schema instanceof z.ZodEnum)) continue;
      const name = `${tableOf(resource, at)}_${at.leaf.column}_check`;
      expect([name, listed(checks.get(name) ?? '')]).toEqual([name, schema.options.map(String).sort()]);
    }
  });

  test('every date has a CHECK that it is one', () => {
    for (const at of inColumns(resource)) {
      if (at.leaf.kind !== 'date') continue;
      const name = `${tableOf(resource, at)}_${at.leaf.column}_check`;
      expect([name, checks.get(name)]).toEqual([
        name,
        `CHECK (is_partial_date(${at.leaf.column === 'date' ? 'date' : at.leaf.column}))`,
      ]);
    }
  });

  test('every reference has its foreign key, or for a list the triggers that stand for one', () => {
    for (const at of inColumns(resource)) {
      const { leaf, path, subject } = at;
      const table = tableOf(resource, at);
      if (path === 'id') continue;
      if (subject)
        for (const type of subject)
          expect(foreignKeys).toContain(
            `${table}.${path.split('.')[0]}_${type} → ${registry.bySingular(type).table}`,
          );
      else if (leaf.refersTo && leaf.kind === 'list') {
        const target = registry.get(leaf.refersTo).table;
        for (const when of ['insert', 'update'])
          expect(triggers).toContain(`${table}: listed_ids_exist(${leaf.column}, ${target}) after ${when}`);
        expect(triggers).toContain(`${target}: refuse_while_listed(${table}, ${leaf.column}) after delete`);
      } else if (leaf.refersTo)
        expect(foreignKeys).toContain(`${table}.${leaf.column} → ${registry.get(leaf.refersTo).table}`);
    }
  });

  test('it counts versions, keeps its id, and cites at least one source', () => {
    expect(triggers).toContain(`${resource.table}: next_version() before update`);
    if (resource.id === 'slug')
      expect(checks.get(`${resource.table}_id_check`)).toContain('^[a-z0-9]+(-[a-z0-9]+)*$');
    const tables = [
      resource.table,
      ...Object.values(resource.fields).flatMap((field) =>
        field.type === 'rows' && field.table ? [field.table.name] : [],
      ),
    ];
    for (const table of resource.sourced ? tables : [])
      expect(checks.get(`${table}_sources_check`)).toMatch(
        /cardinality\(sources\) > 0.*array_position\(sources, NULL/,
      );
  });

  test('its natural key is unique, with nulls equal where it may hold any', async () => {
    const key = resource.naturalKey.map((path) => resource.leaves.find((at) => at.path === path)?.leaf);
    const indexes = await it.sql(
      `SELECT indnullsnotdistinct AS equal FROM pg_index WHERE indisunique AND indrelid = '${resource.table}'::regclass AND indpred IS NULL
          AND (SELECT array_agg(attname::text ORDER BY attname) FROM pg_attribute WHERE attrelid = indrelid AND attnum = ANY (indkey::int2[])) = $1`,
      [key.map((leaf) => leaf?.column ?? '').sort()],
    );
    expect(indexes).toEqual([{ equal: key.some((leaf) => leaf?.nullable) }]);
  });
});
