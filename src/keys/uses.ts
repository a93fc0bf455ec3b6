/** When each key was used last: noted in memory, and written from there now and then, not with every request. */
import sql from 'sql-template-tag';
import type { Database } from '../db/database.ts';

/** In milliseconds; so much of it is lost where a server is killed. */
const writtenEvery = 60_000;

export class Uses {
  readonly #db: Database;
  readonly #failed: (error: unknown) => void;
  /** By the clock that nobody can set. */
  readonly #last = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;

  constructor(db: Database, failed: (error: unknown) => void) {
    this.#db = db;
    this.#failed = failed;
  }

  note(id: string): void {
    this.#last.set(id, performance.now());
    this.#timer ??= setTimeout(() => void this.write(), writtenEvery).unref();
  }

  /** Writes what has been noted. What cannot be written is kept for the next time. */
  async write(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const noted = [...this.#last];
    if (noted.length === 0) return;
    this.#last.clear();
    const now = performance.now();
    const uses = noted.map(([id, at]) => ({ id, ago: (now - at) / 1000 }));
    try {
      this.#db.refuseWhenFull();
      await this.#db.query(sql`
        WITH used AS (SELECT u.id, clock_timestamp() - u.ago * interval '1 second' AS at FROM json_to_recordset(${JSON.stringify(uses)}::json) AS u(id uuid, ago float8))
        UPDATE api_keys k SET last_used_at = u.at FROM used u WHERE k.id = u.id AND (k.last_used_at IS NULL OR k.last_used_at < u.at)`);
    } catch (error) {
      for (const [id, at] of noted) if (!this.#last.has(id)) this.#last.set(id, at);
      this.#failed(error);
    }
  }
}
