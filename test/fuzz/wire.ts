/** Sends requests as they are, which a client library would mend or refuse, and tells them as curl commands. */
import { Agent, request as open } from 'node:http';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import type { Reply } from '../conformance.ts';

export interface Outgoing {
  method: string;
  /** With its query. */
  path: string;
  headers: Record<string, string>;
  body: Buffer | undefined;
}

const codings: Record<string, (bytes: Buffer) => Promise<Buffer>> = {
  gzip: promisify<Buffer, Buffer>(gunzip),
  br: promisify<Buffer, Buffer>(brotliDecompress),
  deflate: promisify<Buffer, Buffer>(inflate),
};

export class Wire {
  readonly #port: number;
  readonly #agent = new Agent({ keepAlive: true });

  constructor(port: number) {
    this.#port = port;
  }

  /** A reply is read whole; a stream of events, which has no end, to its first piece. */
  send({ method, path, headers, body }: Outgoing): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const length = body === undefined ? {} : { 'content-length': String(body.length) };
      const request = open({
        host: '127.0.0.1',
        port: this.#port,
        agent: this.#agent,
        method,
        path,
        headers: { ...headers, ...length },
      });
      request.on('error', reject);
      request.on('response', (response) => {
        const pieces: Buffer[] = [];
        const end = async (): Promise<Reply> => {
          const whole = Buffer.concat(pieces);
          const unpack = codings[response.headers['content-encoding'] ?? ''];
          const text = (unpack && whole.length > 0 ? await unpack(whole) : whole).toString();
          return { status: response.statusCode ?? 0, headers: response.headers, text };
        };
        const endless = response.headers['content-type']?.startsWith('text/event-stream') ?? false;
        response.on('data', (piece: Buffer) => {
          pieces.push(piece);
          if (endless) response.destroy();
        });
        response.on('close', () => {
          end().then(resolve, reject);
        });
        response.on('error', (error) => {
          if (!endless) reject(error);
        });
        if (endless && method !== 'HEAD') request.setTimeout(300, () => response.destroy());
      });
      request.end(body);
    });
  }

  close(): void {
    this.#agent.destroy();
  }

  curl({ method, path, headers, body }: Outgoing): string {
    const quoted = (text: string): string =>
      `'${text
        .replaceAll("'", `'\\''`)
        .replace(
          /([a-z ])\1{200,}/g,
          (run, one: string) => `'"$(printf '${one}%.0s' {1..${run.length}})"'`,
        )}'`;
    const fields = Object.entries(headers).map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`);
    const content =
      body === undefined
        ? []
        : body.every((byte) => byte >= 0x20 && byte < 0x7f)
          ? [`--data-binary ${quoted(body.toString())}`]
          : [`--data-binary @<(base64 -d <<<${body.toString('base64')})`];
    return ['curl -i', `-X ${method}`, ...fields, ...content, quoted(`http://localhost:3000${path}`)].join(
      ' ',
    );
  }
}
