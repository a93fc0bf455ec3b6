/** The public description of the five operations that every resource has. */
import { z } from 'zod';
import { entityTags, notModified, readFields, readHeaders, responseHeaders } from '../http/documented.ts';
import type { Operation } from '../http/openapi.ts';
import type { ProblemCode } from '../kernel/problems.ts';
import { correctionFields, exampleRow, pascal, type Action, type Resource } from './declare.ts';
import { metaSchema } from './moment.ts';
import { itemQuery, listQuery } from './query.ts';
import type { Registry } from './registry.ts';
import { includesOf } from './include.ts';

export const idSchema = (resource: Resource): z.ZodType =>
  (resource.schemas.row.shape.id as z.ZodType).meta({
    description: `The id of the ${resource.singular}.`,
    examples: [resource.exampleId],
    param: { example: resource.exampleId },
  });
const path = (resource: Resource): z.ZodObject => z.strictObject({ id: idSchema(resource) });

const match = entityTags('The ETag of the row as you read it, or `*`.', '*');
export const ifMatch = z.object({ 'If-Match': match.meta({ param: { id: 'IfMatch' } }) });
/** Of what has a name of its own, and may be meant whatever the row is like by now. */
export const ifMatchAny = z.object({ 'If-Match': match.optional().meta({ param: { id: 'IfMatchAny' } }) });
export const idempotency = z.object({
  'Idempotency-Key': z
    .string()
    .min(1)
    .max(255)
    .regex(/^[\x21-\x7e]+$/)
    .optional()
    .meta({
      description:
        'Any text that is new for each new request. A retry with the same key and body gets the first reply again and writes nothing twice.',
      examples: ['7f1c3c1e-5a0f-4a43-9b8e-2f6f0d9d1f11'],
      param: { id: 'IdempotencyKey' },
    }),
});

/** The rules that a write of any resource can break; see /problems for each. */
const writeProblems: ProblemCode[] = [
  'malformed-json',
  'unsupported-media-type',
  'body-too-large',
  'already-exists',
  'validation-failed',
];

/** Every field may be missing, down to the parts of an object, because `fields` can ask for any of them alone. */
function sparse(resource: Resource): z.ZodRawShape {
  const shape = Object.entries(resource.schemas.row.shape as Record<string, z.ZodType>).map(
    ([name, schema]) => {
      const type = resource.fields[name]?.type;
      const parts =
        type === 'group'
          ? (schema as z.ZodObject).partial()
          : type === 'rows'
            ? z.array(((schema as z.ZodArray).element as z.ZodObject).partial()).max(200)
            : schema;
      return [name, parts.meta(schema.meta() ?? {}).optional()];
    },
  );
  return Object.fromEntries(shape) as z.ZodRawShape;
}

function rowSchema(resource: Resource, registry: Registry): z.ZodObject {
  const title = pascal(resource.singular);
  const includes = Object.entries(includesOf(resource, registry)).map(([name, { target, many }]) => {
    const row = target.schemas.row;
    return [
      name,
      (many ? z.array(row).max(500) : row.nullable()).optional().meta({
        description: many
          ? `Rows of ${target.name}, at most 500.`
          : `The row of ${target.name}, null if there is none.`,
      }),
    ];
  });
  const included = z
    .strictObject(Object.fromEntries(includes) as z.ZodRawShape)
    .meta({ id: `${title}Included`, description: 'What `include` asked for.' });
  return z
    .strictObject({
      ...sparse(resource),
      ...(includes.length > 0 ? { included: included.optional() } : {}),
      meta: metaSchema.optional(),
    })
    .meta({
      id: `${title}View`,
      description: `${resource.description} All fields, unless \`fields\` names some; \`included\` only with \`include\`.`,
    });
}

export const pageSchema = z
  .strictObject({
    limit: z
      .int()
      .min(1)
      .max(500)
      .meta({ description: 'Rows a page.', format: 'int32', examples: [50] }),
    next: z
      .string()
      .max(4000)
      .regex(/^[A-Za-z0-9_-]+$/)
      .nullable()
      .meta({ description: 'The cursor of the next page; null on the last.' }),
    total: z
      .int()
      .min(0)
      .max(2_147_483_647)
      .optional()
      .meta({ description: 'How many rows there are in all, with `count=exact`.', format: 'int32' }),
  })
  .meta({ id: 'Page', description: 'Where the page stands in the list.' });

const lineText = (description: string, example: string): z.ZodType =>
  z
    .string()
    .max(2_147_483_647)
    .regex(/^[^]*$/)
    .meta({ description, examples: [example] });

export interface Operations {
  list: Operation;
  get: Operation;
  create: Operation;
  patch: Operation;
  remove: Operation;
}

