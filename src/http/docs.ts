/** /openapi.json, /openapi.yaml and Swagger UI, all from the one document. */
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { stringify } from 'yaml';
import { lazily } from '../kernel/lazily.ts';
import { listTag, sendTagged } from './reply.ts';

// Swagger UI styles its elements inline; scripts come from here alone and are never inline.
const contentSecurityPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Colouring a reply of fifty rows takes the browser seconds. (The plugin's types have another name for this.) */
const uncoloured: object = { activated: false };

export async function docs(app: FastifyInstance, document: () => object): Promise<void> {
  await app.register(async (scope) => {
    // The documentation is there for everybody, also where reading the data needs a key.
    scope.addHook('onRoute', (route) => {
      route.config = { ...route.config, open: true };
    });
    // In place of what the plugin would put together from route schemas, which are not where the routes say it.
    await scope.register(swagger, { openapi: {}, transformObject: () => document() as never });
    await scope.register(swaggerUi, {
      routePrefix: '/docs',
      staticCSP: contentSecurityPolicy,
      transformSpecificationClone: false,
      uiConfig: {
        deepLinking: true,
        filter: true,
        persistAuthorization: true,
        displayRequestDuration: true,
        tryItOutEnabled: true,
        docExpansion: 'none',
        validatorUrl: null,
        defaultModelsExpandDepth: 0,
        syntaxHighlight: uncoloured,
      },
      theme: { title: 'Sovereign AI tracker' },
    });
  });
  const json = 'application/vnd.oai.openapi+json;version=3.1; charset=utf-8';
  const yaml = 'application/vnd.oai.openapi;version=3.1; charset=utf-8';
  served(app, '/openapi.json', json, () => JSON.stringify(document()));
  served(app, '/openapi.yaml', yaml, () => stringify(document(), { aliasDuplicateObjects: false }));
}

/** Written when it is first asked for: that takes half a second, which a start should not wait for. */
function served(app: FastifyInstance, path: string, type: string, write: () => string): void {
  const written = lazily(() => {
    const body = write();
    return { body, etag: listTag(body) };
  });
  app.get(path, { config: { open: true } }, (request, reply) => {
    return sendTagged(request, reply, {
      ...written(),
      type,
      headers: { 'cache-control': 'public, max-age=60' },
    });
  });
}
