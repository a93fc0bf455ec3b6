/** GET /v1/<resource>/{id}/history: every version of a row, the newest first, each with what it changed, when, by whom and why. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { readAt, type Reader } from '../db/moment.ts';
import { addressWith, link } from '../http/citation.ts';
import { writeCursor } from '../http/cursor.ts';
import { pageCost } from '../http/limits/rate.ts';
import { formatOf, mediaTypes } from '../http/negotiate.ts';
import { queryReader } from '../http/query.ts';
import { listTag, sendTagged, varies } from '../http/reply.ts';
import { instantOf } from '../kernel/instant.ts';
import type { Resource } from '../resource/declare.ts';
import { isPossibleId, notFound } from '../resource/not-found.ts';
import { invalidCursor, positionIn } from '../resource/order.ts';
import { pagingParameters } from '../resource/query.ts';
import { momentParameters } from '../resource/moment.ts';
import type { Context } from '../resource/reading.ts';
import type { Document } from '../resource/write.ts';
import { changesBetween, type FieldChange } from './changes.ts';
import { entriesOf, statesAt, type Entry } from './versions.ts';

interface HistoryQuery {
  limit?: number;
  cursor?: string;
  knownAt?: string;
}

export const historyParameters = {
  ...pagingParameters,
  knownAt: momentParameters.knownAt,
};

const pageSize = 50;

export function historyHandler(resource: Resource, { db, publicRead }: Context) {
  const reader = queryReader<HistoryQuery>(historyParameters);
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const query = reader.read(request.query as Record<string, unknown>);
    formatOf(request, undefined, ['json']);
    const { id } = request.params as { id: string };
    const { limit = pageSize, knownAt } = query;
    request.charge(pageCost(limit));
    const identity = JSON.stringify([resource.name, id, knownAt]);
    const before = query.cursor === undefined ? undefined : placeIn(identity, query.cursor);
    const moment = knownAt === undefined ? await db.recorded.now() : instantOf(knownAt);
    const asked = { limit: limit + 1, knownAt: moment, ...(before === undefined ? {} : { before }) };
    const entries = isPossibleId(resource, id)
      ? await readAt(db, { undated: false, knownAt: moment }, (known) => told(known, resource, id, asked))
      : [];
    if (entries.length === 0 && before === undefined) throw await notFound(db, resource, id, query);
    const data = entries.slice(0, limit);
    const last = data.at(-1);
    const next = entries.length > limit && last ? writeCursor(identity, [String(last.place)]) : null;
    const body = JSON.stringify({
      data: data.map(({ place: _, ...entry }) => entry),
      page: { limit, next },
      ...(knownAt === undefined ? {} : { meta: { knownAt } }),
    });
    varies(reply, publicRead, ['Accept'], { immutable: knownAt !== undefined });
    if (next !== null) link(reply, addressWith(request.url, { cursor: next }), 'next');
    return sendTagged(request, reply, { body, type: mediaTypes.json, etag: listTag(body) });
  };
}

function placeIn(identity: string, cursor: string): number {
  const [place] = positionIn(identity, cursor, [false]);
  if (!/^\d{1,12}$/.test(place ?? '')) throw invalidCursor();
  return Number(place);
}

interface Told extends Omit<Entry, 'version'> {
  version: number | null;
  changes: FieldChange[];
  href: string | null;
}

/** The entries with what each changed: the row as it was from then on, beside the row as it was before. */
async function told(
  reader: Reader,
  resource: Resource,
  id: string,
  asked: { limit: number; knownAt: string; before?: number },
): Promise<Told[]> {
  const entries = await reader.query<Entry>(entriesOf(resource, id, asked));
  const states: (Document | undefined)[] = [];
  for (const { operation, recordedAt } of entries)
    states.push(
      operation === 'delete' ? undefined : (await statesAt(reader, resource, [id], recordedAt)).get(id),
    );
  return entries.map(({ version, ...entry }, i) => ({
    version: entry.operation === 'delete' ? null : version,
    ...entry,
    changes: changesBetween(resource, states[i + 1], states[i]),
    href: entry.operation === 'delete' ? null : `/v1/${resource.name}/${id}?version=${version}`,
  }));
}
