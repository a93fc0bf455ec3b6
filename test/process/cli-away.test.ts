/**
 * The command line and a server that is busy, breaks off, goes on for long, or means ill: a small server that answers
 * as the test tells it.
 */
import { once } from 'node:events';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { addressOf, folder, run, start } from './cli-support.ts';

const at = folder();
const servers: Server[] = [];
const id = '0199f6a2-7c1e-7d34-9a51-0c8c3f3f6b1d';

interface Asked {
  line: string;
  key: string | undefined;
  body: string;
}

/** The address of a server, and what it was asked. */
async function server(
  answer: (asked: Asked, reply: ServerResponse) => void,
): Promise<{ url: string; log: Asked[] }> {
  const log: Asked[] = [];
  const made = createServer((request: IncomingMessage, reply) => {
    void (async () => {
      let body = '';
      for await (const chunk of request) body += String(chunk);
      const asked = {
        line: `${request.method} ${request.url}`,
        key: request.headers['idempotency-key'] as string | undefined,
        body,
      };
      log.push(asked);
      answer(asked, reply);
    })().catch(() => {
      // Who asked is gone.
      reply.destroy();
    });
  }).listen(0, '127.0.0.1');
  servers.push(made);
  await once(made, 'listening');
  return { url: addressOf(made), log };
}

const json = (
  reply: ServerResponse,
  status: number,
  value: unknown,
  headers: Record<string, string> = {},
): void => {
  reply.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value));
};
const problem = (
  reply: ServerResponse,
  status: number,
  code: string,
  headers: Record<string, string> = {},
): void => {
  json(reply, status, { code, detail: `It is ${code}.` }, headers);
};
const made = (more: Record<string, unknown> = {}) => ({
  data: {
    id,
    resource: 'milestones',
    mode: 'upsert',
    onError: 'abort',
    dryRun: false,
    status: 'applied',
    counts: { read: 1, create: 1, update: 0, unchanged: 0, delete: 0, error: 0 },
    standings: [],
    problems: [],
    errors: [],
    createdAt: '2026-11-25T03:00:00.000000Z',
    expiresAt: null,
    ...more,
  },
});
const words = (...more: string[]): string[] => ['import', 'milestones', at('rows.csv'), ...more];

beforeAll(() => writeFile(at('rows.csv'), 'title\r\na\r\n'));
afterEach(() => {
  for (const each of servers.splice(0)) {
    each.closeAllConnections();
    each.close();
  }
});

test('broken connections, 503 and an import still running are tried again with the same key and the same bytes', async () => {
  const { url, log } = await server((_, reply) => {
    if (log.length === 1) reply.destroy();
    else if (log.length === 2) problem(reply, 503, 'unavailable', { 'retry-after': '1' });
    else if (log.length === 3) problem(reply, 409, 'request-in-progress', { 'retry-after': '1' });
    else json(reply, 201, made(), { 'idempotency-replayed': 'true' });
  });
  const { code, out, err } = await run(words(), { url });
  expect([code, out]).toEqual([0, expect.stringContaining('Applied: 1 created')]);
  expect(err.match(/trying again in/g)).toHaveLength(3);
  // The answer to an earlier try of this very run is no news.
  expect(err).not.toContain('imported before');
  expect(new Set(log.map(({ line, key, body }) => JSON.stringify([line, key, body]))).size).toBe(1);
  expect(log[0]).toMatchObject({ body: 'title\r\na\r\n', key: expect.stringMatching(/^[0-9a-f]{64}$/) });
});

test('the key follows the content and every option that matters; a plan has a new one each time', async () => {
  const { url, log } = await server((_, reply) => {
    json(reply, 201, made());
  });
  await writeFile(at('other.csv'), 'title\r\nb\r\n');
  await writeFile(at('copy.csv'), 'title\r\na\r\n');
  const given = [
    words(),
    words('--json'),
    ['import', 'milestones', at('copy.csv')],
    words('--on-error', 'skip'),
    ['import', 'models', at('rows.csv')],
    ['import', 'milestones', at('other.csv')],
    words('--dry-run'),
    words('--dry-run'),
  ];
  for (const each of given) expect((await run(each, { url })).code).toBe(0);
  const [first, ...rest] = log.map(({ key }) => key);
  expect(rest.map((key) => key === first)).toEqual([true, true, false, false, false, false, false]);
  expect(new Set(rest).size).toBe(6);
});

