/**
 * Who asks: wrk where it is installed, else autocannon. On two cores whoever asks takes time from both who answer, and
 * autocannon takes more of it than some of the answers do, so that what is far apart seems close.
 */
import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import autocannon from 'autocannon';

export interface Requests {
  paths: string[];
  headers?: Record<string, string>;
  /** Each gives another one: the requests are POSTs then. */
  body?: () => string;
  /** What each is answered with; 200 unless told. */
  status?: number;
}

interface Answered {
  total: number;
  seconds: number;
}

/** Makes ready, which is not to be measured, and gives what asks. */
type Generator = (base: string, requests: Requests, seconds: number) => Promise<() => Promise<Answered>>;

const connections = 16;
/** More than anybody answers in a second: each is made once only. */
const bodiesMost = 1_500;

const typed = ({ headers = {}, body }: Requests): Record<string, string> => ({
  ...headers,
  ...(body && { 'content-type': 'application/json' }),
});

const refuse = (base: string, { paths }: Requests, seen: unknown): never => {
  throw new Error(`${base}${paths[0] ?? ''}: ${JSON.stringify(seen)}`);
};

const byAutocannon: Generator = (base, requests, seconds) => {
  const { paths, body, status = 200 } = requests;
  return Promise.resolve(async () => {
    const result = await autocannon({
      url: base,
      connections,
      duration: seconds,
      requests: paths.map((path) => ({
        path,
        headers: typed(requests),
        ...(body && { method: 'POST' as const, setupRequest: (request) => ({ ...request, body: body() }) }),
      })),
    });
    const { errors, statusCodeStats: answered } = result;
    const others = Object.keys(answered ?? {}).filter((code) => Number(code) !== status);
    if (errors > 0 || others.length > 0) refuse(base, requests, { errors, answered });
    return { total: result.requests.total, seconds: result.duration };
  });
};

interface Summary {
  requests: number;
  microseconds: number;
  errors: Record<'connect' | 'read' | 'write' | 'status' | 'other' | 'timeout', number>;
}

const run = promisify(execFile);

/** Reads get the status that they should have; of what is created wrk itself looks at each. */
async function look(base: string, requests: Requests): Promise<void> {
  const { paths, body, status = 200 } = requests;
  for (const path of body ? [] : paths) {
    const reply = await fetch(`${base}${path}`, { headers: typed(requests) });
    if (reply.status !== status) refuse(base, { paths: [path] }, reply.status);
    await reply.arrayBuffer();
  }
}

function asSent(base: string, requests: Requests, seconds: number): string[] {
  const { paths, body } = requests;
  const { host } = new URL(base);
  const lines = Object.entries({ host, ...typed(requests) }).map(([name, value]) => `${name}: ${value}\r\n`);
  const whole = (path: string, sent = ''): string =>
    `${body ? 'POST' : 'GET'} ${path} HTTP/1.1\r\n${lines.join('')}${body ? `content-length: ${Buffer.byteLength(sent)}\r\n` : ''}\r\n${sent}`;
  return body
    ? Array.from({ length: bodiesMost * seconds }, (_, i) => whole(paths[i % paths.length] ?? '', body()))
    : paths.map((path) => whole(path));
}

const byWrk: Generator = async (base, requests, seconds) => {
  await look(base, requests);
  const dir = await mkdtemp(join(tmpdir(), 'tracker-wrk-'));
  const file = join(dir, 'requests');
  await writeFile(file, asSent(base, requests, seconds).join('\0'));
  const script = fileURLToPath(new URL('wrk.lua', import.meta.url));
  const expected = requests.body ? [String(requests.status ?? 200)] : [];
  const options = [`-t1`, `-c${connections}`, `-d${seconds}`, '-s', script, base, '--', file, ...expected];
  return async () => {
    try {
      const { stdout } = await run('wrk', options);
      const summary = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Summary;
      if (Object.values(summary.errors).some((count) => count > 0)) refuse(base, requests, summary);
      return { total: summary.requests, seconds: summary.microseconds / 1e6 };
    } finally {
      await rm(dir, { recursive: true });
    }
  };
};

export const generatorName = spawnSync('wrk', ['--version']).error ? 'autocannon' : 'wrk';
const generator = generatorName === 'wrk' ? byWrk : byAutocannon;

/** `at` is called when the asking begins, and when it has ended. */
export async function generate(
  base: string,
  requests: Requests,
  seconds: number,
  at: (moment: 'start' | 'end') => void = () => undefined,
): Promise<Answered> {
  const ask = await generator(base, requests, seconds);
  at('start');
  const answered = await ask();
  at('end');
  await look(base, requests);
  return answered;
}
