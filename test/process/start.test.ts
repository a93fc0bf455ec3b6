/** The program as a newcomer runs it: a process with an environment, an output and an exit code. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';

let dir: string;
const running = new Set<ChildProcess>();

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'tracker-process-'));
});
afterAll(async () => {
  await Promise.all([...running].map((child) => stopped(child, 'SIGKILL')));
  await rm(dir, { recursive: true, force: true });
});

interface Started {
  child: ChildProcess;
  output: () => string;
  base: string;
  key: string | undefined;
}
interface Ended {
  code: number | null;
  output: string;
}

function launch(environment: Record<string, string>): { child: ChildProcess; output: () => string } {
  const child = spawn(process.execPath, ['dist/main.js'], {
    cwd: inject('program'),
    env: { PATH: process.env.PATH, PORT: '0', LOG_LEVEL: 'info', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  child.once('exit', () => running.delete(child));
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return { child, output: () => text };
}

/** Until it says where it listens; a process that ends instead fails the test with what it printed. */
async function started(environment: Record<string, string>): Promise<Started> {
  const { child, output } = launch(environment);
  const base = await new Promise<string>((resolve, reject) => {
    const look = (): void => {
      const found = /^Health +(http:\S+)\/healthz/m.exec(output())?.[1];
      if (found !== undefined) resolve(found);
    };
    child.stdout?.on('data', look);
    child.once('exit', (code) => {
      reject(new Error(`ended with ${code}: ${output()}`));
    });
  });
  return { child, output, base, key: /^Admin key +(\S+)/m.exec(output())?.[1] };
}

async function ended(environment: Record<string, string>): Promise<Ended> {
  const { child, output } = launch(environment);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output: output() };
}

async function stopped(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  const end = once(child, 'exit') as Promise<[number | null]>;
  child.kill(signal);
  return (await end)[0];
}

const create = (base: string, key: string, id: string): Promise<Response> =>
  fetch(`${base}/v1/organizations`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ id, names: { en: id }, kind: 'company', country: 'KR', sources: ['seed-001'] }),
  });

async function keyOf(
  base: string,
  key: string,
  path: string,
  body: object,
): Promise<{ id: string; secret: string }> {
  const reply = await fetch(`${base}/v1/api-keys${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return (await reply.json()) as { id: string; secret: string };
}

test('the first start shows an admin key that works; the second shows none and has what was written; kill -9 loses nothing', async () => {
  const DATA_DIR = join(dir, 'life');
  const first = await started({ DATA_DIR });
  expect(first.output()).toMatch(/^API +http:/m);
  expect(first.output()).toMatch(/^Swagger UI +http:/m);
  const key = first.key ?? '';
  expect((await create(first.base, key, 'written-first')).status).toBe(201);
  const rival = await ended({ DATA_DIR });
  expect([rival.code, rival.output.trim().split('\n')]).toEqual([1, [expect.stringContaining('life')]]);
  expect((await create(first.base, key, 'written-before-kill')).status).toBe(201);
  await stopped(first.child, 'SIGKILL');
  const second = await started({ DATA_DIR });
  expect(second.key).toBeUndefined();
  for (const id of ['written-first', 'written-before-kill'])
    expect((await fetch(`${second.base}/v1/organizations/${id}`)).status).toBe(200);
  expect(await stopped(second.child, 'SIGTERM')).toBe(0);
  expect(existsSync(join(DATA_DIR, 'postgres', 'postmaster.pid'))).toBe(false);
  const logged = first
    .output()
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as { reqId?: string });
  expect(logged.some(({ reqId }) => reqId !== undefined)).toBe(true);
  expect(first.output().split(key)).toHaveLength(2);
});

test('with DATABASE_URL that database is used, and the bootstrap key is an admin key that is never shown', async () => {
  const key = 'bootstrap-0123456789-0123456789-0123456789';
  const { child, base, output } = await started({
    DATABASE_URL: inject('templateUrl').replace(/\/tracker(?=\?|$)/, '/postgres'),
    BOOTSTRAP_ADMIN_KEY: key,
    DATA_DIR: join(dir, 'unused'),
    LOG_LEVEL: 'trace',
  });
  expect((await create(base, key, 'external')).status).toBe(201);
  const made = await keyOf(base, key, '', { name: 'logged', scopes: ['write'] });
  const rotated = await keyOf(base, key, `/${made.id}/rotate`, {});
  const typo = made.secret.replace(/.$/, '~');
  for (const secret of [made.secret, rotated.secret])
    expect((await create(base, secret, 'external')).status).toBe(409);
  expect((await create(base, typo, 'external')).status).toBe(401);
  expect((await fetch(`${base}/readyz`)).status).toBe(200);
  expect(existsSync(join(dir, 'unused'))).toBe(false);
  expect(await stopped(child, 'SIGINT')).toBe(0);
  for (const secret of [key, made.secret, rotated.secret, typo]) expect(output()).not.toContain(secret);
  expect(output()).toContain('"url":"/v1/api-keys"');
});

test('an export that is being read is finished before the process ends', async () => {
  const { child, base } = await started({ DATA_DIR: join(dir, 'life') });
  const reply = await fetch(`${base}/v1/sources?format=csv`);
  const end = stopped(child, 'SIGTERM');
  const lines = (await reply.text()).trim().split('\n');
  expect([lines.length, await end]).toEqual([268, 0]);
});

test('a port that is taken is one clear line, and the database is stopped again', async () => {
  const holder = createServer().listen(0, '127.0.0.1');
  await once(holder, 'listening');
  const { port } = holder.address() as { port: number };
  const { code, output } = await ended({ DATA_DIR: join(dir, 'life'), PORT: String(port) });
  holder.close();
  expect([code, output.trim()]).toEqual([
    1,
    `Port ${port} on 127.0.0.1 is taken: stop the other program or set PORT.`,
  ]);
  expect(existsSync(join(dir, 'life', 'postgres', 'postmaster.pid'))).toBe(false);
});

test.each([
  [
    'a database that cannot be reached',
    { DATABASE_URL: 'postgresql://localhost:1/none' },
    /^The database cannot be reached: .+$/,
  ],
  [
    'a database that is not there',
    { DATABASE_URL: 'postgresql://nobody.invalid/none' },
    /^The database cannot be reached: .+$/,
  ],
  [
    'a wrong setting',
    { PORT: 'many', BOOTSTRAP_ADMIN_KEY: 'short', PUBLIC_READ: 'perhaps' },
    /^The settings do not fit: .*PORT.*PUBLIC_READ.*BOOTSTRAP_ADMIN_KEY.*$/,
  ],
])('%s is one clear line', async (_, environment, line) => {
  const { code, output } = await ended({ DATA_DIR: join(dir, 'never'), ...environment });
  expect([code, output.trim()]).toEqual([1, expect.stringMatching(line)]);
});

test('a data directory that is a file is one clear line', async () => {
  await writeFile(join(dir, 'a-file'), 'x');
  const { code, output } = await ended({ DATA_DIR: join(dir, 'a-file') });
  expect([code, output.trim().split('\n').length]).toEqual([1, 1]);
  expect(output).toContain('a-file');
});
