/** How to cite a reply (RFC 8574): the same address, bound to what was known at a moment, so that it never changes. */
import type { FastifyReply, FastifyRequest } from 'fastify';

/**
 * The path and query of a request with these parameters set, or left out where they are undefined. The target may be a
 * whole address; ours is only a path.
 */
export function addressWith(url: string, set: Record<string, string | undefined>): string {
  const [path = '', search = ''] = url.replace(/^https?:\/\/[^/?]*/i, '').split('?');
  const parameters = new URLSearchParams(search);
  for (const [name, value] of Object.entries(set)) {
    if (value === undefined) parameters.delete(name);
    else parameters.set(name, value);
  }
  return `${path}?${parameters.toString()}`;
}

/** What a reply was made for: what the address leaves to the fields of the request, and the moment that it is about. */
interface Cited {
  lang: string;
  format?: string;
  knownAt: string;
}

/**
 * Adds to the `Link` field. It says what the request's fields chose, so that whoever follows it gets the same; a version
 * is cited by the moment that it stands for.
 */
export function cite(request: FastifyRequest, reply: FastifyReply, cited: Cited): void {
  link(reply, addressWith(request.url, { ...cited, version: undefined }), 'cite-as');
}

export function link(reply: FastifyReply, address: string, rel: string): void {
  const before = reply.getHeader('link');
  void reply.header('link', `${typeof before === 'string' ? `${before}, ` : ''}<${address}>; rel="${rel}"`);
}
