/** A fuzzer at work on one tracker: how a request goes out, and what its reply must be. */
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { checkAgainst, type Reply } from '../conformance.ts';
import { keys } from '../keys.ts';
import type { Tracker } from '../tracker.ts';
import { Judge, type Document, type Operation, type Request } from './document.ts';
import { current, gone, made, type Draft, type Source } from './requests.ts';
import { Statistics } from './statistics.ts';
import { collectionOf, Stock } from './stock.ts';
import { Values } from './values.ts';
import { Wire, type Outgoing } from './wire.ts';

const secrets = { full: keys.admin, other: keys.planner, forged: `${keys.admin}x`, none: undefined };

/** What all sessions share: the document, and what is made of it once. */
export interface Means {
  document: Document;
  judge: Judge;
  check: ReturnType<typeof checkAgainst>;
  statistics: Statistics;
}

// That it is the one that the server gives is tested elsewhere.
export function meansOf(): Means {
  const file = new URL('../../openapi/openapi.json', import.meta.url);
  const document = JSON.parse(readFileSync(file, 'utf8')) as Document;
  return {
    document,
    judge: new Judge(document),
    check: checkAgainst(document),
    statistics: new Statistics(),
  };
}

export interface Told {
  outgoing: Outgoing;
  reply: Reply;
  forbidden: string | undefined;
  fault: string | undefined;
}

export class Session {
  readonly source: Source;
  readonly stock: Stock;
  readonly wire: Wire;
  readonly #statistics: Statistics;
  readonly #judge: Judge;
  readonly #check: ReturnType<typeof checkAgainst>;
  /** Whose key is which, where it is not the usual one. */
  readonly #secrets: Partial<Record<Draft['key'], string>>;

  constructor(
    it: Tracker,
    { document, judge, check, statistics }: Means,
    own: Partial<Record<Draft['key'], string>> = {},
  ) {
    this.#secrets = own;
    this.#statistics = statistics;
    this.#judge = judge;
    this.#check = check;
    this.wire = new Wire((it.app.server.address() as AddressInfo).port);
    this.stock = new Stock(document, this.wire, it.url);
    this.source = {
      document,
      values: new Values(document, judge, (name) => this.stock.ids(name)),
      known: (name) => this.stock.ids(name),
      rows: (path) => this.stock.rows(path),
      templates: this.stock.templates,
    };
  }

  /** `prepared`: a row that is there for it already. */
  async run(operation: Operation, draft: Draft, prepared?: string): Promise<Told> {
    const asked = Object.values(draft.path);
    const wants = prepared === undefined && (asked.includes(made) || asked.includes(gone));
    const { id, after } = wants ? await this.stock.make(operation) : { id: prepared ?? '', after: undefined };
    try {
      if (wants && asked.includes(gone)) {
        const query = 'correction=true&reason=gone';
        const path = `${collectionOf(operation.path)}/${encoded(id)}`;
        for (const address of [path, `${path}?${query}`])
          await this.wire.send(this.stock.with('DELETE', address, undefined, { 'if-match': '*' }));
      }
      return await this.#exchange(operation, await this.#complete(operation, draft, id), draft);
    } finally {
      await after?.();
    }
  }

  async #complete(operation: Operation, draft: Draft, id: string): Promise<Request> {
    const path = Object.fromEntries(
      Object.entries(draft.path).map(([name, text]) => [name, text === made || text === gone ? id : text]),
    );
    const headers = { ...draft.headers };
    for (const [name, text] of Object.entries(headers))
      if (text === current) {
        const { headers: got } = await this.wire.send(
          this.stock.with('GET', addressOf(operation.path, path)),
        );
        headers[name] = typeof got.etag === 'string' ? got.etag : '"0"';
      }
    const { body, key } = draft;
    if (body) {
      headers['content-type'] = body.type;
      if (body.encoding) headers['content-encoding'] = body.encoding;
    }
    const secret = { ...secrets, ...this.#secrets }[key];
    if (secret !== undefined) headers.authorization = `Bearer ${secret}`;
    return { path, query: draft.query, headers, body: body?.bytes, suffix: draft.suffix };
  }

  async #exchange(operation: Operation, request: Request, draft: Draft): Promise<Told> {
    const query = request.query.map(([name, text]) => `${encoded(name)}=${encoded(text)}`);
    const all = [...query, ...(request.suffix === '' ? [] : [request.suffix])].join('&');
    const outgoing: Outgoing = {
      method: draft.head ? 'HEAD' : operation.method,
      path: addressOf(operation.path, request.path) + (all === '' ? '' : `?${all}`),
      headers: request.headers,
      body: request.body,
    };
    const reply = await this.wire.send(outgoing);
    const forbidden = this.#judge.forbids(operation, request);
    this.#statistics.count(operation, reply.status, forbidden !== undefined);
    return { outgoing, reply, forbidden, fault: this.#fault(operation, outgoing, reply, forbidden) };
  }

  #fault(
    operation: Operation,
    { method, path }: Outgoing,
    reply: Reply,
    forbidden: string | undefined,
  ): string | undefined {
    const { status, headers, text } = reply;
    if (status >= 500) return `is a ${status}: ${text.slice(0, 500)}`;
    // A file that was taken to be read later is judged later.
    const later = status === 202 && forbidden?.startsWith('has a body');
    if (forbidden !== undefined && status < 400 && !later)
      return `was accepted with ${status}, though it ${forbidden}`;
    const problem =
      status >= 400 && method !== 'HEAD'
        ? (JSON.parse(text || '{}') as { status?: number; code?: string })
        : undefined;
    // What is no path of the document has no operation that could tell its status.
    const nowhere = status === 404 && problem?.code === 'no-such-path';
    if (!operation.statuses.includes(String(status)) && !nowhere)
      return `is an undocumented ${status}: ${text.slice(0, 500)}`;
    if (status >= 400 && !String(headers['content-type']).startsWith('application/problem+json'))
      return `is a ${status} that is no problem: ${text.slice(0, 500)}`;
    if (problem && problem.status !== status) return `is a ${status} that calls itself ${problem.status}`;
    const broken = this.#check(method, path.split('?')[0] ?? path, reply);
    return broken === undefined ? undefined : `is a ${status} that ${broken}: ${text.slice(0, 500)}`;
  }
}

/** Whatever it is: half a surrogate pair goes as the bytes that would stand for it. */
const encoded = (text: string): string =>
  text
    .replace(/[\ud800-\udfff]/gu, '\0\0surrogate')
    .split('\0\0surrogate')
    .map(encodeURIComponent)
    .join('%ED%A0%80');

const addressOf = (template: string, path: Record<string, string>): string =>
  template.replace(/\{([^}]+)\}/g, (_, name: string) => encoded(path[name] ?? ''));
