/**
 * Sends what is kept before the framework has made anything of the request: routing, hooks and its own reply take longer than
 * all the rest. Only for the plain GET of somebody who is told what everybody is told. Whatever is special about a request
 * goes the ordinary way, and is answered the same there.
 */
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { FastifyBaseLogger, FastifyInstance, FastifyServerOptions } from 'fastify';
import { codingOf } from '../http/coding.ts';
import { linesIn, linesOf, writeHead } from '../http/head.ts';
import { saidToAll } from '../http/cors.ts';
import { completed, logsRequests } from '../http/logging.ts';
import type { CountRead } from '../http/limits/rate.ts';
import { isNotModified } from '../http/reply.ts';
import { guarding } from '../http/security.ts';
import { faultIn } from '../http/wire.ts';
import type { Requests } from '../metrics/requests.ts';
import type { RequestTraces } from '../telemetry/requests.ts';
import type { ResponseCache } from './response-cache.ts';

/** Who has one of these is somebody, or sends something, or wants something else. */
const special = ['authorization', 'content-length', 'transfer-encoding', 'expect', 'upgrade'];

export interface FrontParts {
  cache: ResponseCache;
  count: CountRead;
  requests: Requests | undefined;
  traces: RequestTraces | undefined;
  idOf: (request: IncomingMessage) => string;
  said: NonNullable<ReturnType<typeof saidToAll>>;
}

export class Front {
  #parts: FrontParts | undefined;
  #log: FastifyBaseLogger | undefined;
  #isBusy = (): boolean => false;
  readonly #guarding = linesIn(guarding);
  #allowed = '';
  #exposed = '';

  /** Until then, and when the server closes, everything goes the ordinary way. */
  open(app: FastifyInstance, parts: FrontParts): void {
    this.#parts = parts;
    this.#allowed = linesOf(parts.said.allowed);
    this.#exposed = linesOf(parts.said.exposed);
    if (logsRequests(app.log.level)) this.#log = app.log;
    if (app.hasDecorator('isUnderPressure')) this.#isBusy = () => app.isUnderPressure();
    app.addHook('preClose', (done) => {
      this.#parts = undefined;
      done();
    });
  }

  /** Whether it was answered. */
  send(request: IncomingMessage, response: ServerResponse): boolean {
    const parts = this.#parts;
    const { headers, method, url = '' } = request;
    if (!parts || method !== 'GET' || request.httpVersion !== '1.1') return false;
    if (special.some((name) => headers[name] !== undefined)) return false;
    const { cache, count, requests, traces } = parts;
    const host = headers.host ?? '';
    const kept = cache.find({ url, headers, protocol: 'http', host });
    if (!kept || faultIn(request) || this.#isBusy()) return false;
    const { reply, route } = kept;
    const coding = codingOf(headers['accept-encoding'], reply.length);
    const body = reply.made(coding);
    const status = isNotModified(request, reply.etag) ? 304 : 200;
    const ip = request.socket.remoteAddress ?? '';
    const left = body && count(ip, status);
    if (!body || left === undefined) return false;
    const began = performance.now();
    const id = parts.idOf(request);
    const ids = traces?.ids;
    traces?.routed(request, route);
    // The one thing that a client has a say in is its id, which has nothing in it that could end a line (request-id.ts).
    const lines = `x-request-id: ${id}\r\n${left}${this.#allowed}`;
    if (status === 304) {
      writeHead(response, status, [], lines + reply.linesOf304(coding));
      response.end();
    } else {
      const length = ['content-length', String(body.length)];
      writeHead(response, status, length, lines + reply.linesOf200(coding) + this.#exposed + this.#guarding);
      response.end(body);
    }
    cache.hit();
    const took = performance.now() - began;
    requests?.note(route, method, status, took);
    this.#log?.info(
      { reqId: id, ...ids, req: { method, url, host, ip }, res: { statusCode: status }, responseTime: took },
      completed,
    );
    return true;
  }
}

/** A server as the framework makes one, with the front before it. */
export const serverBehind =
  (front: Front, traces?: RequestTraces) =>
  (handler: RequestListener, options: FastifyServerOptions & { http?: object }) => {
    const answer: RequestListener = (request, response) => {
      if (!front.send(request, response)) handler(request, response);
    };
    const listener: RequestListener = traces
      ? (request, response) => {
          traces.serve(request, response, () => {
            answer(request, response);
          });
        }
      : answer;
    const server = createServer(options.http ?? {}, listener);
    server.keepAliveTimeout = options.keepAliveTimeout ?? server.keepAliveTimeout;
    server.requestTimeout = options.requestTimeout ?? server.requestTimeout;
    server.setTimeout(options.connectionTimeout ?? 0);
    return server;
  };
