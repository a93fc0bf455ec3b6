/** /.well-known/security.txt (RFC 9116): whom to tell of a weakness. */
import type { FastifyInstance } from 'fastify';
import { Problem } from '../kernel/problems.ts';

const day = 86_400_000;
/** So long it counts from the day on which it is read: less than the year that the RFC advises, and never over. */
const days = 180;

const expiryOf = (now: number): string =>
  new Date((Math.floor(now / day) + days) * day).toISOString().replace('.000', '');

export function securityTxt(app: FastifyInstance, contacts: readonly string[] | undefined): void {
  app.get('/.well-known/security.txt', { config: { open: true } }, (_request, reply) => {
    if (!contacts)
      throw new Problem('not-found', 'Who runs this server names no contact (SECURITY_CONTACT).');
    const lines = [...contacts.map((contact) => `Contact: ${contact}`), `Expires: ${expiryOf(Date.now())}`];
    return reply
      .header('cache-control', 'public, max-age=3600')
      .type('text/plain; charset=utf-8')
      .send(`${lines.join('\n')}\n`);
  });
}
