/** The server is asked to stop while it has much to do: what it accepted is answered, and nobody is told what is not so. */
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { databases, rowsOf } from '../db/databases.ts';
import { organizations, ndjson } from '../http/import-jobs.ts';
import { keys } from '../keys.ts';
import { Server } from './crash-support.ts';

const seeded = databases('seeded');

interface Heard {
  /** Undefined where nothing at all has come back. */
  status?: number;
  type?: string;
  isWhole: boolean;
  /** The connection had carried another request before: either side may have let it go meanwhile. */
  isReused: boolean;
  code?: string;
}

/** One request, and whatever became of it. */
function send(
  base: string,
  path: string,
  { agent, body, headers = {} }: { agent: Agent; body?: string; headers?: Record<string, string> },
): Promise<Heard> {
  return new Promise((resolve) => {
    const sent = request(base + path, { agent, headers, method: body === undefined ? 'GET' : 'POST' });
    const gone = (status?: number) => (error: NodeJS.ErrnoException) => {
      resolve({
        ...(status === undefined ? {} : { status }),
        isWhole: false,
        isReused: sent.reusedSocket,
        code: error.code ?? '',
      });
    };
    sent.on('error', gone());
    sent.on('response', (reply) => {
      const { statusCode = 0 } = reply;
      reply.on('error', gone(statusCode)).resume();
      reply.on('end', () => {
        resolve({
          status: statusCode,
          type: reply.headers['content-type'] ?? '',
          isWhole: reply.complete,
          isReused: sent.reusedSocket,
        });
      });
    });
    sent.end(body);
  });
}

const auth = { authorization: `Bearer ${keys.admin}` };
const write = (agent: Agent, id: string) => ({
  agent,
  headers: { ...auth, 'content-type': 'application/json' },
  body: JSON.stringify({ id, names: { en: id }, kind: 'company', country: 'KR', sources: ['seed-001'] }),
});
const file = (agent: Agent, key: string) => ({
  agent,
  headers: { ...auth, 'content-type': 'application/x-ndjson', 'idempotency-key': key },
  body: ndjson(organizations(key, 200)),
});

test('under load it answers what it has accepted, to the end, and ends with 0', async () => {
  const url = await seeded();
  const server = new Server({ DATABASE_URL: url });
  await server.start();
  const { base } = server;
  const heard: { what: string; heard: Heard }[] = [];
  const until = (what: (n: number) => string, one: (n: number) => Promise<Heard>) => async () => {
    for (let n = 0; ; n += 1) {
      const got = await one(n);
      heard.push({ what: what(n), heard: got });
      if (got.status === undefined) return;
    }
  };
  const clients = Array.from({ length: 24 }, async (_, i) => {
    // Half of them with a connection for each request.
    const agent = new Agent({ keepAlive: i % 2 === 0, maxSockets: 1 });
    onTestFinished(() => {
      agent.destroy();
    });
    const kinds = [
      until(
        (n) => `read ${i} ${n}`,
        (n) => send(base, `/v1/organizations?limit=${1 + ((i + n) % 400)}`, { agent }),
      ),
      until(
        (n) => `stop-${i}-${n}`,
        (n) => send(base, '/v1/organizations', write(agent, `stop-${i}-${n}`)),
      ),
      until(
        () => `export ${i}`,
        () => send(base, '/v1/sources?format=csv', { agent }),
      ),
      until(
        (n) => `file-${i}-${n}`,
        (n) => send(base, '/v1/imports?resource=organizations', file(agent, `file-${i}-${n}`)),
      ),
    ];
    await kinds[i % kinds.length]?.();
  });
  await expect.poll(() => heard.length, { timeout: 60_000 }).toBeGreaterThan(200);
  const code = await server.end('SIGTERM');
  await Promise.all(clients);
  expect(code).toBe(0);

  const cut = heard.filter(({ heard: { status, isWhole } }) => status !== undefined && !isWhole);
  expect(cut).toEqual([]);
  const ends = heard.filter(({ heard: { status } }) => status === undefined);
  expect(ends).toHaveLength(clients.length);
  const others = heard.filter(
    ({ heard: { status, type } }) =>
      status !== undefined && status >= 300 && !(status === 503 && type?.includes('problem')),
  );
  expect(others).toEqual([]);
  // What got no answer was not carried out either, and what was answered was.
  const rows = await rowsOf(url, `SELECT id FROM organizations WHERE id LIKE 'stop-%'`);
  const done = new Set(rows.map(({ id }) => id));
  const singles = heard.filter(({ what }) => what.startsWith('stop-'));
  expect(singles.filter(({ what, heard: { status } }) => done.has(what) !== (status === 201))).toEqual([]);
  const imports = await rowsOf(url, `SELECT count(*)::int AS n FROM organizations WHERE id LIKE 'file-%'`);
  const applied = heard.filter(({ what, heard: { status } }) => what.startsWith('file-') && status === 201);
  expect(imports).toEqual([{ n: 200 * applied.length }]);
});
/** Whoever sends requests by turns to those that say they are ready, as a load balancer does; none is tried twice. */
class Balancer {
  readonly #bases: string[];
  readonly #agent = new Agent({ keepAlive: true });
  readonly #ready = new Set<string>();
  readonly #watch: NodeJS.Timeout;
  #turn = 0;

