import type { FastifyReply } from 'fastify';

/** Told when the client hangs up before it has the whole reply. */
export function goneOf(reply: FastifyReply): AbortSignal {
  const left = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) left.abort();
  });
  return left.signal;
}
