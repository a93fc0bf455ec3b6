/** What was asked for, kind by kind: how often, how long it took, and what came instead of what was expected. */
import { Agent, request } from 'node:http';
import { median } from '../turns.ts';

export interface Reply {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

export interface Asking {
  path: string;
  method?: string;
  headers?: Record<string, string>;
  body?: string;
  /** Whether the body is wanted; else it is read and thrown away. */
  wantsBody?: boolean;
  /** Hangs up after so many bytes of the reply. */
  hangsUpAfter?: number;
  /** Takes so many bytes a second and no more. */
  bytesPerSecond?: number;
}

const agent = new Agent({ keepAlive: true, maxSockets: 200 });
/** A reply that takes longer counts as none. */
const patience = 120_000;

/** Undefined where the client hung up, as it was to. */
export function ask(base: string, asking: Asking): Promise<Reply | undefined> {
  const { path, method = 'GET', headers = {}, body, wantsBody, hangsUpAfter, bytesPerSecond } = asking;
  return new Promise((resolve, reject) => {
    const sent = request(base + path, { agent, method, headers, timeout: patience });
    sent.once('timeout', () => sent.destroy(new Error('no answer in time')));
    sent.once('error', reject);
    sent.once('response', (reply) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      reply.once('error', reject);
      reply.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (wantsBody) chunks.push(chunk);
        if (hangsUpAfter !== undefined && bytes >= hangsUpAfter) {
          resolve(undefined);
          sent.destroy();
        }
        if (bytesPerSecond === undefined) return;
        reply.pause();
        setTimeout(() => reply.resume(), (chunk.length / bytesPerSecond) * 1000);
      });
      reply.once('end', () => {
        resolve({
          status: reply.statusCode ?? 0,
          headers: reply.headers,
          body: Buffer.concat(chunks).toString(),
        });
      });
    });
    sent.end(body);
  });
}

export class Tally {
  asked = 0;
  readonly times: number[] = [];
  /** What came instead, and how often. */
  readonly wrong = new Map<string, number>();

  async note(
    expected: readonly number[],
    work: () => Promise<Reply | undefined>,
  ): Promise<Reply | undefined> {
    this.asked += 1;
    const began = performance.now();
    try {
      const reply = await work();
      this.times.push(performance.now() - began);
      if (reply && !expected.includes(reply.status)) this.#blame(`${reply.status}`);
      return reply;
    } catch (error) {
      this.#blame((error as Error).message);
      return undefined;
    }
  }

  #blame(what: string): void {
    this.wrong.set(what, (this.wrong.get(what) ?? 0) + 1);
  }

  get failed(): number {
    return [...this.wrong.values()].reduce((sum, count) => sum + count, 0);
  }

  seen(): Record<string, number | string> {
    const sorted = [...this.times].sort((a, b) => a - b);
    return {
      asked: this.asked,
      failed: this.failed,
      'p50 ms': median(sorted),
      'p99 ms': sorted[Math.floor(sorted.length * 0.99)] ?? NaN,
      ...(this.failed > 0 && {
        wrong: [...this.wrong].map(([what, count]) => `${count} × ${what}`).join(', '),
      }),
    };
  }
}
