/** GET /metrics: what the server says about itself to Prometheus, and who may read that. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { responseHeaders } from '../http/documented.ts';
import type { Operation } from '../http/openapi.ts';
import { lazily } from '../kernel/lazily.ts';
import type { Sources } from './registry.ts';

const operation: Operation = {
  operationId: 'getMetrics',
  summary: 'How does the server fare?',
  description:
    'Metrics in the text form of Prometheus: requests and how long they took, refusals, connections to the database, imports, kept replies, memory, the event loop. Needs the scope `admin`, unless the server is set up otherwise (`METRICS`).',
  tags: ['operation'],
  responses: {
    200: {
      description: 'The metrics as they are now.',
      headers: responseHeaders(),
      content: {
        'text/plain': {
          schema: z
            .string()
            .max(10_000_000)
            .regex(/^[^]*$/)
            .meta({ description: 'The text form of Prometheus, version 0.0.4.' }),
          example:
            '# HELP tracker_cache_hits_total Replies that were sent again.\n# TYPE tracker_cache_hits_total counter\ntracker_cache_hits_total 17\n',
        },
      },
    },
  },
  unasked: true,
  problems: [],
};

export function metricRoutes(app: FastifyInstance, isPublic: boolean, sources: Sources): void {
  const registry = lazily(async () => (await import('./registry.ts')).registryOf(sources));
  app.get(
    '/metrics',
    {
      logLevel: 'warn', // asked every few seconds
      config: {
        urgent: true,
        ...(isPublic ? { open: true } : { scope: 'admin' as const }),
        operation: () => operation,
      },
    },
    async (_request, reply) => {
      const made = await registry();
      return reply
        .header('cache-control', 'no-store')
        .type(made.contentType)
        .send(await made.metrics());
    },
  );
}
