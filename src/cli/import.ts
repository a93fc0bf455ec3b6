/** `tracker import`: a file is planned or imported, once however often it is tried. */
import { createHash, randomUUID } from 'node:crypto';
import type { ExitCode } from './exit.ts';
import { sayRefusal } from './faults.ts';
import { withFile, type LocalFile } from './file.ts';
import { say } from './output.ts';
import { ProgressReport } from './progress.ts';
import { Refusal } from './refusal.ts';
import { report, type ReportOptions } from './report.ts';
import type { Session } from './session.ts';
import { settle, type Settled } from './settle.ts';
import { isOver, type Import } from './wire.ts';

export interface ImportOptions extends ReportOptions {
  format?: string;
  dryRun?: true;
  mode?: string;
  scope?: string[];
  maxDelete?: number;
  onError?: string;
  correction?: string;
  idempotencyKey?: string;
}

export const importFile = (
  session: Session,
  resource: string,
  path: string,
  options: ImportOptions,
): Promise<ExitCode> =>
  withFile(path, options.format, session.interrupt.signal, async (file) => {
    try {
      const settled = await send(session, file, queryOf(resource, options), options);
      sayReplayed(settled, file, options);
      return await report(session, settled, file.name, options);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      sayRefusal(error, file.name);
      return error.exitCode;
    }
  });

/** Always in the same order: the address is a part of what the server holds a key to. */
const queryOf = (resource: string, options: ImportOptions): URLSearchParams => {
  const { dryRun, mode, scope, maxDelete, onError, correction } = options;
  return new URLSearchParams({
    resource,
    ...(dryRun ? { dryRun: 'true' } : {}),
    ...(mode === undefined ? {} : { mode }),
    ...(scope ? { scope: scope.join(',') } : {}),
    ...(maxDelete === undefined ? {} : { maxDelete: String(maxDelete) }),
    ...(onError === undefined ? {} : { onError }),
    ...(correction === undefined ? {} : { correction: 'true', reason: correction }),
  });
};

/** A smaller file needs no progress in being sent. */
const sentAtOnce = 8_388_608;

async function send(
  session: Session,
  file: LocalFile,
  query: URLSearchParams,
  { idempotencyKey, dryRun, wait = true }: ImportOptions,
): Promise<Settled> {
  let key = idempotencyKey ?? (dryRun ? randomUUID() : hashOf(query.toString(), file.form, file.sha256));
  for (;;) {
    const progress = new ProgressReport();
    const body = (): AsyncIterable<Uint8Array> =>
      file.stream((bytes) => {
        if (file.bytes > sentAtOnce) progress.show({ phase: 'sending', bytes, totalBytes: file.bytes });
      });
    const call = {
      method: 'POST' as const,
      query,
      headers: { ...file.headers, 'idempotency-key': key },
      body,
    };
    const settled = await settle(session, '/v1/imports', call, { wait, progress });
    const { document, replayed } = settled;
    if (idempotencyKey !== undefined || replayed !== 'before' || !cameToNothing(document)) return settled;
    // What came to nothing before may do now: a row that it refers to may be there. Its key follows from that import,
    // so that a second run at the same time, or a later one, does not import twice either.
    say(`${file.name} came to nothing before (import ${document.id}: ${document.status}); trying it anew.`);
    key = hashOf(key, document.id);
  }
}

const cameToNothing = ({ status }: Import): boolean => ['refused', 'failed', 'cancelled'].includes(status);

const hashOf = (...parts: string[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex');

function sayReplayed({ document, replayed }: Settled, { name }: LocalFile, options: ImportOptions): void {
  if (replayed !== 'before') return;
  const { id, createdAt } = document;
  const key = options.idempotencyKey === undefined ? '--idempotency-key <key>' : 'another --idempotency-key';
  say(
    isOver(document)
      ? `${name}: this very file was imported before, as import ${id} of ${createdAt}; nothing was done now. To import it anew give ${key}.`
      : `${name}: this very file is being imported already, as import ${id}.`,
  );
}
