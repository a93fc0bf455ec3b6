/** POST /v1/imports and POST /v1/imports/{id}/apply: one transaction each, kept under its Idempotency-Key. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import sql from 'sql-template-tag';
import { sayWriter, type Client } from '../db/database.ts';
import { inTransaction, once, send, type Outcome } from '../http/idempotency.ts';
import { mediaTypes } from '../http/negotiate.ts';
import { queryReader } from '../http/query.ts';
import { Problem } from '../kernel/problems.ts';
import { demandProgram } from '../resource/belonging.ts';
import type { Context } from '../resource/reading.ts';
import type { RequestTraces } from '../telemetry/requests.ts';
import { refuseOthers } from './access.ts';
import {
  forgetFile,
  keptFile,
  lengthOf,
  memoryBytes,
  receiveFile,
  wholeFile,
  type ReceivedFile,
} from './file.ts';
import type { Queue } from './jobs/queue.ts';
import { isTurnFree, runImport, TurnTaken } from './merging/run.ts';
import { FileError } from './reading/file-error.ts';
import { outcomeOf, unreadable } from './outcome.ts';
import { readerOf, refuseBomb } from './reader.ts';
import {
  fingerprintOf,
  importReader,
  orderOf,
  preferencesOf,
  requiredKey,
  type Preferences,
} from './request.ts';
import { importDocument, planOf, recordOrder, recordReport, uuid, type Asked, type Plan } from './store.ts';

export interface ImportContext extends Context {
  fileBytes: number;
  /** Large imports of one key that wait or run at most. */
  jobsPerKey: number;
  queue: Queue;
  traces?: RequestTraces | undefined;
}

/** A file with more rows than this is not answered at once, unless the client said that it waits. */
const rowsAtOnce = 5_000;
const rowsWaitedFor = 50_000;
const atOnceMost = ({ wait }: Preferences): number => (wait > 0 ? rowsWaitedFor : rowsAtOnce);

/** A file in memory, and how many rows of it are taken at once. */
type Held = ReceivedFile & { most: number };

export function importHandler(context: ImportContext) {
  const query = importReader(context.registry);
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const asked = query.read(request.query as Record<string, unknown>);
    const order = orderOf(request, asked, context.registry);
    if (!order.dryRun) request.demand('import:apply');
    await demandProgram(context.db, order.resource, order.program);
    const key = requiredKey(request);
    const preferences = preferencesOf(request);
    reply.occupy('imports');
    const file = await receiveFile(context.db, request.raw, context.fileBytes);
    if (order.gzip && file.bytes) await refuseBomb(file.bytes, context.fileBytes);
    const held = { ...file, most: atOnceMost(preferences) };
    let large = preferences.async || file.bytes === undefined;
    const work = (client: Client): Promise<Outcome> =>
      large ? enqueue(client, context, order, file) : carryOut(client, context, request, order, held);
    // What becomes a job anyway need not wait for its turn to be told so.
    const isLarge = async (): Promise<boolean> => {
      large = await hasTooManyRows(context, order, held);
      return large;
    };
    try {
      const print = fingerprintOf(request, file.digest);
      const outcome = await atOnce(context, request, { key, print, ...preferences, isLarge }, work);
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
    reply.occupy('imports');
    const once = { key, print: fingerprintOf(request, id), ...preferences };
    const outcome = await atOnce(context, request, once, async (client) => {
      const { order, file, rows } = await planToApply(client, context, id, request);
      const most = atOnceMost(preferences);
      const kept = { digest: '', length: await lengthOf(client, file), file };
      if (preferences.async || rows > most || kept.length > memoryBytes)
        return enqueue(client, context, order, kept);
      const bytes = await wholeFile(client, file);
      const done = await carryOut(client, context, request, order, { ...kept, bytes, most });
      await forgetFile(client, file);
      return done;
    });
    return answer(context, request, reply, outcome, preferences);
  };
}

interface Once {
  key: string;
  print: Buffer;
  /** Seconds that the client would wait. */
  wait: number;
  /** Whether it becomes a job, and so needs no turn; asked when another import has it. */
  isLarge?: () => Promise<boolean>;
}

/** Seconds that an import which is answered at once waits for rows that others are changing, such as a large import. */
const waitsMost = 30;

/** How many seconds an import waits for its turn unless the client says otherwise. */
const turnWait = 10;
const lookEvery = 50;