export function operationsOf(resource: Resource, registry: Registry): Operations {
  const { name, singular } = resource;
  const title = pascal(singular);
  const tags = [name];
  const view = rowSchema(resource, registry);
  const row = resource.schemas.row;
  const example = exampleRow(resource);
  const article = /^[aeo]/.test(singular) ? 'an' : 'a';
  const words = singular.replaceAll('-', ' ');
  const language: [string, string] = ['Content-Language', 'ContentLanguage'];
  return {
    list: {
      operationId: `list${pascal(name)}`,
      summary: `List ${name.replaceAll('-', ' ')}`,
      description: `${resource.description}\n\nEvery parameter narrows the list; without any, all rows come in order of their ids.`,
      tags,
      requestParams: { query: listQuery(resource, registry).schema, header: readFields },
      responses: {
        200: {
          description: `A page of ${name}, or with \`format=csv\`, \`ndjson\` or \`parquet\` all of them.`,
          headers: responseHeaders(
            ...readHeaders,
            language,
            ['Link', 'Link'],
            ['Content-Disposition', 'ContentDisposition'],
          ),
          content: {
            'application/json': {
              schema: z
                .strictObject({
                  data: z.array(view).max(500).meta({ description: 'The rows.' }),
                  page: pageSchema,
                  meta: metaSchema.optional(),
                })
                .meta({ id: `${title}List`, description: `A page of ${name}.` }),
              example: { data: [example], page: { limit: 50, next: null } },
            },
            'text/csv': {
              schema: lineText(
                'RFC 4180 with a header; columns are JSON paths, lists are joined by `;`.',
                resource.leaves.map((leaf) => leaf.path).join(','),
              ),
            },
            'application/x-ndjson': { schema: lineText('One JSON document a line.', '{}') },
            'application/vnd.apache.parquet': {},
          },
        },
        304: notModified,
      },
      problems: ['invalid-parameter', 'invalid-cursor'],
    },
    get: {
      operationId: `get${title}`,
      summary: `Get ${article} ${words}`,
      description: `One ${words}, by its id. Its ETag is what PATCH and DELETE want in \`If-Match\`.`,
      tags,
      requestParams: {
        path: path(resource),
        query: itemQuery(resource, registry).schema,
        header: readFields,
      },
      responses: {
        200: {
          description: `The ${words}.`,
          headers: responseHeaders(...readHeaders, language, ['Link', 'Link']),
          content: { 'application/json': { schema: view, example } },
        },
        304: notModified,
      },
      problems: ['invalid-parameter', 'not-found', 'gone'],
    },
    create: {
      operationId: `create${title}`,
      summary: `Create ${article} ${words}`,
      description: `Adds a row to ${name}. ${resource.id === 'slug' ? 'Without an `id` one is derived and given back in `Location`.' : 'The server gives the id.'} All faults of the body are reported at once.`,
      tags,
      requestParams: { header: idempotency },
      requestBody: {
        required: true,
        description: `The new ${words}.`,
        content: { 'application/json': { schema: resource.schemas.create, example: resource.example } },
      },
      responses: {
        201: {
          description: 'Created.',
          headers: responseHeaders(
            ['ETag', 'ETag'],
            language,
            ['Location', 'Location'],
            ['Idempotency-Replayed', 'IdempotencyReplayed'],
          ),
          content: { 'application/json': { schema: row, example } },
        },
      },
      problems: [...writeProblems, 'request-in-progress', 'idempotency-key-reused'],
    },
    patch: {
      operationId: `patch${title}`,
      summary: `Change ${article} ${words}`,
      description: `Changes the fields that are named and leaves the others (JSON merge patch, RFC 7396). Lists are replaced as a whole. \`If-Match\` keeps you from overwriting what somebody else changed meanwhile.`,
      tags,
      requestParams: { path: path(resource), header: ifMatch },
      requestBody: {
        required: true,
        description: 'The fields to change.',
        content: Object.fromEntries(
          ['application/merge-patch+json', 'application/json'].map((type) => [
            type,
            { schema: resource.schemas.patch, example: patchExample(resource) },
          ]),
        ),
      },
      responses: {
        200: {
          description: 'Changed.',
          headers: responseHeaders(['ETag', 'ETag'], language),
          content: { 'application/json': { schema: row, example } },
        },
      },
      problems: [...writeProblems, 'not-found', 'gone', 'precondition-failed', 'precondition-required'],
    },
    remove: {
      operationId: `delete${title}`,
      summary: `Delete ${article} ${words}`,
      description: `Deletes the row. While other rows refer to it the answer is a 409 that lists them.`,
      tags,
      requestParams: { path: path(resource), header: ifMatch, query: deleteQuery(resource) },
      responses: { 204: { description: 'Deleted.', headers: responseHeaders() } },
      problems: [
        'invalid-parameter',
        'not-found',
        'gone',
        'still-referenced',
        'validation-failed',
        'precondition-failed',
        'precondition-required',
      ],
    },
  };
}

export function actionOperation(resource: Resource, action: Action): Operation {
  const title = `${pascal(action.name)}${pascal(resource.singular)}`;
  return {
    operationId: title.replace(/^./, (letter) => letter.toLowerCase()),
    summary: action.summary,
    description: action.description,
    tags: [resource.name],
    requestParams: { path: path(resource), header: idempotency.extend(ifMatchAny.shape) },
    requestBody: {
      description: 'What goes with it; may be left out where nothing does.',
      content: {
        'application/json': {
          schema: action.body.meta({ id: `${title}Body`, description: action.summary }),
          example: action.example,
        },
      },
    },
    responses: {
      200: {
        description: 'Done.',
        headers: responseHeaders(
          ['ETag', 'ETag'],
          ['Content-Language', 'ContentLanguage'],
          ['Idempotency-Replayed', 'IdempotencyReplayed'],
        ),
        content: { 'application/json': { schema: resource.schemas.row, example: exampleRow(resource) } },
      },
    },
    problems: [
      ...writeProblems,
      'not-found',
      'gone',
      'precondition-failed',
      'request-in-progress',
      'idempotency-key-reused',
    ],
  };
}

export const deleteQuery = (resource: Resource): z.ZodObject =>
  z.strictObject(
    resource.correctable
      ? {
          correction: z
            .enum(['true'])
            .optional()
            .meta({ description: 'Say `true` to delete what belongs to a published round; needs `reason`.' }),
          reason: correctionFields.reason.optional().meta({ description: 'Why it is deleted.' }),
        }
      : {},
  );

/** A change that is always allowed: the sources are named again as they are in the example. */
const patchExample = (resource: Resource): Record<string, unknown> =>
  resource.sourced ? { sources: resource.example.sources } : { language: 'en' };
