/** The network between a server and its database, in our hands: it can be slow, silent or cut at a chosen byte. */
import { EventEmitter, once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { onTestFinished } from 'vitest';

/** What is done with a piece on its way: how much of it goes on, before the connection is cut; all of it if not told. */
type Cut = (piece: Buffer) => number | undefined;

class Line {
  readonly #near: Socket;
  readonly #far: Socket;
  /** What the server said when it connected, its name among it. */
  #greeting = '';

  constructor(near: Socket, far: Socket, wire: Wire) {
    this.#near = near;
    this.#far = far;
    void this.#carry(near, far, wire, () => wire.cutRequest);
    void this.#carry(far, near, wire, () => wire.cutReply);
  }

  async #carry(from: Socket, to: Socket, wire: Wire, cutNow: () => Cut | undefined): Promise<void> {
    try {
      for await (const piece of from as AsyncIterable<Buffer>) {
        if (from === this.#near && this.#greeting === '') this.#greeting = piece.toString('latin1');
        if (wire.delayMs > 0) await delay(wire.delayMs);
        while (wire.isSilentFor(this.#greeting)) await wire.resumed();
        const length = cutNow()?.(piece);
        to.write(length === undefined ? piece : piece.subarray(0, length));
        if (length !== undefined) this.cut();
      }
      to.end();
    } catch {
      this.cut();
    }
  }

  /** Without a word of farewell. */
  cut(): void {
    this.#near.resetAndDestroy();
    this.#far.destroy();
  }
}

export class Wire {
  delayMs = 0;
  cutRequest: Cut | undefined;
  cutReply: Cut | undefined;
  /** The URL of the database at the far end of it. */
  url = '';
  #socket: string;
  #silent: ((greeting: string) => boolean) | undefined;
  readonly #resumed = new EventEmitter().setMaxListeners(0);
  readonly #lines = new Set<Line>();

  private constructor(socket: string) {
    this.#socket = socket;
  }

  /** To a database on a socket, whose URL names the directory of that. */
  static async to(databaseUrl: string): Promise<Wire> {
    const url = new URL(databaseUrl);
    const wire = new Wire(socketOf(url));
    const server = createServer((near) => {
      near.on('error', () => undefined);
      const far = connect(wire.#socket).on('error', () => near.resetAndDestroy());
      const line = new Line(near, far, wire);
      wire.#lines.add(line);
      near.once('close', () => wire.#lines.delete(line));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => {
      server.close();
      wire.reset();
    });
    const { port } = server.address() as AddressInfo;
    wire.url = `postgresql://${url.username}@127.0.0.1:${port}${url.pathname}?sslmode=disable`;
    return wire;
  }

  /** The database has come back somewhere else. */
  leadTo(databaseUrl: string): void {
    this.#socket = socketOf(new URL(databaseUrl));
  }

  isSilentFor(greeting: string): boolean {
    return this.#silent?.(greeting) ?? false;
  }

  async resumed(): Promise<void> {
    await once(this.#resumed, 'resumed');
  }

  /** Nothing comes through any more, and nobody is told; with a name, only to and from those that connected under it. */
  silence(name = ''): void {
    this.#silent = (greeting) => greeting.includes(name);
  }

  /** Lets through what was held up. */
  resume(): void {
    this.#silent = undefined;
    this.#resumed.emit('resumed');
  }

  /** Cuts every connection that there is; new ones come through. */
  reset(): void {
    for (const line of this.#lines) line.cut();
    this.#lines.clear();
    this.resume();
  }
}

const socketOf = (url: URL): string => `${url.searchParams.get('host') ?? ''}/.s.PGSQL.${url.port}`;
