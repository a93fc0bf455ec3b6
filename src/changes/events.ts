/** GET /v1/events: the feed as server-sent events. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { event, heartbeat, heartbeatEvery, sendEvents } from '../http/event-stream.ts';
import { goneOf } from '../http/gone.ts';
import { queryReader } from '../http/query.ts';
import { lazily } from '../kernel/lazily.ts';
import { Problem } from '../kernel/problems.ts';
import type { Registry } from '../resource/registry.ts';
import { cursorOf, type Place } from './cursor.ts';
import { entriesOf, type EntryOf } from './entry.ts';
import type { Asked, Feed } from './feed.ts';
import { eventsParameters, filterOf, placeIn, type ChangesQuery } from './request.ts';

/** Changes that are read and kept at once for one client; the next are read when it has taken these. */
const batch = 100;
/** Milliseconds after which a browser connects again. */
const retry = 2_000;

export function eventsHandler(feed: Feed, registry: Registry) {
  const reader = lazily(() => queryReader<ChangesQuery>(eventsParameters(registry)));
  const entryOf = entriesOf(registry);
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const query = reader().read(request.query as Record<string, unknown>);
    const after = await placeAsked(feed, request, query);
    const asked = { after, filter: filterOf(query, registry), limit: query.limit ?? Infinity };
    return sendEvents(request, reply, events(feed, asked, entryOf, goneOf(reply)));
  };
}

function placeAsked(feed: Feed, request: FastifyRequest, { since }: ChangesQuery): Promise<Place> {
  const last = request.headers['last-event-id'];
  if (last === undefined || last === '') return placeIn(feed, since ?? 'now', 'since');
  if (typeof last === 'string') return placeIn(feed, last);
  throw new Problem('malformed-request', 'Last-Event-ID is given more than once.');
}

async function* events(
  feed: Feed,
  { after, filter, limit }: Asked,
  entryOf: EntryOf,
  gone: AbortSignal,
): AsyncGenerator<string> {
  let place = after;
  let left = limit;
  // Where to go on is said at once, and with each heartbeat: it may break off before anything happens.
  yield `retry: ${retry}\n${idOf(place)}\n`;
  while (left > 0 && !feed.isEnding && !gone.aborted) {
    const asked = { after: place, filter, limit: Math.min(left, batch) };
    const { changes, next } = await feed.pageWithin(asked, heartbeatEvery, gone);
    yield changes.length === 0
      ? `${heartbeat}${idOf(next)}\n`
      : changes.map((change) => event('change', entryOf(change), cursorOf(change.place))).join('');
    place = next;
    left -= changes.length;
  }
}

const idOf = (place: Place): string => `id: ${cursorOf(place)}\n`;