test.each([
  ['a server that stays unavailable', 503, 'unavailable', 3],
  ['a server that fails', 500, 'internal-error', 3],
  ['a key without the scope', 403, 'insufficient-scope', 2],
  ['a file that is too large', 413, 'body-too-large', 2],
  ['a file that cannot be read', 422, 'file-unreadable', 1],
  ['a key that had other bytes', 422, 'idempotency-key-reused', 2],
])('%s is told by its exit code', async (_, status, name, expected) => {
  const { url } = await server((_asked, reply) => {
    problem(reply, status, name);
  });
  const { code, out, err } = await run(words('--retries', '0'), { url });
  expect([code, out, err]).toEqual([expected, '', `It is ${name}. [${name}]\n`]);
});

test('what is no tracker is said to be none', async () => {
  const { url } = await server((_, reply) => reply.end('<html>'));
  expect(await run(words(), { url })).toEqual({
    code: 3,
    out: '',
    err: 'The server does not answer as a tracker does: is the address right?\n',
  });
});

test('a large import is followed to its end, over a server that is away for a moment', async () => {
  let looks = 0;
  const { url, log } = await server(({ line }, reply) => {
    if (line.startsWith('POST')) {
      json(reply, 202, made({ status: 'queued', counts: {} }), { location: `/v1/imports/${id}` });
      return;
    }
    looks += 1;
    if (looks === 2) {
      reply.destroy();
      return;
    }
    const progress = {
      phase: 'reading',
      read: 12_000,
      valid: 11_990,
      written: 0,
      bytes: 34,
      totalBytes: 100,
      rate: 5400,
      secondsLeft: 12,
    };
    json(reply, 200, looks < 3 ? made({ status: 'running', counts: {}, progress }) : made());
  });
  const { code, out, err } = await run(words(), { url });
  expect([code, out]).toEqual([0, expect.stringContaining('Applied: 1 created')]);
  expect(err).toContain(
    'reading, 34 %, 12,000 rows read, 11,990 valid, 0 written, 5,400 rows/s, 12 s left\n',
  );
  expect(log.filter(({ line }) => line.startsWith('POST'))).toHaveLength(1);
});

test('Ctrl-C asks the server once to cancel and waits for what comes of it; a second one quits', async () => {
  let cancelled = 0;
  const { url } = await server(({ line }, reply) => {
    const name = line.includes('models') || line.includes('stubborn') ? 'stubborn' : id;
    if (line === `DELETE /v1/imports/${id}`) cancelled += 1;
    const status = cancelled > 0 && name === id ? 'cancelled' : 'running';
    json(reply, line.startsWith('POST') ? 202 : 200, made({ id: name, status, counts: {} }));
  });
  const stubborn = start(['import', 'models', at('rows.csv')], { url });
  const first = start(words(), { url });
  await first.says(/Ctrl-C asks it to cancel/);
  // npx hands a Ctrl-C on that the terminal has given already.
  first.child.kill('SIGINT');
  first.child.kill('SIGINT');
  const { code, out, err } = await first.ended;
  expect([code, out, cancelled]).toEqual([1, expect.stringContaining('Cancelled, nothing was written'), 1]);
  expect(err).toContain('Asking the server to cancel');
  await stubborn.says(/Ctrl-C asks it to cancel/);
  // Slowly enough for two presses to be two.
  const pressing = setInterval(() => stubborn.child.kill('SIGINT'), 600);
  await stubborn.says(/Interrupted/);
  clearInterval(pressing);
  const quit = await stubborn.ended;
  expect([quit.code, quit.out]).toEqual([130, '']);
});

test('an import that came to nothing is sent anew under a key that follows from it; one that runs is followed', async () => {
  const state: Record<string, string> = { [id]: 'failed', second: 'running' };
  const keys: string[] = [];
  const { url } = await server(({ line, key }, reply) => {
    const of = (name: string) => made({ id: name, status: state[name] });
    if (line.startsWith('POST')) {
      if (!keys.includes(key ?? '')) keys.push(key ?? '');
      const name = keys.indexOf(key ?? '') === 0 ? id : 'second';
      json(reply, 202, made({ id: name, status: 'queued' }), { 'idempotency-replayed': 'true' });
      return;
    }
    const name = line.split('/').at(-1) ?? '';
    json(reply, 200, of(name));
    if (name === 'second') state.second = 'applied';
  });
  const { code, err } = await run(words(), { url });
  expect([code, keys.length]).toEqual([0, 2]);
  expect(err).toMatch(
    /came to nothing before \(import \S+: failed\); trying it anew\.\n.*imported already, as import second/,
  );
  expect(await run(words('--no-wait'), { url })).toMatchObject({
    code: 0,
    out: 'second\n',
    err: expect.stringContaining('imported before'),
  });
});

