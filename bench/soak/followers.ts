/** Those who are there all the time: streams of events, and requests that wait for the next change. */
import { get, type IncomingMessage } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { ask, Tally } from './tally.ts';

interface Page {
  page: { next: string };
}

export class Followers {
  readonly polls = new Tally();
  events = 0;
  /** Streams that ended before they were to. */
  broken = 0;
  readonly #base: string;
  readonly #streams: IncomingMessage[] = [];
  readonly #polling: Promise<void>[];
  #isOver = false;

  constructor(base: string, { streams, polls }: { streams: number; polls: number }) {
    this.#base = base;
    for (let i = 0; i < streams; i += 1) this.#follow();
    this.#polling = Array.from({ length: polls }, () => this.#poll());
  }

  #follow(): void {
    const failed = (): void => {
      if (!this.#isOver) this.broken += 1;
    };
    get(`${this.#base}/v1/events`, { agent: false }, (reply) => {
      this.#streams.push(reply);
      reply.setEncoding('utf8').on('data', (text: string) => {
        this.events += text.split('event: change').length - 1;
      });
      reply.once('end', failed).once('error', failed);
    }).once('error', failed);
  }

  async #poll(): Promise<void> {
    let since = 'now';
    while (!this.#isOver) {
      const path = `/v1/changes?resource=evaluations&since=${since}&wait=${since === 'now' ? 0 : 5}`;
      const reply = await this.polls.note([200], () => ask(this.#base, { path, wantsBody: true }));
      if (reply?.status === 200) since = (JSON.parse(reply.body) as Page).page.next;
      else await delay(1_000);
    }
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    for (const stream of this.#streams) stream.destroy();
    await Promise.all(this.#polling);
  }
}
