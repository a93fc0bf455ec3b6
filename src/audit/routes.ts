/** The routes of the audit log. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Database } from '../db/database.ts';
import { formatOf, mediaTypes } from '../http/negotiate.ts';
import { queryReader } from '../http/query.ts';
import { listTag, sendTagged, varies, type Sending } from '../http/reply.ts';
import { Problem, refuse } from '../kernel/problems.ts';
import {
  headOperation,
  headParameters,
  keysOperation,
  verifyOperation,
  verifyParameters,
} from './documentation.ts';
import { headAt, headOf, signed, type Exported } from './head.ts';
import type { SigningKeys } from './keys.ts';
import type { Sealer } from './seal.ts';
import { verify } from './verify.ts';

export interface AuditContext {
  db: Database;
  publicRead: boolean;
  keys: SigningKeys;
  sealer: Sealer;
}

export function auditRoutes(app: FastifyInstance, context: AuditContext): void {
  app.get('/v1/audit/head', { config: { operation: () => headOperation } }, headHandler(context));
  app.get('/v1/audit/keys', { config: { operation: () => keysOperation } }, keysHandler(context));
  app.get(
    '/v1/audit/verify',
    { config: { operation: () => verifyOperation, scope: 'admin' } },
    verifyHandler(context),
  );
}

const send = (request: FastifyRequest, reply: FastifyReply, document: object): Sending => {
  const body = JSON.stringify(document);
  return sendTagged(request, reply, { body, type: mediaTypes.json, etag: listTag(body) });
};

function headHandler({ db, keys, sealer, publicRead }: AuditContext) {
  const reader = queryReader<{ position?: number }>(headParameters);
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const { position } = reader.read(request.query as Record<string, unknown>);
    formatOf(request, undefined, ['json']);
    await sealer.seal();
    const head = await (position === undefined ? headOf(db) : headAt(db, position));
    if (!head) throw new Problem('not-found', 'The chain does not go that far.');
    const { sealed: _, ...data } = head;
    varies(reply, publicRead, ['Accept']);
    return send(request, reply, { data: { ...data, signature: signed(head, await keys.current()) } });
  };
}

function keysHandler({ keys, publicRead }: AuditContext) {
  const reader = queryReader<object>({});
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    reader.read(request.query as Record<string, unknown>);
    formatOf(request, undefined, ['json']);
    varies(reply, publicRead, ['Accept']);
    return send(request, reply, await keys.all());
  };
}

/** In reads. */
const verifyCost = 100;

function verifyHandler({ db, sealer }: AuditContext) {
  const reader = queryReader<Partial<Exported>>(verifyParameters);
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const exported = wholeHead(reader.read(request.query as Record<string, unknown>));
    formatOf(request, undefined, ['json']);
    request.charge(verifyCost);
    const gone = new AbortController();
    reply.raw.once('close', () => {
      gone.abort();
    });
    await sealer.seal();
    const data = await verify(db, exported, gone.signal);
    varies(reply, false, ['Accept']);
    return send(request, reply, { data });
  };
}

function wholeHead({ position, hash }: Partial<Exported>): Exported | undefined {
  if (position !== undefined && hash !== undefined) return { position, hash };
  if (position === undefined && hash === undefined) return undefined;
  const [parameter, other] = position === undefined ? ['hash', 'position'] : ['position', 'hash'];
  throw refuse(
    [
      {
        parameter,
        code: 'invalid-value',
        detail: `\`${parameter}\` says something only beside \`${other}\``,
      },
    ],
    'invalid-parameter',
  );
}
