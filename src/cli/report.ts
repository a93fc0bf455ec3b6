/** The end of an import: its faults, its summary, the file to mend, and the exit code. */
import { exit, type ExitCode } from './exit.ts';
import { faultLine } from './faults.ts';
import { count, number, say, tell, tellJson } from './output.ts';
import { save } from './save.ts';
import type { Session } from './session.ts';
import type { Settled } from './settle.ts';
import { tellSummary } from './summary.ts';
import { importPath, isOver, type Import } from './wire.ts';

export interface ReportOptions {
  /** The import document instead of the summary. */
  json?: true;
  /** False: only the id. */
  wait?: boolean;
  /** Where the rows in error go, to be mended. */
  errors?: string;
}

/** `name`: what stands before a line number. */
export async function report(
  { client, interrupt }: Session,
  { document }: Settled,
  name: string,
  { json, wait = true, errors }: ReportOptions,
): Promise<ExitCode> {
  sayFaults(document, name, errors !== undefined);
  if (json) tellJson(document);
  else if (!wait) tell(document.id);
  else await tellSummary(client, document);
  const bad = document.counts.error ?? 0;
  if (errors !== undefined && bad > 0) {
    const query = new URLSearchParams({ status: 'error', format: 'csv' });
    const call = { query, headers: { accept: 'text/csv' } };
    await client.call(`${importPath(document.id)}/rows`, call, (reply) =>
      save(reply, errors, interrupt.signal),
    );
    say(`${count(bad, 'row')} to mend: ${errors}`);
  }
  return exitOf(document);
}

function sayFaults({ problems, errors, counts }: Import, name: string, kept: boolean): void {
  for (const fault of [...(problems ?? []), ...(errors ?? [])]) say(faultLine(name, fault));
  const rows = new Set((errors ?? []).map(({ row }) => row)).size;
  const more = (counts.error ?? 0) - rows;
  if (more > 0)
    say(
      `${name}: ${number(more)} more rows in error${kept ? '' : '; --errors <file> writes them all, to be mended'}`,
    );
}

function exitOf(document: Import): ExitCode {
  if (!isOver(document)) return exit.done;
  if (document.status === 'failed') return exit.unreachable;
  if (document.status !== 'planned' && document.status !== 'applied') return exit.rows;
  return (document.counts.error ?? 0) > 0 || (document.problems ?? []).length > 0 ? exit.rows : exit.done;
}
