/** What is done to API keys: made, rotated, expired, revoked. A secret is in one reply, and nowhere else. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import sql, { raw } from 'sql-template-tag';
import { z } from 'zod';
import type { Client, Database } from '../db/database.ts';
import { idempotently, inTransaction, type Outcome } from '../http/idempotency.ts';
import { mediaTypes } from '../http/negotiate.ts';
import { queryReader } from '../http/query.ts';
import { checkIfMatch, itemTag } from '../http/reply.ts';
import { faultsOf } from '../kernel/faults.ts';
import { didYouMean } from '../kernel/nearest.ts';
import { Problem, refuse, type Fault } from '../kernel/problems.ts';
import { newSecret } from '../kernel/secret.ts';
import { writerOf } from '../resource/correction.ts';
import { bootstrap } from './install.ts';
import type { KeyRing } from './ring.ts';
import { keyPatchBody, newKeyBody, rotationBody } from './schema.ts';
import {
  hasAdmin,
  insertKey,
  keyDocument,
  revoke,
  rotate,
  setExpiry,
  takeTurn,
  type KeyDocument,
  type NewKey,
} from './store.ts';

export interface KeyContext {
  db: Database;
  ring: KeyRing;
}

const noParameters = queryReader({});
const idOf = (request: FastifyRequest): string => (request.params as { id: string }).id;

function parsed<S extends z.ZodObject>(schema: S, body: unknown): z.infer<S> {
  const read = schema.safeParse(body);
  if (read.success) return read.data;
  throw refuse(
    faultsOf(read.error, body, 'pointer', () => Object.keys(schema.shape)),
    'validation-failed',
  );
}

const past = (expiresAt: string | null | undefined): Fault[] =>
  expiresAt && Date.parse(expiresAt) <= Date.now()
    ? [
        {
          pointer: '/expiresAt',
          code: 'invalid-value',
          detail: 'lies in the past; to end a key now, revoke it',
        },
      ]
    : [];

export function createHandler({ db, ring }: KeyContext) {
  return (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    noParameters.read(request.query as Record<string, unknown>);
    const { program = null, expiresAt = null, ...asked } = parsed(newKeyBody, request.body);
    const key: NewKey = { ...asked, program, expiresAt };
    return withSecret(request, reply, { db, ring }, async (client, secret) => {
      const faults = [...past(key.expiresAt), ...(await wrongBinding(client, key))];
      if (faults.length > 0) throw refuse(faults, 'validation-failed');
      const id = await insertKey(client, key, secret, request.actor);
      if (id !== undefined) return represented(await keyDocument(client, id), 201);
      const detail = 'taken: a name is given once, also that of a key that was revoked';
      throw new Problem('already-exists', `There is a key with the name \`${key.name}\` already.`, {
        faults: [{ pointer: '/name', code: 'already-exists', detail }],
      });
    });
  };
}

async function wrongBinding(client: Client, { program, scopes }: NewKey): Promise<Fault[]> {
  if (program === null) return [];
  const pointer = '/program';
  const faults: Fault[] = [];
  if (scopes.includes('admin'))
    faults.push({
      pointer,
      code: 'invalid-value',
      detail: 'a key with the scope `admin` is bound to no programme: it could make itself another key',
    });
  const programs = (await client.query<{ id: string }>(sql`SELECT id FROM programs`)).map(({ id }) => id);
  if (!programs.includes(program))
    faults.push({
      pointer,
      code: 'unknown-reference',
      detail: `\`${program}\`: no such program${didYouMean(program, programs)}`,
    });
  return faults;
}

export function rotateHandler({ db, ring }: KeyContext) {
  return (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    noParameters.read(request.query as Record<string, unknown>);
    const { overlapSeconds } = parsed(rotationBody, request.body ?? {});
    return withSecret(request, reply, { db, ring }, async (client, secret) => {
      const key = await locked(client, request, { unmatched: true });
      refuseEnded(key);
      await rotate(client, key.id, secret, overlapSeconds);
      return represented(await keyDocument(client, key.id), 200);
    });
  };
}

export function patchHandler({ db, ring }: KeyContext) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    noParameters.read(request.query as Record<string, unknown>);
    const { expiresAt } = parsed(keyPatchBody, request.body);
    if (past(expiresAt).length > 0) throw refuse(past(expiresAt), 'validation-failed');
    const { status, headers, body } = await inTransaction(db, writerOf(request), async (client) => {
      const key = await locked(client, request);
      refuseUnchangeable(key);
      if (expiresAt !== undefined) await setExpiry(client, key.id, expiresAt);
      return represented(await keyDocument(client, key.id), 200);
    });
    ring.forget();
    return reply.code(status).headers(headers).send(body);
  };
}

export function revokeHandler({ db, ring }: KeyContext) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    noParameters.read(request.query as Record<string, unknown>);
    await inTransaction(db, writerOf(request), async (client) => {
      const key = await locked(client, request);
      if (key.status === 'revoked') return;
      await revoke(client, key.id);
      if (key.scopes.includes('admin') && !(await hasAdmin(client)))
        throw new Problem('last-admin-key', 'It is the last valid key with the scope `admin`; it stays.');
    });
    ring.forget();
    return reply.code(204).send();
  };
}

/** The key, locked until the end of the transaction. */
async function locked(
  client: Client,
  request: FastifyRequest,
  { unmatched = false } = {},
): Promise<KeyDocument> {
  await takeTurn(client);
  const key = await keyDocument(client, idOf(request), raw('FOR UPDATE'));
  if (!unmatched || request.headers['if-match'] !== undefined) checkIfMatch(request, String(key.version));
  return key;
}

function refuseUnchangeable({ name, status }: KeyDocument): void {
  if (status === 'revoked') throw new Problem('key-unchangeable', 'The key was revoked, and stays so.');
  if (name === bootstrap)
    throw new Problem(
      'key-unchangeable',
      'This key is the one of the setting BOOTSTRAP_ADMIN_KEY: change it there and start the server again.',
    );
}

function refuseEnded(key: KeyDocument): void {
  refuseUnchangeable(key);
  if (key.status === 'expired')
    throw new Problem(
      'key-unchangeable',
      'The key has expired: change `expiresAt` first, or make another one.',
    );
}

const represented = (key: KeyDocument, status: number): Outcome => {
  const body = JSON.stringify(key);
  return {
    status,
    body,
    headers: {
      etag: itemTag(String(key.version), body),
      'content-type': mediaTypes.json,
      'cache-control': 'no-store',
      ...(status === 201 ? { location: `/v1/api-keys/${key.id}` } : {}),
    },
  };
};

/**
 * Once, under the Idempotency-Key if there is one. What is kept under that says `"secret": null`; the secret is put in
 * when the transaction has ended, so that it is nowhere in the database.
 */
function withSecret(
  request: FastifyRequest,
  reply: FastifyReply,
  { db, ring }: Pick<KeyContext, 'db' | 'ring'>,
  work: (client: Client, secret: string) => Promise<Outcome>,
): Promise<FastifyReply> {
  let told: string | null = null;
  const secretless = async (client: Client): Promise<Outcome> => {
    const secret = newSecret();
    const outcome = await work(client, secret);
    told = secret;
    return outcome;
  };
  return idempotently(db, request, reply, writerOf(request), secretless, (outcome) => {
    ring.forget();
    if (outcome.status >= 400) return outcome;
    // A try that lost a race to another may have had a secret of its own.
    const secret = 'idempotency-replayed' in outcome.headers ? null : told;
    return { ...outcome, body: JSON.stringify({ ...(JSON.parse(outcome.body) as object), secret }) };
  });
}
