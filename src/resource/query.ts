/** The query string of a list or an item: which parameters there are, and reading all of them at once. */
import { z } from 'zod';
import { didYouMean } from '../kernel/nearest.ts';
import { languages } from '../kernel/language.ts';
import { refuse, type Fault } from '../kernel/problems.ts';
import { faultsOf } from '../kernel/faults.ts';
import type { Resource } from './declare.ts';
import { printable } from './fields.ts';
import { filtersOf, typed, type Filter } from './filter.ts';
import { includesOf } from './include.ts';
import type { Registry } from './registry.ts';
import { sortablePaths } from './order.ts';

export interface ListQuery {
  q?: string;
  sort?: string[];
  fields?: string[];
  include?: string[];
  limit?: number;
  cursor?: string;
  count?: 'exact';
  format?: string;
  lang?: (typeof languages)[number];
  [filter: string]: unknown;
}

const list = (item: z.ZodType, max: number, description: string, example?: string[]): z.ZodType =>
  z
    .array(item)
    .min(1)
    .max(max)
    .optional()
    .meta({
      description,
      ...(example ? { examples: [example] } : {}),
      param: { style: 'form', explode: false },
    });

// Parameters that are the same everywhere are components of the OpenAPI document, by their `param.id`.
const language = z
  .enum(languages)
  .optional()
  .meta({ description: 'Language of `name`, stronger than `Accept-Language`.', param: { id: 'lang' } });
const paging = {
  limit: z
    .int()
    .min(1)
    .max(500)
    .optional()
    .meta({
      format: 'int32',
      description:
        'Rows a page, 50 unless told. For csv and ndjson: at most so many rows; all of them unless told.',
      param: { id: 'limit' },
    }),
  cursor: z
    .string()
    .min(1)
    .max(4000)
    .regex(/^[A-Za-z0-9_-]+$/, 'is not a cursor')
    .optional()
    .meta({
      description:
        'Where the next page begins: `page.next` of the page before, used with the same filters and order.',
      param: { id: 'cursor' },
    }),
  count: z
    .enum(['exact'])
    .optional()
    .meta({
      description: '`exact` adds `page.total`, the number of all rows that the filters let through.',
      param: { id: 'count' },
    }),
  format: z
    .enum(['json', 'csv', 'ndjson'])
    .optional()
    .meta({
      description:
        'Form of the reply, stronger than `Accept`. csv and ndjson stream the whole filtered list.',
      param: { id: 'format' },
    }),
};

const fieldPaths = (resource: Resource): string[] => [
  ...new Set([...Object.keys(resource.fields), ...resource.leaves.map(({ path }) => path)]),
];

const commonShape = (resource: Resource, registry: Registry): Record<string, z.ZodType> => {
  const includes = Object.keys(includesOf(resource, registry));
  return {
    fields: list(
      z.enum(fieldPaths(resource) as [string]),
      100,
      'Only these fields, by name or JSON path (`names.en`). Comma-separated.',
    ),
    ...(includes.length > 0
      ? {
          include: list(
            z.enum(includes as [string]),
            20,
            'Related rows to embed under `included`, so that a page needs one call. Comma-separated.',
          ),
        }
      : {}),
    lang: language,
  };
};

export interface QueryReader<T> {
  schema: z.ZodObject;
  filters: Filter[];
  read(raw: Record<string, unknown>): T;
}

export function listQuery(resource: Resource, registry: Registry): QueryReader<ListQuery> {
  const filters = filtersOf(resource);
  const sortable = sortablePaths(resource).flatMap((path) => [path, `-${path}`]);
  const shape = {
    ...(resource.search.length > 0
      ? {
          q: z
            .string()
            .min(1)
            .max(200)
            .regex(printable, 'must not contain control characters')
            .optional()
            .meta({ description: searchWords(resource) }),
        }
      : {}),
    sort: list(
      z.enum(sortable as [string]),
      10,
      'Order, `-` for descending, nulls last; made total by the id. Comma-separated.',
    ),
    ...paging,
    ...commonShape(resource, registry),
    ...Object.fromEntries(filters.map(({ parameter, schema }) => [parameter, schema])),
  };
  return reader(resource, shape, filters);
}

export const itemQuery = (resource: Resource, registry: Registry): QueryReader<ListQuery> =>
  reader(resource, commonShape(resource, registry), []);

const searchWords = (resource: Resource): string =>
  `Words to look for in ${resource.search.map((path) => `\`${path}\``).join(', ')} and in aliases; case and accents do not matter, all words must occur.`;

const lists = new Set(['sort', 'fields', 'include']);

function reader(
  resource: Resource,
  shape: Record<string, z.ZodType>,
  filters: Filter[],
): QueryReader<ListQuery> {
  const schema = z.strictObject(shape);
  const byParameter = new Map(filters.map((filter) => [filter.parameter, filter]));
  const convert = (parameter: string, text: string): unknown => {
    const filter = byParameter.get(parameter);
    if (filter) return typed(filter, text);
    if (lists.has(parameter)) return text.split(',');
    return parameter === 'limit' && /^[0-9]{1,9}$/.test(text) ? Number(text) : text;
  };
  const read = (raw: Record<string, unknown>): ListQuery => {
    const faults: Fault[] = [];
    const values: Record<string, unknown> = {};
    for (const [parameter, value] of Object.entries(raw)) {
      if (!Object.hasOwn(shape, parameter)) faults.push(unknownParameter(parameter, Object.keys(shape)));
      else if (typeof value !== 'string')
        faults.push({
          parameter,
          code: 'repeated-parameter',
          detail: `\`${parameter}\` is given more than once; separate several values by commas`,
        });
      else if (value === '')
        faults.push({ parameter, code: 'invalid-value', detail: `\`${parameter}\` is empty` });
      else values[parameter] = convert(parameter, value);
    }
    const parsed = schema.safeParse(values);
    if (!parsed.success) faults.push(...faultsOf(parsed.error, values, 'parameter'));
    if (faults.length > 0) throw refuse(faults, 'invalid-parameter');
    return parsed.data as ListQuery;
  };
  return { schema, filters, read };
}

export function unknownParameter(parameter: string, known: string[]): Fault {
  const shown = parameter.slice(0, 100);
  return {
    parameter: shown,
    code: 'unknown-parameter',
    detail: `there is no parameter \`${shown}\`${didYouMean(parameter, known) || `; there are ${known.slice(0, 12).join(', ') || 'none here'}${known.length > 12 ? ' and more' : ''}`}`,
  };
}
