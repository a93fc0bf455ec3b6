/** The routes of imports. Their bodies are not read by the server's own parsers, but as files. */
import type { FastifyInstance } from 'fastify';
import {
  applyOperation,
  cancelOperation,
  eventsOperation,
  importGetOperation,
  importOperation,
  importsOperation,
  rowsOperation,
} from './documentation.ts';
import { applyHandler, importHandler, type ImportContext } from './handlers.ts';
import { Aside, giveUp } from './jobs/aside.ts';
import { cancelHandler } from './jobs/cancel.ts';
import { eventsHandler } from './jobs/events.ts';
import { Queue } from './jobs/queue.ts';
import { templateOf, templateRoutes } from './templates.ts';
import { importGetHandler, importsHandler, rowsHandler } from './rows.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** Large imports that wait for their turn. Starts by itself with the first one, or with the server. */
    imports: Queue;
  }
}

export function importQueue(
  app: FastifyInstance,
  { db, fileBytes, traces }: Pick<ImportContext, 'db' | 'fileBytes' | 'traces'>,
): Queue {
  const aside = new Aside(db, fileBytes, traces?.telemetry);
  const queue = new Queue(db, async (task) => {
    try {
      return await aside.work(task);
    } catch (error) {
      if (task.signal.aborted) app.log.info({ import: task.id }, 'import left for the next server');
      else app.log.error({ err: error, import: task.id }, 'import failed');
      if (task.signal.aborted || !task.last) throw error;
      await giveUp(db, task.id);
      return { status: 'failed' };
    }
  });
  app.decorate('imports', queue);
  app.addHook('preClose', async () => {
    await queue.stop();
    await aside.end();
  });
  return queue;
}

export async function importRoutes(app: FastifyInstance, context: ImportContext): Promise<void> {
  await app.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { bodyLimit: context.fileBytes }, (_request, payload, parsed) => {
      parsed(null, payload);
    });
    scope.post(
      '/v1/imports',
      {
        config: {
          operation: () => importOperation(context.registry, templateOf(context.registry.get('evaluations'))),
          scope: 'import:plan',
          file: true,
        },
      },
      importHandler(context),
    );
    done();
  });
  app.post(
    '/v1/imports/:id/apply',
    { config: { operation: () => applyOperation, scope: 'import:apply' } },
    applyHandler(context),
  );
  templateRoutes(app, context);
  // Who approves a plan has to see it.
  const read = { scope: ['import:plan', 'import:apply'] as const };
  app.delete(
    '/v1/imports/:id',
    { config: { operation: () => cancelOperation, ...read } },
    cancelHandler(context),
  );
  app.get(
    '/v1/imports',
    { config: { operation: () => importsOperation(context.registry), ...read } },
    importsHandler(context),
  );
  app.get(
    '/v1/imports/:id',
    { config: { operation: () => importGetOperation, ...read } },
    importGetHandler(context),
  );
  app.get(
    '/v1/imports/:id/rows',
    { config: { operation: () => rowsOperation, ...read } },
    rowsHandler(context),
  );
  app.get(
    '/v1/imports/:id/events',
    { config: { operation: () => eventsOperation, ...read } },
    eventsHandler(context),
  );
}
