/**
 * The id of a request: the client's X-Request-Id if it is harmless (ids are logged, and shown in the history), else the
 * trace id of traceparent, else a new one.
 */
import type { IncomingMessage } from 'node:http';
import { likeKeys } from '../kernel/secret.ts';
import { traceparentIn } from '../kernel/traceparent.ts';

const harmless = /^[A-Za-z0-9._~:/+=@-]{1,128}$/;

export const requestIds =
  (make: () => string) =>
  (request: Pick<IncomingMessage, 'headers'>): string => {
    const given = request.headers['x-request-id'];
    if (typeof given === 'string' && harmless.test(given) && given.search(likeKeys) < 0) return given;
    const { traceparent } = request.headers;
    return (traceparent === undefined ? undefined : traceparentIn(traceparent)?.traceId) ?? make();
  };
