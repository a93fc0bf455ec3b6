/** A collector of traces: takes OTLP over HTTP as JSON, keeps every byte, and may be told to misbehave. */
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Span {
  name: string;
  /** 1 internal, 2 server, 3 client, 5 consumer. */
  kind: number;
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  attributes: Record<string, string | number>;
  links: { traceId: string; spanId: string }[];
  status: number | undefined;
  resource: Record<string, string | number>;
}

interface Attribute {
  key: string;
  value: Record<string, string | number>;
}
interface Sent {
  resourceSpans: {
    resource: { attributes: Attribute[] };
    scopeSpans: {
      spans: (Omit<Span, 'attributes' | 'links' | 'status' | 'resource'> & {
        attributes: Attribute[];
        links?: Span['links'];
        status: { code?: number };
      })[];
    }[];
  }[];
}

const plain = (attributes: Attribute[]): Span['attributes'] =>
  Object.fromEntries(
    attributes.map(({ key, value: { intValue, ...other } }) => [
      key,
      intValue === undefined ? (Object.values(other)[0] ?? '') : Number(intValue),
    ]),
  );

export class Collector {
  /** Everything that came. */
  bytes = '';
  headers: IncomingHttpHeaders = {};
  spans: Span[] = [];
  /** What it answers: a status, or nothing at all. */
  answer: number | 'nothing' = 200;
  readonly #server: Server;
  readonly #waiting = new Set<() => void>();

  private constructor() {
    this.#server = createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8');
      request.on('data', (chunk: string) => (body += chunk));
      request.on('end', () => {
        this.headers = request.headers;
        this.bytes += `${JSON.stringify(request.headers)}${body}`;
        if (this.answer === 200) this.#take(JSON.parse(body) as Sent);
        if (this.answer !== 'nothing')
          response.writeHead(this.answer, { 'content-type': 'application/json' }).end('{}');
        for (const look of [...this.#waiting]) look();
      });
    });
  }

  static async start(): Promise<Collector> {
    const collector = new Collector();
    collector.#server.listen(0, '127.0.0.1');
    await once(collector.#server, 'listening');
    return collector;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  #take({ resourceSpans }: Sent): void {
    for (const { resource, scopeSpans } of resourceSpans)
      for (const { spans } of scopeSpans)
        for (const span of spans)
          this.spans.push({
            ...span,
            attributes: plain(span.attributes),
            links: span.links ?? [],
            status: span.status.code,
            resource: plain(resource.attributes),
          });
  }

  /** Until something is there. */
  async until<T>(look: () => T | undefined): Promise<T> {
    for (;;) {
      const found = look();
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => {
        const over = (): void => {
          this.#waiting.delete(over);
          resolve();
        };
        this.#waiting.add(over);
      });
    }
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
