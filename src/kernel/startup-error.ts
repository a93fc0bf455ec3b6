/** Something a person has to put right before the server can start: the message is one line, fit to be printed alone. */
export class StartupError extends Error {
  override readonly name = 'StartupError';

  constructor(message: string, options?: ErrorOptions) {
    super(message.replaceAll(/\s+/g, ' ').trim(), options);
  }
}

const REASONS: Record<string, string> = {
  EACCES: 'permission denied',
  EDQUOT: 'the disk quota is used up',
  EEXIST: 'it is a file, not a directory',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'part of the path is a file, not a directory',
  EPERM: 'the operating system does not permit it',
  EROFS: 'the file system is read-only',
};

/** Why a system call failed, in words; an error of another kind keeps its own message. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = errorCode(error);
  return (code === undefined ? undefined : REASONS[code]) ?? error.message;
}

export function errorCode(error: unknown): string | undefined {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}
