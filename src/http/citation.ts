/** How to cite a reply (RFC 8574): the same address, bound to what was known at a moment, so that it never changes. */
import type { FastifyReply, FastifyRequest } from 'fastify';

/** The path and query of a request with these parameters set. The target may be a whole address; ours is only a path. */
export function addressWith(url: string, set: Record<string, string>): string {
  const [path = '', search = ''] = url.replace(/^https?:\/\/[^/?]*/i, '').split('?');
  const parameters = new URLSearchParams(search);
  for (const [name, value] of Object.entries(set)) parameters.set(name, value);
  return `${path}?${parameters.toString()}`;
}

/** Adds to the `Link` field: the moment asked for, or that at which the request came in. */
export function cite(request: FastifyRequest, reply: FastifyReply, knownAt: string | undefined): void {
  const moment = knownAt ?? new Date(Date.now() - Math.ceil(reply.elapsedTime)).toISOString();
  link(reply, addressWith(request.url, { knownAt: moment }), 'cite-as');
}

export function link(reply: FastifyReply, address: string, rel: string): void {
  const before = reply.getHeader('link');
  void reply.header('link', `${typeof before === 'string' ? `${before}, ` : ''}<${address}>; rel="${rel}"`);
}
