/** What is wrong with a request before there is one, or before its path matters: framing, Host, encoding, Expect. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Problem, problemTypes, type ProblemCode } from '../kernel/problems.ts';
import { problemDocument } from './problem.ts';
import { requestIds } from './request-id.ts';

const type = 'application/problem+json; charset=utf-8';
const idOf = requestIds(randomUUID);

/** How long a client that was refused may take to read why and to close the connection from its side. */
const farewell = 2_000;

/** Node keeps the reply that is on its way by a connection where only it looks for it. */
const isReplying = (socket: Duplex & { _httpMessage?: ServerResponse | null }): boolean =>
  socket._httpMessage?.headersSent ?? false;

/** Errors of Node's own parser come before any request exists, so that the reply is written by hand. */
export function parserError(error: NodeJS.ErrnoException & { rawPacket?: unknown }, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  // Who does not close it would keep it for ever: nothing else looks after it any more.
  const end = setTimeout(() => socket.destroy(), farewell).unref();
  socket.once('close', () => {
    clearTimeout(end);
  });
  // A second reply in the midst of the first would be taken for a part of it.
  if (isReplying(socket)) {
    socket.end();
    return;
  }
  const code: ProblemCode =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? 'headers-too-large'
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? 'request-timeout'
        : 'malformed-request';
  const problem = new Problem(code, problemTypes[code].meaning);
  const id = randomUUID();
  // A body would be taken for the next reply.
  const { rawPacket: bytes } = error;
  const toHead = Buffer.isBuffer(bytes) && bytes.toString('latin1', 0, 5) === 'HEAD ';
  const body = JSON.stringify(problemDocument(problem, '/', id));
  socket.end(
    `HTTP/1.1 ${problem.status} ${problemTypes[code].title}\r\nContent-Type: ${type}\r\nContent-Length: ${Buffer.byteLength(body)}\r\nX-Request-Id: ${id}\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n${toHead ? '' : body}`,
  );
}

/** `trusting`: what a proxy says of host and scheme counts. */
export function wire(app: FastifyInstance, trusting: boolean): void {
  app.server.on('checkExpectation', (request, response) => {
    const problem = new Problem('expectation-failed', 'Only `Expect: 100-continue` is understood.');
    const id = idOf(request);
    const body = JSON.stringify(problemDocument(problem, request.url?.split('?')[0] ?? '/', id));
    const fields = { 'content-type': type, 'x-request-id': id, 'cache-control': 'no-store' };
    response.writeHead(problem.status, fields).end(body);
  });
  // Without a listener Node would hang up without a word.
  app.server.on('connect', (_request, socket: Duplex) => {
    parserError(new Error('CONNECT'), socket);
  });
  // Node drops what comes after the first thousand without a word, a second Host or an If-Match with it. Their bytes are bounded.
  app.server.maxHeadersCount = 0;
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
    const fault = faultIn(request.raw) ?? (trusting ? faultBefore(request) : undefined);
    if (fault === undefined) done();
    else done(new Problem(...fault, { headers: { connection: 'close' } }));
  });
}

/** A host and a port, as an address can have them (RFC 9110, 7.2). */
const host = /^(?:[A-Za-z0-9._~!$&'()*+;=%-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{0,5})?$/;
/** RFC 9110 wants 8,000 to be read; longer ones are for no list of ours. */
const urlMost = 8_192;

/** What Node lets through and others may understand otherwise, which is how requests are smuggled past a proxy. */
export function faultIn({ rawHeaders, headers, url = '', httpVersion }: IncomingMessage): Fault | undefined {
  let hosts = 0;
  for (let i = 0; i < rawHeaders.length; i += 2)
    if (rawHeaders[i]?.length === 4 && rawHeaders[i]?.toLowerCase() === 'host') hosts += 1;
  const coding = headers['transfer-encoding'];
  if (httpVersion !== '1.1' && httpVersion !== '1.0')
    return ['malformed-request', 'Only HTTP/1.1 and HTTP/1.0 are spoken here.'];
  if (hosts > 1) return ['malformed-request', 'The request names more than one Host.'];
  if (hosts === 0 && httpVersion === '1.1') return ['malformed-request', 'The request names no Host.'];
  if (hosts === 1 && !host.test(headers.host ?? ''))
    return ['malformed-request', 'Host is not the name or the number of a host.'];
  if (coding !== undefined && (coding.toLowerCase() !== 'chunked' || httpVersion === '1.0'))
    return ['malformed-request', 'Of transfer codings only `chunked` is read, and that of HTTP/1.1 alone.'];
  if (url.length > urlMost) return ['uri-too-long', `The address has more than ${urlMost} characters.`];
  if (url.includes('%') && !isDecodable(url.slice(url.indexOf('?') + 1)))
    return ['malformed-request', 'The query string is not properly percent-encoded UTF-8.'];
  return undefined;
}

/** A proxy passes on what its clients made up, unless it is told not to. */
const faultBefore = (request: FastifyRequest): Fault | undefined =>
  host.test(request.host) && /^https?$/.test(request.protocol)
    ? undefined
    : ['malformed-request', 'The proxy in front names no proper host or scheme.'];

type Fault = [ProblemCode, string];

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

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
