/** What the tests of the change feed share: readers of its pages and of its events, and writers past the API. */
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import pg from 'pg';
import { expect, onTestFinished } from 'vitest';
import type { Tracker } from '../tracker.ts';

export interface Entry {
  resource: string;
  id: string;
  version: number | null;
  operation: string;
  program: string | null;
  recordedAt: string;
  transaction: number;
  actor: string;
  request: string | null;
  import: string | null;
  reason: string | null;
  href: string;
}

export interface Page {
  data: Entry[];
  page: { limit: number; next: string; more: boolean };
}

type Query = Record<string, string | number>;

export async function page(it: Tracker, query: Query = {}): Promise<Page> {
  const reply = await it.anyone.get('/v1/changes').query(query);
  expect([reply.status, reply.body.detail]).toEqual([200, undefined]);
  return reply.body as Page;
}

export const now = async (it: Tracker): Promise<string> => (await page(it, { since: 'now' })).page.next;

/** Page after page, until there is no more. */
export async function all(it: Tracker, query: Query = {}): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (let next = query.since ?? 'start'; ;) {
    const { data, page: at } = await page(it, { ...query, since: next });
    entries.push(...data);
    if (!at.more) return entries;
    next = at.next;
  }
}

/** As short as a test compares them. */
export const named = ({ operation, id, version }: Entry): string => `${operation} ${id} ${version ?? '-'}`;

export const organization = (id: string): object => ({
  id,
  names: { en: id },
  kind: 'company',
  country: 'KR',
  sources: ['seed-001'],
});

export const inserted = (...ids: string[]): string =>
  `INSERT INTO organizations (id, name_en, kind, country, sources) VALUES ${ids.map((id) => `('${id}', '${id}', 'company', 'KR', '{seed-001}')`).join(', ')}`;

export const touched = (id: string): string =>
  `UPDATE organizations SET website = 'https://example.com/' || version WHERE id = '${id}'`;

/** A connection past the API. */
export async function session(it: Tracker): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: it.url });
  await client.connect();
  onTestFinished(() => client.end());
  return client;
}

export const base = (it: Tracker): string =>
  `http://127.0.0.1:${(it.app.server.address() as AddressInfo).port}`;

/** A page that is waited for. It comes long before the minute is over, or the test fails. */
export async function waitFor(
  it: Tracker,
  since: string,
  signal = AbortSignal.timeout(20_000),
): Promise<Page> {
  const reply = await fetch(`${base(it)}/v1/changes?since=${since}&wait=60`, { signal });
  return (await reply.json()) as Page;
}

const listeners = `FROM pg_stat_activity WHERE application_name = 'tracker changes' AND query IN ('LISTEN tracker_changes', 'SELECT')
                    AND state = 'idle' AND datname = current_database()`;
/** Until the server listens to the database, by another connection than that. */
export async function listening(it: Tracker, other = 0): Promise<number> {
  let pid = 0;
  await expect
    .poll(
      async () => {
        pid = Number((await it.sql(`SELECT pid ${listeners} AND pid <> $1`, [other]))[0]?.pid ?? 0);
        return pid;
      },
      { timeout: 30_000, interval: 20 },
    )
    .not.toBe(0);
  return pid;
}

export interface Event {
  id: string;
  event: string;
  data: Entry;
}

/** A reader of the events, as a browser is one. */
export class Stream {
  readonly events: Event[] = [];
  lastId = '';
  readonly #reply: IncomingMessage;
  readonly #chunks: AsyncIterator<string>;
  #rest = '';

  private constructor(reply: IncomingMessage) {
    this.#reply = reply;
    this.#chunks = (reply.setEncoding('utf8') as AsyncIterable<string>)[Symbol.asyncIterator]();
  }

  static async open(it: Tracker, query = '', lastId?: string, key?: string): Promise<Stream> {
    const request = get(`${base(it)}/v1/events${query}`, {
      headers: {
        ...(lastId === undefined ? {} : { 'last-event-id': lastId }),
        ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      },
      agent: false,
      // For a test that waits in vain.
      signal: AbortSignal.timeout(60_000),
    });
    const [reply] = (await once(request, 'response')) as [IncomingMessage];
    expect([reply.statusCode, reply.headers['content-type']]).toEqual([
      200,
      'text/event-stream; charset=utf-8',
    ]);
    const stream = new Stream(reply);
    onTestFinished(() => {
      stream.close();
    });
    // What comes first says where it begins.
    await stream.#read();
    return stream;
  }

  /** Reads until there are so many events. */
  async until(count: number): Promise<Event[]> {
    while (this.events.length < count && (await this.#read()));
    return this.events;
  }

  async end(): Promise<Event[]> {
    return this.until(Infinity);
  }

  close(): void {
    this.#reply.destroy();
  }

  async #read(): Promise<boolean> {
    const { done = false, value } = (await this.#chunks.next()) as IteratorResult<string, undefined>;
    const blocks = (this.#rest + (value ?? '')).split('\n\n');
    this.#rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const field = (name: string): string | undefined =>
        block
          .split('\n')
          .find((line) => line.startsWith(`${name}: `))
          ?.slice(name.length + 2);
      const [id, event, data] = [field('id'), field('event'), field('data')];
      this.lastId = id ?? this.lastId;
      if (event !== undefined && data !== undefined)
        this.events.push({ id: this.lastId, event, data: JSON.parse(data) as Entry });
    }
    return !done;
  }
}
