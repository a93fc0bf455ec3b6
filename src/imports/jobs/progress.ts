/**
 * How far an import is. It is told on a connection of its own, since nothing of the import's transaction can be seen
 * before it ends; on the same way back comes whether somebody wants it to stop.
 */
import sql from 'sql-template-tag';
import type { Reader } from '../../db/moment.ts';

export type Phase = 'waiting' | 'reading' | 'checking' | 'writing';

export interface Step {
  phase: Phase;
  bytes: number;
  total: number;
  read: number;
  valid: number;
  written: number;
  /** Since it began, and since this phase of it began; null while it waits. */
  seconds: number | null;
  phase_seconds: number | null;
}

/** How much of the time of an import goes by before it writes, as measured on evaluations. */
const readingShare = 0.5;

/** As the wire shows it, with rows a second and an estimate of what is left. */
export function timeLeft({ phase, bytes, total, read, valid, written, ...since }: Step) {
  const { seconds, phase_seconds: ofPhase } = since;
  const rows = phase === 'writing' ? written : phase === 'reading' ? read : 0;
  const done =
    readingShare * (total > 0 ? bytes / total : 1) +
    (1 - readingShare) * (phase === 'writing' && valid > 0 ? written / valid : 0);
  return {
    phase,
    bytes,
    totalBytes: total,
    read,
    valid,
    written,
    rate: ofPhase !== null && ofPhase > 0 && rows > 0 ? Math.round(rows / ofPhase) : null,
    secondsLeft: seconds !== null && done > 0 ? Math.round((seconds * (1 - done)) / done) : null,
  };
}

const tellEvery = 500;

export class Progress {
  readonly #reader: Reader;
  readonly #id: string;
  readonly #stop: () => void;
  readonly #now = { phase: 'reading' as Phase, bytes: 0, read: 0, valid: 0, written: 0 };
  #timer: NodeJS.Timeout | undefined;
  #telling: Promise<void> | undefined;

  /** `stop` is called, at most once, when somebody cancels. */
  constructor(reader: Reader, id: string, stop: () => void) {
    this.#reader = reader;
    this.#id = id;
    this.#stop = stop;
  }

  async begin(): Promise<void> {
    await this.#reader.query(
      sql`UPDATE import_progress SET phase = 'reading', began_at = clock_timestamp(), phase_began_at = clock_timestamp(), read = 0, valid = 0, written = 0, bytes = 0 WHERE import = ${this.#id}::uuid`,
    );
    this.#timer = setInterval(() => {
      // One at a time: a slow database must not be asked more and more.
      this.#telling ??= this.#tell().finally(() => {
        this.#telling = undefined;
      });
    }, tellEvery);
  }

  at(step: Partial<Omit<Step, 'total' | 'seconds' | 'phase_seconds'>>): void {
    Object.assign(this.#now, step);
  }

  async #tell(): Promise<void> {
    const { phase, bytes, read, valid, written } = this.#now;
    const [row] = await this.#reader
      .query<{ cancelled: boolean }>(
        sql`UPDATE import_progress SET phase = ${phase}, phase_began_at = CASE WHEN phase = ${phase} THEN phase_began_at ELSE clock_timestamp() END, bytes = ${bytes}, read = ${read}, valid = ${valid}, written = ${written}, updated_at = clock_timestamp()
             WHERE import = ${this.#id}::uuid RETURNING cancelled`,
      )
      // Told again in a moment; the import itself finds out whether the database is gone.
      .catch(() => []);
    if (!row?.cancelled || !this.#timer) return;
    clearInterval(this.#timer);
    this.#stop();
  }

  async end(): Promise<void> {
    clearInterval(this.#timer);
    this.#timer = undefined;
    await this.#telling;
  }
}
