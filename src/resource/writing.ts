/** POST, PATCH and DELETE. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import sql, { type Sql } from 'sql-template-tag';
import type { Client } from '../db/database.ts';
import type { Transaction } from '../db/transaction.ts';
import { idempotently, inTransaction, type Outcome } from '../http/idempotency.ts';
import { mediaTypes } from '../http/negotiate.ts';
import { queryReader } from '../http/query.ts';
import { checkIfMatch, itemTag } from '../http/reply.ts';
import { preferredLanguage, type Language } from '../kernel/language.ts';
import { mergePatch } from '../kernel/merge-patch.ts';
import { faultsOf } from '../kernel/faults.ts';
import { Problem, refuse, type Fault } from '../kernel/problems.ts';
import { demandProgram } from './belonging.ts';
import { checked, fixedFields } from './checking.ts';
import { withoutCorrection, writerOf, writerOfDeletion } from './correction.ts';
import type { Action, Resource } from './declare.ts';
import { deleteQuery } from './operations.ts';
import { itemStatement, type Item } from './read.ts';
import { isPossibleId, notFound } from './not-found.ts';
import type { Context } from './reading.ts';
import { holdersOf } from './references.ts';
import { namingTheOther, told, trustingFirst } from './trusting.ts';
import { addedId, changesOf, deletions, insertions, tablesOf, type Document } from './write.ts';

const noParameters = queryReader({});

export function createHandler(resource: Resource, context: Context) {
  return (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    noParameters.read(request.query as Record<string, unknown>);
    const { document, writer, faults } = withoutCorrection(resource, request, request.body);
    return trustingFirst(resource, writer, ({ isTrusted, writer, told }) =>
      idempotently(context.db, request, reply, writer, (transaction) =>
        told(async () => {
          await demandProgram(transaction, resource, request.program);
          const sent = { input: document, faults, isTrusted };
          const row = await checked(transaction, resource, context.registry, sent);
          const writes = insertions(resource, [row]);
          const outcome = await written(
            transaction,
            { resource, context, request, writes, isTrusted },
            addedId(resource),
          ).catch((error: unknown) => {
            throw isTrusted ? error : namingTheOther(error, resource, row);
          });
          const { id } = JSON.parse(outcome.body) as { id: string };
          const headers = { ...outcome.headers, location: `/v1/${resource.name}/${id}` };
          return { ...outcome, status: 201, headers };
        }),
      ),
    );
  };
}

export function patchHandler(resource: Resource, context: Context) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    noParameters.read(request.query as Record<string, unknown>);
    const { document: patch, writer, faults } = withoutCorrection(resource, request, request.body);
    const outcome = await trustingFirst(resource, writer, ({ isTrusted, writer, told }) =>
      inTransaction(context.db, writer, (transaction) =>
        told(() => changed(transaction, resource, context, request, { patch, faults, isTrusted })),
      ),
    );
    return reply.code(outcome.status).headers(outcome.headers).send(outcome.body);
  };
}

/** A change with a name. Nobody is overwritten by it unseen, so that If-Match may be left out. */
export function actionHandler(resource: Resource, action: Action, context: Context) {
  return (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    noParameters.read(request.query as Record<string, unknown>);
    const body = request.body ?? {};
    const parsed = action.body.safeParse(body);
    if (!parsed.success)
      throw refuse(
        faultsOf(parsed.error, body, 'pointer', () => Object.keys(action.body.shape)),
        'validation-failed',
      );
    const patch = action.changes(parsed.data, new Date().toISOString().slice(0, 10));
    return trustingFirst(resource, writerOf(request), ({ isTrusted, writer, told }) =>
      idempotently(context.db, request, reply, writer, (transaction) =>
        told(() =>
          changed(transaction, resource, context, request, { patch, faults: [], isTrusted, unmatched: true }),
        ),
      ),
    );
  };
}

interface Change {
  patch: unknown;
  faults: Fault[];
  isTrusted: boolean;
  /** Whether If-Match may be missing. */
  unmatched?: boolean;
}

