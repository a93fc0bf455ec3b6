/**
 * The log: JSON lines with the id of the request, one for each when its reply has left. Neither bodies nor header fields are
 * logged, nor what PostgreSQL quotes of a row; keys in an address or as a host, where they do not belong but may be put, are left out.
 */
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type pg from 'pg';
import { likeKeys } from '../kernel/secret.ts';
import { logOutput } from './log-output.ts';

const left = '…';
const telling = /key|token|secret|password|auth/i;

export const withoutKeys = (text: string): string => text.replace(likeKeys, left);

/** The address without the values of parameters that are called like secrets, and without what looks like a key. */
function loggedUrl(url: string): string {
  const [path = '', ...query] = withoutKeys(url).split('?');
  if (query.length === 0) return path;
  const told = query
    .join('?')
    .split('&')
    .map((parameter) => {
      const [name = ''] = parameter.split('=');
      return telling.test(name) ? `${name}=${left}` : parameter;
    });
  return `${path}?${told.join('&')}`;
}

/** Of an error of PostgreSQL also where it is from; but not its detail, which shows rows. */
const named = ['code', 'severity', 'table', 'column', 'constraint', 'routine'] as const;

function logged(error: Error): { type: string; message: string; stack: string } {
  const { name, message, stack = '' } = error;
  const fields = named.map((field) => [field, (error as Partial<pg.DatabaseError>)[field]] as const);
  return {
    type: name,
    message,
    stack,
    ...Object.fromEntries(fields.filter(([, value]) => typeof value === 'string')),
  };
}

export const completed = 'request completed';

/** Levels at which each request is logged. */
const levels = new Set(['info', 'debug', 'trace']);
export const logsRequests = (level: string): boolean => levels.has(level);

/** What is told of a request; one that never ends is only seen with `debug`. */
export class AccessLog extends fastify.LogController {
  override incomingRequest(request: FastifyRequest): void {
    request.log.debug({ req: request }, 'incoming request');
  }

  override requestCompleted(error: Error | null | undefined, req: FastifyRequest, reply: FastifyReply): void {
    const told = { req, res: reply, responseTime: reply.elapsedTime };
    if (error) reply.log.error({ ...told, err: error }, 'request errored');
    else reply.log.info(told, completed);
  }

  /** That the client has left a stream is told by `logAborted`, once. */
  override streamError(error: Error, request: FastifyRequest, reply: FastifyReply): void {
    if ((error as { code?: string }).code === 'ERR_STREAM_PREMATURE_CLOSE') return;
    super.streamError(error, request, reply);
  }
}

/** Of whoever hangs up before the reply has left, nothing else is told. */
export function logAborted(app: FastifyInstance): void {
  app.addHook('onRequest', (req, reply, done) => {
    reply.raw.once('close', () => {
      if (!reply.raw.writableFinished)
        reply.log.info(
          { req, ...(reply.raw.headersSent && { res: reply }), responseTime: reply.elapsedTime },
          'request aborted',
        );
    });
    done();
  });
}

export const logging = (level: string) => ({
  level,
  stream: logOutput,
  serializers: {
    // What is not named here is not logged: no header field, Authorization and Cookie least of all.
    req: ({ method, url, host, ip }: FastifyRequest) => ({
      method,
      url: loggedUrl(url),
      host: host.replace(likeKeys, left),
      remoteAddress: ip,
    }),
    err: logged,
  },
});