  constructor(bases: string[]) {
    this.#bases = bases;
    this.#watch = setInterval(() => {
      for (const base of bases) void this.#look(base);
    }, 100);
    onTestFinished(() => {
      this.stop();
    });
  }

  async #look(base: string): Promise<void> {
    const { status } = await send(base, '/readyz', { agent: this.#agent });
    if (status === 200) this.#ready.add(base);
    else this.#ready.delete(base);
  }

  has(base: string): boolean {
    return this.#ready.has(base);
  }

  send(path: string, body?: string): Promise<Heard> {
    const ready = this.#bases.filter((base) => this.#ready.has(base));
    const base = ready[(this.#turn += 1) % ready.length] ?? '';
    const headers = { ...auth, 'content-type': 'application/json' };
    return send(base, path, { agent: this.#agent, ...(body === undefined ? {} : { body, headers }) });
  }

  stop(): void {
    clearInterval(this.#watch);
    this.#agent.destroy();
  }
}

async function freePort(): Promise<string> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  return String(port);
}

test('two nodes are restarted in turn, and no request fails, no write is lost or there twice', async () => {
  const url = await seeded();
  const nodes: Server[] = [];
  for (const PORT of [await freePort(), await freePort()]) {
    const node = new Server({ DATABASE_URL: url, DRAIN_SECONDS: '1', PORT });
    await node.start();
    nodes.push(node);
  }
  const balancer = new Balancer(nodes.map(({ base }) => base));
  const is = (node: Server, ready: boolean): Promise<void> =>
    expect.poll(() => balancer.has(node.base), { timeout: 30_000 }).toBe(ready);
  for (const node of nodes) await is(node, true);
  let over = false;
  const failed: unknown[] = [];
  const written: string[] = [];
  let reads = 0;
  const clients = Array.from({ length: 8 }, async (_, i) => {
    for (let n = 0; !over; n += 1) {
      const id = `rolling-${i}-${n}`;
      const body = { id, names: { en: id }, kind: 'company', country: 'KR', sources: ['seed-001'] };
      const made = await balancer.send('/v1/organizations', JSON.stringify(body));
      if (made.status === 201) written.push(id);
      else failed.push({ id, made });
      // By the other node, most of the time: it has it at once.
      const read = await balancer.send(`/v1/organizations/${id}`);
      if (read.status === 200) reads += 1;
      else failed.push({ id, read });
    }
  });
  for (const node of nodes) {
    const left = node.end('SIGTERM');
    await is(node, false);
    expect(await left).toBe(0);
    await node.start();
    await is(node, true);
  }
  over = true;
  await Promise.all(clients);
  expect(failed).toEqual([]);
  expect(reads).toBe(written.length);
  const rows = await rowsOf(
    url,
    `SELECT id FROM organizations WHERE id LIKE 'rolling-%' AND version = 1 ORDER BY id COLLATE "C"`,
  );
  expect(rows.map(({ id }) => id)).toEqual(written.sort());
});
