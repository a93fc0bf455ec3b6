/**
 * How much of what takes long goes on at once: exports, imports, event streams. One client has at most half of the places,
 * so that others find some too. A place is free again when the reply is over, however it ends.
 */
import type { FastifyInstance, FastifyReply } from 'fastify';
import { Problem } from '../../kernel/problems.ts';
import { addressOf } from './clients.ts';

export type Gate = 'exports' | 'imports' | 'streams';

declare module 'fastify' {
  interface FastifyReply {
    /** Takes a place until the reply is over, and its price; throws the refusal where there is none. */
    occupy(gate: Gate): void;
  }
}

const words: Record<Gate, string> = {
  exports: 'exports',
  imports: 'imports',
  streams: 'event streams and requests that wait',
};
/** In reads or writes of the rate limits. */
const costs: Record<Gate, number> = { exports: 25, imports: 10, streams: 1 };
const retryAfter: Record<Gate, string> = { exports: '2', imports: '5', streams: '15' };

/** Gives how many places are taken now. */
export function gates(app: FastifyInstance, most: Record<Gate, number>): Readonly<Record<Gate, number>> {
  const taken = {
    exports: new Map<string, number>(),
    imports: new Map<string, number>(),
    streams: new Map<string, number>(),
  };
  const takenInAll = { exports: 0, imports: 0, streams: 0 };

  app.decorateReply('occupy', function (this: FastifyReply, gate: Gate) {
    const { request, raw } = this;
    const places = most[gate];
    const client = request.actor !== '' ? `key:${request.actor}` : request.client || addressOf(request);
    const own = taken[gate].get(client) ?? 0;
    const headers = { 'retry-after': retryAfter[gate] };
    if (own >= Math.ceil(places / 2))
      throw new Problem('too-many-at-once', `You have ${own} ${words[gate]} under way already.`, { headers });
    if (takenInAll[gate] >= places)
      throw new Problem('unavailable', `Too many ${words[gate]} are under way.`, { headers });
    request.charge(costs[gate]);
    taken[gate].set(client, own + 1);
    takenInAll[gate] += 1;
    let isOver = false;
    const leave = (): void => {
      if (isOver) return;
      isOver = true;
      takenInAll[gate] -= 1;
      const left = (taken[gate].get(client) ?? 1) - 1;
      if (left > 0) taken[gate].set(client, left);
      else taken[gate].delete(client);
    };
    raw.once('finish', leave).once('close', leave);
  });
  return takenInAll;
}
