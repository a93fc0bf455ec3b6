/** What is there to ask about on a tracker, and rows that are made so that they can be changed or removed. */
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { keys } from '../keys.ts';
import type { Template } from './bodies.ts';
import { operationsOf, resolved, type Document, type Operation } from './document.ts';
import type { Outgoing, Wire } from './wire.ts';

export const collectionOf = (path: string): string => path.split('/{')[0] ?? path;
const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

type Row = Record<string, unknown>;
interface List {
  data: Row[];
  page: { next: string | null };
}

export class Stock {
  readonly operations: Operation[];
  readonly templates: Record<string, Template> = {};
  readonly wire: Wire;
  readonly #databaseUrl: string;
  readonly #document: Document;
  readonly #known = new Map<string, string[]>();
  readonly #rows = new Map<string, unknown[]>();
  #made = 0;

  constructor(document: Document, wire: Wire, databaseUrl: string) {
    this.#document = document;
    this.wire = wire;
    this.#databaseUrl = databaseUrl;
    this.operations = operationsOf(document);
  }

  /** Ids of rows by the path that takes them, and what fields of a name hold. */
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
      const csv = await this.wire.send(this.with('GET', `/v1/imports/templates/${name}.csv`));
      this.templates[name] = {
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

  with(method: string, path: string, body?: Buffer, headers: Record<string, string> = {}): Outgoing {
    return { method, path, headers: { authorization: `Bearer ${keys.admin}`, ...headers }, body };
  }

  async #get<T>(path: string): Promise<T> {
    return JSON.parse((await this.wire.send(this.with('GET', path))).text) as T;
  }

  async #post(
    path: string,
    value: unknown,
    headers: Record<string, string> = {},
  ): Promise<{ status: number; body: unknown }> {
    const fields = { 'content-type': 'application/json', 'idempotency-key': randomUUID(), ...headers };
    const { status, text } = await this.wire.send(this.with('POST', path, json(value), fields));
    return { status, body: JSON.parse(text) };
  }

  #exampleOf(path: string): unknown {
    const operation = this.operations.find((one) => one.method === 'POST' && one.path === path);
    return Object.values(operation?.bodies ?? {})[0]?.example;
  }

  /** A row that the request may change or remove, made for it; and what is to be done afterwards. */
  async make(operation: Operation): Promise<{ id: string; after?: () => Promise<unknown> }> {
    const collection = collectionOf(operation.path);
    const unique = `fuzz-${(this.#made += 1)}`;
    if (collection === '/v1/imports') {
      const waits = operation.method === 'DELETE';
      // One whose turn does not come can be cancelled.
      const holder = new pg.Client({ connectionString: this.#databaseUrl });
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

  /** Rows as they could be sent again, by the path of their collection or of one of them. */
  rows(path: string): unknown[] {
    return this.#rows.get(collectionOf(path)) ?? [];
  }
}
