/** What the tests of backups share: new databases, servers on them, and the two commands. */
import type { FastifyInstance } from 'fastify';
import supertest from 'supertest';
import { afterAll } from 'vitest';
import { buildApp } from '../../src/app.ts';
import { Database } from '../../src/db/database.ts';
import { asApi } from '../../src/db/roles.ts';
import { loadRegistry } from '../../src/resource/registry.ts';
import { databases, rowsOf } from '../db/databases.ts';
import { run, type Ended } from './cli-support.ts';

export const go = (command: string, path: string, url: string): Promise<Ended> =>
  run([command, path], { url: 'http://127.0.0.1:1', env: { DATABASE_URL: url } });

export interface Places {
  empty: () => Promise<string>;
  /** A new database whose owner is no superuser, as with a host that manages it. */
  managed: () => Promise<string>;
  /** A server on a database, as its role. */
  serve: (url: string) => Promise<FastifyInstance>;
}

export function places(): Places {
  const empty = databases();
  const served: { app: FastifyInstance; db: Database }[] = [];
  afterAll(async () => {
    for (const { app, db } of served) {
      await app.close();
      await db.end();
    }
  });
  return {
    empty,
    managed: async () => {
      const url = new URL(await empty());
      const name = url.pathname.slice(1);
      await rowsOf(url.href, `CREATE ROLE ${name} LOGIN; ALTER DATABASE ${name} OWNER TO ${name}`);
      url.username = name;
      return url.href;
    },
    serve: async (url) => {
      const limits = { BODY_LIMIT: 1_048_576, IMPORT_BYTES: 4_194_304 };
      const config = { ...limits, PUBLIC_READ: true, LOG_LEVEL: 'silent', CORS_ORIGINS: '*' } as const;
      const db = new Database(asApi(url), 3);
      const app = await buildApp({ config, db, registry: await loadRegistry() });
      await app.ready();
      served.push({ app, db });
      return app;
    },
  };
}

/** Status, tag and text of a reply, but for what differs from request to request. */
export async function replyOf({ server }: FastifyInstance, path: string, key?: string): Promise<string> {
  const asked = supertest(server).get(path);
  const { status, text, headers } = await (key === undefined
    ? asked
    : asked.set('authorization', `Bearer ${key}`));
  return `${status} ${headers.etag ?? ''} ${text.replace(/"requestId":"[^"]*"/, '')}`;
}
