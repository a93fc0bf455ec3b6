/** Replies as server-sent events. */
import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import './auth.ts';

/** Proxies cut connections on which nothing is said. */
export const heartbeatEvery = 15_000;
export const heartbeat = ': still there\n';

/** Who breaks off and comes again says the `id` of the last event that it had. */
export const event = (name: string, data: unknown, id?: string): string =>
  `${id === undefined ? '' : `id: ${id}\n`}event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;

/** Sends them as they come, and asks for more as fast as they are taken. */
export function sendEvents(
  request: FastifyRequest,
  reply: FastifyReply,
  events: AsyncIterable<string>,
): FastifyReply {
  reply.occupy('streams');
  // To HEAD an endless stream would be read to its end, and that for nobody.
  const stream = Readable.from(request.method === 'HEAD' ? [] : whileAllowed(request, events), {
    objectMode: false,
  });
  return reply
    .headers({ 'cache-control': 'no-store', 'x-accel-buffering': 'no' })
    .type('text/event-stream; charset=utf-8')
    .send(stream);
}

/** A key that was revoked or has expired hears no more: the stream ends with what would have come next, a heartbeat or more. */
async function* whileAllowed(request: FastifyRequest, events: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const text of events) {
    if (!(await request.isStillAllowed())) return;
    yield text;
  }
}
