/** The public description of the operations on imports. */
import { z } from 'zod';
import { notModified, readFields, readHeaders, responseHeaders } from '../http/documented.ts';
import type { Operation } from '../http/openapi.ts';
import { uuid } from '../views/schemas.ts';
import type { Registry } from '../resource/registry.ts';
import { importParameters } from './request.ts';
import { importsParameters, rowsParameters } from './rows.ts';
import { importReply, importsReply, rowsReply } from './schema.ts';

export const importTag = {
  name: 'imports',
  description:
    'Batch imports: a file of rows of one resource is planned, looked at, and carried out exactly once, all of it or nothing.',
};
const tags = [importTag.name];

const key = z.object({
  'Idempotency-Key': z
    .string()
    .min(1)
    .max(255)
    .regex(/^[\x21-\x7e]+$/)
    .meta({
      description:
        'Any text that is the same for each try of the same import; the SHA-256 of the file will do.',
      examples: ['9f86d081884c7d659a2feaa0c55ad015'],
    }),
});
const prefer = key.extend({
  Prefer: z
    .string()
    .max(200)
    .regex(/^[\x20-\x7e]*$/)
    .optional()
    .meta({
      description:
        'RFC 7240. `respond-async`: answer at once with 202, whatever the size. `wait=30`: wait so many seconds (at most 120) for the end of a large import and answer with that, or for the turn of a small one while another of the same resource is written (10 unless told).',
      examples: ['wait=30'],
    }),
});
const exampleId = '0199f6a2-7c1e-7d34-9a51-0c8c3f3f6b1d';
const id = uuid('The id of the import.', exampleId);
// Swagger UI fills in what stands beside the schema.
const path = z.strictObject({ id: id.meta({ ...id.meta(), param: { example: exampleId } }) });
const text = (description: string): { schema: z.ZodType } => ({
  schema: z
    .string()
    .max(2_147_483_647)
    .regex(/^[^]*$/)
    .meta({ description }),
});
const written: [string, string][] = [
  ['ETag', 'ETag'],
  ['Location', 'Location'],
  ['Idempotency-Replayed', 'IdempotencyReplayed'],
];
const json = (schema: z.ZodType): Record<string, { schema: z.ZodType }> => ({
  'application/json': { schema },
});

const queued = {
  description: 'It waits for its turn, or runs: look at `Location` for how far it is.',
  headers: responseHeaders(
    ['Location', 'Location'],
    ['Retry-After', 'RetryAfter'],
    ['Preference-Applied', 'PreferenceApplied'],
    ['Idempotency-Replayed', 'IdempotencyReplayed'],
  ),
  content: json(importReply),
};

const importing = `Rows of one resource, as CSV, NDJSON or a JSON array, plain or with \`Content-Encoding: gzip\`.

**Keys.** A row is told by its natural key; the id of rows that the server numbers is passed over. **References** are ids, natural keys (\`kr-safm/2\` for a round), names or aliases. A field that the file does not have stays as it is; an empty cell or \`null\` empties it. CSV is as the exports give it: columns named by JSON path, lists joined by \`;\`.

**Plan and apply.** \`dryRun=true\` answers with what would happen to each row and to the standings, and changes nothing; the link \`apply\` carries out exactly that, for 24 hours. **All or nothing** unless \`onError=skip\`. **Exactly once:** \`Idempotency-Key\` is required; a retry with the same key and file gets the first reply again, for 7 days.

**Large files** (more than 5,000 rows, or over 4 MiB) are answered with 202 and go on in the background: \`GET /v1/imports/{id}\` and its \`/events\` say how far they are, \`DELETE\` cancels them. They survive a restart of the server.

**Errors** are all told, in the order of the file: the reply and the import list the first 200, \`GET /v1/imports/{id}/rows?status=error\` all, as CSV with the columns of the file and \`error\`, to mend and send again (under another key: it is another file).

**Turns.** Imports of one resource go one after the other. Whoever waits longer than 10 seconds (or than \`Prefer: wait\`) is told 503 with \`Retry-After\`, and nothing was written: send the same again.

**Limits.** A row of 1 MiB, 5,000,000 rows, and as many bytes as the server allows (256 MiB unless set otherwise), of which gzip may make four times as many, and no more than 1,000 times its own size. What is too large is refused as a whole.

A plan needs the scope \`import:plan\`, anything else \`import\` (or both \`import:plan\` and \`import:apply\`).`;

