/** What is wrong with a request before there is one, or before its path matters: framing, Host, encoding, Expect. */
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { Problem, problemTypes, type ProblemCode } from '../kernel/problems.ts';
import { problemDocument } from './problem.ts';

const type = 'application/problem+json; charset=utf-8';

/** Errors of Node's own parser come before any request exists, so that the reply is written by hand. */
export function parserError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const code: ProblemCode =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? 'headers-too-large'
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? 'request-timeout'
        : 'malformed-request';
  const problem = new Problem(code, problemTypes[code].meaning);
  const body = JSON.stringify(problemDocument(problem, '/', ''));
  socket.end(
    `HTTP/1.1 ${problem.status} ${problemTypes[code].title}\r\nContent-Type: ${type}\r\nContent-Length: ${Buffer.byteLength(body)}\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n${body}`,
  );
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The body is a file, which may be large. */
    file?: boolean;
  }
}

export function wire(app: FastifyInstance): void {
  bodiesInTime(app);
  app.server.on('checkExpectation', (request, response) => {
    const problem = new Problem('expectation-failed', 'Only `Expect: 100-continue` is understood.');
    const body = JSON.stringify(problemDocument(problem, request.url?.split('?')[0] ?? '/', ''));
    response.writeHead(problem.status, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
  });
  const silent = silentConnections(app);
  // A connection whose last reply is just leaving is not idle yet when the server closes, and would then be kept for a
  // minute: so idle ones are looked for until all are gone.
  app.addHook('preClose', (done) => {
    const sweep = setInterval(() => {
      app.server.closeIdleConnections();
      for (const [socket, since] of silent)
        if (socket.bytesRead === 0 && performance.now() - since > silentMost) socket.destroy();
    }, 100).unref();
    app.server.once('close', () => {
      clearInterval(sweep);
    });
    done();
  });
  app.addHook('onRequest', (request, _reply, done) => {
    const { rawHeaders, url = '', httpVersion } = request.raw;
    const hosts = rawHeaders.filter((name, i) => i % 2 === 0 && name.toLowerCase() === 'host').length;
    if (hosts > 1 || (hosts === 0 && httpVersion === '1.1'))
      done(
        new Problem(
          'malformed-request',
          `The request names ${hosts === 0 ? 'no Host' : 'more than one Host'}.`,
        ),
      );
    else if (!isDecodable(url.slice(url.indexOf('?') + 1)))
      done(new Problem('malformed-request', 'The query string is not properly percent-encoded UTF-8.'));
    else done();
  });
}

/** How long a connection may be open with nothing said on it when the server closes. */
const silentMost = 500;

/** Connections without a request so far, and since when: to Node they are not idle. */
function silentConnections(app: FastifyInstance): Map<Socket, number> {
  const silent = new Map<Socket, number>();
  app.server.on('connection', (socket: Socket) => {
    silent.set(socket, performance.now());
    socket.once('close', () => silent.delete(socket));
  });
  app.server.on('request', ({ socket }) => silent.delete(socket));
  return silent;
}

/** How long a body may take, unless it is a file, whose reader sees to that itself. */
const bodyMost = 15_000;

/** Node's own limit for a whole request is long, so that large files can be sent; other bodies have to come at once. */
function bodiesInTime(app: FastifyInstance): void {
  app.addHook('preParsing', (request, reply, payload, done) => {
    const { 'content-length': length, 'transfer-encoding': coding } = request.headers;
    if (!request.routeOptions.config.file && (coding !== undefined || (length ?? '0') !== '0')) {
      const timer = setTimeout(() => {
        void reply.header('connection', 'close');
        payload.emit(
          'error',
          new Problem('request-timeout', `The body took over ${bodyMost / 1000} seconds.`),
        );
      }, bodyMost);
      for (const event of ['end', 'error', 'close'])
        payload.once(event, () => {
          clearTimeout(timer);
        });
    }
    done();
  });
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
