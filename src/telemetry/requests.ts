/**
 * A span for each request, from before the framework sees it until the reply has left, also where that was kept and the
 * framework never sees it. Of what a client sends it has the method, the host and the path without keys; no other field, no
 * query, no body, and not whose address it is.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { SpanKind, SpanStatusCode, type Attributes } from '@opentelemetry/api';
import {
  ATTR_ERROR_TYPE,
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_REQUEST_METHOD_ORIGINAL,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_HTTP_ROUTE,
  ATTR_NETWORK_PROTOCOL_VERSION,
  ATTR_SERVER_ADDRESS,
  ATTR_SERVER_PORT,
  ATTR_URL_PATH,
  ATTR_URL_SCHEME,
} from '@opentelemetry/semantic-conventions';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import { withoutKeys } from '../http/logging.ts';
import { templateOf } from '../http/openapi.ts';
import { traceparentIn } from '../kernel/traceparent.ts';
import type { Telemetry } from './settings.ts';
import type { Scope, Tracing } from './tracing.ts';

/** Others are `_OTHER`, so that there are only so many. */
const methods = new Set(['CONNECT', 'DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT', 'TRACE']);

export class RequestTraces {
  readonly #tracing: Tracing;
  readonly #scopes = new WeakMap<IncomingMessage, Scope>();

  constructor(tracing: Tracing) {
    this.#tracing = tracing;
  }

  /** Of the request that is being answered, as lines of the log have them. */
  get ids(): Tracing['ids'] {
    return this.#tracing.ids;
  }

  /** For whoever goes on with what the request began. */
  get traceparent(): string | undefined {
    return this.#tracing.traceparent;
  }

  get telemetry(): Telemetry {
    return this.#tracing.telemetry;
  }

  /** Has the request answered within its span. */
  serve(request: IncomingMessage, response: ServerResponse, answer: () => void): void {
    const { method = '', url = '', headers, httpVersion } = request;
    const isKnown = methods.has(method);
    const scope = this.#tracing.begin(
      isKnown ? method : 'HTTP',
      SpanKind.SERVER,
      {
        [ATTR_HTTP_REQUEST_METHOD]: isKnown ? method : '_OTHER',
        ...(isKnown ? {} : { [ATTR_HTTP_REQUEST_METHOD_ORIGINAL]: method }),
        [ATTR_URL_PATH]: withoutKeys(url.split('?')[0] ?? ''),
        [ATTR_URL_SCHEME]: 'http',
        [ATTR_NETWORK_PROTOCOL_VERSION]: httpVersion,
        ...serverOf(headers.host ?? ''),
      },
      traceparentIn(headers.traceparent),
    );
    this.#scopes.set(request, scope);
    response.once('close', () => {
      end(scope, response);
    });
    this.#tracing.within(scope, answer);
  }

  /** Names the span as the reply names the request. */
  identifying<T>(idOf: (request: T) => string): (request: T) => string {
    return (request) => {
      const id = idOf(request);
      this.#tracing.note({ 'tracker.request.id': id });
      return id;
    };
  }

  /** What is known of it once it has been routed. */
  routed(request: IncomingMessage, route: string): void {
    const span = this.#scopes.get(request)?.span;
    const template = templateOf(route);
    span?.updateName(`${request.method ?? ''} ${template}`);
    span?.setAttribute(ATTR_HTTP_ROUTE, template);
  }

  flush(): Promise<void> {
    return this.#tracing.flush();
  }

  end(): Promise<void> {
    return this.#tracing.end();
  }

  follow(app: FastifyInstance, trusting: boolean): void {
    this.#tracing.onLoss = (loss) => {
      app.log.warn(loss, 'spans were lost');
    };
    app.addHook('onRequest', (request, _reply, done) => {
      const { url } = request.routeOptions;
      if (url !== undefined && !request.is404) this.routed(request.raw, url);
      if (trusting)
        this.#scopes.get(request.raw)?.span.setAttributes({
          [ATTR_URL_SCHEME]: request.protocol === 'https' ? 'https' : 'http',
          ...serverOf(request.host),
        });
      done();
    });
    // Where there is a body, what comes now is called by whatever brought the last of it.
    app.addHook('preValidation', (request, _reply, done) => {
      this.#tracing.within(this.#scopes.get(request.raw), done);
    });
    app.addHook('onSend', (request, reply, payload, done) => {
      const { problem } = reply;
      if (problem !== undefined) this.#scopes.get(request.raw)?.span.setAttribute('tracker.problem', problem);
      done(null, payload);
    });
  }

  /** Every line of a request has the ids, also those that are written when its reply has left. */
  readonly loggerOf = (
    logger: FastifyBaseLogger,
    bindings: object,
    options: Parameters<FastifyBaseLogger['child']>[1],
  ): FastifyBaseLogger => logger.child({ ...bindings, ...this.ids }, options);

  readonly cacheAnswered = (outcome: 'hit' | 'miss'): void => {
    this.#tracing.note({ 'tracker.cache': outcome });
  };
}

function end({ span }: Scope, response: ServerResponse): void {
  // Else the client was gone before there was an answer.
  if (response.headersSent) span.setAttribute(ATTR_HTTP_RESPONSE_STATUS_CODE, response.statusCode);
  if (response.statusCode >= 500) {
    span.setAttribute(ATTR_ERROR_TYPE, String(response.statusCode));
    span.setStatus({ code: SpanStatusCode.ERROR });
  }
  span.end();
}

function serverOf(host: string): Attributes {
  const address = `http://${withoutKeys(host)}`;
  if (!URL.canParse(address)) return {};
  const { hostname, port } = new URL(address);
  return {
    [ATTR_SERVER_ADDRESS]: hostname,
    ...(port === '' ? {} : { [ATTR_SERVER_PORT]: Number(port) }),
  };
}
