/** POST /v1/imports and POST /v1/imports/{id}/apply: one transaction each, kept under its Idempotency-Key. */
import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import sql from 'sql-template-tag';
import { sayWriter, type Client } from '../db/database.ts';
import type { Reader } from '../db/moment.ts';
import { inTransaction, once, refusal, send, type Outcome } from '../http/idempotency.ts';
import { mediaTypes } from '../http/negotiate.ts';
import { queryReader } from '../http/query.ts';
import { listTag } from '../http/reply.ts';
import { Problem, type Fault } from '../kernel/problems.ts';
import type { Context } from '../resource/reading.ts';
import { keptFile, lengthOf, receiveFile, forgetFile, wholeFile, type ReceivedFile } from './file.ts';
import type { Queue } from './jobs/queue.ts';
import { fileFault, unpacking, unpackingRatio } from './jobs/work.ts';
import { runImport } from './merging/run.ts';
import { FileError } from './reading/file-error.ts';
import { readFile } from './reading/read.ts';
import {
  fingerprintOf,
  importReader,
  orderOf,
  preferencesOf,
  requiredKey,
  type Preferences,
} from './request.ts';
import {
  importDocument,
  planOf,
  recordOrder,
  recordReport,
  type Asked,
  type ImportDocument,
  type Plan,
  uuid,
} from './store.ts';

export interface ImportContext extends Context {
  fileBytes: number;
  queue: Queue;
}

/** A file with more rows than this is not answered at once, unless the client said that it waits. */
const rowsAtOnce = 5_000;
const rowsWaitedFor = 50_000;
const atOnceMost = ({ wait }: Preferences): number => (wait > 0 ? rowsWaitedFor : rowsAtOnce);

export function importHandler(context: ImportContext) {
  const query = importReader(context.registry);
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const asked = query.read(request.query as Record<string, unknown>);
    const order = orderOf(request, asked, context.registry);
    if (!order.dryRun) request.demand('import:apply');
    const key = requiredKey(request);
    const preferences = preferencesOf(request);
    const file = await receiveFile(context.db, request.raw, context.fileBytes);
    const work = (client: Client): Promise<Outcome> =>
      preferences.async || file.bytes === undefined
        ? enqueue(client, context, order, file)
        : carryOut(client, context, request, order, { ...file, most: atOnceMost(preferences) });
    try {
      const outcome = await atOnce(context, request, key, fingerprintOf(request, file.digest), work);
      return await answer(context, request, reply, outcome, preferences);
    } finally {
      // A retry sent it again though it was received before.
      if (file.file !== undefined) await forgetFile(context.db, file.file);
    }
  };
}

const noParameters = queryReader({});

export function applyHandler(context: ImportContext) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    noParameters.read(request.query as Record<string, unknown>);
    const key = requiredKey(request);
    const preferences = preferencesOf(request);
    const { id } = request.params as { id: string };
    const outcome = await atOnce(context, request, key, fingerprintOf(request, id), async (client) => {
      const { order, file, rows } = await planToApply(client, context, id, request.actor);
      const most = atOnceMost(preferences);
      const kept = { digest: '', length: await lengthOf(client, file), file };
      return preferences.async || rows > most
        ? enqueue(client, context, order, kept)
        : carryOut(client, context, request, order, { ...kept, bytes: await wholeFile(client, file), most });
    });
    return answer(context, request, reply, outcome, preferences);
  };
}

function atOnce(
  { db }: ImportContext,
  request: FastifyRequest,
  key: string,
  print: Buffer,
  work: (client: Client) => Promise<Outcome>,
): Promise<Outcome> {
  return inTransaction(db, { actor: request.actor }, (client) =>
    once(client, request, key, print, () => work(client)),
  );
}

/** Does it now, unless the file turns out to have too many rows for that. */
async function carryOut(
  client: Client,
  context: ImportContext,
  request: FastifyRequest,
  asked: Asked,
  file: ReceivedFile & { most: number },
): Promise<Outcome> {
  await client.query(sql`SAVEPOINT attempt`);
  const kept = asked.dryRun ? await keptFile(client, file) : undefined;
  const id = await recordOrder(client, asked, 'running', kept);
  const order = { ...asked, id };
  await sayWriter(client.pg, order);
  const reader = readFile(Readable.from([file.bytes]), {
    form: order.form,
    gzip: order.gzip,
    resource: order.resource,
    limits: {
      bytes: context.fileBytes * unpacking,
      rowBytes: 1_048_576,
      rows: file.most,
      ratio: unpackingRatio,
    },
  });
  try {
    const report = await runImport(client, context.registry, order, reader.rows);
    await recordReport(client, id, report, reader.columns ?? []);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    if (error.code !== 'too-many-rows') throw unreadable(error);
    await client.query(sql`ROLLBACK TO SAVEPOINT attempt`);
    return enqueue(client, context, asked, file);
  }
  return outcomeOf(client, request, id);
}

