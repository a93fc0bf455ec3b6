/** The product under measurement: the built program as a process of its own, on an embedded PostgreSQL of its own. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startEmbedded } from '../src/db/embedded.ts';

const key = 'bench-0123456789012345678901234567890';

export interface Product {
  /** For files of the measurement; removed at the end. */
  dir: string;
  base: string;
  /** A connection past the API. */
  sql: pg.Client;
  /** Memory of the API's process now, in bytes. */
  memory: () => number;
  headers: Record<string, string>;
  /** The API anew, with the memory of a server that has done nothing yet. */
  restart: () => Promise<void>;
  stop: () => Promise<void>;
}

export async function startProduct(): Promise<Product> {
  const dir = await mkdtemp(join(tmpdir(), 'tracker-bench-'));
  const server = await startEmbedded({ dataDir: dir });
  const sql = new pg.Client(server.url);
  await sql.connect();
  let child = start(server.url);
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await once(child, 'exit');
  };
  const product: Product = {
    dir,
    base: await address(child),
    sql,
    memory: () =>
      1024 * Number(/VmRSS:\s+([0-9]+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]),
    headers: { authorization: `Bearer ${key}` },
    restart: async () => {
      await stop();
      child = start(server.url);
      product.base = await address(child);
    },
    stop: async () => {
      await sql.end();
      await stop();
      await server.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
  return product;
}

const start = (url: string): ChildProcess =>
  spawn(process.execPath, ['dist/main.js'], {
    cwd: new URL('../', import.meta.url),
    env: { PATH: process.env.PATH, PORT: '0', DATABASE_URL: url, BOOTSTRAP_ADMIN_KEY: key },
    stdio: ['ignore', 'pipe', 'inherit'],
  });

async function address(child: ChildProcess): Promise<string> {
  let text = '';
  return new Promise((resolve, reject) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      if (text.length < 100_000) text += chunk.toString();
      const found = /^Health +(http:\S+)\/healthz/m.exec(text)?.[1];
      if (found !== undefined) resolve(found);
    });
    child.once('exit', (code) => {
      reject(new Error(`the product ended with ${code}: ${text}`));
    });
  });
}
