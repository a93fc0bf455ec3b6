/** Readers, writers and importers who go on whatever happens, and note what they were told. */
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'vitest';
import { rowsOf } from '../db/databases.ts';
import { ndjson, organizations } from '../http/import-jobs.ts';
import { ask, create, faultOf, type Told } from './asking.ts';

const rowsOfImport = 50;

export class Traffic {
  /** Replies that nobody should get. */
  readonly wrong: string[] = [];
  /** Acknowledged, singly and by the file. */
  readonly singles: string[] = [];
  readonly files: string[] = [];
  reads = 0;
  refused = 0;
  /** Requests to which there was no answer at all: the server itself was gone. */
  lost = 0;
  readonly #base: () => string;
  readonly #key: string;
  readonly #clients: Promise<void>[];
  #isOver = false;

  constructor(base: () => string, key: string) {
    this.#base = base;
    this.#key = key;
    this.#clients = [
      ...Array.from({ length: 4 }, () => this.#read()),
      ...Array.from({ length: 4 }, (_, i) => this.#write(i)),
      ...Array.from({ length: 2 }, (_, i) => this.#import(i)),
    ];
  }

  /** Undefined where it has to be tried again. */
  async #try(request: Promise<Told>): Promise<Told | undefined> {
    const told = await request.catch(() => undefined);
    if (!told) this.lost += 1;
    else if (told.status < 300) return told;
    else if (told.body.code !== 'request-in-progress') {
      const fault = faultOf(told);
      if (fault === undefined) this.refused += 1;
      else this.wrong.push(fault);
    }
    await delay(50);
    return undefined;
  }

  async #read(): Promise<void> {
    for (let n = 0; !this.#isOver; n += 1) {
      const path = n % 2 === 0 ? `/v1/organizations?limit=${1 + (n % 300)}` : '/v1/programs/kr-safm/overview';
      if (await this.#try(ask(this.#base(), path))) this.reads += 1;
    }
  }

  /** The same again until it is acknowledged. */
  async #insist(request: () => Promise<Told>): Promise<void> {
    while (!(await this.#try(request())));
  }

  async #write(client: number): Promise<void> {
    for (let n = 0; !this.#isOver; n += 1) {
      const id = `single-${client}-${n}`;
      await this.#insist(() => create(this.#base(), this.#key, id));
      this.singles.push(id);
    }
  }

  async #import(client: number): Promise<void> {
    for (let n = 0; !this.#isOver; n += 1) {
      const name = `file-${client}-${n}`;
      const init = {
        method: 'POST',
        headers: {
          authorization: `Bearer ${this.#key}`,
          'content-type': 'application/x-ndjson',
          'idempotency-key': name,
        },
        body: ndjson(organizations(name, rowsOfImport)),
      };
      await this.#insist(() => ask(this.#base(), '/v1/imports?resource=organizations', init));
      this.files.push(name);
    }
  }

  get acknowledged(): number {
    return this.reads + this.singles.length + this.files.length;
  }

  /** Until something is acknowledged that was not yet. */
  async goesOn(): Promise<void> {
    const before = { singles: this.singles.length, files: this.files.length, reads: this.reads };
    await expect
      .poll(
        () =>
          this.singles.length > before.singles &&
          this.files.length > before.files &&
          this.reads > before.reads,
        {
          timeout: 60_000,
        },
      )
      .toBe(true);
  }

  /** Nobody begins anything more; what was begun is brought to its end. */
  async stop(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#clients);
  }

  /** All that was acknowledged is there, each once, and nothing else. */
  async expectKept(url: string): Promise<void> {
    expect(this.wrong).toEqual([]);
    const rows = await rowsOf(
      url,
      `SELECT id, version, (SELECT count(*)::int FROM history.changes c WHERE c.holder = 'organizations' AND o.id = ANY (c.ids)) AS times
         FROM organizations o WHERE id ~ '^(single|file)-' ORDER BY id COLLATE "C"`,
    );
    const wanted = [
      ...this.singles,
      ...this.files.flatMap((name) => organizations(name, rowsOfImport).map(({ id }) => id)),
    ].sort();
    expect(rows).toEqual(wanted.map((id) => ({ id, version: 1, times: 1 })));
  }
}
