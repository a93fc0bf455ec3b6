/** The public description of the operations on API keys. */
import { z } from 'zod';
import { notModified, readFields, readHeaders, responseHeaders } from '../http/documented.ts';
import type { Operation } from '../http/openapi.ts';
import type { Parameters } from '../http/query.ts';
import type { ProblemCode } from '../kernel/problems.ts';
import { idempotency, ifMatch, ifMatchAny } from '../resource/operations.ts';
import { pagingParameters } from '../resource/query.ts';
import { slug, uuid, words } from '../views/schemas.ts';
import { scopes } from './key.ts';
import {
  exampleId,
  keyHistoryReply,
  keyPatchBody,
  keyReply,
  keysReply,
  newKeyBody,
  rotationBody,
  secretReply,
} from './schema.ts';
import { states } from './store.ts';

export const keyTag = {
  name: 'api-keys',
  description:
    'Who may write: keys that are made, rotated, revoked and expire. All of it needs the scope `admin`.',
};
const tags = [keyTag.name];

const id = uuid('The id of the key.', exampleId);
const path = z.strictObject({ id: id.meta({ ...id.meta(), param: { example: exampleId } }) });
const json = (schema: z.ZodType, example?: object) => ({
  'application/json': { schema, ...(example ? { example } : {}) },
});
const writeProblems: ProblemCode[] = [
  'invalid-parameter',
  'malformed-json',
  'unsupported-media-type',
  'body-too-large',
  'validation-failed',
];
const onceProblems: ProblemCode[] = ['request-in-progress', 'idempotency-key-reused'];
const madeHeaders: [string, string][] = [
  ['ETag', 'ETag'],
  ['Idempotency-Replayed', 'IdempotencyReplayed'],
];

export const keysParameters = {
  name: words('Only the key with this name.', undefined, 80).optional(),
  status: z.enum(states).optional().meta({ description: 'Only keys that are in this state.' }),
  scope: z.enum(scopes).optional().meta({ description: 'Only keys that have this very scope.' }),
  program: slug('Only keys that are bound to this programme.', 'kr-safm').optional(),
  ...pagingParameters,
} satisfies Parameters;

export const listOperation: Operation = {
  operationId: 'listApiKeys',
  summary: 'List API keys',
  description:
    'The newest first, those that are not valid any more as well. No secret is among what is told.',
  tags,
  requestParams: { query: z.strictObject(keysParameters), header: readFields },
  responses: {
    200: {
      description: 'The keys.',
      headers: responseHeaders(...readHeaders, ['Link', 'Link']),
      content: json(keysReply),
    },
    304: notModified,
  },
  problems: ['invalid-parameter', 'invalid-cursor'],
};

export const getOperation: Operation = {
  operationId: 'getApiKey',
  summary: 'Get an API key',
  description:
    'What it may do and whether it is valid; not its secret. Its ETag is what PATCH and DELETE want.',
  tags,
  requestParams: { path, header: readFields },
  responses: {
    200: { description: 'The key.', headers: responseHeaders(...readHeaders), content: json(keyReply) },
    304: notModified,
  },
  problems: ['invalid-parameter', 'not-found'],
};

export const historyOperation: Operation = {
  operationId: 'getApiKeyHistory',
  summary: 'What was done to an API key',
  description: 'Who made it, rotated it, changed when it expires, revoked it; the newest first.',
  tags,
  requestParams: { path, query: z.strictObject(pagingParameters), header: readFields },
  responses: {
    200: {
      description: 'What was done.',
      headers: responseHeaders(...readHeaders, ['Link', 'Link']),
      content: json(keyHistoryReply),
    },
    304: notModified,
  },
  problems: ['invalid-parameter', 'invalid-cursor', 'not-found'],
};

export const createOperation: Operation = {
  operationId: 'createApiKey',
  summary: 'Make an API key',
  description: `\`secret\` is the key; it is told in this reply and never again, also not to a retry with the same Idempotency-Key: that gets the same key with \`secret: null\`, and makes no second one. Whoever has lost it rotates the key.

**Bound to a programme** it writes and imports only rows that belong to that programme, neither what belongs to another nor what belongs to no single one (sources, organizations, models, benchmarks and their results, partnerships); and sees, approves and cancels only imports of keys that are bound to it as well. \`admin\` is never bound.

**Two pairs of eyes:** give one person a key with \`import:plan\` and another one with \`import:apply\`. What a key may do never changes.`,
  tags,
  requestParams: { header: idempotency },
  requestBody: {
    required: true,
    description: 'The new key.',
    content: json(newKeyBody, { name: 'nightly import', scopes: ['import:plan'], program: 'kr-safm' }),
  },
  responses: {
    201: {
      description: 'Made.',
      headers: responseHeaders(['Location', 'Location'], ...madeHeaders),
      content: json(secretReply),
    },
  },
  problems: [...writeProblems, ...onceProblems, 'already-exists'],
};

export const patchOperation: Operation = {
  operationId: 'patchApiKey',
  summary: 'Change when an API key expires',
  description: 'Sets `expiresAt`, or takes it away with `null`. Nothing else of a key changes.',
  tags,
  requestParams: { path, header: ifMatch },
  requestBody: {
    required: true,
    description: 'What changes (JSON merge patch, RFC 7396).',
    content: Object.fromEntries(
      ['application/merge-patch+json', 'application/json'].map((type) => [
        type,
        { schema: keyPatchBody, example: { expiresAt: '2099-12-31T00:00:00Z' } },
      ]),
    ),
  },
  responses: {
    200: { description: 'Changed.', headers: responseHeaders(['ETag', 'ETag']), content: json(keyReply) },
  },
  problems: [
    ...writeProblems,
    'not-found',
    'key-unchangeable',
    'precondition-failed',
    'precondition-required',
  ],
};

export const rotateOperation: Operation = {
  operationId: 'rotateApiKey',
  summary: 'Give an API key a new secret',
  description:
    'The key stays the same, with a new secret; the one before is valid as well for `overlapSeconds`, so that it can be replaced wherever it is used without a failed request. Of several rotations in that time the last two secrets are valid.',
  tags,
  requestParams: { path, header: idempotency.extend(ifMatchAny.shape) },
  requestBody: {
    description: 'May be left out.',
    content: json(rotationBody, { overlapSeconds: 86_400 }),
  },
  responses: {
    200: { description: 'Rotated.', headers: responseHeaders(...madeHeaders), content: json(secretReply) },
  },
  problems: [...writeProblems, ...onceProblems, 'not-found', 'key-unchangeable', 'precondition-failed'],
};

export const revokeOperation: Operation = {
  operationId: 'revokeApiKey',
  summary: 'Revoke an API key',
  description:
    'From now on it lets nobody in: on this server at once, on others within 15 seconds. The key stays in the list, revoked for good. `If-Match: *` revokes it whatever it is like by now. The last valid key with the scope `admin` is not revoked.',
  tags,
  requestParams: { path, header: ifMatch },
  responses: { 204: { description: 'Revoked.', headers: responseHeaders() } },
  problems: [
    'invalid-parameter',
    'not-found',
    'last-admin-key',
    'precondition-failed',
    'precondition-required',
  ],
};
