/**
 * Limits of requests a minute: one of reads and one of writes for each key, or for each address without one. They come
 * before everything that costs: keys, database, cache. The fields are those of draft-ietf-httpapi-ratelimit-headers-10.
 */
import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Database } from '../../db/database.ts';
import { Problem } from '../../kernel/problems.ts';
import type { KeyRing } from '../../keys/ring.ts';
import { linesOf } from '../head.ts';
import { addressOf, Clients } from './clients.ts';
import { Counts, spent, storeOn, type Count, windowMilliseconds } from './counts.ts';
import { share } from './shared.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Says for how many requests this one counts, if for more than one; throws the refusal where there are not so many left. */
    charge(cost: number): void;
    /** Who it counts for; empty where nothing is counted. */
    client: string;
    quota: Quota | undefined;
  }
  interface FastifyContextConfig {
    /** Answered whatever else happens: health checks. */
    unlimited?: boolean;
    /** Answered while the server is too busy for others. */
    urgent?: boolean;
  }
}

interface Policy {
  name: 'reads' | 'writes' | 'keys';
  most: number;
  /** The field RateLimit-Policy. */
  field: string;
}

interface Quota {
  policy: Policy;
  /** Under which it is counted. */
  name: string;
}

export interface RateLimits {
  reads: number;
  writes: number;
  /** Whether the nodes on one database count together. */
  shared: boolean;
}

const policyOf = (name: Policy['name'], most: number): Policy => ({
  name,
  most,
  field: `"${name}";q=${most};w=${windowMilliseconds / 1000}`,
});

/** Keys that are looked up for an address, so that nobody can try them out without end. Those known are not counted. */
const lookUps = policyOf('keys', 60);
/** A 304 has cost nearly nothing when it comes out of a cache, and is what clients should ask for. */
const notModifiedCost = 0.1;

/** What a page counts for, in reads: one for each hundred rows that it can have. */
export const pageCost = (rows: number): number => Math.ceil(rows / 100);

const nameOf = ({ name }: Policy, client: string): string => `${name} ${client}`;

const secondsLeft = (endsAt: number): number => Math.max(1, Math.ceil((endsAt - performance.now()) / 1000));

const whatIsLeft = ({ name, most }: Policy, { used, endsAt }: Count): string =>
  `"${name}";r=${Math.max(0, Math.floor(most - used))};t=${secondsLeft(endsAt)}`;

/**
 * Counts a read of an address that comes without a key, and is answered with that status before any hook. Gives the lines
 * that say what is left; undefined, and nothing is counted, where nothing is.
 */
export type CountRead = (ip: string, status: number) => string | undefined;

const isRead = ({ method }: FastifyRequest): boolean => method === 'GET' || method === 'HEAD';

export async function rateLimits(
  app: FastifyInstance,
  { db, ring }: { db: Database; ring: KeyRing },
  limits: RateLimits,
): Promise<CountRead> {
  const counts = new Counts();
  const exceeded = (policy: Policy, client: string): Problem => {
    const { endsAt } = counts.of(nameOf(policy, client));
    return new Problem(
      'rate-limited',
      `The ${policy.most} ${policy.name} that there are in a minute are used up.`,
      { headers: { 'retry-after': String(secondsLeft(endsAt)) } },
    );
  };
  const spend = (policy: Policy, client: string, cost: number): void => {
    const name = nameOf(policy, client);
    // What costs more than there ever is takes all that there is.
    const wanted = Math.min(cost, policy.most - 1);
    if (counts.of(name).used + wanted > policy.most) throw exceeded(policy, client);
    counts.add(name, wanted);
  };
  app.decorateRequest('client', '');
  app.decorateRequest('quota', undefined);
  app.decorateRequest('charge', function (this: FastifyRequest, cost: number) {
    if (this.quota && cost > 1) spend(this.quota.policy, this.client, cost - 1);
  });
  if (limits.reads === 0 && limits.writes === 0) return () => '';

  if (limits.shared) share(app, db, counts);
  await app.register(rateLimit, {
    global: false,
    store: storeOn(counts),
    timeWindow: windowMilliseconds,
    keyGenerator: ({ quota }) => quota?.name ?? '',
  });
  const limited = (name: 'reads' | 'writes') => ({
    policy: policyOf(name, limits[name]),
    count: app.createRateLimit({ max: limits[name] }),
  });
  const [reads, writes] = [limited('reads'), limited('writes')];
  const clients = new Clients(ring);

  app.addHook('onRequest', async (request) => {
    const { policy, count } = isRead(request) ? reads : writes;
    if (policy.most === 0 || request.method === 'OPTIONS' || request.routeOptions.config.unlimited) return;
    const client = clients.of(request, (address) => {
      spend(lookUps, address, 1);
    });
    request.client = typeof client === 'string' ? client : await client;
    request.quota = { policy, name: nameOf(policy, request.client) };
    const counted = await count(request);
    if (!counted.isAllowed && counted.isExceeded) throw exceeded(policy, request.client);
  });
  app.addHook('onSend', ({ quota }, reply, payload, done) => {
    if (quota) {
      const { policy, name } = quota;
      const count = reply.statusCode === 304 ? counts.add(name, notModifiedCost - 1) : counts.of(name);
      void reply.header('ratelimit-policy', policy.field).header('ratelimit', whatIsLeft(policy, count));
    }
    done(null, payload);
  });
  const policyLine = linesOf(['ratelimit-policy', reads.policy.field]);
  return (ip, status) => {
    const { policy } = reads;
    if (policy.most === 0) return '';
    const count = counts.of(nameOf(policy, addressOf({ ip })));
    if (count.used + 1 > policy.most) return undefined;
    spent(count, status === 304 ? notModifiedCost : 1);
    return `${policyLine}ratelimit: ${whatIsLeft(policy, count)}\r\n`;
  };
}
