/** The id of a request: the client's X-Request-Id if it is harmless (ids are logged, and shown in the history), else the trace id of traceparent, else a new one. */
import type { IncomingMessage } from 'node:http';
import { likeKeys } from '../kernel/secret.ts';

const harmless = /^[A-Za-z0-9._~:/+=@-]{1,128}$/;
const traceparent = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/;

export const requestIds =
  (make: () => string) =>
  (request: Pick<IncomingMessage, 'headers'>): string => {
    const given = request.headers['x-request-id'];
    if (typeof given === 'string' && harmless.test(given) && given.search(likeKeys) < 0) return given;
    const trace = traceparent.exec(String(request.headers.traceparent ?? ''))?.[1];
    return trace !== undefined && !/^0+$/.test(trace) ? trace : make();
  };
