/** Strong ETags, conditional requests and the fields that every reply of the API carries. */
import { hash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Problem } from '../kernel/problems.ts';
import { codingOf, codings, tagIn, tagWithout } from './coding.ts';
import './recording.ts';
import { Tagged } from './tagged.ts';

const hashOf = (body: string | Buffer): string => hash('sha256', body, 'base64url').slice(0, 22);

/**
 * An item's ETag begins with its revision (read.ts: version and time of the last write), so that If-Match holds
 * whatever fields and language it was read with, and never for another row that took the id of a deleted one.
 */
export const itemTag = (revision: string, body: string): string => `"${revision}-${hashOf(body)}"`;
export const listTag = (body: string | Buffer): string => `"${hashOf(body)}"`;

const entityTag = /(W\/)?"[^"]*"/g;

/** The entity tags in a field, `*` alone for any; undefined where it is neither (RFC 9110, 8.8.3 and 13.1). */
function tagsIn(field: string): string[] | undefined {
  if (field.trim() === '*') return ['*'];
  // What is left of a list without its tags is commas and blanks. (A tag may hold a comma itself.)
  return /^[\s,]*$/.test(field.replace(entityTag, '')) ? (field.match(entityTag) ?? undefined) : undefined;
}

/** Whatever coding it was sent in. */
export function isNotModified({ headers }: Pick<FastifyRequest, 'headers'>, etag: string): boolean {
  const field = headers['if-none-match'];
  if (field === undefined) return false;
  // As nearly all send it, and told without taking it apart.
  if (field === etag || codings.some((coding) => field === tagIn(etag, coding))) return true;
  return (tagsIn(field) ?? []).some((tag) => tag === '*' || tagWithout(tag.replace(/^W\//, '')) === etag);
}

/** What PATCH and DELETE must know: the revision they change. A weak tag never matches (RFC 9110, 13.1.1). */
export function checkIfMatch(request: FastifyRequest, revision: string): void {
  const field = request.headers['if-match'];
  if (field === undefined)
    throw new Problem('precondition-required', 'Send If-Match with the ETag of the row as you read it.');
  const tags = tagsIn(field);
  if (!tags)
    throw new Problem('malformed-request', 'If-Match takes entity tags in double quotes, or `*` alone.');
  if (!tags.some((tag) => tag === '*' || tag.startsWith(`"${revision}-`)))
    throw new Problem(
      'precondition-failed',
      `The row is at version ${revision.split('-')[0] ?? ''} now; If-Match names another state.`,
    );
}

export interface Body {
  body: string | Buffer;
  type: string;
  etag: string;
  headers?: Record<string, string>;
}

const acceptEncoding = 'Accept-Encoding';

/** The fields of a reply that belong to what is said, and not to this one request. */
const lasting = ['cache-control', 'content-language', 'link', 'vary'];

/** Fields that a 304 does not repeat, since the client has them. */
const representing = ['content-language', 'link', 'access-control-expose-headers'];

/** A reply in another coding than its own is sent when that is made. */
export type Sending = FastifyReply | Promise<FastifyReply>;

/** What can be sent again to whoever asks the same. */
export function taggedOf(reply: FastifyReply, { body, type, etag, headers }: Body): Tagged {
  const fields: Record<string, string> = { ...headers, 'content-type': type };
  for (const name of lasting) {
    const value = reply.getHeader(name);
    if (typeof value === 'string') fields[name] = value;
  }
  const { vary } = fields;
  if (!vary?.includes(acceptEncoding))
    fields.vary = vary === undefined ? acceptEncoding : `${vary}, ${acceptEncoding}`;
  return new Tagged(etag, fields, body);
}

/** Sends a 200, or a 304 where the client has the same bytes already. */
export function sendTagged(request: FastifyRequest, reply: FastifyReply, body: Body): Sending {
  const tagged = taggedOf(reply, body);
  request.recording?.keep(tagged);
  return send(request, reply, tagged, tagged.once);
}

export const sendAgain = (request: FastifyRequest, reply: FastifyReply, tagged: Tagged): Sending =>
  send(request, reply, tagged);

function send(request: FastifyRequest, reply: FastifyReply, tagged: Tagged, body?: string | Buffer): Sending {
  const coding = codingOf(request.headers['accept-encoding'], tagged.length);
  if (isNotModified(request, tagged.etag)) {
    for (const name of representing) void reply.removeHeader(name);
    return reply.headers(tagged.fieldsOf304(coding)).code(304).send();
  }
  void reply.headers(tagged.fields).header('etag', tagIn(tagged.etag, coding));
  if (coding === undefined) return reply.send(body ?? tagged.body);
  void reply.header('content-encoding', coding);
  return tagged.in(coding).then((packed) => reply.send(packed));
}

const forAYear = 'max-age=31536000, immutable';

/**
 * The reply depends on these request fields; caches must keep the variants apart, and ask before they reuse one unless
 * it never changes.
 */
export function varies(
  reply: FastifyReply,
  publicRead: boolean,
  fields: string[],
  { immutable = false } = {},
): void {
  void reply.header(
    'cache-control',
    `${publicRead ? 'public' : 'private'}, ${immutable ? forAYear : 'no-cache'}`,
  );
  const all = [...fields, acceptEncoding, ...(publicRead ? [] : ['Authorization'])];
  const before = reply.getHeader('vary');
  void reply.header('vary', [...(typeof before === 'string' ? [before] : []), ...all].join(', '));
}
