/** A server that is killed and started again, and clients that do not give up until they have an answer. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { inject, onTestFinished } from 'vitest';
import { errorCode } from '../../src/kernel/startup-error.ts';
import { postmasterOf } from '../db/embedded-support.ts';

export interface Reply {
  status: number;
  replayed: boolean;
  location: string;
  data: { id: string; status: string; counts: Record<string, number> };
}

const unlimited = { RATE_LIMIT_READS: '0', RATE_LIMIT_WRITES: '0' };

export class Server {
  readonly #environment: Record<string, string>;
  #child: ChildProcess | undefined;
  /** That of its embedded PostgreSQL, if it has one. */
  #postmaster: number | undefined;
  #output = '';
  base = '';
  kills = 0;

  constructor(environment: Record<string, string>) {
    this.#environment = environment;
    onTestFinished(async () => {
      await this.kill();
    });
  }

  /** Until it says where it listens. */
  async start(): Promise<void> {
    this.#output = '';
    const child = spawn(process.execPath, ['dist/main.js'], {
      cwd: inject('program'),
      env: { PATH: process.env.PATH, PORT: '0', LOG_LEVEL: 'error', ...unlimited, ...this.#environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    this.#child = child;
    await new Promise<void>((resolve, reject) => {
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', (chunk: Buffer) => {
          this.#output += chunk.toString();
          const found = /^Health +(http:\S+)\/healthz/m.exec(this.#output)?.[1];
          if (found === undefined) return;
          this.base = found;
          resolve();
        });
      child.once('exit', (code) => {
        reject(new Error(`ended with ${code}: ${this.#output}`));
      });
    });
    const { DATA_DIR } = this.#environment;
    if (DATA_DIR !== undefined) this.#postmaster = postmasterOf(DATA_DIR);
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  get isAlive(): boolean {
    return this.#child?.exitCode === null && this.#child.signalCode === null;
  }

  /** All that it has started dies with it, its embedded PostgreSQL and that one's watcher too. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (!child || !this.isAlive) return;
    const end = once(child, 'exit');
    for (const group of [child.pid, this.#postmaster]) if (group !== undefined) killGroup(group);
    await end;
    this.kills += 1;
  }

  /** Its exit code once it has ended, by a signal that asks for it or, without one, by itself. */
  async end(signal?: NodeJS.Signals): Promise<number | null> {
    const child = this.#child;
    if (!child || !this.isAlive) return child?.exitCode ?? null;
    const end = once(child, 'exit') as Promise<[number | null]>;
    if (signal) child.kill(signal);
    return (await end)[0];
  }

  /** What it said since it was started last, for whoever has to find out why something failed. */
  get output(): string {
    return this.#output;
  }
}

/** Some of it may have ended before. */
function killGroup(group: number): void {
  try {
    process.kill(-group, 'SIGKILL');
  } catch (error) {
    if (errorCode(error) !== 'ESRCH') throw error;
  }
}

export interface Batch {
  key: string;
  file: string;
  prefer?: string;
}

/** Sends the same again until it is answered for good: connections break, and a first try may still be running. */
export async function insist(server: Server, apiKey: string, { key, file, prefer }: Batch): Promise<Reply> {
  for (;;) {
    const reply = await fetch(`${server.base}/v1/imports?resource=organizations&mode=insert`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${apiKey}`,
        'content-type': 'application/x-ndjson',
        'idempotency-key': key,
        ...(prefer === undefined ? {} : { prefer }),
      },
      body: file,
    })
      .then(async (got) => ({ got, body: (await got.json()) as { data: Reply['data']; code?: string } }))
      .catch(() => undefined);
    if (reply && reply.got.status < 300)
      return {
        status: reply.got.status,
        replayed: reply.got.headers.get('idempotency-replayed') === 'true',
        location: reply.got.headers.get('location') ?? '',
        data: reply.body.data,
      };
    if (reply && !passing.has(reply.body.code ?? ''))
      throw new Error(`${key}: ${reply.got.status} ${JSON.stringify(reply.body)} ${server.output}`);
    await delay(50);
  }
}

/** Refusals that say: later. */
const passing = new Set(['request-in-progress', 'unavailable', 'too-many-at-once']);

/** A generator of numbers from 0 to 1 that is the same for the same seed (mulberry32). */
export function randomly(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
