/**
 * Who a request counts for: the key that it carries, if it is a good one, else the address that it comes from. What the
 * key may do is asked elsewhere, each time.
 */
import { normalizeIP } from '@fastify/rate-limit';
import type { FastifyRequest } from 'fastify';
import { isMistyped } from '../../kernel/secret.ts';
import type { KeyRing } from '../../keys/ring.ts';
import { keyIn } from '../auth.ts';

const remembersMost = 10_000;

/** Of IPv6 the network of 64 bits, which is what one customer gets. */
const addresses = new Map<string, string>();
export function addressOf({ ip }: Pick<FastifyRequest, 'ip'>): string {
  let address = addresses.get(ip);
  if (address === undefined) {
    if (addresses.size >= remembersMost) addresses.clear();
    addresses.set(ip, (address = normalizeIP(ip)));
  }
  return address;
}

const named = (id: string): string => `key:${id}`;

export class Clients {
  readonly #ring: KeyRing;

  constructor(ring: KeyRing) {
    this.#ring = ring;
  }

  /** A promise only where a key has to be looked up; before that `looksUp` is told the address that it comes from. */
  of(request: FastifyRequest, looksUp: (address: string) => void): string | Promise<string> {
    const address = addressOf(request);
    const field = request.headers.authorization;
    const secret = field === undefined ? undefined : keyIn(field);
    if (secret === undefined || isMistyped(secret)) return address;
    const held = this.#ring.held(secret);
    if (held) return named(held.id);
    looksUp(address);
    return this.#lookUp(secret, address);
  }

  async #lookUp(secret: string, address: string): Promise<string> {
    // Without the database nobody is told apart; whoever needs the key to be good asks again.
    const found = await this.#ring.find(secret).catch(() => undefined);
    return found ? named(found.id) : address;
  }
}
