/** `tracker apply`: a plan is carried out, once however often it is tried. */
import type { ExitCode } from './exit.ts';
import { say } from './output.ts';
import { ProgressReport } from './progress.ts';
import { report, type ReportOptions } from './report.ts';
import type { Session } from './session.ts';
import { settle } from './settle.ts';
import { importPath } from './wire.ts';

export interface ApplyOptions extends ReportOptions {
  idempotencyKey?: string;
}

export async function applyPlan(session: Session, id: string, options: ApplyOptions): Promise<ExitCode> {
  const { wait = true, idempotencyKey: key = `apply-${id}` } = options;
  const call = { method: 'POST' as const, headers: { 'idempotency-key': key } };
  const progress = new ProgressReport();
  const settled = await settle(session, `${importPath(id)}/apply`, call, { wait, progress });
  if (settled.replayed === 'before')
    say(`This plan was carried out before, as import ${settled.document.id}; nothing was done now.`);
  return report(session, settled, settled.document.resource, options);
}
