/**
 * Limits of requests a minute: one of reads and one of writes for each key, or for each address without one. They come
 * before everything that costs: keys, database, cache. The fields are those of draft-ietf-httpapi-ratelimit-headers-10.
 */
import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Database } from '../../db/database.ts';
import { Problem } from '../../kernel/problems.ts';
import type { KeyRing } from '../../keys/ring.ts';
import { Clients } from './clients.ts';
import { Counts, storeOn, windowMilliseconds } from './counts.ts';
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
  }
}

interface Policy {
  name: 'reads' | 'writes' | 'keys';
  most: number;
}

/** Keys that are looked up for an address, so that nobody can try them out without end. Those known are not counted. */
const lookUps: Policy = { name: 'keys', most: 60 };

interface Quota {
  policy: Policy;
  /** Under which it is counted. */
  name: string;
}

/** A 304 has cost nearly nothing when it comes out of a cache, and is what clients should ask for. */
const notModifiedCost = 0.1;

export interface RateLimits {
  reads: number;
  writes: number;
  /** Whether the nodes on one database count together. */
  shared: boolean;
}

const nameOf = (policy: Policy, client: string): string => `${policy.name} ${client}`;

const secondsLeft = (endsAt: number): number => Math.max(1, Math.ceil((endsAt - performance.now()) / 1000));

const isLimited = ({ method, routeOptions }: FastifyRequest): boolean =>
  method !== 'OPTIONS' && !routeOptions.config.unlimited;

export async function rateLimits(
  app: FastifyInstance,
  { db, ring }: { db: Database; ring: KeyRing },
  limits: RateLimits,
): Promise<void> {
  app.decorateRequest('client', '');
  app.decorateRequest('quota', undefined);
  const counts = new Counts();
  const reads: Policy = { name: 'reads', most: limits.reads };
  const writes: Policy = { name: 'writes', most: limits.writes };

  const exceeded = ({ name, most }: Policy, { endsAt }: { endsAt: number }): Problem =>
    new Problem('rate-limited', `The ${most} ${name} that there are in a minute are used up.`, {
      headers: { 'retry-after': String(secondsLeft(endsAt)) },
    });
  const spend = (policy: Policy, client: string, cost: number): void => {
    const count = counts.of(nameOf(policy, client));
    // What costs more than there ever is takes all that there is.
    const wanted = Math.min(cost, policy.most - 1);
    if (count.used + wanted > policy.most) throw exceeded(policy, count);
    counts.add(nameOf(policy, client), wanted);
  };
  app.decorateRequest('charge', function (this: FastifyRequest, cost: number) {
    if (this.quota && cost > 1) spend(this.quota.policy, this.client, cost - 1);
  });
  if (limits.reads === 0 && limits.writes === 0) return;

  if (limits.shared) share(app, db, counts);
  await app.register(rateLimit, {
    global: false,
    store: storeOn(counts),
    timeWindow: windowMilliseconds,
    max: ({ quota }) => quota?.policy.most ?? 0,
    keyGenerator: ({ quota }) => quota?.name ?? '',
  });
  const count = app.createRateLimit();
  const clients = new Clients(ring);

  app.addHook('onRequest', async (request) => {
    const policy = request.method === 'GET' || request.method === 'HEAD' ? reads : writes;
    if (policy.most === 0 || !isLimited(request)) return;
    const client = clients.of(request, (address) => {
      spend(lookUps, address, 1);
    });
    request.client = typeof client === 'string' ? client : await client;
    request.quota = { policy, name: nameOf(policy, request.client) };
    const counted = await count(request);
    if (!counted.isAllowed && counted.isExceeded) throw exceeded(policy, counts.of(request.quota.name));
  });
  app.addHook('onSend', (request, reply, payload, done) => {
    const { quota } = request;
    if (quota) {
      if (reply.statusCode === 304) counts.add(quota.name, notModifiedCost - 1);
      sayLeft(reply, quota, counts);
    }
    done(null, payload);
  });
}

function sayLeft(reply: FastifyReply, { policy, name }: Quota, counts: Counts): void {
  const { used, endsAt } = counts.of(name);
  const left = Math.max(0, Math.floor(policy.most - used));
  void reply
    .header('ratelimit-policy', `"${policy.name}";q=${policy.most};w=${windowMilliseconds / 1000}`)
    .header('ratelimit', `"${policy.name}";r=${left};t=${secondsLeft(endsAt)}`);
}
