/**
 * Idempotency-Key: the reply is kept in the transaction that does the work, so a retry either finds both or neither.
 * Refusals that the work itself ran into are kept too; what never reached it (no key, malformed body) is not.
 */
import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import sql from 'sql-template-tag';
import type { Database, Writer } from '../db/database.ts';
import type { Transaction } from '../db/transaction.ts';
import { isLockedOut, isRaceLost } from '../db/transient.ts';
import { Problem } from '../kernel/problems.ts';
import { problemDocument, toProblem } from './problem.ts';

export interface Outcome {
  status: number;
  headers: Record<string, string>;
  body: string;
}

const racesMost = 5;
/** Seconds that a write waits for rows which others are changing: it holds a connection meanwhile. */
const waitsMost = 5;

/** Runs the work in a transaction, again if it only lost a race. It waits for others no longer than the writer says. */
export async function inTransaction<T>(
  db: Database,
  writer: Writer,
  work: (transaction: Transaction) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await db.transaction(work, { waits: waitsMost, ...writer });
    } catch (error) {
      if (isLockedOut(error))
        throw new Problem(
          'unavailable',
          'Others are changing the same rows right now; nothing was written.',
          {
            headers: { 'retry-after': '5' },
            cause: error,
          },
        );
      if (!isRaceLost(error)) throw error;
      if (attempt === racesMost)
        throw new Problem('unavailable', 'Too many writers at once; nothing was written.', {
          headers: { 'retry-after': '1' },
        });
    }
  }
}

/** The value, with or without the quotes that the draft asks for. */
export function keyOf(request: FastifyRequest): string | undefined {
  const field = request.headers['idempotency-key'];
  if (field === undefined) return undefined;
  const value = typeof field === 'string' ? field.replace(/^"(.*)"$/, '$1') : '';
  if (!/^[\x21-\x7e]{1,255}$/.test(value))
    throw new Problem('malformed-request', 'Idempotency-Key takes 1 to 255 visible ASCII characters.');
  return value;
}

const fingerprint = (request: FastifyRequest): Buffer =>
  createHash('sha256')
    .update(JSON.stringify([request.method, request.url, request.body]))
    .digest();

export async function idempotently(
  db: Database,
  request: FastifyRequest,
  reply: FastifyReply,
  writer: Writer,
  work: (transaction: Transaction) => Promise<Outcome>,
  /** What is sent of an outcome that has been kept: for what must not be kept. */
  shown = (outcome: Outcome): Outcome => outcome,
): Promise<FastifyReply> {
  const key = keyOf(request);
  if (key === undefined) return send(reply, shown(await inTransaction(db, writer, work)));
  const print = fingerprint(request);
  const answer = await inTransaction(db, writer, (transaction) =>
    once(transaction, request, key, print, work),
  );
  return send(reply, shown(answer));
}

/** The reply that the key already has, or that of the work, which is then kept in the same transaction. */
export async function once(
  transaction: Transaction,
  request: FastifyRequest,
  key: string,
  print: Buffer,
  work: (transaction: Transaction) => Promise<Outcome>,
): Promise<Outcome> {
  const { actor } = request;
  transaction.goOn();
  const [lock, found] = await transaction.pipelined([
    sql`SELECT pg_try_advisory_xact_lock(hashtextextended(${`idempotency:${actor}:${key}`}, 0)) AS free`,
    sql`SELECT fingerprint, status, headers, body FROM idempotency_keys WHERE actor = ${actor} AND key = ${key}`,
    sql`SAVEPOINT work`,
  ]);
  if (lock?.[0]?.free !== true)
    throw new Problem('request-in-progress', 'A request with this Idempotency-Key is still running.', {
      headers: { 'retry-after': '1' },
    });
  if (found?.[0]) return replayed(found[0] as unknown as Kept, print);
  const done = await work(transaction).catch(async (error: unknown) => {
    if (isRaceLost(error) || isForNow(toProblem(error))) throw error;
    await transaction.query(sql`ROLLBACK TO SAVEPOINT work`);
    return refusal(request, toProblem(error));
  });
  await transaction.last([
    sql`
      INSERT INTO idempotency_keys (actor, key, fingerprint, status, headers, body)
      VALUES (${actor}, ${key}, ${print}, ${done.status}, ${JSON.stringify(done.headers)}::jsonb, ${Buffer.from(done.body)})`,
  ]);
  return done;
}

/** Whether the same request may do better in a while, so that the refusal is none to keep. */
const isForNow = ({ status }: Problem): boolean => status >= 500 || status === 429;

interface Kept {
  fingerprint: Buffer;
  status: number;
  headers: Record<string, string>;
  body: Buffer;
}

function replayed({ fingerprint: kept, status, headers, body }: Kept, print: Buffer): Outcome {
  if (!kept.equals(print))
    throw new Problem('idempotency-key-reused', 'This Idempotency-Key was used for another request.');
  return { status, headers: { ...headers, 'idempotency-replayed': 'true' }, body: body.toString() };
}

/** A refusal as the outcome that is kept. */
export const refusal = (request: FastifyRequest, problem: Problem): Outcome => ({
  status: problem.status,
  headers: {
    ...problem.headers,
    'content-type': 'application/problem+json; charset=utf-8',
    'cache-control': 'no-store',
  },
  body: JSON.stringify(problemDocument(problem, request.url.split('?')[0] ?? '/', request.id)),
});

export const send = (reply: FastifyReply, { status, headers, body }: Outcome): FastifyReply =>
  reply.code(status).headers(headers).send(body);

export const keptFor = '7 days';

/** Old replies are forgotten; a retry comes within minutes, not weeks. */
export const forgetOldKeys = (db: Database): Promise<unknown> =>
  db.query(sql`DELETE FROM idempotency_keys WHERE created_at < now() - ${keptFor}::interval`);