/** In a transaction, once it is its turn. It waits for that without holding a connection, which others need. */
async function atOnce(
  { db, queue }: ImportContext,
  request: FastifyRequest,
  { key, print, wait, isLarge }: Once,
  work: (client: Client) => Promise<Outcome>,
): Promise<Outcome> {
  const until = performance.now() + (wait > 0 ? wait : turnWait) * 1000;
  for (let first = true; ; first = false) {
    try {
      return await inTransaction(db, { actor: request.actor, waits: waitsMost }, (client) =>
        once(client, request, key, print, () => work(client)),
      );
    } catch (error) {
      if (!(error instanceof TurnTaken)) throw error;
      if (first && (await isLarge?.())) continue;
      do {
        if (queue.isEnding || performance.now() >= until) throw error;
        await queue.moment(lookEvery);
      } while (!(await isTurnFree(db, error.resource)));
    }
  }
}

const readingOf = ({ fileBytes }: ImportContext, order: Asked, { bytes, most }: Held) =>
  readerOf(bytes === undefined ? [] : [bytes], order, { fileBytes, rows: most });

async function hasTooManyRows(context: ImportContext, order: Asked, file: Held): Promise<boolean> {
  let rows = 0;
  try {
    for await (const batch of readingOf(context, order, file).rows) rows += batch.length;
  } catch (error) {
    return error instanceof FileError && error.code === 'too-many-rows';
  }
  return rows > file.most;
}

/** Does it now, unless the file turns out to have too many rows for that. */
async function carryOut(
  client: Client,
  context: ImportContext,
  request: FastifyRequest,
  asked: Asked,
  file: Held,
): Promise<Outcome> {
  await client.query(sql`SAVEPOINT attempt`);
  const kept = asked.dryRun ? await keptFile(client, file) : undefined;
  const id = await recordOrder(client, asked, 'running', kept);
  const order = { ...asked, id };
  await sayWriter(client, { ...order, request: request.id, import: order.id, waits: waitsMost });
  const reader = readingOf(context, order, file);
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
  { queue, jobsPerKey, traces }: ImportContext,
  order: Asked,
  file: ReceivedFile,
): Promise<Outcome> {
  await refuseTooManyJobs(client, order.actor, jobsPerKey);
  const id = await recordOrder(client, order, 'queued', await keptFile(client, file));
  await client.query(
    sql`INSERT INTO import_progress (import, total_bytes, traceparent)
        VALUES (${id}::uuid, ${file.length}, ${traces?.traceparent ?? null})`,
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

async function refuseTooManyJobs(client: Client, actor: string, most: number): Promise<void> {
  if (most === Infinity) return;
  const [row] = await client.query<{ jobs: number }>(
    sql`SELECT count(*)::int AS jobs FROM imports i JOIN import_progress p ON p.import = i.id
         WHERE i.actor = ${actor} AND i.status IN ('queued', 'running')`,
  );
  if ((row?.jobs ?? 0) >= most)
    throw new Problem('too-many-at-once', `${most} large imports of this key wait or run already.`, {
      headers: { 'retry-after': '30' },
    });
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
  if (outcome.status !== 202) {
    queue.tally.answered(outcome);
    return send(reply, outcome);
  }
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

async function planToApply(
  client: Client,
  { registry }: ImportContext,
  id: string,
  { actor, program }: FastifyRequest,
): Promise<{ order: Asked; file: string; rows: number }> {
  const plan = uuid.test(id) ? await planOf(client, registry, id) : undefined;
  if (!plan) throw new Problem('not-found', 'There is no import with this id.');
  refuseOthers(program, plan.order.program ?? null);
  const reason = whyNot(plan);
  if (reason !== undefined) throw new Problem('plan-not-applicable', reason);
  // It stays bound to the programme that it was made for, whoever approves it.
  return { order: { ...plan.order, dryRun: false, actor, plan: id }, file: plan.file, rows: plan.rows };
}

function whyNot({ order, status, applied, expired, errors, refused }: Plan): string | undefined {
  if (!order.dryRun || status !== 'planned')
    return 'This import is no plan that can be applied: only one that was made with `dryRun=true`, and is finished, can.';
  if (applied !== null) return `The plan was carried out before, as /v1/imports/${applied}.`;
  if (expired) return 'The plan has expired: make a new one from the same file.';
  if (errors > 0 && order.onError === 'abort')
    return `The plan has ${errors} rows in error, and \`onError=abort\`: mend them first.`;
  if (refused !== null) return `The plan was refused: ${refused}.`;
  return undefined;
}
