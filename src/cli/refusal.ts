/** A refusal of the server, and the exit code that it means. */
import { exit, type ExitCode } from './exit.ts';
import { problemReply, type ProblemDocument } from './wire.ts';

export class Refusal extends Error {
  readonly status: number;
  readonly problem: ProblemDocument;
  /** Whether the server repeated an answer that it gave before. */
  readonly replayed: boolean;

  constructor(status: number, problem: ProblemDocument, replayed: boolean) {
    super(problem.detail);
    this.name = 'Refusal';
    this.status = status;
    this.problem = problem;
    this.replayed = replayed;
  }

  get exitCode(): ExitCode {
    if (this.status >= 500 || passing(this.status, this.problem.code)) return exit.unreachable;
    if (this.status === 409) return exit.rows;
    return this.status === 422 && this.problem.code !== 'idempotency-key-reused' ? exit.rows : exit.usage;
  }
}

/** Whether the same request may do better in a while. */
export const passing = (status: number, code: string): boolean =>
  [408, 429, 502, 503, 504].includes(status) || (status === 409 && code === 'request-in-progress');

export async function refusalOf(reply: Response): Promise<Refusal> {
  const text = await reply.text();
  return new Refusal(reply.status, problemOf(text, reply), isReplayed(reply));
}

export const isReplayed = (reply: Response): boolean => reply.headers.get('idempotency-replayed') === 'true';

/** What stands between us and the server may answer in its own way. */
function problemOf(text: string, reply: Response): ProblemDocument {
  try {
    return problemReply.parse(JSON.parse(text));
  } catch {
    return {
      code: `http-${reply.status}`,
      detail: `The answer was ${reply.status} ${reply.statusText}`.trim(),
    };
  }
}
