/**
 * A tracker of one's own for a test file: the real application on a real database that is a copy of the seeded
 * template. Every reply that comes through its client is held against the OpenAPI document.
 */
import { randomUUID } from 'node:crypto';
import { Agent } from 'node:http';
import type { FastifyInstance } from 'fastify';
import pg from 'pg';
import type { SuperAgentRequest } from 'superagent';
import supertest from 'supertest';
import type TestAgent from 'supertest/lib/agent.js';
import { afterAll, afterEach, beforeAll, expect, inject } from 'vitest';
import { buildApp, type Parts } from '../src/app.ts';
import { Database } from '../src/db/database.ts';
import { asApi } from '../src/db/roles.ts';
import { loadRegistry, type Registry } from '../src/resource/registry.ts';
import { traceRequests } from '../src/telemetry/open.ts';
import type { Telemetry } from '../src/telemetry/settings.ts';
import { conformance } from './conformance.ts';
import { installKeys, keys } from './keys.ts';

export interface Tracker {
  app: FastifyInstance;
  db: Database;
  registry: Registry;
  /** For the owner of the database, past the API. */
  url: string;
  /** For the role that the API has. */
  apiUrl: string;
  /** Sends off what was traced, where something is. */
  flush: () => Promise<void>;
  /** Without a key. */
  anyone: TestAgent;
  /** With a key of scope `write`. */
  writer: TestAgent;
  /** With a key of scope `import`; the two others may only plan, or only apply. */
  importer: TestAgent;
  planner: TestAgent;
  approver: TestAgent;
  /** A connection past the API and its role, for plain SQL as the owner. */
  sql: (text: string, values?: unknown[]) => Promise<Record<string, unknown>[]>;
}

const quiet: Parts['config'] = {
  PUBLIC_READ: true,
  LOG_LEVEL: 'silent',
  CORS_ORIGINS: '*',
  BODY_LIMIT: 1_048_576,
  IMPORT_BYTES: 4_194_304,
  CACHE_BYTES: 16_777_216,
};

/** As clients do, it asks again by a connection that it has; a new one for each request costs more than the request. */
const connections = new Agent({ keepAlive: true });

/**
 * Call it at the top of a test file; the object is filled before the first test. `empty`: with the tables and the keys,
 * and no rows.
 */
export function tracker(
  config: Partial<Parts['config']> = {},
  { empty = false, telemetry }: { empty?: boolean; telemetry?: Telemetry } = {},
): Tracker {
  const it = {} as Tracker;
  const faults: string[] = [];
  const admin = async (text: string): Promise<void> => {
    const url = new URL(inject('templateUrl'));
    url.pathname = '/postgres';
    const client = new pg.Client({ connectionString: url.href });
    await client.connect();
    // Two files at once must not copy the template at the same moment.
    await client.query('SELECT pg_advisory_lock(1)');
    await client.query(text);
    await client.end();
  };
  let direct: pg.Client;

  beforeAll(async () => {
    const name = `test_${randomUUID().replaceAll('-', '')}`;
    const url = new URL(inject('templateUrl'));
    await admin(
      `CREATE DATABASE ${name} TEMPLATE ${empty ? inject('migrated') : url.pathname.slice(1)} STRATEGY FILE_COPY`,
    );
    url.pathname = `/${name}`;
    it.url = url.href;
    it.apiUrl = asApi(it.url);
    it.db = new Database(it.apiUrl, 5);
    if (empty) await installKeys(it.db);
    it.registry = await loadRegistry();
    const traces = telemetry && traceRequests(telemetry, it.db);
    it.flush = async () => traces?.flush();
    it.app = await buildApp({ config: { ...quiet, ...config }, db: it.db, registry: it.registry, traces });
    await it.app.ready();
    await it.app.listen({ host: '127.0.0.1', port: 0 });
    const check = await conformance(it.app, faults);
    const agent = (key?: string): TestAgent => {
      const made = supertest
        .agent(it.app.server)
        .use(check)
        .use((request: SuperAgentRequest) => request.agent(connections))
        // Codings have tests of their own.
        .set('accept-encoding', 'identity');
      return key === undefined ? made : made.set('authorization', `Bearer ${key}`);
    };
    it.anyone = agent();
    it.writer = agent(keys.writer);
    it.importer = agent(keys.importer);
    it.planner = agent(keys.planner);
    it.approver = agent(keys.approver);
    direct = new pg.Client({ connectionString: it.url });
    await direct.connect();
    it.sql = async (text, values) => {
      const { rows } = await direct.query<Record<string, unknown>>(text, values);
      // The tracker hears of it a moment later, and a test would wonder.
      await it.app.listener.caughtUp();
      return rows;
    };
  });

  afterEach(() => {
    const found = faults.splice(0);
    expect(found, 'replies that do not match the OpenAPI document').toEqual([]);
  });

  afterAll(async () => {
    await it.app.close();
    await it.flush();
    await it.db.end();
    await direct.end();
    await admin(`DROP DATABASE ${new URL(it.url).pathname.slice(1)} WITH (FORCE)`);
  });
  return it;
}
