/** A server that is about to stop: it says so to whoever asks whether to send it more, and answers what comes all the same. */
import type { FastifyInstance } from 'fastify';

declare module 'fastify' {
  interface FastifyInstance {
    /** From now on each connection ends with the reply that is sent by it. */
    leave(): void;
    isLeaving: boolean;
  }
}

export function leaving(app: FastifyInstance): void {
  let isLeaving = false;
  app.decorate('isLeaving', { getter: () => isLeaving });
  app.decorate('leave', () => {
    isLeaving = true;
    app.server.prependListener('request', (_request, response) => {
      response.shouldKeepAlive = false;
    });
  });
}
