/** Every error leaves as application/problem+json (RFC 9457), whoever raised it. */
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isDiskFull, isUnavailable } from '../db/transient.ts';
import { Problem, problemTypes, type ProblemCode } from '../kernel/problems.ts';

declare module 'fastify' {
  interface FastifyReply {
    /** The refusal that it is, if it is one. */
    problem: ProblemCode | undefined;
  }
}

export function problemDocument(
  problem: Problem,
  instance: string,
  requestId: string,
): Record<string, unknown> {
  const { title, status } = problemTypes[problem.code];
  return {
    type: `/problems/${problem.code}`,
    title,
    status,
    detail: problem.message,
    instance,
    code: problem.code,
    requestId,
    ...(problem.faults.length > 0 ? { errors: problem.faults } : {}),
    ...problem.extra,
  };
}

/** What Fastify and its plugins raise, by their own codes. */
const foreign: Record<string, [ProblemCode, string]> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: [
    'unsupported-media-type',
    'Send the body as `application/json`, a change also as `application/merge-patch+json`.',
  ],
  FST_ERR_CTP_BODY_TOO_LARGE: ['body-too-large', 'The body has more bytes than this operation takes.'],
  FST_ERR_CTP_EMPTY_JSON_BODY: ['malformed-json', 'The body is empty.'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: [
    'malformed-request',
    'The body is not as long as Content-Length says.',
  ],
  FST_ERR_BAD_URL: ['malformed-request', 'The path is not properly percent-encoded.'],
  FST_ERR_MAX_PARAM_LENGTH: ['no-such-path', 'A part of the path is longer than any id.'],
  FST_ERR_ASYNC_CONSTRAINT: ['malformed-request', 'The request could not be routed.'],
};

export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const { code, statusCode } = error as Partial<FastifyError>;
  const known = foreign[code ?? ''];
  if (known) return new Problem(...known);
  if (isDiskFull(error))
    return new Problem('unavailable', 'The disk of the database is full; nothing was written.', {
      headers: { 'retry-after': '60' },
    });
  if (isUnavailable(error))
    return new Problem('unavailable', 'The database cannot be reached or is too slow right now.', {
      headers: { 'retry-after': '5' },
    });
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500)
    return new Problem('malformed-request', (error as Error).message);
  return new Problem(
    'internal-error',
    'Something failed on our side; it has been logged under the requestId.',
  );
}

export function sendProblem(request: FastifyRequest, reply: FastifyReply, problem: Problem): FastifyReply {
  const path = request.raw.url?.split('?')[0] ?? '/';
  reply.problem = problem.code;
  return reply
    .code(problem.status)
    .headers(problem.headers)
    .header('cache-control', 'no-store')
    .removeHeader('etag')
    .type('application/problem+json; charset=utf-8')
    .send(JSON.stringify(problemDocument(problem, path, request.id)));
}

export function problems(app: FastifyInstance): void {
  app.decorateReply('problem', undefined);
  app.setErrorHandler((error, request, reply) => {
    // Who hangs up within a body is in the log as such (logAborted), and is no failure of ours or of the database.
    const isCut = error === request.raw.errored;
    const problem = isCut
      ? new Problem('malformed-request', 'The body ended before it was whole.')
      : toProblem(error);
    // A refusal for now is no failure: it says all there is to know.
    if (error === problem && problem.code === 'unavailable')
      request.log.warn({ detail: problem.message }, 'refused for now');
    else if (problem.status >= 500) request.log.error({ err: error }, 'request failed');
    return sendProblem(request, reply, problem);
  });
}
