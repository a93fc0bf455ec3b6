/** The five routes of every resource, and the only place where they are registered. */
import type { FastifyInstance } from 'fastify';
import { operationsOf } from './operations.ts';
import { itemHandler, listHandler, type Context } from './reading.ts';
import { createHandler, deleteHandler, patchHandler } from './writing.ts';

export function resourceRoutes(app: FastifyInstance, context: Context): void {
  for (const resource of context.registry.all) {
    const { list, get, create, patch, remove } = operationsOf(resource, context.registry);
    const path = `/v1/${resource.name}`;
    app.get(path, { config: { operation: list } }, listHandler(resource, context));
    app.post(path, { config: { operation: create, scope: 'write' } }, createHandler(resource, context));
    app.get(`${path}/:id`, { config: { operation: get } }, itemHandler(resource, context));
    app.patch(
      `${path}/:id`,
      { config: { operation: patch, scope: 'write' } },
      patchHandler(resource, context),
    );
    app.delete(
      `${path}/:id`,
      { config: { operation: remove, scope: 'write' } },
      deleteHandler(resource, context),
    );
  }
}