/** The row with a merge patch applied, judged and written. */
async function changed(
  transaction: Transaction,
  resource: Resource,
  context: Context,
  request: FastifyRequest,
  { patch, faults, isTrusted, unmatched = false }: Change,
): Promise<Outcome> {
  const { id } = request.params as { id: string };
  const before = await locked(transaction, resource, context, request, id, unmatched);
  const input = mergePatch(writable(resource, before), patch);
  const sent = { input, faults: [...faults, ...fixedFields(patch, id)], id, isTrusted };
  const after = await checked(transaction, resource, context.registry, sent);
  const writes = changesOf(resource, id, before, after);
  return written(transaction, { resource, context, request, writes, isTrusted }, id);
}

export function deleteHandler(resource: Resource, context: Context) {
  const query = queryReader<object>(deleteQuery(resource).shape);
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const writer = writerOfDeletion(request, query);
    const { id } = request.params as { id: string };
    await inTransaction(context.db, writer, (transaction) =>
      told(resource, async () => {
        await locked(transaction, resource, context, request, id);
        await refuseWhileReferred(transaction, resource, context, id);
        const deleting = transaction.last([sql`SAVEPOINT deletion`, ...deletions(resource, id)]);
        await deleting.catch(async (error: unknown) => {
          // Somebody referred to it in the meantime.
          await transaction.query(sql`ROLLBACK TO SAVEPOINT deletion`);
          if (/^23(001|503)$/.test((error as { code?: string }).code ?? ''))
            await refuseWhileReferred(transaction, resource, context, id);
          throw error;
        });
      }),
    );
    return reply.code(204).send();
  };
}

async function refuseWhileReferred(
  client: Client,
  resource: Resource,
  { registry }: Context,
  id: string,
): Promise<void> {
  const references = await holdersOf(client, resource, id, registry);
  if (references.length === 0) return;
  throw new Problem(
    'still-referenced',
    `${references.length === 50 ? 'At least 50' : String(references.length)} references to \`${id}\` stand in the way.`,
    {
      extra: {
        references: references.map((holder) => ({
          ...holder,
          href: `/v1/${String(holder.resource)}/${String(holder.id)}`,
        })),
      },
    },
  );
}

/** The row as it stands, locked until the end of the transaction, with If-Match checked. */
async function locked(
  client: Client,
  resource: Resource,
  context: Context,
  request: FastifyRequest,
  id: string,
  unmatched = false,
): Promise<Document> {
  const possible = isPossibleId(resource, id);
  const [row] = possible
    ? await client.query<Item>(sql`${wholeItem(resource, context, 'en', id)} FOR UPDATE OF t`)
    : [];
  // On this connection: to wait for a second one while holding the first can end in everybody waiting.
  if (!row) throw await notFound(client, resource, id);
  await demandProgram(client, resource, request.program, id);
  if (!unmatched || request.headers['if-match'] !== undefined) checkIfMatch(request, row.revision);
  return JSON.parse(row.doc) as Document;
}

function writable(resource: Resource, row: Document): Document {
  const fields = Object.keys(resource.schemas.create.shape);
  return Object.fromEntries(fields.filter((field) => field in row).map((field) => [field, row[field]]));
}

const wholeItem = (resource: Resource, { registry }: Context, language: Language, id: string | Sql): Sql =>
  itemStatement({ resource, registry, language, query: {}, filters: [] }, id);

interface Writing {
  resource: Resource;
  context: Context;
  request: FastifyRequest;
  writes: Sql[];
  isTrusted: boolean;
}

/** Writes, and gives the row as it is then: the last that is done in the transaction. */
async function written(
  transaction: Transaction,
  { resource, context, request, writes, isTrusted }: Writing,
  id: string | Sql,
): Promise<Outcome> {
  const language = preferredLanguage(request.headers['accept-language']);
  // What may wait long is committed on its own: nothing is kept of these tables from when the COMMIT has left.
  const tables = isTrusted ? tablesOf({ all: [resource] }) : undefined;
  const row = await transaction.last<Item>(writes, wholeItem(resource, context, language, id), tables);
  if (!row) throw new Error(`a row of ${resource.name} is gone in the transaction that wrote it`);
  return {
    status: 200,
    body: row.doc,
    headers: {
      etag: itemTag(row.revision, row.doc),
      'content-type': mediaTypes.json,
      'content-language': language,
      'cache-control': 'no-store',
    },
  };
}
