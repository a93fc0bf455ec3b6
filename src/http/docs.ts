/** /openapi.json, /openapi.yaml and Swagger UI, all from the one document. */
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { stringify } from 'yaml';
import { listTag, sendAgain, taggedOf, type Sending } from './reply.ts';
import type { Tagged } from './tagged.ts';

// Swagger UI styles its elements inline; scripts come from here alone and are never inline.
const contentSecurityPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Colouring a reply of fifty rows takes the browser seconds. (The plugin's types have another name for this.) */
const uncoloured: object = { activated: false };

export async function docs(app: FastifyInstance, document: () => object): Promise<void> {
  const json = served('application/vnd.oai.openapi+json;version=3.1; charset=utf-8', () =>
    JSON.stringify(document()),
  );
  const yaml = served('application/vnd.oai.openapi;version=3.1; charset=utf-8', () =>
    stringify(document(), { aliasDuplicateObjects: false }),
  );
  // The plugin has addresses of its own for both, and would write a megabyte anew for each who asks.
  const own = new Map([
    ['/docs/json', json],
    ['/docs/yaml', yaml],
  ]);
  await app.register(async (scope) => {
    // The documentation is there for everybody, also where reading the data needs a key.
    scope.addHook('onRoute', (route) => {
      route.config = { ...route.config, open: true };
      route.handler = own.get(route.url) ?? route.handler;
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
  app.get('/openapi.json', { config: { open: true } }, json);
  app.get('/openapi.yaml', { config: { open: true } }, yaml);
}

/**
 * Written when it is first asked for: that takes half a second, which a start should not wait for. Then everybody is sent
 * the same bytes, so that those who ask and do not read take no memory of their own.
 */
function served(type: string, write: () => string) {
  let tagged: Tagged | undefined;
  const made = (reply: FastifyReply): Tagged => {
    const body = write();
    return taggedOf(reply, {
      body,
      type,
      etag: listTag(body),
      headers: { 'cache-control': 'public, max-age=60' },
    });
  };
  return (request: FastifyRequest, reply: FastifyReply): Sending =>
    sendAgain(request, reply, (tagged ??= made(reply)));
}
