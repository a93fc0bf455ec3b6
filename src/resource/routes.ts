/** The five routes of every resource and those of its actions, and the only place where they are registered. */
import type { FastifyInstance } from 'fastify';
import { lazily } from '../kernel/lazily.ts';
import { actionOperation, operationsOf } from './operations.ts';
import { itemHandler, listHandler, type Context } from './reading.ts';
import { actionHandler, createHandler, deleteHandler, patchHandler } from './writing.ts';

export function resourceRoutes(app: FastifyInstance, context: Context): void {
  for (const resource of context.registry.all) {
    const operations = lazily(() => operationsOf(resource, context.registry));
    const path = `/v1/${resource.name}`;
    app.get(
      path,
      { config: { operation: () => operations().list, cached: true } },
      listHandler(resource, context),
    );
    app.post(
      path,
      { config: { operation: () => operations().create, scope: 'write' } },
      createHandler(resource, context),
    );
    app.get(
      `${path}/:id`,
      { config: { operation: () => operations().get, cached: true } },
      itemHandler(resource, context),
    );
    app.patch(
      `${path}/:id`,
      { config: { operation: () => operations().patch, scope: 'write' } },
      patchHandler(resource, context),
    );
    for (const action of resource.actions)
      app.post(
        `${path}/:id/${action.name}`,
        { config: { operation: () => actionOperation(resource, action), scope: 'write' } },
        actionHandler(resource, action, context),
      );
    app.delete(
      `${path}/:id`,
      { config: { operation: () => operations().remove, scope: 'write' } },
      deleteHandler(resource, context),
    );
  }
}
