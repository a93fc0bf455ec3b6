/** The routes of imports. Their bodies are not read by the server's own parsers, but as files. */
import type { FastifyInstance } from 'fastify';
import {
  applyOperation,
  importGetOperation,
  importOperation,
  importsOperation,
  rowsOperation,
} from './documentation.ts';
import { applyHandler, importHandler, type ImportContext } from './handlers.ts';
import { importGetHandler, importsHandler, rowsHandler } from './rows.ts';

export async function importRoutes(app: FastifyInstance, context: ImportContext): Promise<void> {
  await app.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { bodyLimit: context.fileBytes }, (_request, payload, parsed) => {
      parsed(null, payload);
    });
    scope.post(
      '/v1/imports',
      { config: { operation: () => importOperation(context.registry), scope: 'import:plan' } },
      importHandler(context),
    );
    done();
  });
  app.post(
    '/v1/imports/:id/apply',
    { config: { operation: () => applyOperation, scope: 'import:apply' } },
    applyHandler(context),
  );
  const read = { scope: 'import:plan' as const };
  app.get('/v1/imports', { config: { operation: () => importsOperation, ...read } }, importsHandler(context));
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
}
