/** The command line as a script runs it: arguments, an environment and an input; two outputs and an exit code. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, inject } from 'vitest';

export interface Ended {
  code: number | null;
  out: string;
  err: string;
}

export interface Running {
  child: ChildProcess;
  /** Until standard error says this. */
  says: (pattern: RegExp) => Promise<void>;
  ended: Promise<Ended>;
}

export interface Given {
  url: string;
  key?: string;
  input?: Buffer | string;
  env?: Record<string, string>;
}

export function start(words: string[], { url, key, input, env }: Given): Running {
  const child = spawn(process.execPath, ['dist/cli/main.js', ...words], {
    cwd: inject('program'),
    env: {
      PATH: process.env.PATH,
      TRACKER_URL: url,
      ...(key === undefined ? {} : { TRACKER_KEY: key }),
      ...env,
    },
    stdio: 'pipe',
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  child.stdin.on('error', () => undefined);
  child.stdin.end(input ?? '');
  const ended = (once(child, 'close') as Promise<[number | null]>).then(([code]) => ({ code, out, err }));
  const says = async (pattern: RegExp): Promise<void> => {
    while (!pattern.test(err)) {
      const [chunk] = (await Promise.race([once(child.stderr, 'data'), ended.then(() => [])])) as unknown[];
      if (chunk === undefined && !pattern.test(err)) throw new Error(`it never said ${pattern}: ${err}`);
    }
  };
  return { child, says, ended };
}

export const run = (words: string[], given: Given): Promise<Ended> => start(words, given).ended;

export const addressOf = (server: Server): string =>
  `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

/** A folder of one's own for a test file: gives the path of a name in it. */
export function folder(): (name: string) => string {
  let directory = '';
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'tracker-cli-'));
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));
  return (name) => join(directory, name);
}
