/** What is meant to use the server up: files that unpack to far more than they are, and connections that dawdle. */
import { once } from 'node:events';
import { readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { asApi } from '../../src/db/roles.ts';
import { databases } from '../db/databases.ts';
import { keys } from '../keys.ts';
import { Server } from './crash-support.ts';

const seeded = databases('seeded');
const size = 200_000_000;

const row = `${JSON.stringify({ id: 'bomb', names: { en: 'Bomb' }, kind: 'company', country: 'KR', sources: ['seed-001'] })}\n`;
const bombs: Record<string, Buffer> = {
  'empty lines': Buffer.alloc(size, '\n'),
  'one line without end': Buffer.alloc(size, 'a'),
  'brackets without end': Buffer.alloc(size, '['),
  'the same row again and again': Buffer.alloc(size, row),
};

test.skipIf(process.platform !== 'linux')(
  'a file that unpacks to 200 MB is refused within two seconds and 50 MB of memory',
  async () => {
    const server = new Server({ DATABASE_URL: asApi(await seeded()) });
    await server.start();
    const send = async (
      bytes: Buffer,
      key: string,
    ): Promise<{ status: number; code: string | undefined }> => {
      const reply = await fetch(`${server.base}/v1/imports?resource=organizations`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${keys.importer}`,
          'content-type': 'application/x-ndjson',
          'content-encoding': 'gzip',
          'idempotency-key': key,
        },
        body: new Uint8Array(bytes),
      });
      const body = (await reply.json()) as { code?: string; errors?: { code: string }[] };
      return { status: reply.status, code: body.errors?.[0]?.code ?? body.code };
    };
    const memory = (field: string): number =>
      Number(
        new RegExp(`${field}:\\s+([0-9]+)`).exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'))?.[1],
      ) / 1000;
    // What a first import needs by itself is not the bomb's doing.
    await send(gzipSync(row), 'first');
    for (const [name, bytes] of Object.entries(bombs)) {
      const packed = gzipSync(bytes);
      writeFileSync(`/proc/${server.pid}/clear_refs`, '5');
      const before = memory('VmRSS');
      const began = performance.now();
      const got = await send(packed, name.replaceAll(' ', '-'));
      const took = performance.now() - began;
      expect([name, got.status, got.code]).toEqual([
        name,
        400,
        expect.stringMatching(/^(unpacks-too-far|row-too-long)$/) as string,
      ]);
      expect([name, took < 2_000, memory('VmHWM') - before < 50]).toEqual([name, true, true]);
    }
  },
);

const socketsOf = (pid: number | undefined): number =>
  readdirSync(`/proc/${pid}/fd`).filter((fd) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${fd}`).startsWith('socket:');
    } catch {
      return false; // closed meanwhile
    }
  }).length;

test.skipIf(process.platform !== 'linux')(
  'who asks for much and takes none of it costs little memory, and is hung up on',
  async () => {
    const server = new Server({ DATABASE_URL: asApi(await seeded()) });
    await server.start();
    const { port } = new URL(server.base);
    const memory = (): number =>
      Number(/VmRSS:\s+([0-9]+)/.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'))?.[1]) / 1000;
    const path = '/openapi.yaml';
    const whole = (await (await fetch(`${server.base}${path}`)).arrayBuffer()).byteLength;
    expect(whole).toBeGreaterThan(1_000_000);
    const [before, open] = [memory(), socketsOf(server.pid)];
    const asking = `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`.repeat(3);
    const sockets = await Promise.all(
      Array.from({ length: 200 }, async () => {
        const socket = connect(Number(port), '127.0.0.1').on('error', () => undefined);
        await once(socket, 'connect');
        socket.pause().write(asking);
        return socket;
      }),
    );
    await expect.poll(() => socketsOf(server.pid), { timeout: 30_000 }).toBeGreaterThanOrEqual(open + 200);
    let most = 0;
    await expect
      .poll(
        () => {
          most = Math.max(most, memory());
          return socketsOf(server.pid);
        },
        { timeout: 200_000, interval: 500 },
      )
      .toBeLessThan(open + 20);
    expect(most - before).toBeLessThan(200);
    for (const socket of sockets) socket.destroy();
  },
);

/** What a client says and then leaves it at, or goes on with drop by drop. */
const post = 'POST /v1/organizations HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n';
const dawdlers: Record<string, { said: string; drop?: string }> = {
  nothing: { said: '' },
  'half a request line': { said: 'GET /v1/ca' },
  'fields drop by drop': { said: 'GET /v1/calls HTTP/1.1\r\nHost: x\r\n', drop: 'X: y\r\n' },
  'a body that does not come': {
    said: `${post}Authorization: Bearer ${keys.writer}\r\nContent-Length: 1000\r\n\r\n{`,
  },
  'a body drop by drop': {
    said: `${post}Authorization: Bearer ${keys.writer}\r\nContent-Length: 1000\r\n\r\n{`,
    drop: ' ',
  },
  'a body in chunks drop by drop': {
    said: `${post}Authorization: Bearer ${keys.writer}\r\nTransfer-Encoding: chunked\r\n\r\n`,
    drop: '1\r\n \r\n',
  },
  'a body without a key': { said: `${post}Content-Length: 1000\r\n\r\n`, drop: ' ' },
  'a body where none is read': { said: 'GET /v1/calls HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n' },
  'a file drop by drop': {
    said: `POST /v1/imports?resource=organizations HTTP/1.1\r\nHost: x\r\nContent-Type: text/csv\r\nIdempotency-Key: slow\r\nAuthorization: Bearer ${keys.importer}\r\nContent-Length: 1000\r\n\r\n`,
    drop: 'a',
  },
  'a file without a key': {
    said: 'POST /v1/imports?resource=organizations HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n',
    drop: 'a',
  },
};

test('200 connections that dawdle are cut off within 15 seconds, and nobody else waits for them', async () => {
  const server = new Server({ DATABASE_URL: asApi(await seeded()) });
  await server.start();
  const { port } = new URL(server.base);
  await fetch(`${server.base}/v1/organizations/kt`);
  const began = performance.now();
  const cut = Object.entries(dawdlers).flatMap(([name, { said, drop }]) =>
    Array.from({ length: 20 }, async () => {
      const socket = connect(Number(port), '127.0.0.1').on('error', () => undefined);
      socket.resume();
      await once(socket, 'connect');
      socket.write(said);
      const drops = drop === undefined ? undefined : setInterval(() => socket.write(drop), 1_000);
      // With a reset too, which comes to whoever sends a drop just then; `once` would take that for a failure.
      await new Promise((cutOff) => socket.once('close', cutOff));
      clearInterval(drops);
      return [name, performance.now() - began] as const;
    }),
  );
  expect(cut).toHaveLength(200);
  const took: number[] = [];
  const open = new Set(cut);
  for (const one of cut) void one.then(() => open.delete(one));
  while (open.size > 0) {
    const asked = performance.now();
    const reply = await fetch(`${server.base}/v1/organizations/kt`);
    await reply.text();
    expect(reply.status).toBe(200);
    took.push(performance.now() - asked);
    await delay(20);
  }
  const late = (await Promise.all(cut)).filter(([, after]) => after > 15_000);
  expect(late).toEqual([]);
  took.sort((a, b) => a - b);
  expect(took[Math.floor(took.length * 0.95)]).toBeLessThan(100);
});
