/** The routes of histories, and the only place where they are registered. */
import type { FastifyInstance } from 'fastify';
import { queryReader } from '../http/query.ts';
import type { Context } from '../resource/reading.ts';
import { diffHandler, type DiffQuery } from './diff.ts';
import { diffOperation, diffParameters, historyOperation } from './documentation.ts';
import { historyHandler } from './history.ts';

export function historyRoutes(app: FastifyInstance, context: Context): void {
  for (const resource of context.registry.all)
    app.get(
      `/v1/${resource.name}/:id/history`,
      { config: { operation: () => historyOperation(resource) } },
      historyHandler(resource, context),
    );
  app.get(
    '/v1/diff',
    { config: { operation: () => diffOperation(context.registry) } },
    diffHandler(context, () => queryReader<DiffQuery>(diffParameters(context.registry))),
  );
}
