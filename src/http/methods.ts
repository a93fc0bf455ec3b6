/** For each path: OPTIONS, and 405 with Allow for the methods that it does not have. Register after all routes. */
import type { FastifyInstance } from 'fastify';
import { Problem } from '../kernel/problems.ts';

const known = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

/** Notes which methods each path gets. Must be called before the first route. */
export function collectMethods(app: FastifyInstance): Map<string, Set<string>> {
  const paths = new Map<string, Set<string>>();
  app.addHook('onRoute', ({ url, method }) => {
    const methods = paths.get(url) ?? new Set();
    for (const name of [method].flat()) methods.add(name);
    paths.set(url, methods);
  });
  return paths;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** On a path's OPTIONS: the methods that it has. */
    allow?: string;
  }
}

/** Every OPTIONS says Allow, also where CORS then answers it as a preflight. Register before CORS. */
export function sayAllow(app: FastifyInstance): void {
  app.addHook('onRequest', (request, reply, done) => {
    const { allow } = request.routeOptions.config;
    if (request.method === 'OPTIONS' && allow === undefined) {
      reply.callNotFound();
      return;
    }
    if (allow !== undefined) void reply.header('allow', allow);
    done();
  });
}

/** `:id` stands for anything, `:id.csv` for anything that ends so. */
const matches = (pattern: string, part: string): boolean =>
  pattern.startsWith(':') ? part.endsWith(pattern.replace(/^:[a-zA-Z]+/, '')) : part === pattern;

/** What the path allows, if there is one; for methods that the router does not know at all. */
export function allowedAt(allowed: Map<string, string>, path: string): string | undefined {
  const parts = path.split('/');
  for (const [url, allow] of allowed) {
    const pattern = url.split('/');
    if (pattern.length === parts.length && pattern.every((part, i) => matches(part, parts[i] ?? '')))
      return allow;
  }
  return undefined;
}

/** Gives what each path allows. */
export function otherMethods(app: FastifyInstance, paths: Map<string, Set<string>>): Map<string, string> {
  const allowed = new Map<string, string>();
  for (const [url, methods] of [...paths]) {
    // Swagger UI brings routes of its own, with and without a slash.
    if (url.includes('*') || url.startsWith('/docs')) continue;
    const allow = [...methods, 'OPTIONS'].sort().join(', ');
    allowed.set(url, allow);
    app.options(url, { config: { open: true, allow } }, (_request, reply) => reply.code(204).send());
    app.route({
      url,
      method: known.filter((name) => !methods.has(name)),
      config: { open: true },
      // Refused before the body is read, so that its size and type do not matter.
      onRequest: (request) => {
        throw new Problem('method-not-allowed', `${request.method} is not possible here; ${allow} are.`, {
          headers: { allow },
        });
      },
      handler: () => undefined,
    });
  }
  return allowed;
}
