/** The routes of API keys, and what is read of them. */
import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Database } from '../db/database.ts';
import { addressWith, link } from '../http/citation.ts';
import { writeCursor } from '../http/cursor.ts';
import { formatOf, mediaTypes } from '../http/negotiate.ts';
import { queryReader } from '../http/query.ts';
import { itemTag, listTag, sendTagged, varies, type Sending } from '../http/reply.ts';
import { invalidCursor, positionIn } from '../resource/order.ts';
import { pagingParameters } from '../resource/query.ts';
import { createHandler, patchHandler, revokeHandler, rotateHandler, type KeyContext } from './changing.ts';
import {
  createOperation,
  getOperation,
  historyOperation,
  keysParameters,
  listOperation,
  patchOperation,
  revokeOperation,
  rotateOperation,
} from './documentation.ts';
import { KeyRing } from './ring.ts';
import { keyDocument, keyDocuments, keyEvents, type KeysAsked } from './store.ts';

/** The keys that let somebody in. When they were used is written down to the end. */
export function keyRing(app: FastifyInstance, db: Database): KeyRing {
  const ring = new KeyRing(db, (error) => {
    app.log.warn({ err: error }, 'when keys were last used could not be written');
  });
  // A database that does not answer must not hold the end.
  app.addHook('onClose', () => Promise.race([ring.uses.write(), delay(3_000, undefined, { ref: false })]));
  return ring;
}

export function keyRoutes(app: FastifyInstance, context: KeyContext): void {
  const path = '/v1/api-keys';
  const scope = 'admin';
  app.get(path, { config: { operation: () => listOperation, scope } }, listHandler(context));
  app.post(path, { config: { operation: () => createOperation, scope } }, createHandler(context));
  app.get(`${path}/:id`, { config: { operation: () => getOperation, scope } }, getHandler(context));
  app.patch(`${path}/:id`, { config: { operation: () => patchOperation, scope } }, patchHandler(context));
  app.delete(`${path}/:id`, { config: { operation: () => revokeOperation, scope } }, revokeHandler(context));
  app.post(
    `${path}/:id/rotate`,
    { config: { operation: () => rotateOperation, scope } },
    rotateHandler(context),
  );
  app.get(
    `${path}/:id/history`,
    { config: { operation: () => historyOperation, scope } },
    historyHandler(context),
  );
}

const pageSize = 50;
const noParameters = queryReader({});

interface Page {
  data: object[];
  limit: number;
  next: string | null;
}

function sendPage(request: FastifyRequest, reply: FastifyReply, { data, limit, next }: Page): Sending {
  const body = JSON.stringify({ data, page: { limit, next } });
  varies(reply, false, ['Accept']);
  if (next !== null) link(reply, addressWith(request.url, { cursor: next }), 'next');
  return sendTagged(request, reply, { body, type: mediaTypes.json, etag: listTag(body) });
}

/** Where the page begins, if the cursor is one of this list and of the form that its places have. */
function placeIn(identity: string, cursor: string | undefined, form: RegExp): string | undefined {
  if (cursor === undefined) return undefined;
  const [place] = positionIn(identity, cursor, [false]);
  if (!form.test(place ?? '')) throw invalidCursor();
  return place ?? undefined;
}

function listHandler({ db, ring }: KeyContext) {
  const reader = queryReader<Omit<KeysAsked, 'limit'> & { limit?: number; cursor?: string }>(keysParameters);
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const { limit = pageSize, cursor, ...filters } = reader.read(request.query as Record<string, unknown>);
    formatOf(request, undefined, ['json']);
    const identity = JSON.stringify(['api-keys', filters]);
    const before = placeIn(identity, cursor, /^[0-9a-f-]{36}$/);
    await ring.uses.write();
    const found = await keyDocuments(db, { ...filters, ...(before && { before }), limit: limit + 1 });
    const data = found.slice(0, limit);
    const next = found.length > limit ? writeCursor(identity, [data.at(-1)?.id]) : null;
    return sendPage(request, reply, { data, limit, next });
  };
}

function getHandler({ db, ring }: KeyContext) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    noParameters.read(request.query as Record<string, unknown>);
    formatOf(request, undefined, ['json']);
    await ring.uses.write();
    const found = await keyDocument(db, (request.params as { id: string }).id);
    const body = JSON.stringify(found);
    varies(reply, false, ['Accept']);
    return sendTagged(request, reply, {
      body,
      type: mediaTypes.json,
      etag: itemTag(String(found.version), body),
    });
  };
}

function historyHandler({ db }: KeyContext) {
  const reader = queryReader<{ limit?: number; cursor?: string }>(pagingParameters);
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const { limit = pageSize, cursor } = reader.read(request.query as Record<string, unknown>);
    formatOf(request, undefined, ['json']);
    const { id } = await keyDocument(db, (request.params as { id: string }).id);
    const identity = JSON.stringify(['api-keys', id]);
    const before = Number(placeIn(identity, cursor, /^\d{1,12}$/) ?? 0) || null;
    const found = await keyEvents(db, id, { before, limit: limit + 1 });
    const data = found.slice(0, limit).map(({ n: _, ...event }) => event);
    const last = found[limit - 1];
    const next = found.length > limit && last ? writeCursor(identity, [String(last.n)]) : null;
    return sendPage(request, reply, { data, limit, next });
  };
}
