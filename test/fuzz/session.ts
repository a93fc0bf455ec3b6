/** A fuzzer at work on one tracker: what is there to ask about, what a request needs beforehand, and what a reply must be. */
import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import pg from 'pg';
import { type checkAgainst, type Reply } from '../conformance.ts';
import { keys } from '../keys.ts';
import type { Tracker } from '../tracker.ts';
import { Judge, operationsOf, resolved, type Document, type Operation, type Request } from './document.ts';
import { current, gone, made, type Draft, type Source } from './requests.ts';
import type { Statistics } from './statistics.ts';
import { Values } from './values.ts';
import { Wire, type Outgoing } from './wire.ts';

const collectionOf = (path: string): string => path.split('/{')[0] ?? path;
const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

export interface Told {
  outgoing: Outgoing;
  reply: Reply;
  forbidden: string | undefined;
  fault: string | undefined;
}

type Row = Record<string, unknown>;
interface List {
  data: Row[];
  page: { next: string | null };
}

export class Session {
  readonly operations: Operation[];
  readonly source: Source;
  readonly wire: Wire;
  readonly #it: Tracker;
  readonly #statistics: Statistics;
  readonly #judge: Judge;
  readonly #check: ReturnType<typeof checkAgainst>;
  readonly #document: Document;
  readonly #known = new Map<string, string[]>();
  readonly #rows = new Map<string, unknown[]>();
  #made = 0;

