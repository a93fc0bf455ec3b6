/** The application: every concern and every resource, registered here in the order in which they take effect. */
import { randomUUID } from 'node:crypto';
import fastify, { type FastifyInstance } from 'fastify';
import { auditTag } from './audit/documentation.ts';
import { SigningKeys } from './audit/keys.ts';
import { auditRoutes } from './audit/routes.ts';
import { Sealer } from './audit/seal.ts';
import { Front, serverBehind } from './cache/front.ts';
import { ResponseCache, responseCache } from './cache/response-cache.ts';
import type { Config } from './config.ts';
import type { Database } from './db/database.ts';
import { Listener } from './db/listener.ts';
import { Versions } from './db/versions.ts';
import { changesTag } from './changes/documentation.ts';
import { changeRoutes } from './changes/routes.ts';
import { auth } from './http/auth.ts';
import { jsonBodies } from './http/body.ts';
import { crossOrigin, saidToAll } from './http/cors.ts';
import { docs } from './http/docs.ts';
import { health } from './http/health.ts';
import { AccessLog, logAborted, logging, logsRequests } from './http/logging.ts';
import { leaving } from './http/leaving.ts';
import { gates } from './http/limits/gates.ts';
import { pressure } from './http/limits/pressure.ts';
import { rateLimits } from './http/limits/rate.ts';
import { allowedAt, collectMethods, otherMethods, sayAllow } from './http/methods.ts';
import { collectOperations, openApiDocument } from './http/openapi.ts';
import { pages } from './http/pages.ts';
import { problems, sendProblem, toProblem } from './http/problem.ts';
import { requestIds } from './http/request-id.ts';
import { everyReply, security } from './http/security.ts';
import { securityTxt } from './http/security-txt.ts';
import { slowBodies } from './http/slow-bodies.ts';
import { slowReaders } from './http/slow-readers.ts';
import { parserError, wire } from './http/wire.ts';
import { lazily } from './kernel/lazily.ts';
import { historyTag } from './history/documentation.ts';
import { historyRoutes } from './history/routes.ts';
import { importTag } from './imports/documentation.ts';
import { importQueue, importRoutes } from './imports/routes.ts';
import { didYouMean } from './kernel/nearest.ts';
import { Problem } from './kernel/problems.ts';
import { keyTag } from './keys/documentation.ts';
import { keyRing, keyRoutes } from './keys/routes.ts';
import { countRequests } from './metrics/requests.ts';
import { metricRoutes } from './metrics/routes.ts';
import { resourceRoutes } from './resource/routes.ts';
import { tablesOf } from './resource/write.ts';
import type { Registry } from './resource/registry.ts';
import type { RequestTraces } from './telemetry/requests.ts';
import { exampleHref, viewTag } from './views/documentation.ts';
import { loadViews, viewRoutes } from './views/routes.ts';
import { version } from './version.ts';

declare module 'fastify' {
  interface FastifyInstance {
    listener: Listener;
  }
}

export interface Parts {
  config: Pick<Config, 'PUBLIC_READ' | 'LOG_LEVEL' | 'CORS_ORIGINS' | 'BODY_LIMIT' | 'IMPORT_BYTES'> &
    Partial<
      Pick<
        Config,
        | 'AUDIT_SIGNING_KEY'
        | 'CACHE_BYTES'
        | 'TRUST_PROXY'
        | 'RATE_LIMIT_READS'
        | 'RATE_LIMIT_WRITES'
        | 'RATE_LIMIT_STORE'
        | 'EXPORTS_AT_ONCE'
        | 'IMPORTS_AT_ONCE'
        | 'STREAMS_AT_ONCE'
        | 'JOBS_PER_KEY'
        | 'PRESSURE_MILLISECONDS'
        | 'METRICS'
        | 'SECURITY_CONTACT'
      >
    >;
  db: Database;
  registry: Registry;
  traces?: RequestTraces | undefined;
}

const unused = (): never => {
  throw new Error('a route has a JSON Schema');
};

