/**
 * Where the server is so far behind that nobody would wait for an answer, requests are refused at once instead: while the
 * event loop lags, memory is nearly full, or the database has far more to do than it can.
 */
import { getHeapStatistics } from 'node:v8';
import underPressure from '@fastify/under-pressure';
import type { FastifyInstance } from 'fastify';
import type { Database } from '../../db/database.ts';
import { Problem } from '../../kernel/problems.ts';

/** Of the heap that Node would end the process for. */
const heapShare = 0.92;
/** Statements that wait for each connection. */
const waitingMost = 100;
const lookEvery = 500;

export async function pressure(
  app: FastifyInstance,
  { pool }: Database,
  maxEventLoopDelay: number,
): Promise<void> {
  if (maxEventLoopDelay === 0) return;
  await app.register(underPressure, {
    maxEventLoopDelay,
    maxHeapUsedBytes: getHeapStatistics().heap_size_limit * heapShare,
    // Twice as long, so that one long stroke of work, after which all is well, is no reason to refuse anybody.
    sampleInterval: 2 * maxEventLoopDelay,
    healthCheck: () => Promise.resolve(pool.waitingCount < pool.options.max * waitingMost),
    healthCheckInterval: lookEvery,
    pressureHandler: ({ routeOptions }) => {
      const { unlimited, urgent } = routeOptions.config;
      if (unlimited || urgent) return;
      throw new Problem('unavailable', 'The server has more to do than it can right now.', {
        headers: { 'retry-after': '2' },
      });
    },
  });
}
