/** What a run came to: printed at its end, so that one sees whether it still reaches what it is there to reach. */
import type { Operation } from './document.ts';

/** Statuses that no request to one operation brings about by itself. */
const elsewhere = new Set(['429', '500', '503']);

export class Statistics {
  requests = 0;
  forbidden = 0;
  readonly #byOperation = new Map<string, { operation: Operation; statuses: Map<number, number> }>();

  count(operation: Operation, status: number, forbidden: boolean): void {
    this.requests += 1;
    if (forbidden) this.forbidden += 1;
    const of = this.#byOperation.get(operation.id) ?? { operation, statuses: new Map<number, number>() };
    this.#byOperation.set(operation.id, of);
    of.statuses.set(status, (of.statuses.get(status) ?? 0) + 1);
  }

  reached({ id }: Operation): boolean {
    return [...(this.#byOperation.get(id)?.statuses.keys() ?? [])].some((status) => status < 300);
  }

  told(): string {
    const all = [...this.#byOperation.values()];
    const classes = new Map<string, number>();
    const unseen = new Map<string, string[]>();
    for (const { operation, statuses } of all) {
      for (const [status, times] of statuses) {
        const name = `${Math.floor(status / 100)}xx`;
        classes.set(name, (classes.get(name) ?? 0) + times);
      }
      for (const status of operation.statuses)
        if (!statuses.has(Number(status)) && !elsewhere.has(status))
          unseen.set(status, [...(unseen.get(status) ?? []), operation.id]);
    }
    const told = [...classes].sort().map(([name, times]) => `${name} ${times}`);
    const successful = all.filter(({ operation }) => this.reached(operation)).length;
    return [
      `${this.requests} requests, ${this.forbidden} of them such as the document forbids: ${told.join(', ')}`,
      `${successful} of ${all.length} operations reached 2xx`,
      ...[...unseen]
        .sort()
        .map(([status, ids]) => `never seen: ${status} of ${ids.length} operations: ${ids.join(' ')}`),
    ].join('\n');
  }
}
