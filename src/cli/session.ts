/** What every command works with. */
import type { Client } from './client.ts';
import type { ExitCode } from './exit.ts';
import type { Interrupt } from './interrupt.ts';

export interface Session {
  client: Client;
  interrupt: Interrupt;
}

/** Makes a command of its work: gives it the session, and takes its exit code. */
export type Action = <A extends unknown[]>(
  work: (session: Session, ...rest: A) => Promise<ExitCode>,
) => (...rest: [...A, ...unknown[]]) => Promise<void>;