/** With a CSV of evaluations that is imported as it stands. */
export const importOperation = (registry: Registry, example: string): Operation => ({
  operationId: 'createImport',
  summary: 'Import a file of rows, or plan it',
  description: importing,
  tags,
  requestParams: { query: z.strictObject(importParameters(registry)), header: prefer },
  requestBody: {
    required: true,
    description: 'The file.',
    content: {
      'text/csv': {
        ...text('RFC 4180 with a header.'),
        example,
      },
      'application/x-ndjson': text('One JSON document a line.'),
      'application/json': {
        schema: z
          .array(z.looseObject({}))
          .max(5_000_000)
          .meta({ description: 'Rows as the body of a POST has them.' }),
      },
    },
  },
  responses: {
    200: {
      description: 'The plan; nothing was changed.',
      headers: responseHeaders(...written),
      content: json(importReply),
    },
    201: { description: 'Carried out.', headers: responseHeaders(...written), content: json(importReply) },
    202: queued,
  },
  problems: [
    'invalid-parameter',
    'idempotency-key-required',
    'file-unreadable',
    'unsupported-media-type',
    'body-too-large',
    'import-refused',
    'request-in-progress',
    'idempotency-key-reused',
  ],
});

export const applyOperation: Operation = {
  operationId: 'applyImport',
  summary: 'Carry out a plan',
  description:
    'Does exactly what the plan says, once, before it expires; or answers 409 with the rows that changed meanwhile, and does nothing.',
  tags,
  requestParams: { path, header: prefer },
  responses: {
    201: { description: 'Carried out.', headers: responseHeaders(...written), content: json(importReply) },
    202: queued,
  },
  problems: [
    'invalid-parameter',
    'idempotency-key-required',
    'not-found',
    'plan-outdated',
    'plan-not-applicable',
    'import-refused',
    'request-in-progress',
    'idempotency-key-reused',
  ],
};

const reading = { headers: responseHeaders(...readHeaders) };

export const importsOperation = (registry: Registry): Operation => ({
  operationId: 'listImports',
  summary: 'List imports',
  description: 'The newest first.',
  tags,
  requestParams: { query: z.strictObject(importsParameters(registry)), header: readFields },
  responses: {
    200: { description: 'The imports.', ...reading, content: json(importsReply) },
    304: notModified,
  },
  problems: ['invalid-parameter'],
});

export const importGetOperation: Operation = {
  operationId: 'getImport',
  summary: 'Get an import',
  description: 'What was asked for, how it ended, and the first faults.',
  tags,
  requestParams: { path, header: readFields },
  responses: {
    200: { description: 'The import.', ...reading, content: json(importReply) },
    304: notModified,
  },
  problems: ['invalid-parameter', 'not-found'],
};

export const rowsOperation: Operation = {
  operationId: 'listImportRows',
  summary: 'What became of each row',
  description:
    'In the order of the file. `status=error&format=csv` gives the rows that do not fit as a file with the original columns and `error`, to mend and send again.',
  tags,
  requestParams: { path, query: z.strictObject(rowsParameters), header: readFields },
  responses: {
    200: {
      description: 'The rows.',
      headers: responseHeaders(...readHeaders, ['Content-Disposition', 'ContentDisposition']),
      content: {
        ...json(rowsReply),
        'text/csv': text(
          'With `status=error` the columns of the file and `error`; else what became of each row.',
        ),
        'application/x-ndjson': text('One row a line.'),
      },
    },
    304: notModified,
  },
  problems: ['invalid-parameter', 'not-found'],
};

export const cancelOperation: Operation = {
  operationId: 'cancelImport',
  summary: 'Cancel an import',
  description:
    'One that waits is off at once; one that runs is stopped, and nothing of it was written. Whether it was stopped in time, its `status` says.',
  tags,
  requestParams: { path },
  responses: {
    202: {
      description: 'It is cancelled, or will be in a moment.',
      headers: responseHeaders(['Location', 'Location']),
      content: json(importReply),
    },
  },
  problems: ['invalid-parameter', 'not-found', 'import-finished'],
};

export const eventsOperation: Operation = {
  operationId: 'followImport',
  summary: 'How an import goes on, as server-sent events',
  description:
    '`progress` whenever something has changed, with the fields of `progress` and the `status`; `end` with the whole import, after which the stream closes. It closes without that when the key is revoked or expires.',
  tags,
  requestParams: { path },
  responses: {
    200: {
      description: 'The events.',
      headers: responseHeaders(['Cache-Control', 'CacheControl']),
      content: { 'text/event-stream': text('Server-sent events, each with JSON as its data.') },
    },
  },
  unasked: true,
  problems: ['invalid-parameter', 'not-found'],
};
