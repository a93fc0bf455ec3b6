/**
 * Bodies come at once or not at all. Node's own limit for a whole request is long, so that large files can be sent; any
 * other body has this long, and so has one that nobody reads because its request was refused. Files are watched by their
 * reader while they are received (imports/file.ts).
 */
import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { Problem } from '../kernel/problems.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The body is a file, which may be large. */
    file?: boolean;
  }
}

export const bodyMost = 10_000;
/** What may take longer has to bring so much within that time. */
export const bytesLeast = 16_384;

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';

export function slowBodies(app: FastifyInstance): void {
  app.addHook('onRequest', (request, reply, done) => {
    if (hasBody(request.raw)) watch(request.raw, reply, request.routeOptions.config.file === true);
    done();
  });
}

function watch(body: IncomingMessage, reply: FastifyReply, isFile: boolean): void {
  let timer: NodeJS.Timeout | undefined;
  let hasEnded = false;
  let before = 0;
  const begin = (): void => {
    clearTimeout(timer);
    before = body.socket.bytesRead;
    if (!hasEnded) timer = setTimeout(late, bodyMost).unref();
  };
  const late = (): void => {
    const isLeft = reply.raw.writableFinished;
    // Who sends a large file looks for the refusal only at its end.
    if (isLeft && body.socket.bytesRead - before >= bytesLeast) begin();
    else if (isLeft || reply.sent || body.listenerCount('error') === 0) body.destroy();
    else {
      void reply.header('connection', 'close');
      body.emit('error', new Problem('request-timeout', `The body took over ${bodyMost / 1000} seconds.`));
    }
  };
  const end = (): void => {
    hasEnded = true;
    clearTimeout(timer);
  };
  if (!isFile) begin();
  body.once('end', end).once('close', end);
  reply.raw.once('finish', begin);
}