async function enqueue(
  client: Client,
  { queue }: ImportContext,
  order: Asked,
  file: ReceivedFile,
): Promise<Outcome> {
  const id = await recordOrder(client, order, 'queued', await keptFile(client, file));
  await client.query(
    sql`INSERT INTO import_progress (import, total_bytes) VALUES (${id}::uuid, ${file.length})`,
  );
  await queue.send(client, id);
  const location = `/v1/imports/${id}`;
  const body = JSON.stringify({ data: await importDocument(client, id) });
  return {
    status: 202,
    headers: { 'content-type': mediaTypes.json, 'cache-control': 'no-store', location, 'retry-after': '1' },
    body,
  };
}

/** Whoever asked to wait hears of the end of a large import, if it comes in time. */
async function answer(
  { db, queue }: ImportContext,
  request: FastifyRequest,
  reply: FastifyReply,
  outcome: Outcome,
  { wait, applied }: Preferences,
): Promise<FastifyReply> {
  if (applied !== '') void reply.header('preference-applied', applied);
  if (outcome.status !== 202) return send(reply, outcome);
  queue.wake();
  const id = outcome.headers.location?.split('/').at(-1) ?? '';
  const ended = wait > 0 && (await queue.ended(id, wait));
  const replayed = outcome.headers['idempotency-replayed'];
  const said = ended ? await outcomeOf(db, request, id) : outcome;
  return send(reply, {
    ...said,
    headers: { ...said.headers, ...(replayed ? { 'idempotency-replayed': replayed } : {}) },
  });
}

const unreadable = (error: FileError): Problem => {
  const fault = fileFault(error);
  const { line, column } = fault;
  const place = line === undefined ? '' : ` Line ${line}${column === undefined ? '' : `, column ${column}`}.`;
  return new Problem('file-unreadable', `${error.detail}${place}`, {
    faults: error.faults.length > 0 ? error.faults.map((each) => ({ ...fault, ...each })) : [fault],
  });
};

/** How many faults one reply lists. */
const faultsMost = 200;

/** The reply for an import that has ended. Refusals are outcomes and not thrown, so that their record stays. */
async function outcomeOf(reader: Reader, request: FastifyRequest, id: string): Promise<Outcome> {
  const location = `/v1/imports/${id}`;
  const doc = await importDocument(reader, id);
  if (doc?.status === 'refused')
    return refusal(
      request,
      new Problem('import-refused', `${wordsOf(doc)}; nothing was written.`, {
        faults: [...doc.problems, ...doc.errors].slice(0, faultsMost),
        extra: { import: location },
      }),
    );
  const body = JSON.stringify({ data: doc });
  return {
    status: doc?.status === 'applied' ? 201 : 200,
    headers: { 'content-type': mediaTypes.json, 'cache-control': 'no-store', etag: listTag(body), location },
    body,
  };
}

function wordsOf({ counts, problems }: ImportDocument): string {
  const first: Fault | undefined = problems[0];
  if (counts.error > 0) return `${counts.error} of ${counts.read} rows do not fit`;
  return (first?.detail ?? 'It does not fit').replace(/\.$/, '');
}

async function planToApply(
  client: Client,
  { registry }: ImportContext,
  id: string,
  actor: string,
): Promise<{ order: Asked; file: string; rows: number }> {
  const plan = uuid.test(id) ? await planOf(client, registry, id) : undefined;
  if (!plan) throw new Problem('not-found', 'There is no import with this id.');
  const reason = whyNot(plan);
  if (reason !== undefined) throw new Problem('plan-not-applicable', reason);
  return { order: { ...plan.order, dryRun: false, actor, plan: id }, file: plan.file, rows: plan.rows };
}

function whyNot({ order, status, applied, expired, errors }: Plan): string | undefined {
  if (!order.dryRun || status !== 'planned')
    return 'This import is no plan that can be applied: only one that was made with `dryRun=true`, and is finished, can.';
  if (applied !== null) return `The plan was carried out before, as /v1/imports/${applied}.`;
  if (expired) return 'The plan has expired: make a new one from the same file.';
  if (errors > 0 && order.onError === 'abort')
    return `The plan has ${errors} rows in error, and \`onError=abort\`: mend them first.`;
  return undefined;
}
