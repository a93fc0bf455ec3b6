/** The public description of the operations on the audit log. */
import { z } from 'zod';
import { notModified, readFields, readHeaders, responseHeaders } from '../http/documented.ts';
import type { Operation } from '../http/openapi.ts';
import { headReply, hexHash, keysReply, position, verifyReply } from './schema.ts';

export const auditTag = {
  name: 'audit',
  description:
    'Proof of what was published when: everything that is recorded is sealed into a chain of hashes, whose heads are signed.',
};
const tags = [auditTag.name];

const answer = (description: string, schema: z.ZodType) => ({
  200: { description, headers: responseHeaders(...readHeaders), content: { 'application/json': { schema } } },
  304: notModified,
});

export const headParameters = {
  position: position('What the head was when the chain went up to there; the newest unless told.').optional(),
};

export const headOperation: Operation = {
  operationId: 'getAuditHead',
  summary: 'The head of the audit log, signed',
  description: `Everything that was recorded up to now stands behind this one hash. Keep the reply: whoever has it can prove later what the tracker had recorded by then, since nothing before it can be changed without another hash coming out.

The signature is checked with any library for JSON Web Signatures and the keys of \`/v1/audit/keys\`. With \`position=\` the head of back then is given again: its \`hash\` must be the one that you kept.`,
  tags,
  requestParams: { query: z.strictObject(headParameters), header: readFields },
  responses: answer('The head.', headReply),
  problems: ['invalid-parameter', 'not-found'],
};

export const keysOperation: Operation = {
  operationId: 'getAuditKeys',
  summary: 'The public keys that heads are signed with',
  description:
    'A JSON Web Key Set (RFC 7517, RFC 8037). Keys that are not used any more stay in it, so that the heads they signed can still be checked. Keep it with the head: it is the same for all of them.',
  tags,
  requestParams: { header: readFields },
  responses: answer('The keys.', keysReply),
  problems: ['invalid-parameter'],
};

export const verifyParameters = {
  position: position('With `hash`: the position of a head that was exported earlier.').optional(),
  hash: hexHash('With `position`: its hash.').optional(),
};

export const verifyOperation: Operation = {
  operationId: 'verifyAuditLog',
  summary: 'Recompute the audit log and name the first break',
  description: `Recomputes the whole chain and holds each version of each row, the present and the former ones, against what was recorded of it. Also found: versions that are gone, rows that nobody recorded, transactions that were changed, removed or slipped in. Changes that are made meanwhile do no harm.

With \`position\` and \`hash\` it says as well whether a head that was exported earlier still lies on the chain: that finds a log that was rewritten as a whole. Takes some tens of seconds for a million versions.`,
  tags,
  requestParams: { query: z.strictObject(verifyParameters), header: readFields },
  responses: answer('What was found.', verifyReply),
  problems: ['invalid-parameter'],
};
