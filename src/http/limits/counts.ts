/** How much each key and address has used of its minute, in the memory of this process. */
import type { FastifyRateLimitStore, FastifyRateLimitStoreCtor } from '@fastify/rate-limit';

export const windowMilliseconds = 60_000;
/** Who is forgotten sooner begins anew; better that than memory without end. */
const countsMost = 100_000;

export interface Count {
  used: number;
  /** By performance.now(), which no change of the clock moves. */
  endsAt: number;
  /** What other nodes have not been told of it; see shared.ts. */
  untold: number;
}

export class Counts {
  /** In the order in which their minutes began. */
  readonly #counts = new Map<string, Count>();

  /** Of the minute that runs; a new one begins with the first request after it. */
  of(name: string): Count {
    const now = performance.now();
    const known = this.#counts.get(name);
    if (known && known.endsAt > now) return known;
    this.#counts.delete(name);
    this.#forget(now);
    const begun = { used: 0, endsAt: now + windowMilliseconds, untold: 0 };
    this.#counts.set(name, begun);
    return begun;
  }

  add(name: string, cost: number): Count {
    return spent(this.of(name), cost);
  }

  /** Those that others have not been told of, at most so many. */
  untold(most: number): [string, Count][] {
    const found: [string, Count][] = [];
    for (const entry of this.#counts) if (entry[1].untold !== 0 && found.push(entry) === most) break;
    return found;
  }

  /** The oldest, whose minute is over or for whom there is no room. */
  #forget(now: number): void {
    for (const [name, { endsAt }] of this.#counts) {
      if (endsAt > now && this.#counts.size < countsMost) return;
      this.#counts.delete(name);
    }
  }
}

export function spent(count: Count, cost: number): Count {
  count.used = Math.max(0, count.used + cost);
  count.untold += cost;
  return count;
}

/** What the plugin keeps its counts in: each request is one there; what costs more or less is added by us. */
export const storeOn = (counts: Counts): FastifyRateLimitStoreCtor =>
  class implements FastifyRateLimitStore {
    incr(name: string, told: (error: null, result: { current: number; ttl: number }) => void): void {
      const { used, endsAt } = counts.add(name, 1);
      told(null, { current: used, ttl: endsAt - performance.now() });
    }

    child(): FastifyRateLimitStore {
      return this;
    }
  };