  constructor(
    it: Tracker,
    document: Document,
    statistics: Statistics,
    judge: Judge,
    check: ReturnType<typeof checkAgainst>,
  ) {
    this.#it = it;
    this.#document = document;
    this.#statistics = statistics;
    this.#judge = judge;
    this.#check = check;
    this.operations = operationsOf(document);
    this.wire = new Wire((it.app.server.address() as AddressInfo).port);
    this.source = {
      document,
      values: new Values(document, judge, (name) => this.#known.get(name) ?? []),
      rows: (path) => this.#rows.get(collectionOf(path)) ?? [],
      templates: {},
    };
  }

  ids(path: string): string[] {
    return this.#known.get(path) ?? [];
  }

  /** Reads what there is: ids, what fields hold, cursors, rows as they could be sent again, templates of files. */
  async look(): Promise<void> {
    for (const { path, bodies } of this.operations.filter(
      (one) => one.method === 'POST' && !one.path.includes('{'),
    )) {
      if ('text/csv' in bodies) continue;
      const { data, page } = await this.#get<List>(`${path}?limit=2`);
      this.#learn('cursor', page.next);
      const rows = path === '/v1/api-keys' ? [] : (await this.#get<List>(`${path}?limit=500`)).data;
      const [media] = Object.values(bodies);
      const taken = Object.keys(resolved(this.#document, media?.schema ?? {}).properties ?? {});
      this.#rows.set(
        path,
        rows.map((row) => Object.fromEntries(Object.entries(row).filter(([name]) => taken.includes(name)))),
      );
      // Keys that somebody uses are not to be revoked.
      if (data.length > 0 && rows.length === 0) continue;
      for (const row of rows) this.#learnAll(row);
      for (const operation of this.operations)
        if (collectionOf(operation.path) === path && operation.path.includes('{'))
          this.#known.set(
            operation.path,
            rows.map(({ id }) => String(id)),
          );
      const name = path.replace('/v1/', '');
      const csv = await this.wire.send(this.#with('GET', `/v1/imports/templates/${name}.csv`));
      this.source.templates[name] = {
        csv: csv.text,
        rows: [media?.example, ...(this.#rows.get(path) ?? []).slice(0, 20)],
      };
    }
    this.#known.set('knownAt', [new Date().toISOString()]);
    this.#known.set('from', [new Date().toISOString()]);
    for (const [dryRun, text] of [
      ['true', 'good'],
      ['true', 'bad'],
      ['false', 'good'],
    ] as const) {
      const { body } = await this.#post(`/v1/imports?resource=milestones&dryRun=${dryRun}`, [
        {
          ...(this.#exampleOf('/v1/milestones') as Row),
          id: `fuzz-import-${this.ids('/v1/imports/{id}').length}`,
          ...(text === 'bad' ? { date: 'x' } : {}),
        },
      ]);
      const id = (body as { data?: Row }).data?.id;
      if (typeof id === 'string')
        for (const { path } of this.operations.filter((one) => one.path.startsWith('/v1/imports/{id}')))
          this.#known.set(path, [...this.ids(path), id]);
    }
  }

  #learn(name: string, value: unknown): void {
    if (typeof value !== 'string') return;
    const known = this.#known.get(name) ?? [];
    if (known.length < 60 && !known.includes(value)) this.#known.set(name, [...known, value]);
  }

  #learnAll(value: unknown, name = ''): void {
    if (Array.isArray(value)) for (const inner of value) this.#learnAll(inner, name);
    else if (typeof value === 'object' && value !== null)
      for (const [key, inner] of Object.entries(value)) {
        this.#learnAll(inner, key);
        this.#learnAll(inner, name === '' ? key : `${name}.${key}`);
      }
    else this.#learn(name, value);
  }

  #with(method: string, path: string, body?: Buffer, headers: Record<string, string> = {}): Outgoing {
    return { method, path, headers: { authorization: `Bearer ${keys.admin}`, ...headers }, body };
  }

  async #get<T>(path: string): Promise<T> {
    return JSON.parse((await this.wire.send(this.#with('GET', path))).text) as T;
  }

  async #post(
    path: string,
    value: unknown,
    headers: Record<string, string> = {},
  ): Promise<{ status: number; body: unknown }> {
    const fields = { 'content-type': 'application/json', 'idempotency-key': randomUUID(), ...headers };
    const { status, text } = await this.wire.send(this.#with('POST', path, json(value), fields));
    return { status, body: JSON.parse(text) };
  }

  #exampleOf(path: string): unknown {
    const operation = this.operations.find((one) => one.method === 'POST' && one.path === path);
    return Object.values(operation?.bodies ?? {})[0]?.example;
  }

  /** A row that the request may change or remove, made for it; and what is to be done afterwards. */
  async #stock(operation: Operation): Promise<{ id: string; after?: () => Promise<unknown> }> {
    const collection = collectionOf(operation.path);
    const unique = `fuzz-${(this.#made += 1)}`;
    if (collection === '/v1/imports') {
      const waits = operation.method === 'DELETE';
      // One whose turn does not come can be cancelled.
      const holder = new pg.Client({ connectionString: this.#it.url });
      await holder.connect();
      if (waits) await holder.query(`SELECT pg_advisory_lock(hashtextextended('import:milestones', 0))`);
      const row = { ...(this.#exampleOf('/v1/milestones') as Row), id: unique };
      const query = `resource=milestones${waits ? '' : '&dryRun=true'}`;
      const { body } = await this.#post(
        `/v1/imports?${query}`,
        [row],
        waits ? { prefer: 'respond-async' } : {},
      );
      return { id: String((body as { data: Row }).data.id), after: () => holder.end() };
    }
    const example = this.#exampleOf(collection) as Row;
    const named: Row = {};
    if ('id' in example) named.id = unique;
    if (collection === '/v1/api-keys') named.name = unique;
    if (collection === '/v1/rounds') {
      // One whose life begins here, which nothing that was judged before stands in the way of.
      const program = this.#exampleOf('/v1/programs') as Row;
      await this.#post('/v1/programs', { ...program, id: unique });
      Object.assign(named, { program: unique, ordinal: 1, plannedAdvancing: null });
    }
    const { status, body } = await this.#post(collection, { ...example, ...named });
    // What is there already was made by the fuzzer too, and a moment ago.
    const id =
      status === 201
        ? (body as Row).id
        : (
            await this.#get<List>(
              `${collection}${collection === '/v1/api-keys' ? '?' : '?sort=-createdAt&'}limit=1`,
            )
          ).data[0]?.id;
    if (operation.path.endsWith('/publish')) await this.#post(`${collection}/${String(id)}/open`, {});
    return { id: String(id) };
  }

  async run(operation: Operation, draft: Draft): Promise<Told> {
    const asked = Object.values(draft.path);
    const wants = asked.includes(made) || asked.includes(gone);
    const { id, after } = wants ? await this.#stock(operation) : { id: '', after: undefined };
    try {
      if (asked.includes(gone)) {
        const query = 'correction=true&reason=gone';
        const path = `${collectionOf(operation.path)}/${encoded(id)}`;
        for (const address of [path, `${path}?${query}`])
          await this.wire.send(this.#with('DELETE', address, undefined, { 'if-match': '*' }));
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
        const { headers: got } = await this.wire.send(this.#with('GET', addressOf(operation.path, path)));
        headers[name] = typeof got.etag === 'string' ? got.etag : '"0"';
      }
    const { body, key } = draft;
    if (body) {
      headers['content-type'] = body.type;
      if (body.encoding) headers['content-encoding'] = body.encoding;
    }
    const secret = { full: keys.admin, other: keys.planner, forged: `${keys.admin}x`, none: undefined }[key];
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
    if (forbidden !== undefined && status < 400) return `was accepted with ${status}, though it ${forbidden}`;
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
