/** The change feed: GET /v1/changes in pages, GET /v1/events as a stream. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { addressWith, link } from '../http/citation.ts';
import { goneOf } from '../http/gone.ts';
import { pageCost } from '../http/limits/rate.ts';
import { formatOf, mediaTypes } from '../http/negotiate.ts';
import { queryReader } from '../http/query.ts';
import { lazily } from '../kernel/lazily.ts';
import type { Context } from '../resource/reading.ts';
import type { Registry } from '../resource/registry.ts';
import { cursorOf } from './cursor.ts';
import { changesOperation, eventsOperation } from './documentation.ts';
import { entriesOf } from './entry.ts';
import { eventsHandler } from './events.ts';
import { Feed } from './feed.ts';
import type { Listener } from '../db/listener.ts';
import { changesParameters, filterOf, placeIn, type ChangesQuery } from './request.ts';

const pageSize = 50;

export function changeRoutes(app: FastifyInstance, { db, registry }: Context, listener: Listener): void {
  const feed = new Feed(db, listener);
  app.get(
    '/v1/changes',
    { config: { operation: () => changesOperation(registry) } },
    changesHandler(feed, registry),
  );
  app.get(
    '/v1/events',
    { config: { operation: () => eventsOperation(registry) } },
    eventsHandler(feed, registry),
  );
}

function changesHandler(feed: Feed, registry: Registry) {
  const reader = lazily(() => queryReader<ChangesQuery>(changesParameters(registry)));
  const entryOf = entriesOf(registry);
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const query = reader().read(request.query as Record<string, unknown>);
    formatOf(request, undefined, ['json']);
    const { since = 'start', limit = pageSize, wait = 0 } = query;
    request.charge(pageCost(limit));
    if (wait > 0) reply.occupy('streams');
    const asked = { after: await placeIn(feed, since, 'since'), filter: filterOf(query, registry), limit };
    const { changes, next: place, more } = await feed.pageWithin(asked, wait * 1000, goneOf(reply));
    const next = cursorOf(place);
    link(reply, addressWith(request.url, { since: next }), 'next');
    return reply
      .header('cache-control', 'no-store')
      .type(mediaTypes.json)
      .send(JSON.stringify({ data: changes.map(entryOf), page: { limit, next, more } }));
  };
}
