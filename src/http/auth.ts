/** Who may do what: `Authorization: Bearer <key>`, and the scope that a route names. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Database } from '../db/database.ts';
import { findKey, type Key, type Scope } from '../db/keys.ts';
import { Problem } from '../kernel/problems.ts';

declare module 'fastify' {
  interface FastifyRequest {
    actor: string;
    /** What the key may do; throws the refusal where it may not. */
    demand(scope: Scope): void;
  }
  interface FastifyContextConfig {
    /** What a key must be allowed to do to use the route; of several, one of them. */
    scope?: Scope | readonly Scope[];
    /** A page or a check that needs no key even where reading is not public. */
    open?: boolean;
  }
}

const challenge = { 'www-authenticate': 'Bearer realm="tracker"' };

async function authenticate(db: Database, request: FastifyRequest): Promise<Key> {
  const field = request.headers.authorization;
  if (field === undefined)
    throw new Problem('unauthenticated', 'This operation needs a key: Authorization: Bearer <key>.', {
      headers: challenge,
    });
  const key = /^Bearer +([\x21-\x7e]{1,512})$/i.exec(field)?.[1];
  const found = key === undefined ? undefined : await findKey(db, key);
  if (!found)
    throw new Problem('unauthenticated', 'The key is unknown, has expired or was revoked.', {
      headers: { 'www-authenticate': `${challenge['www-authenticate']}, error="invalid_token"` },
    });
  return found;
}

const allows = (key: Key, scope: Scope): boolean =>
  key.scopes.includes('admin') ||
  key.scopes.includes(scope) ||
  (scope.startsWith('import:') && key.scopes.includes('import'));

export function auth(app: FastifyInstance, db: Database, publicRead: boolean): void {
  app.decorateRequest('actor', '');
  app.decorateRequest('demand', () => undefined);
  app.addHook('onRequest', async (request) => {
    const { scope, open } = request.routeOptions.config;
    if (request.is404 || open || request.method === 'OPTIONS' || (scope === undefined && publicRead)) return;
    const key = await authenticate(db, request);
    request.demand = (wanted) => {
      demand(key, wanted);
    };
    if (scope !== undefined) demand(key, ...[scope].flat());
    request.actor = key.id;
  });
}

function demand(key: Key, ...scopes: Scope[]): void {
  if (scopes.some((scope) => allows(key, scope))) return;
  const named = scopes.map((scope) => `\`${scope}\``).join(' or ');
  throw new Problem('insufficient-scope', `The key lacks the scope ${named}.`, {
    headers: {
      'www-authenticate': `${challenge['www-authenticate']}, error="insufficient_scope", scope="${scopes.join(' ')}"`,
    },
  });
}
