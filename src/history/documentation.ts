/** The public description of histories and differences. */
import { z } from 'zod';
import { notModified, readFields, readHeaders, responseHeaders } from '../http/documented.ts';
import type { Operation } from '../http/openapi.ts';
import { listParameter, type Parameters } from '../http/query.ts';
import type { Resource } from '../resource/declare.ts';
import { instantSchema, metaSchema } from '../resource/moment.ts';
import { idSchema, pageSchema } from '../resource/operations.ts';
import { pagingParameters } from '../resource/query.ts';
import type { Registry } from '../resource/registry.ts';
import { historyParameters } from './history.ts';

export const historyTag = {
  name: 'history',
  description:
    'What this tracker said at other times: versions of a row, and what changed between two moments.',
};

const text = (description: string, max = 1000): z.ZodType =>
  z
    .string()
    .max(max)
    .regex(/^[^]*$/)
    .meta({ description });
const instant = (description: string): z.ZodType =>
  instantSchema.meta({ description, examples: ['2026-11-25T12:00:00.123456Z'] });
const anything = (description: string): z.ZodType =>
  z
    .union([
      z
        .string()
        .max(100_000)
        .regex(/^[^]*$/),
      z.number(),
      z.boolean(),
      z.array(z.unknown()).max(1000),
      z.looseObject({}),
      z.null(),
    ])
    .meta({ description });

const changes = z
  .array(
    z
      .strictObject({
        field: text('The JSON path of the field; a list is one field.', 200).meta({ examples: ['names.en'] }),
        old: anything('The value before; null where there was none.'),
        new: anything('The value from then on; null where there is none.'),
      })
      .meta({ id: 'FieldChange', description: 'A field that was changed, old and new.' }),
  )
  .max(1000)
  .meta({ description: 'The fields that are stored and differ; derived ones follow from them.' });
const operation = z
  .enum(['create', 'update', 'delete'])
  .meta({ description: 'Whether the row came, was changed, or went.' });

const entry = z
  .strictObject({
    version: z
      .int()
      .min(1)
      .max(2_147_483_647)
      .meta({ format: 'int32' })
      .nullable()
      .meta({ description: 'The number of the version; null where the row was deleted.' }),
    operation,
    recordedAt: instant('Since when the tracker says so.'),
    supersededAt: instant('Until when it said so; null for the present.').nullable(),
    transaction: z.int().min(1).max(Number.MAX_SAFE_INTEGER).meta({
      format: 'int64',
      description: 'What was recorded together has the same number, here and in `/v1/changes`.',
    }),
    actor: text('Who: the id of the key, or the part of the system that wrote.', 200),
    request: text('The `X-Request-Id` of the request that made it; null where none did.').nullable(),
    import: z
      .string()
      .max(36)
      .regex(/^[0-9a-f-]{36}$/)
      .nullable()
      .meta({ description: 'The import that made it, if one did.' }),
    reason: text('Why, where it was a correction.').nullable(),
    changes,
    href: text('Where that version can be read as a whole; null where the row was deleted.').nullable(),
  })
  .meta({ id: 'HistoryEntry', description: 'One version of a row: what it changed, when, by whom and why.' });
const historyReply = z
  .strictObject({ data: z.array(entry).max(500), page: pageSchema, meta: metaSchema.optional() })
  .meta({ id: 'History', description: 'The versions of a row, the newest first.' });

export const historyOperation = (resource: Resource): Operation => ({
  operationId: `get${resource.singular.replace(/(^|-)([a-z])/g, (_, __, letter: string) => letter.toUpperCase())}History`,
  summary: `The history of ${/^[aeo]/.test(resource.singular) ? 'an' : 'a'} ${resource.singular.replaceAll('-', ' ')}`,
  description:
    'Every version of the row, the newest first: what it changed, when that was recorded, by whom and why, with the sources it named then. A row that was deleted has its history too. The values of a version as a whole are at its `href`.',
  tags: [historyTag.name],
  requestParams: {
    path: z.strictObject({ id: idSchema(resource) }),
    query: z.strictObject(historyParameters),
    header: readFields,
  },
  responses: {
    200: {
      description: 'The versions.',
      headers: responseHeaders(...readHeaders, ['Link', 'Link']),
      content: { 'application/json': { schema: historyReply } },
    },
    304: notModified,
  },
  problems: ['invalid-parameter', 'invalid-cursor', 'not-found'],
});

const difference = z
  .strictObject({
    resource: text('The resource.', 80),
    id: text('The id of the row.', 80),
    operation,
    changes,
  })
  .meta({
    id: 'Difference',
    description: 'A row that the tracker said otherwise at one moment than at the other.',
  });
const diffReply = z
  .strictObject({
    data: z.array(difference).max(500),
    page: pageSchema,
    meta: z
      .strictObject({ from: instant('The earlier moment.'), to: instant('The later moment.') })
      .meta({ id: 'DiffMeta', description: 'What was compared.' }),
  })
  .meta({ id: 'Diff', description: 'What changed between two moments.' });

export const diffParameters = (registry: Registry): Parameters => ({
  from: instantSchema.meta({
    description:
      'The earlier moment: an instant with a time zone. One before the first record means that all was new since.',
    param: { example: '2026-01-01T00:00:00Z' },
  }),
  to: instantSchema.optional().meta({ description: 'The later moment; now unless told.' }),
  resource: listParameter(
    z.enum(registry.all.map(({ name }) => name) as [string]),
    100,
    'Only rows of these resources. Comma-separated.',
  ),
  program: listParameter(
    z
      .string()
      .max(80)
      .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/),
    50,
    'Only changes that belong to these programmes; organizations, models, sources and what else belongs to none is left out then. Comma-separated.',
  ),
  ...pagingParameters,
  format: z.enum(['json', 'csv', 'ndjson']).optional().meta({
    description: 'Form of the reply, stronger than `Accept`. csv has one line for each field that differs.',
  }),
});

export const diffOperation = (registry: Registry): Operation => ({
  operationId: 'getDiff',
  summary: 'What changed between two moments',
  description:
    'Every row that the tracker said otherwise at `to` than at `from`, by resource and id, with each field that differs, old and new. A row that was changed and changed back is not there. As csv: one line for each field, to be opened as a table.',
  tags: [historyTag.name],
  requestParams: { query: z.strictObject(diffParameters(registry)), header: readFields },
  responses: {
    200: {
      description: 'The differences.',
      headers: responseHeaders(
        ...readHeaders,
        ['Link', 'Link'],
        ['Content-Disposition', 'ContentDisposition'],
      ),
      content: {
        'application/json': { schema: diffReply },
        'text/csv': {
          schema: text('RFC 4180 with a header: resource, id, operation, field, old, new.', 2_147_483_647),
        },
        'application/x-ndjson': { schema: text('One difference a line.', 2_147_483_647) },
      },
    },
    304: notModified,
  },
  problems: ['invalid-parameter', 'invalid-cursor'],
});
