/** Strong ETags, conditional requests and the fields that every reply of the API carries. */
import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Problem } from '../kernel/problems.ts';

export const hashOf = (body: string | Buffer): string =>
  createHash('sha256').update(body).digest('base64url').slice(0, 22);

/** An item's ETag begins with its version, so that If-Match holds whatever fields and language it was read with. */
export const itemTag = (version: number, body: string): string => `"${version}-${hashOf(body)}"`;
export const listTag = (body: string | Buffer): string => `"${hashOf(body)}"`;

const tags = (field: string): string[] => field.match(/(W\/)?"[^"]*"|\*/g) ?? [];

export function isNotModified(request: FastifyRequest, etag: string): boolean {
  const field = request.headers['if-none-match'];
  if (field === undefined) return false;
  return tags(field).some((tag) => tag === '*' || tag.replace(/^W\//, '') === etag);
}

/** What PATCH and DELETE must know: the version they change. A weak tag never matches (RFC 9110, 13.1.1). */
export function checkIfMatch(request: FastifyRequest, version: number): void {
  const field = request.headers['if-match'];
  if (field === undefined)
    throw new Problem('precondition-required', 'Send If-Match with the ETag of the row as you read it.');
  const matches = tags(field).some((tag) => tag === '*' || tag.startsWith(`"${version}-`));
  if (!matches)
    throw new Problem('precondition-failed', `The row is at version ${version} now; If-Match names another.`);
}

export interface Body {
  body: string | Buffer;
  type: string;
  etag: string;
  headers?: Record<string, string>;
}

/** Sends a 200, or a 304 where the client has the same bytes already. */
export function sendTagged(
  request: FastifyRequest,
  reply: FastifyReply,
  { body, type, etag, headers }: Body,
): FastifyReply {
  void reply.header('etag', etag).headers(headers ?? {});
  if (isNotModified(request, etag)) return reply.code(304).send();
  return reply.code(200).type(type).send(body);
}

const cacheable = 'public, no-cache';
const guarded = 'private, no-cache';

/** The reply depends on these request fields; caches must keep the variants apart and ask before they reuse one. */
export function varies(reply: FastifyReply, publicRead: boolean, fields: string[]): void {
  void reply.header('cache-control', publicRead ? cacheable : guarded);
  const all = publicRead ? fields : [...fields, 'Authorization'];
  const before = reply.getHeader('vary');
  void reply.header('vary', [...(typeof before === 'string' ? [before] : []), ...all].join(', '));
}