test('cancel and template ask for what they are named after', async () => {
  const { url, log } = await server(({ line }, reply) => {
    if (line.startsWith('DELETE')) json(reply, 202, made({ status: 'cancelled' }));
    else reply.end(line.endsWith('.json') ? '{}' : 'title\r\na\r\n');
  });
  expect(await run(['cancel', id], { url })).toMatchObject({ code: 0, out: '' });
  expect(await run(['template', 'milestones'], { url })).toEqual({ code: 0, out: 'title\r\na\r\n', err: '' });
  expect(await run(['template', 'milestones', at('schema.json')], { url })).toEqual({
    code: 0,
    out: '',
    err: '',
  });
  expect(await readFile(at('schema.json'), 'utf8')).toBe('{}');
  expect(log.map(({ line }) => line)).toEqual([
    `DELETE /v1/imports/${id}`,
    'GET /v1/imports/templates/milestones.csv',
    'GET /v1/imports/templates/milestones.json',
  ]);
});

test('an export that breaks off leaves the old file as it was, and is said to be incomplete in a pipe', async () => {
  const { url } = await server((_, reply) => {
    reply.writeHead(200, { 'content-type': 'text/csv' });
    reply.write('id\r\nfirst\r\n', () => reply.destroy());
  });
  await writeFile(at('kept.csv'), 'old');
  const words = ['export', 'sources', '--retries', '0'];
  const [file, pipe] = await Promise.all([run([...words, at('kept.csv')], { url }), run(words, { url })]);
  expect([file.code, await readFile(at('kept.csv'), 'utf8')]).toEqual([3, 'old']);
  expect(pipe).toEqual({
    code: 3,
    out: 'id\r\nfirst\r\n',
    err: 'The connection broke off; the output is not complete.\n',
  });
  expect((await readdir(at('.'))).filter((name) => name.endsWith('.part'))).toEqual([]);
});

const hostile = '\u001b]0;owned\u0007\u001b[2J\u009b31m\r\nFAKE\u202etxt';

const steering = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/;

test('no text of the server steers the terminal or begins a line of its own', async () => {
  const fault = { line: 2, column: 1, field: hostile, code: hostile, detail: hostile };
  const { url } = await server(({ line }, reply) => {
    if (line.includes('/rows'))
      json(reply, 200, {
        data: [
          {
            row: 1,
            line: 2,
            status: 'update',
            id: hostile,
            changes: { [hostile]: { from: hostile, to: [hostile] } },
          },
        ],
      });
    else if (line.startsWith('GET /v1/imports?'))
      json(reply, 200, { data: [made({ resource: hostile, createdAt: hostile }).data] });
    else if (line.includes('models')) json(reply, 400, { code: hostile, detail: hostile });
    else
      json(
        reply,
        200,
        made({
          status: 'planned',
          dryRun: true,
          errors: [fault],
          counts: { update: 1, error: 1 },
          standings: [
            {
              round: hostile,
              changes: [{ consortium: hostile, from: null, to: { rank: hostile, total: hostile } }],
            },
          ],
        }),
      );
  });
  const all = await Promise.all([
    run(words('--dry-run'), { url }),
    run(words('--dry-run', '--json'), { url }),
    run(['import', 'models', at('rows.csv')], { url }),
    run(['status'], { url }),
  ]);
  for (const { out, err } of all) {
    expect(out + err).toContain('FAKE');
    expect(out + err).not.toMatch(steering);
    expect(out + err).not.toMatch(/^FAKE/m);
  }
  expect(JSON.parse(all[1].out).errors[0].detail).toBe(hostile);
});

test('interrupted while it waits for an answer it ends, and leaves no file behind', async () => {
  let asked = (): void => undefined;
  const reached = new Promise<void>((resolve) => (asked = resolve));
  const { url } = await server(() => {
    asked();
  });
  await mkdir(at('temporary'));
  const words = ['import', 'milestones', '-', '--format', 'csv'];
  const waiting = start(words, { url, input: 'title\r\na\r\n', env: { TMPDIR: at('temporary') } });
  await reached;
  expect(await kept()).toHaveLength(1);
  waiting.child.kill('SIGINT');
  expect(await waiting.ended).toEqual({
    code: 130,
    out: '',
    err: 'Interrupted. Running the same command again is safe.\n',
  });
  expect(await kept()).toEqual([]);
});

/** What the command line keeps of its input; the loader of TypeScript has a folder there too. */
const kept = async (): Promise<string[]> =>
  (await readdir(at('temporary'))).filter((name) => name.startsWith('tracker-'));
