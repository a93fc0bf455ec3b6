/** A large import, carried out by the queue: one transaction for everything, told about from beside it. */
import { setTimeout as delay } from 'node:timers/promises';
import sql, { raw, type Sql } from 'sql-template-tag';
import { sayWriter, type Client, type Database, type Row } from '../../db/database.ts';
import type { Reader } from '../../db/moment.ts';
import { isDiskFull } from '../../db/transient.ts';
import { inTransaction } from '../../http/idempotency.ts';
import { Problem, type Fault } from '../../kernel/problems.ts';
import type { Registry } from '../../resource/registry.ts';
import { forgetFileOf, piecesOf } from '../file.ts';
import type { Report } from '../merging/order.ts';
import { runImport } from '../merging/run.ts';
import { unreadable } from '../outcome.ts';
import { FileError } from '../reading/file-error.ts';
import type { Tracing } from '../../telemetry/tracing.ts';
import { readerOf } from '../reader.ts';
import { claim, recordAlive, recordEnd, recordReport, type Asked } from '../store.ts';
import { Progress } from './progress.ts';
import type { Outcome } from './queue.ts';

export interface Workshop {
  db: Database;
  registry: Registry;
  fileBytes: number;
  tracing?: Tracing | undefined;
}

const rowsMost = 5_000_000;
/** So often in a row its server may end with it before it is taken for the cause. */
const endsMost = 10;

/** `signal`: the server stops, and the next one does it. */
export async function work(workshop: Workshop, id: string, signal: AbortSignal): Promise<Outcome> {
  const { db, tracing } = workshop;
  const beside = readerBeside(db);
  const cancelled = new AbortController();
  try {
    return await inTransaction(db, { actor: '', waits: 0 }, async (client) => {
      // Held by whoever works on it; for a while also by the connection of a server that died in the middle.
      const [lock] = await client.query<{ free: boolean; pid: number }>(
        sql`SELECT pg_try_advisory_xact_lock(hashtextextended(${`import-job:${id}`}, 0)) AS free, pg_backend_pid() AS pid`,
      );
      if (!lock?.free) return 'taken';
      const claimed = await claim(beside, workshop.registry, id);
      if (!claimed) return 'done';
      tracing?.link(claimed.traceparent);
      tracing?.note({ 'tracker.import.resource': claimed.order.resource.name });
      if (claimed.begun > endsMost) throw new Deadly();
      if (claimed.cancelled) cancelled.abort();
      const stopped = AbortSignal.any([signal, cancelled.signal]);
      stopped.throwIfAborted();
      const progress = new Progress(beside, id, () => {
        cancelled.abort();
      });
      const over = new AbortController();
      let interrupted: Promise<void> | undefined;
      let report: Report;
      const stop = (): void => {
        interrupted = interrupt(db, lock.pid, over.signal);
      };
      stopped.addEventListener('abort', stop);
      try {
        await progress.begin();
        report = await carryOut(client, workshop, { id, ...claimed }, { progress, stopped, beside });
      } finally {
        await progress.end();
        stopped.removeEventListener('abort', stop);
        over.abort();
        // Not a moment longer: the next to use the connection has done nothing wrong.
        await interrupted;
      }
      cancelled.signal.throwIfAborted();
      return { status: report.status, counts: report.counts };
    });
  } catch (error) {
    const end = cancelled.signal.aborted
      ? { status: 'cancelled' as const, faults: [] }
      : // The next server, or the next try, does it.
        signal.aborted
        ? undefined
        : (refusalOf(error) ?? (isDiskFull(error) || error instanceof Deadly ? failure(error) : undefined));
    if (!end) {
      await recordAlive(beside, id).catch(() => undefined);
      throw error;
    }
    await recordEnd(beside, id, end.status, end.faults);
    await forgetFileOf(beside, id);
    return { status: end.status };
  }
}

const interruptEvery = 100;

/** Until it has had its effect: a cancellation that comes between two statements is lost. */
async function interrupt(db: Database, pid: number, over: AbortSignal): Promise<void> {
  while (!over.aborted) {
    await db.aside.query('SELECT pg_cancel_backend($1)', [pid]).catch(() => undefined);
    await delay(interruptEvery, undefined, { signal: over }).catch(() => undefined);
  }
}

/** A connection of its own beside that of the transaction. */
function readerBeside(db: Database): Reader {
  return {
    query: async <T extends Row = Row>(statement: Sql) =>
      (await db.aside.query<T>(statement.text, statement.values)).rows,
  };
}

async function carryOut(
  client: Client,
  { registry, fileBytes }: Workshop,
  { id, order: asked, file }: { id: string; order: Asked; file: string },
  { progress, stopped, beside }: { progress: Progress; stopped: AbortSignal; beside: Reader },
): Promise<Report> {
  await client.query(sql`SET LOCAL statement_timeout = 0`);
  await client.query(sql`SET LOCAL idle_in_transaction_session_timeout = 0`);
  const order = { ...asked, id };
  await sayWriter(client, { ...order, import: id });
  const reader = readerOf(piecesOf(beside, file), order, { fileBytes, rows: rowsMost });
  const report = await runImport(client, registry, order, reader.rows, {
    told: (step) => {
      stopped.throwIfAborted();
      progress.at({ bytes: reader.bytesRead(), ...step });
    },
    patient: true,
  });
  await recordReport(client, id, report, reader.columns ?? []);
  await forgetFileOf(client, id);
  // Plans that were right for the table as it was may be very slow for what it has become.
  if (report.status === 'applied') await client.query(sql`ANALYZE ${raw(order.resource.table)}`);
  return report;
}

/** What sending the same file again would not change. */
function refusalOf(error: unknown): { status: 'refused'; faults: Fault[] } | undefined {
  if (error instanceof FileError) return { status: 'refused', faults: unreadable(error).faults };
  if (!(error instanceof Problem) || error.status >= 500) return undefined;
  const rows = Array.isArray(error.extra.rows) ? (error.extra.rows as Record<string, unknown>[]) : [];
  return {
    status: 'refused',
    faults: [
      ...(error.faults.length > 0 ? error.faults : [{ code: error.code, detail: error.message }]),
      ...rows.map(({ n, line, planned, now }) => ({
        row: n as number,
        ...(line === null ? {} : { line: line as number }),
        code: error.code,
        detail: `planned: ${String(planned)}; now: ${String(now)}`,
      })),
    ],
  };
}

/** Each time that it was worked on, its server came to an end. */
class Deadly extends Error {}

const again = 'send the file again under a new Idempotency-Key';

const failure = (error: unknown): { status: 'failed'; faults: Fault[] } => ({
  status: 'failed',
  faults: [
    isDiskFull(error)
      ? { code: 'unavailable', detail: `The disk of the database is full: once there is room, ${again}` }
      : {
          code: 'internal-error',
          detail: `The server ended ${endsMost} times while it worked on this: split the file, and ${again}`,
        },
  ],
});
