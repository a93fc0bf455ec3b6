/** What stands on the database: its migrations, the data set, the keys, and the application that listens. */
import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { buildApp } from './app.ts';
import type { Config } from './config.ts';
import { Database } from './db/database.ts';
import { migrate } from './db/migrate.ts';
import { ownsTables } from './db/rights.ts';
import type { Logins } from './db/roles.ts';
import { forgetOldKeys } from './http/idempotency.ts';
import { forgetOldImports } from './imports/file.ts';
import { newSecret } from './kernel/secret.ts';
import { bootstrap, hasKeys, installKey } from './keys/install.ts';
import { loadRegistry } from './resource/registry.ts';
import { isEmpty, seed } from './resource/seed.ts';
import type { RequestTraces } from './telemetry/requests.ts';
import { telemetryOf } from './telemetry/settings.ts';

/** `undo` is told what has to be undone when the process ends, as soon as there is something. */
export async function serve(
  { url, ownerUrl }: Logins,
  config: Config,
  undo: (step: () => Promise<void>) => void,
): Promise<FastifyInstance> {
  await migrate(ownerUrl);
  const registry = await loadRegistry();
  const db = new Database(url, config.DATABASE_POOL, config.READ_SECONDS);
  // A statement that still runs for a client who was cut off must not hold the process.
  undo(() => Promise.race([db.end(), delay(5_000, undefined, { ref: false })]));
  if (await ownsTables(db))
    console.error(
      'One login of the database serves requests and owns the tables: see Two logins in the README.',
    );
  if (config.DATABASE_URL === undefined) db.watchDisk(config.DATA_DIR);
  if (config.SEED && (await isEmpty(db))) await seed(db, registry);
  await adminKey(db, config);
  await forgetOldKeys(db);
  await forgetOldImports(db);
  const traces = await traced(db, config);
  // After the last request, and whatever the collector does within a limited time.
  if (traces) undo(() => traces.end());
  const app = await buildApp({ config, db, registry, traces });
  undo(() => closeInTime(app, config));
  await app.listen({ host: config.HOST, port: config.PORT });
  // Imports that a server before left undone go on; nobody has to wait for that.
  app.imports.start().catch((error: unknown) => {
    app.log.error(error, 'the queue of imports did not start');
  });
  return app;
}

/** Where nothing is traced, nothing of it is loaded. */
async function traced(db: Database, config: Config): Promise<RequestTraces | undefined> {
  const telemetry = telemetryOf(config);
  return telemetry && (await import('./telemetry/open.ts')).traceRequests(telemetry, db);
}

/** The first start of a new database makes an admin key, and shows it this once, whatever happens after that. */
async function adminKey(db: Database, config: Config): Promise<void> {
  if (config.BOOTSTRAP_ADMIN_KEY !== undefined) {
    if (!(await installKey(db, bootstrap, config.BOOTSTRAP_ADMIN_KEY, ['admin'])))
      console.error('BOOTSTRAP_ADMIN_KEY was revoked and lets nobody in: set another one, or none.');
    return;
  }
  if (await hasKeys(db)) return;
  const key = newSecret();
  await installKey(db, 'first-start', key, ['admin']);
  console.log(`Admin key    ${key}   (shown only this once)`);
}

/** Requests in flight are answered; those that take too long are cut off. */
async function closeInTime(app: FastifyInstance, { DRAIN_SECONDS, SHUTDOWN_SECONDS }: Config): Promise<void> {
  app.leave();
  await delay(DRAIN_SECONDS * 1000);
  const cut = setTimeout(() => {
    app.server.closeAllConnections();
  }, SHUTDOWN_SECONDS * 1000);
  await app.close();
  clearTimeout(cut);
}
