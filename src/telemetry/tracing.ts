/**
 * Traces, written by hand at the few places where requests, jobs and statements go by; nothing is patched when modules are
 * loaded. Loaded itself only where traces are wanted: elsewhere in the program it is no more than a type.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import {
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Attributes,
  type Context,
  type Span,
  type Tracer,
} from '@opentelemetry/api';
import type { TracerProvider } from '@opentelemetry/sdk-trace';
import { ATTR_ERROR_TYPE } from '@opentelemetry/semantic-conventions';
import { traceparentIn, traceparentOf, type Traceparent } from '../kernel/traceparent.ts';
import { version } from '../version.ts';
import { providerOf, type Loss } from './exporting.ts';
import type { Telemetry } from './settings.ts';

/** A request or a job, and what is counted of it. */
export interface Scope {
  readonly span: Span;
  readonly context: Context;
  /** Spans that were begun below it. */
  spans: number;
}

/** Of one request or job: a large import says the same statement thousands of times. */
const spansMost = 500;
/** How long the end of the process waits for the collector. */
const flushMost = 3_000;

export class Tracing {
  readonly telemetry: Telemetry;
  /** Told what was lost. */
  onLoss: (loss: Loss) => void = () => undefined;
  readonly #provider: TracerProvider;
  readonly #tracer: Tracer;
  readonly #scopes = new AsyncLocalStorage<Scope | undefined>();

  constructor(telemetry: Telemetry) {
    this.telemetry = telemetry;
    this.#provider = providerOf(telemetry, (loss) => {
      this.onLoss(loss);
    });
    this.#tracer = this.#provider.getTracer('tracker', version);
  }

  /** What is being done here, if it is recorded and has not ended: what goes on in the background has begun somewhere too. */
  get scope(): Scope | undefined {
    const scope = this.#scopes.getStore();
    return scope?.span.isRecording() ? scope : undefined;
  }

  /** As lines of the log have it. */
  get ids(): { trace_id?: string; span_id?: string } {
    const context = this.#scopes.getStore()?.span.spanContext();
    return context ? { trace_id: context.traceId, span_id: context.spanId } : {};
  }

  /** For whoever goes on with it later, elsewhere. */
  get traceparent(): string | undefined {
    const context = this.scope?.span.spanContext();
    return context && traceparentOf({ ...context, sampled: true });
  }

  begin(name: string, kind: SpanKind, attributes: Attributes, parent?: Traceparent): Scope {
    const from = parent ? trace.setSpanContext(ROOT_CONTEXT, remote(parent)) : ROOT_CONTEXT;
    const span = this.#tracer.startSpan(name, { kind, attributes }, from);
    return { span, context: trace.setSpan(ROOT_CONTEXT, span), spans: 0 };
  }

  /** Undefined where there are enough of them. */
  below(scope: Scope, name: string, kind: SpanKind, attributes: Attributes): Span | undefined {
    if (!scope.span.isRecording()) return undefined;
    scope.spans += 1;
    if (scope.spans <= spansMost) return this.#tracer.startSpan(name, { kind, attributes }, scope.context);
    scope.span.setAttribute('tracker.spans.left_out', scope.spans - spansMost);
    return undefined;
  }

  within<T>(scope: Scope | undefined, work: () => T): T {
    return this.#scopes.run(scope, work);
  }

  /** Of what is being done here. */
  note(attributes: Attributes): void {
    this.scope?.span.setAttributes(attributes);
  }

  /** What is being done here was asked for there. */
  link(traceparent: string | null): void {
    const asked = traceparentIn(traceparent ?? undefined);
    if (asked) this.scope?.span.addLink({ context: remote(asked) });
  }

  /** Work that nobody waits for, as a trace of its own. A failure of it, which may end the thread, is told when its spans have left. */
  async job<T>(name: string, attributes: Attributes, work: () => Promise<T>): Promise<T> {
    const scope = this.begin(name, SpanKind.CONSUMER, attributes);
    try {
      const result = await this.within(scope, work);
      scope.span.end();
      void this.flush();
      return result;
    } catch (error) {
      failed(scope.span, error);
      await this.flush();
      throw error;
    }
  }

  async flush(): Promise<void> {
    await inTime(this.#provider.forceFlush());
  }

  async end(): Promise<void> {
    await inTime(this.#provider.shutdown());
  }
}

/** The kind of an error alone: its message may quote what was sent. */
export function failed(span: Span, error: unknown): void {
  const { code } = (error ?? {}) as { code?: unknown };
  const name = error instanceof Error ? error.name : 'unknown';
  span.setAttribute(ATTR_ERROR_TYPE, typeof code === 'string' ? code : name);
  span.setStatus({ code: SpanStatusCode.ERROR });
  span.end();
}

const remote = ({ traceId, spanId, sampled }: Traceparent) => ({
  traceId,
  spanId,
  traceFlags: sampled ? 1 : 0,
  isRemote: true,
});

/** A collector that fails is told of where spans are exported. */
const inTime = (work: Promise<void>): Promise<void> =>
  Promise.race([work.catch(() => undefined), delay(flushMost, undefined, { ref: false })]);
