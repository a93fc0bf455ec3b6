/** Faults as a good compiler shows them: one a line, the place first. */
import { say } from './output.ts';
import type { Refusal } from './refusal.ts';
import type { WireFault } from './wire.ts';

/** `scores.csv:14:3: consortium: …; did you mean …? [unknown-reference]` */
export function faultLine(file: string | undefined, fault: WireFault): string {
  const line = fault.line ?? undefined;
  const place = [file, line, line === undefined ? undefined : (fault.column ?? undefined)]
    .filter((part) => part !== undefined)
    .join(':');
  const subject = [fault.field, fault.parameter, fault.pointer].find(
    (part) => part !== undefined && part !== '',
  );
  return `${[place, subject, fault.detail].filter((part) => part !== undefined && part !== '').join(': ')} [${fault.code}]`;
}

/** A refusal of the request as a whole. */
export function sayRefusal(refusal: Refusal, file?: string): void {
  const { detail, code, errors = [], rows = [] } = refusal.problem;
  for (const fault of errors) say(faultLine(file, fault));
  // A single fault mostly is the detail once more.
  if (!errors.some((fault) => detail.includes(fault.detail))) say(`${detail} [${code}]`);
  for (const { n, line, id, planned, now } of rows)
    say(
      `  row ${n}${typeof line === 'number' ? ` (line ${line})` : ''}${id ? ` ${id}` : ''}: planned ${planned ?? 'nothing'}, now ${now ?? 'nothing'}`,
    );
  if (refusal.status === 401) say('Give the key with --key or in TRACKER_KEY.');
}
