/** POST /v1/imports and POST /v1/imports/{id}/apply: one transaction each, kept under its Idempotency-Key. */
import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { sayWriter, type Client } from '../db/database.ts';
import { inTransaction, once, refusal, send, type Outcome } from '../http/idempotency.ts';
import { mediaTypes } from '../http/negotiate.ts';
import { queryReader } from '../http/query.ts';
import { listTag } from '../http/reply.ts';
import { Problem } from '../kernel/problems.ts';
import type { Context } from '../resource/reading.ts';
import type { Registry } from '../resource/registry.ts';
import type { Order, Report } from './merging/order.ts';
import { FileError } from './reading/file-error.ts';
import { readFile } from './reading/read.ts';
import { bodyOf, fingerprintOf, importReader, orderOf, requiredKey } from './request.ts';
import { runImport } from './merging/run.ts';
import { faultsOf, fileOf, importDocument, keepFile, planOf, recordOrder, recordReport } from './store.ts';

export interface ImportContext extends Context {
  fileBytes: number;
}

/** What a file may unpack to, as a multiple of what may be sent. */
const unpacking = 20;

export function importHandler(context: ImportContext) {
  const query = importReader(context.registry);
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const asked = query.read(request.query as Record<string, unknown>);
    const order = orderOf(request, asked, context.registry);
    if (!order.dryRun) request.demand('import:apply');
    const key = requiredKey(request);
    const bytes = await bodyOf(request.raw, context.fileBytes);
    const print = fingerprintOf(request, bytes);
    return send(reply, await importOnce(context, request, key, print, () => ({ order, bytes })));
  };
}

const noParameters = queryReader({});

export function applyHandler(context: ImportContext) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    noParameters.read(request.query as Record<string, unknown>);
    const key = requiredKey(request);
    const { id } = request.params as { id: string };
    const print = fingerprintOf(request, Buffer.from(id));
    const outcome = await importOnce(context, request, key, print, (client) =>
      orderOfPlan(client, context.registry, id, request.actor),
    );
    return send(reply, outcome);
  };
}

interface Work {
  order: Omit<Order, 'id'>;
  bytes: Buffer;
}

function importOnce(
  context: ImportContext,
  request: FastifyRequest,
  key: string,
  print: Buffer,
  prepare: (client: Client) => Work | Promise<Work>,
): Promise<Outcome> {
  return inTransaction(context.db, { actor: request.actor }, (client) =>
    once(client, request, key, print, async () => {
      const { order, bytes } = await prepare(client);
      return carryOut(client, context, request, order, bytes);
    }),
  );
}

async function carryOut(
  client: Client,
  { registry, fileBytes }: ImportContext,
  request: FastifyRequest,
  asked: Omit<Order, 'id'>,
  bytes: Buffer,
): Promise<Outcome> {
  const id = await recordOrder(client, asked);
  const order = { ...asked, id };
  await sayWriter(client.pg, order);
  const file = readFile(Readable.from([bytes]), {
    form: order.form,
    gzip: order.gzip,
    resource: order.resource,
    limits: { bytes: fileBytes * unpacking, rowBytes: 1_048_576, rows: 1_000_000 },
  });
  const report = await runImport(client, registry, order, file.rows).catch((error: unknown) => {
    throw error instanceof FileError ? unreadable(error) : error;
  });
  await recordReport(client, id, report, file.columns ?? []);
  if (report.status === 'planned') await keepFile(client, id, bytes);
  return outcomeOf(client, request, id, report);
}

function unreadable({ line, column, code, detail }: FileError): Problem {
  const place =
    line === undefined ? '' : ` (line ${line}${column === undefined ? '' : `, column ${column}`})`;
  return new Problem('file-unreadable', `${detail}${place}`, {
    faults: [
      { code, detail, ...(line === undefined ? {} : { line }), ...(column === undefined ? {} : { column }) },
    ],
  });
}

async function outcomeOf(
  client: Client,
  request: FastifyRequest,
  id: string,
  report: Report,
): Promise<Outcome> {
  const location = `/v1/imports/${id}`;
  if (report.status === 'refused') {
    const rows = await faultsOf(client, id);
    const { error, delete: removals } = report.counts;
    // Kept as an outcome and not thrown: the record of the refusal stays.
    const words =
      error > 0
        ? `${error} of ${report.counts.read} rows do not fit`
        : (report.faults[0]?.detail ?? `${removals} removals`);
    return refusal(
      request,
      new Problem('import-refused', `${words}; nothing was written.`, {
        faults: [...report.faults, ...rows].slice(0, 200),
        extra: { import: location },
      }),
    );
  }
  const doc = (await importDocument(client, id)) ?? '';
  const body = `{"data":${doc}}`;
  return {
    status: report.status === 'planned' ? 200 : 201,
    headers: { 'content-type': mediaTypes.json, 'cache-control': 'no-store', etag: listTag(body), location },
    body,
  };
}

async function orderOfPlan(client: Client, registry: Registry, id: string, actor: string): Promise<Work> {
  const plan = await planOf(client, id);
  if (!plan) throw new Problem('not-found', 'There is no import with this id.');
  const reason = whyNot(plan);
  if (reason !== undefined) throw new Problem('plan-not-applicable', reason);
  return {
    order: {
      resource: registry.get(plan.resource),
      mode: plan.mode,
      onError: plan.on_error,
      dryRun: false,
      ...(plan.scope ? { scope: plan.scope } : {}),
      maxDelete: plan.max_delete,
      ...(plan.correction === null ? {} : { correction: plan.correction }),
      actor,
      form: plan.form,
      gzip: plan.gzip,
      plan: id,
    },
    bytes: await fileOf(client, id),
  };
}

type Plan = NonNullable<Awaited<ReturnType<typeof planOf>>>;

function whyNot({ dry_run, status, applied, expired, errors, on_error }: Plan): string | undefined {
  if (!dry_run || status !== 'planned')
    return 'This import is no plan: only one that was made with `dryRun=true` can be applied.';
  if (applied !== null) return `The plan was carried out before, as /v1/imports/${applied}.`;
  if (expired) return 'The plan has expired: make a new one from the same file.';
  if (errors > 0 && on_error === 'abort')
    return `The plan has ${errors} rows in error, and \`onError=abort\`: mend them first.`;
  return undefined;
}
