/** What came of the imports that this process carried out, for its metrics. */
import type { Outcome as Answered } from '../http/idempotency.ts';
import type { Counts } from './merging/order.ts';
import type { Status } from './store.ts';

export interface Ended {
  status: Exclude<Status, 'queued' | 'running'>;
  counts?: Counts;
}

const written = ['create', 'update', 'delete'] as const;

export class Tally {
  readonly ended: Record<Ended['status'], number> = {
    planned: 0,
    applied: 0,
    refused: 0,
    failed: 0,
    cancelled: 0,
  };
  /** Rows, by what was done with them. */
  readonly rows: Record<(typeof written)[number], number> = { create: 0, update: 0, delete: 0 };

  note({ status, counts }: Ended): void {
    this.ended[status] += 1;
    if (status === 'applied' && counts) for (const what of written) this.rows[what] += counts[what];
  }

  /** One that was carried out at once, by its reply. */
  answered({ status, headers, body }: Answered): void {
    if (headers['idempotency-replayed'] !== undefined) return;
    this.note(status >= 400 ? { status: 'refused' } : (JSON.parse(body) as { data: Ended }).data);
  }
}
