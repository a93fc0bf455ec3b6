/** The query string of a list or an item: which parameters there are. */
import { z } from 'zod';
import { listParameter, queryReader, type QueryReader } from '../http/query.ts';
import type { FastifyRequest } from 'fastify';
import { languages, preferredLanguage, type Language } from '../kernel/language.ts';
import type { Resource } from './declare.ts';
import { printable } from './fields.ts';
import { momentParameters, type MomentQuery } from './moment.ts';
import { filtersOf, type Filter } from './filter.ts';
import { includesOf } from './include.ts';
import type { Registry } from './registry.ts';
import { sortablePaths } from './order.ts';

export interface ListQuery extends MomentQuery {
  q?: string;
  sort?: string[];
  fields?: string[];
  include?: string[];
  limit?: number;
  cursor?: string;
  count?: 'exact';
  version?: number;
  format?: string;
  lang?: (typeof languages)[number];
  [filter: string]: unknown;
}

// Parameters that are the same everywhere are components of the OpenAPI document, by their `param.id`.
export const languageParameter = z
  .enum(languages)
  .optional()
  .meta({ description: 'Language of `name`, stronger than `Accept-Language`.', param: { id: 'lang' } });
export const languageOf = (request: FastifyRequest, { lang }: { lang?: Language }): Language =>
  lang ?? preferredLanguage(request.headers['accept-language']);

/** Of a list in pages. */
export const pagingParameters = {
  limit: z
    .int()
    .min(1)
    .max(500)
    .optional()
    .meta({
      format: 'int32',
      description:
        'Rows a page, 50 unless told. For csv, ndjson and parquet: at most so many rows; all of them unless told.',
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
};

export const listFormats = ['json', 'csv', 'ndjson', 'parquet'] as const;
export type ListFormat = (typeof listFormats)[number];

const listForms = {
  count: z
    .enum(['exact'])
    .optional()
    .meta({
      description: '`exact` adds `page.total`, the number of all rows that the filters let through.',
      param: { id: 'count' },
    }),
  format: z
    .enum(listFormats)
    .optional()
    .meta({
      description:
        'Form of the reply, stronger than `Accept`. csv, ndjson and parquet stream the whole filtered list.',
      param: { id: 'format' },
    }),
};

const fieldPaths = (resource: Resource): string[] => [
  ...new Set([...Object.keys(resource.fields), ...resource.leaves.map(({ path }) => path)]),
];

const commonShape = (resource: Resource, registry: Registry): Record<string, z.ZodType> => {
  const includes = Object.keys(includesOf(resource, registry));
  return {
    fields: listParameter(
      z.enum(fieldPaths(resource) as [string]),
      100,
      'Only these fields, by name or JSON path (`names.en`). Comma-separated.',
    ),
    ...(includes.length > 0
      ? {
          include: listParameter(
            z.enum(includes as [string]),
            20,
            'Related rows to embed under `included`, so that a page needs one call. Comma-separated.',
          ),
        }
      : {}),
    lang: languageParameter,
    ...momentParameters,
  };
};

export interface ListReader extends QueryReader<ListQuery> {
  filters: Filter[];
}

export function listQuery(resource: Resource, registry: Registry): ListReader {
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
            .refine((words) => words.trim().split(/\s+/).length <= 10, 'must have at most 10 words')
            .optional()
            .meta({ description: searchWords(resource) }),
        }
      : {}),
    sort: listParameter(
      z.enum(sortable as [string]),
      10,
      'Order, `-` for descending, nulls last; made total by the id. Comma-separated.',
    ),
    ...pagingParameters,
    ...listForms,
    ...commonShape(resource, registry),
    ...Object.fromEntries(filters.map(({ parameter, schema }) => [parameter, schema])),
  };
  return { ...queryReader<ListQuery>(shape), filters };
}

export const itemQuery = (resource: Resource, registry: Registry): QueryReader<ListQuery> =>
  queryReader({ ...commonShape(resource, registry), version: versionParameter });

const versionParameter = z
  .int()
  .min(1)
  .max(2_147_483_647)
  .optional()
  .meta({
    format: 'int32',
    description:
      'The row as it was when this version of it was recorded (see its history), derived fields included. Never changes. Not together with `knownAt`.',
    param: { id: 'atVersion' },
  });

const searchWords = (resource: Resource): string =>
  `Words to look for in ${resource.search.map((path) => `\`${path}\``).join(', ')} and in aliases; case and accents do not matter, all words must occur.`;
