/** Who may do what: `Authorization: Bearer <key>`, and the scope that a route names. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Problem } from '../kernel/problems.ts';
import { isMistyped } from '../kernel/secret.ts';
import { allows, type Key, type Scope } from '../keys/key.ts';
import type { KeyRing } from '../keys/ring.ts';

declare module 'fastify' {
  interface FastifyRequest {
    actor: string;
    /** The programme that the key is bound to. */
    program: string | undefined;
    /** What the key may do; throws the refusal where it may not. */
    demand(scope: Scope): void;
    /** Whether the key that was let in would be let in now: for replies that go on for long. */
    isStillAllowed(): Promise<boolean>;
  }
  interface FastifyContextConfig {
    /** What a key must be allowed to do to use the route; of several, one of them. */
    scope?: Scope | readonly Scope[];
    /** A page or a check that needs no key even where reading is not public. */
    open?: boolean;
  }
}

/** The key in the field `Authorization`, if it has the form of one. */
export const keyIn = (field: string): string | undefined =>
  /^Bearer +([\x21-\x7e]{1,512})$/i.exec(field)?.[1];

const challenge = { 'www-authenticate': 'Bearer realm="tracker"' };

const invalid = (detail: string): Problem =>
  new Problem('unauthenticated', detail, {
    headers: { 'www-authenticate': `${challenge['www-authenticate']}, error="invalid_token"` },
  });

async function authenticate(ring: KeyRing, request: FastifyRequest): Promise<{ key: Key; secret: string }> {
  const field = request.headers.authorization;
  if (field === undefined)
    throw new Problem('unauthenticated', 'This operation needs a key: Authorization: Bearer <key>.', {
      headers: challenge,
    });
  const secret = keyIn(field);
  if (secret !== undefined && isMistyped(secret))
    throw invalid('The key is mistyped or cut off: its checksum is not right.');
  const found = secret === undefined ? undefined : await ring.find(secret);
  if (secret === undefined || !found) throw invalid('The key is unknown, has expired or was revoked.');
  ring.uses.note(found.id);
  return { key: found, secret };
}

export function auth(app: FastifyInstance, ring: KeyRing, publicRead: boolean): void {
  app.decorateRequest('actor', '');
  app.decorateRequest('program', undefined);
  app.decorateRequest('demand', () => undefined);
  app.decorateRequest('isStillAllowed', () => Promise.resolve(true));
  app.addHook('onRequest', async (request) => {
    const { scope, open } = request.routeOptions.config;
    if (request.is404 || open || request.method === 'OPTIONS' || (scope === undefined && publicRead)) return;
    const { key, secret } = await authenticate(ring, request);
    // What a key may do never changes; that it may do anything ends.
    request.isStillAllowed = async () => (await ring.find(secret)) !== undefined;
    request.demand = (wanted) => {
      demand(key, wanted);
    };
    if (scope !== undefined) demand(key, ...[scope].flat());
    request.actor = key.id;
    request.program = key.program;
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
