/** The exit codes, and the error that ends the program with one of them. */
export const exit = { done: 0, rows: 1, usage: 2, unreachable: 3, interrupted: 130 } as const;

export type ExitCode = (typeof exit)[keyof typeof exit];

export const exitHelp = `Exit codes:
  0    applied, or planned, and no row is in error; an audit log in order
  1    rows in error, an import that was refused or cancelled, a plan that does not fit any more,
       a change to a key that is refused, a broken audit log (also in a backup)
  2    usage: an unknown option, a local file that cannot be read or written, a file that is
       no whole backup or a database that is not new, a key or a name that is not known
  3    the server or its database cannot be reached, or failed, after several tries
  130  interrupted (Ctrl-C)`;

export class CliError extends Error {
  readonly code: ExitCode;

  constructor(code: ExitCode, message: string) {
    super(message);
    this.name = 'CliError';
    this.code = code;
  }
}

/** Whether an operation on a local file failed: the fault of a connection is wrapped in another error. */
export const isLocal = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error && 'code' in error && 'syscall' in error;

/** A local file that fails is the user's to mend. */
export function asUsage(name: string, error: unknown): unknown {
  return isLocal(error)
    ? new CliError(exit.usage, `${name}: ${why[error.code ?? ''] ?? error.message}`)
    : error;
}

const why: Record<string, string> = {
  ENOENT: 'there is no such file or directory',
  EACCES: 'permission denied',
  EISDIR: 'that is a directory',
  ENOSPC: 'the disk is full',
};

export async function withLocalFile<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw asUsage(name, error);
  }
}
