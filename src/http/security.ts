/** What every reply tells browsers, so that nothing of ours is taken for what it is not. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** For what is no page: nothing is loaded and nobody frames it. A chart that is opened by itself has styles. */
const noPage = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'";
const forAYear = 'max-age=31536000';

/** Of every reply with a body. */
export const guarding = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'content-security-policy': noPage,
};

/** Also for replies that no hook sees. */
export function everyReply({ id }: FastifyRequest, reply: FastifyReply): void {
  void reply.header('x-request-id', id);
  // A 304 says nothing of the reply that the client has (RFC 9110, 15.4.5).
  if (reply.statusCode === 304) return;
  for (const [name, value] of Object.entries(guarding))
    if (!reply.hasHeader(name)) void reply.header(name, value);
}

export function security(app: FastifyInstance, trusted: readonly string[] | undefined): void {
  app.addHook('onSend', (request, reply, payload, done) => {
    everyReply(request, reply);
    // TLS ends at a proxy, so without one that is trusted there is none.
    if (trusted && request.protocol === 'https') void reply.header('strict-transport-security', forAYear);
    done(null, payload);
  });
}
