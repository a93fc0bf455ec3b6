/**
 * Who takes nothing of a reply is given up: it would hold the reply in memory, and a connection, for as long as it likes.
 * While the server itself has nothing to say, however long, there is nothing to take.
 */
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** Node looks twice, so that it is up to twice as long. */
const patience = 60_000;

/** Node calls it where nothing went either way for so long, also not a part of what waits to be sent. */
function silent(socket: Socket): void {
  if (socket.writableLength > 0) socket.destroy();
  else socket.setTimeout(patience);
}

export function slowReaders(app: FastifyInstance): void {
  app.server.timeout = patience;
  // First, since a reply that is kept may be on its way when others hear of the request.
  app.server.prependListener('request', (_request, response: ServerResponse) => {
    response.on('timeout', silent);
  });
}
