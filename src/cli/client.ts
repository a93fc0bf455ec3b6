/** The HTTP API: one request, tried again where that is harmless and may help. */
import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import type { z } from 'zod';
import { version } from '../version.ts';
import { CliError, exit } from './exit.ts';
import { say } from './output.ts';
import { passing, refusalOf } from './refusal.ts';

export interface Call {
  method?: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  query?: URLSearchParams;
  headers?: Record<string, string>;
  /** Made anew for each try. */
  body?: () => AsyncIterable<Uint8Array>;
}

/** A body of JSON, and the field that says so. */
export const json = (value: unknown, type = 'application/json') => ({
  headers: { 'content-type': type },
  body: (): AsyncIterable<Uint8Array> => Readable.from([Buffer.from(JSON.stringify(value))]),
});

export interface Server {
  url: URL;
  key: string | undefined;
  /** How often a request is tried again. */
  retries: number;
  signal: AbortSignal;
}

const firstPause = 500;
const longestPause = 60_000;

export class Client {
  readonly #server: Server;

  constructor(server: Server) {
    this.#server = server;
  }

  /**
   * What `take` makes of a reply that is no refusal. Every request may be repeated: what writes has an
   * Idempotency-Key.
   */
  async call<T>(path: string, call: Call, take: (reply: Response, tries: number) => Promise<T>): Promise<T> {
    const { retries, signal, url } = this.#server;
    for (let tries = 1; ; tries += 1) {
      let failure: Failure;
      try {
        const reply = await this.#send(path, call);
        if (reply.ok) return await take(reply, tries);
        const refusal = await refusalOf(reply);
        if (!passing(refusal.status, refusal.problem.code)) throw refusal;
        failure = { error: refusal, why: refusal.message.replace(/\.$/, ''), wait: asked(reply) };
      } catch (error) {
        if (!(error instanceof TypeError && error.cause instanceof Error)) throw error;
        // What the body that we send failed of is not the connection's fault.
        if (error.cause instanceof CliError) throw error.cause;
        const why = unreachable(url, error.cause);
        failure = { error: new CliError(exit.unreachable, `${why}.`), why, wait: 0 };
      }
      if (tries > retries) throw failure.error;
      const wait = Math.min(Math.max(firstPause * 2 ** (tries - 1), failure.wait), longestPause);
      say(`${failure.why}; trying again in ${(wait / 1000).toFixed(1)} s`);
      await pause(wait, undefined, { signal });
    }
  }

  read<T>(path: string, schema: z.ZodType<T>, call: Call = {}): Promise<T> {
    return this.call(path, call, (reply) => parsed(reply, schema));
  }

  #send(path: string, { method = 'GET', query, headers, body }: Call): Promise<Response> {
    const { url, key, signal } = this.#server;
    const target = new URL(url);
    target.pathname = `${url.pathname.replace(/\/$/, '')}${path}`;
    target.search = query?.toString() ?? '';
    return fetch(target, {
      method,
      headers: {
        'user-agent': `tracker/${version}`,
        accept: 'application/json',
        ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
        ...headers,
      },
      signal,
      ...(body ? { body: body(), duplex: 'half' as const } : {}),
    });
  }
}

interface Failure {
  error: Error;
  why: string;
  /** What the server asked for, in milliseconds. */
  wait: number;
}

export async function parsed<T>(reply: Response, schema: z.ZodType<T>): Promise<T> {
  const text = await reply.text();
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    throw new CliError(
      exit.unreachable,
      'The server does not answer as a tracker does: is the address right?',
    );
  }
}

/** Retry-After, in milliseconds. */
function asked(reply: Response): number {
  const field = reply.headers.get('retry-after');
  if (field === null) return 0;
  const seconds = Number(field);
  const wait = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(field) - Date.now();
  return Number.isFinite(wait) ? Math.max(0, wait) : 0;
}

const unreachable = (url: URL, cause: Error): string =>
  `${url.origin} cannot be reached (${'code' in cause ? String(cause.code) : cause.message})`;
