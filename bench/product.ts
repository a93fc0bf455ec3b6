/** The product under measurement: the built program as a process of its own, on an embedded PostgreSQL of its own. */
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startEmbedded } from '../src/db/embedded.ts';
import { asApi } from '../src/db/roles.ts';
import { serve, type Served } from './child.ts';

const key = 'bench-0123456789012345678901234567890';
export const headers = { authorization: `Bearer ${key}` };

export interface Postgres {
  /** For files of the measurement; removed at the end. */
  dir: string;
  url: string;
  pid: number;
  stop: () => Promise<void>;
}

export async function startPostgres(): Promise<Postgres> {
  const dir = await mkdtemp(join(tmpdir(), 'tracker-bench-'));
  const server = await startEmbedded({ dataDir: dir, settings: { max_connections: '200' } });
  return {
    dir,
    url: server.url,
    pid: Number(readFileSync(join(dir, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0]),
    stop: async () => {
      await server.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** Counted as always, and never reached. */
const unlimited = { RATE_LIMIT_READS: '100000000', RATE_LIMIT_WRITES: '100000000' };

/** What `npm start` runs. */
const { scripts } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  scripts: { start: string };
};
const startCommand = scripts.start.split(' ').slice(1);

/** As it is meant to be run. */
const logins = (url: string): Record<string, string> => ({
  DATABASE_URL: asApi(url),
  MIGRATION_DATABASE_URL: url,
});

/** The API alone. It answers as soon as a row can be read. */
export const startApi = (url: string | undefined, env: Record<string, string> = {}): Promise<Served> =>
  serve(
    startCommand,
    { ...(url === undefined ? {} : logins(url)), BOOTSTRAP_ADMIN_KEY: key, ...unlimited, ...env },
    '/v1/programs/kr-safm',
  );

export interface Product {
  dir: string;
  base: string;
  /** That of PostgreSQL. */
  pid: number;
  /** A connection past the API. */
  sql: pg.Client;
  /** Memory of the API's process now, in bytes. */
  memory: () => number;
  headers: Record<string, string>;
  /** The API anew, with the memory of a server that has done nothing yet. */
  restart: () => Promise<void>;
  stop: () => Promise<void>;
}

export async function startProduct(env: Record<string, string> = {}): Promise<Product> {
  const postgres = await startPostgres();
  const start = (): Promise<Served> => startApi(postgres.url, env);
  let api = await start();
  const sql = new pg.Client(postgres.url);
  await sql.connect();
  const product: Product = {
    dir: postgres.dir,
    base: api.base,
    pid: postgres.pid,
    sql,
    memory: () => api.memory(),
    headers,
    restart: async () => {
      await api.stop();
      api = await start();
      product.base = api.base;
    },
    stop: async () => {
      await sql.end();
      await api.stop();
      await postgres.stop();
    },
  };
  return product;
}