export async function buildApp({ config, db, registry, traces }: Parts): Promise<FastifyInstance> {
  const front = new Front();
  const ids = requestIds(randomUUID);
  const idOf = traces?.identifying(ids) ?? ids;
  const app = fastify({
    serverFactory: serverBehind(front, traces),
    logger: config.LOG_LEVEL !== 'silent' && logging(config.LOG_LEVEL),
    logController: new AccessLog(),
    genReqId: idOf,
    ...(traces && { childLoggerFactory: traces.loggerOf }),
    bodyLimit: config.BODY_LIMIT,
    routerOptions: { maxParamLength: 200 },
    // For large files; other bodies are cut off sooner (slow-bodies.ts).
    requestTimeout: 600_000,
    // A missing Host is answered by a hook, as a problem (wire.ts).
    http: { headersTimeout: 10_000, connectionsCheckingInterval: 1_000, requireHostHeader: false },
    clientErrorHandler: parserError,
    ...(config.TRUST_PROXY ? { trustProxy: config.TRUST_PROXY } : {}),
    // No route has a JSON Schema: zod reads what comes in, and PostgreSQL writes what goes out. So Ajv stays unread.
    schemaController: { compilersFactory: { buildValidator: () => unused, buildSerializer: () => unused } },
    forceCloseConnections: 'idle',
    // What still comes while it closes has been accepted, and is answered like any other request.
    return503OnClosing: false,
    frameworkErrors: (error, request, reply) => {
      // Hooks do not run for what the router refuses.
      everyReply(request, reply);
      sendProblem(request, reply, toProblem(error));
    },
  });
  const operations = collectOperations(app);
  const methods = collectMethods(app);

  // Before anything that has hooks of its own from its beginning.
  const requests = config.METRICS === 'off' ? undefined : countRequests(app);
  traces?.follow(app, config.TRUST_PROXY !== undefined);
  problems(app);
  if (logsRequests(config.LOG_LEVEL)) logAborted(app);
  leaving(app);
  wire(app, config.TRUST_PROXY !== undefined);
  slowBodies(app);
  slowReaders(app);
  jsonBodies(app);
  security(app, config.TRUST_PROXY);
  sayAllow(app);
  await crossOrigin(app, config.CORS_ORIGINS);
  const ring = keyRing(app, db);
  await pressure(app, db, config.PRESSURE_MILLISECONDS ?? 0);
  const count = await rateLimits(
    app,
    { db, ring },
    {
      reads: config.RATE_LIMIT_READS ?? 0,
      writes: config.RATE_LIMIT_WRITES ?? 0,
      shared: config.RATE_LIMIT_STORE === 'postgres',
    },
  );
  const places = gates(app, {
    exports: config.EXPORTS_AT_ONCE ?? Infinity,
    imports: config.IMPORTS_AT_ONCE ?? Infinity,
    streams: config.STREAMS_AT_ONCE ?? Infinity,
  });
  auth(app, ring, config.PUBLIC_READ);
  const listener = new Listener(db);
  app.decorate('listener', listener);
  // Whoever waits is answered before the server ends.
  app.addHook('preClose', () => listener.stop());
  const { CACHE_BYTES: cacheBytes = 0 } = config;
  let cache: ResponseCache | undefined;
  if (cacheBytes > 0) {
    db.versions = new Versions(tablesOf(registry));
    cache = new ResponseCache(cacheBytes, db.versions, listener);
    responseCache(app, cache);
    if (traces) cache.onAnswer = traces.cacheAnswered;
    const said = saidToAll(config.CORS_ORIGINS);
    // Behind a proxy, host, scheme and address are what it says.
    if (said && config.PUBLIC_READ && !config.TRUST_PROXY)
      front.open(app, { cache, count, requests, traces, idOf, said });
  }

  resourceRoutes(app, { db, registry, publicRead: config.PUBLIC_READ });
  historyRoutes(app, { db, registry, publicRead: config.PUBLIC_READ });
  await importRoutes(app, {
    db,
    registry,
    publicRead: config.PUBLIC_READ,
    fileBytes: config.IMPORT_BYTES,
    jobsPerKey: config.JOBS_PER_KEY ?? Infinity,
    queue: importQueue(app, { db, fileBytes: config.IMPORT_BYTES, traces }),
    traces,
  });
  const sealer = new Sealer(db);
  auditRoutes(app, {
    db,
    publicRead: config.PUBLIC_READ,
    keys: new SigningKeys(db, config.AUDIT_SIGNING_KEY),
    sealer,
  });
  sealer.inBackground(app);
  keyRoutes(app, { db, ring });
  const views = await loadViews();
  viewRoutes(app, { db, registry, publicRead: config.PUBLIC_READ }, views);
  changeRoutes(app, { db, registry, publicRead: config.PUBLIC_READ }, listener);
  await health(app, db);
  if (requests)
    metricRoutes(app, config.METRICS === 'public', {
      db,
      requests,
      cache,
      places,
      imports: app.imports.tally,
    });
  securityTxt(app, config.SECURITY_CONTACT);
  pages(app, {
    views: views.map((view) => ({
      href: exampleHref(view, registry),
      text: view.path.replace(':', ''),
      says: view.summary,
    })),
    resources: registry.all.map(({ name, description }) => ({
      href: `/v1/${name}`,
      text: name,
      says: description,
    })),
  });
  const tags = [
    viewTag,
    ...registry.all.map(({ name, description }) => ({ name, description })),
    historyTag,
    importTag,
    changesTag,
    auditTag,
    keyTag,
    { name: 'operation', description: 'Whether the server is up, and how it fares.' },
  ];
  await docs(
    app,
    lazily(() => openApiDocument(operations(), tags, version)),
  );
  const allowed = otherMethods(app, methods);
  app.setNotFoundHandler((request, reply) => {
    const path = request.raw.url?.split('?')[0] ?? '';
    const allow = allowedAt(allowed, path);
    // A name with a line break is none to the router, whatever it is asked for.
    if (allow !== undefined && !allow.split(', ').includes(request.method))
      return sendProblem(
        request,
        reply,
        new Problem('method-not-allowed', `${request.method} is not possible here; ${allow} are.`, {
          headers: { allow },
        }),
      );
    const paths = [...allowed.keys()].filter((known) => !known.includes(':') && !known.includes('*'));
    return sendProblem(
      request,
      reply,
      new Problem('no-such-path', `There is nothing at this path${didYouMean(path, paths) || '.'}`),
    );
  });
  return app;
}
