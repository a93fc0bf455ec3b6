/** How an import goes on, as server-sent events: `progress` whenever something has changed, and `end` with the whole. */
import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { queryReader } from '../../http/query.ts';
import type { ImportContext } from '../handlers.ts';
import { knownImport } from '../rows.ts';

const lookEvery = 500;
/** Proxies cut connections on which nothing is said. */
const heartbeatEvery = 15_000;

const noParameters = queryReader({});

const event = (name: string, data: unknown): string => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;

export function eventsHandler(context: ImportContext) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    noParameters.read(request.query as Record<string, unknown>);
    const { id } = request.params as { id: string };
    await knownImport(context.db, id);
    return reply
      .headers({ 'cache-control': 'no-store', 'x-accel-buffering': 'no' })
      .type('text/event-stream; charset=utf-8')
      .send(Readable.from(events(context, id), { objectMode: false }));
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
    else if (performance.now() - toldAt >= heartbeatEvery) yield ': still there\n\n';
    if (now !== told || performance.now() - toldAt >= heartbeatEvery) toldAt = performance.now();
    told = now;
    await queue.moment(lookEvery);
  }
}
