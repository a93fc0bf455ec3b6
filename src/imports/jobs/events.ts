/** How an import goes on, as server-sent events: `progress` whenever something has changed, and `end` with the whole. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { event, heartbeat, heartbeatEvery, sendEvents } from '../../http/event-stream.ts';
import { queryReader } from '../../http/query.ts';
import type { ImportContext } from '../handlers.ts';
import { knownImport } from '../rows.ts';

const lookEvery = 500;

const noParameters = queryReader({});

export function eventsHandler(context: ImportContext) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    noParameters.read(request.query as Record<string, unknown>);
    const { id } = request.params as { id: string };
    await knownImport(context.db, id, request.program);
    return sendEvents(request, reply, events(context, id));
  };
}

async function* events({ db, queue }: ImportContext, id: string): AsyncGenerator<string> {
  let told = '';
  let toldAt = performance.now();
  while (!queue.isEnding) {
    const doc = await knownImport(db, id);
    if (doc.status !== 'queued' && doc.status !== 'running') {
      yield event('end', doc);
      return;
    }
    const now = event('progress', { status: doc.status, ...(doc.progress as object | null) });
    if (now !== told) yield now;
    else if (performance.now() - toldAt >= heartbeatEvery) yield `${heartbeat}\n`;
    if (now !== told || performance.now() - toldAt >= heartbeatEvery) toldAt = performance.now();
    told = now;
    await queue.moment(lookEvery);
  }
}
