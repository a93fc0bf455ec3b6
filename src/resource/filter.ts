/** The query parameters that a resource's leaves give rise to, and what each asks of the database. */
import { z } from 'zod';
import sql, { join, raw, type Sql } from 'sql-template-tag';
import { textBound } from '../kernel/partial-date.ts';
import { dateSchema, type Leaf } from './fields.ts';
import type { LeafAt, Resource } from './declare.ts';
import { valueOf } from './columns.ts';

type Operator = 'eq' | 'ne' | 'gte' | 'gt' | 'lte' | 'lt';
export interface Filter {
  parameter: string;
  at: LeafAt;
  operator: Operator;
  schema: z.ZodType;
}

const comparisons = { gte: '>=', gt: '>', lte: '<=', lt: '<' } as const;
const words: Record<Operator, string> = {
  eq: 'one of these values (comma: or)',
  ne: 'none of these values',
  gte: 'this or later/more',
  gt: 'later/more than this',
  lte: 'this or earlier/less',
  lt: 'earlier/less than this',
};
const ordered = new Set(['integer', 'decimal', 'amount', 'date', 'instant']);

function valueSchema({ leaf }: LeafAt): z.ZodType {
  if (leaf.kind === 'list') return leaf.item ?? z.never();
  if (leaf.kind === 'date') return dateSchema;
  return leaf.schema;
}

/** `null` as a value asks for rows where the fact is not known. */
const orNull = (leaf: Leaf, schema: z.ZodType): z.ZodType =>
  leaf.nullable ? z.union([schema, z.literal('null')]) : schema;

/** Filters that are the same for every resource are made once, as components of the OpenAPI document. */
const everywhere = new Set(['createdAt', 'updatedAt', 'version', 'sources']);
const shared = new Map<string, Filter[]>();

export function filtersOf(resource: Resource): Filter[] {
  return resource.leaves
    .filter(
      ({ leaf, rows, path }) =>
        path !== 'name' && (!rows || (rows.table && (leaf.kind === 'ref' || leaf.kind === 'choice'))),
    )
    .flatMap((at) => {
      if (!everywhere.has(at.path)) return filtersOn(at);
      const made = shared.get(at.path) ?? filtersOn(at, true);
      shared.set(at.path, made);
      return made;
    });
}

function filtersOn(at: LeafAt, component = false): Filter[] {
  const { leaf, path } = at;
  const one = valueSchema(at);
  const filter = (operator: Operator): Filter => {
    const parameter = operator === 'eq' ? path : `${path}[${operator}]`;
    const equality = operator === 'eq' || operator === 'ne';
    const known = equality && leaf.nullable ? '; `null` for not known' : '';
    const schema = equality ? z.array(orNull(leaf, one)).min(1).max(100) : one;
    const meta = {
      description: `${leaf.description.split('.')[0] ?? ''}: ${words[operator]}${known}.`,
      param: {
        ...(equality ? { style: 'form' as const, explode: false } : {}),
        ...(component ? { id: parameter.replace(/\[(.*)\]/, '.$1') } : {}),
      },
    };
    return { parameter, at, operator, schema: schema.optional().meta(meta) };
  };
  const equality: Operator[] = leaf.kind === 'instant' ? [] : ['eq', 'ne'];
  const ranges: Operator[] = ordered.has(leaf.kind) ? ['gte', 'gt', 'lte', 'lt'] : [];
  return [...equality, ...ranges].map(filter);
}

/** `asSet`: also a single value as a list, which keeps the planner from taking the column for a constant. */
export function condition(
  { at, operator }: Filter,
  value: unknown,
  row: string,
  { asSet = false } = {},
): Sql {
  const { leaf, rows } = at;
  if (rows?.table) {
    const inner = condition({ at: { leaf, path: at.path }, operator: 'eq' } as Filter, value, 'm');
    const exists = sql`EXISTS (SELECT FROM ${raw(rows.table.name)} m WHERE m.${raw(rows.table.parent)} = ${raw(row)}.id AND ${inner})`;
    return operator === 'ne' ? sql`NOT ${exists}` : exists;
  }
  const column = raw(valueOf(leaf, row, 'en'));
  const type = raw(leaf.pg);
  if (operator === 'eq' || operator === 'ne') {
    const values = (value as unknown[]).filter((item) => item !== 'null');
    const parts: Sql[] = [];
    if (values.length > 0)
      parts.push(
        leaf.kind === 'list'
          ? sql`${column} && ${values}::text[]`
          : // Of an array of unknown length the planner thinks that it has ten items.
            values.length === 1 && !asSet
            ? sql`${column} = ${values[0]}::${type}`
            : sql`${column} = ANY (${values}::${type}[])`,
      );
    if (values.length < (value as unknown[]).length) parts.push(sql`${column} IS NULL`);
    const any = sql`(${join(parts, ' OR ')})`;
    // What is not known is not one of the values either.
    return operator === 'eq' ? any : sql`${any} IS NOT TRUE`;
  }
  if (leaf.kind === 'date') {
    const { bound, but } = textBound(operator, value as string);
    const symbol = operator.startsWith('g') ? '>=' : '<=';
    const compared = sql`${column} ${raw(symbol)} ${bound}::text`;
    return but.length === 0 ? compared : sql`(${compared} AND ${column} <> ALL (${but}::text[]))`;
  }
  return sql`${column} ${raw(comparisons[operator])} ${value}::${type}`;
}
