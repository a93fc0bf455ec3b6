/** The process: reads the settings, brings the database up, listens, and ends in order. */
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { buildApp } from './app.ts';
import { readConfig, type Config } from './config.ts';
import { Database } from './db/database.ts';
import { migrate } from './db/migrate.ts';
import { isEmpty, seed } from './resource/seed.ts';
import { hasKeys, installKey, newKey } from './db/keys.ts';
import { forgetOldKeys } from './http/idempotency.ts';
import { errorCode, StartupError } from './kernel/startup-error.ts';
import { loadRegistry } from './resource/registry.ts';

/** What has to be undone when the process ends, last first. */
const undo: (() => Promise<void>)[] = [];
let ending: Promise<void> | undefined;

function end(code: number): Promise<void> {
  ending ??= (async () => {
    for (const step of undo.reverse())
      await step().catch((error: unknown) => {
        console.error(error);
      });
    process.exit(code);
  })();
  return ending;
}

async function database(config: Config): Promise<string> {
  if (config.DATABASE_URL !== undefined) return config.DATABASE_URL;
  // Loaded only when it is used: a server with a database of its own needs no binaries.
  const { startEmbedded } = await import('./db/embedded.ts');
  const server = await startEmbedded({ dataDir: config.DATA_DIR });
  undo.push(() => server.stop());
  void server.exited.then(({ expected }) => {
    if (expected) return;
    console.error(
      'The embedded PostgreSQL ended unexpectedly; its log is postgres.log in the data directory.',
    );
    void end(1);
  });
  return server.url;
}

/** The first start of a new database makes an admin key, and shows it this once, whatever happens after that. */
async function adminKey(db: Database, config: Config): Promise<void> {
  if (config.BOOTSTRAP_ADMIN_KEY !== undefined) {
    await installKey(db, 'bootstrap', config.BOOTSTRAP_ADMIN_KEY, ['admin']);
    return;
  }
  if (await hasKeys(db)) return;
  const key = newKey();
  await installKey(db, 'first-start', key, ['admin']);
  console.log(`Admin key    ${key}   (shown only this once)`);
}

function listening(app: FastifyInstance): void {
  const address = app.server.address() as AddressInfo;
  const open = address.address === '0.0.0.0' || address.address === '::';
  const host = open ? 'localhost' : address.family === 'IPv6' ? `[${address.address}]` : address.address;
  const base = `http://${host}:${address.port}`;
  console.log(`API          ${base}/v1 (what there is: ${base}/)`);
  console.log(`Swagger UI   ${base}/docs`);
  console.log(`Health       ${base}/healthz and ${base}/readyz`);
}

/** A port that is taken is noticed before anything is made or changed. */
async function refuseTakenPort({ HOST, PORT }: Config): Promise<void> {
  const probe = createServer();
  probe.listen({ host: HOST, port: PORT });
  await once(probe, 'listening');
  probe.close();
  await once(probe, 'close');
}

async function serve(config: Config): Promise<void> {
  await refuseTakenPort(config);
  const url = await database(config);
  await migrate(url);
  const registry = await loadRegistry();
  const db = new Database(url, config.DATABASE_POOL);
  // A statement that still runs for a client who was cut off must not hold the process.
  undo.push(() => Promise.race([db.end(), delay(5_000, undefined, { ref: false })]));
  if (config.SEED && (await isEmpty(db))) await seed(db, registry);
  await adminKey(db, config);
  await forgetOldKeys(db);
  const app = await buildApp({ config, db, registry });
  undo.push(() => closeInTime(app, config.SHUTDOWN_SECONDS));
  await app.listen({ host: config.HOST, port: config.PORT });
  listening(app);
}

/** Requests in flight are answered; those that take too long are cut off. */
async function closeInTime(app: FastifyInstance, seconds: number): Promise<void> {
  const cut = setTimeout(() => {
    app.server.closeAllConnections();
  }, seconds * 1000);
  await app.close();
  clearTimeout(cut);
}

function words(error: unknown, config: Config | undefined): string {
  if (error instanceof StartupError) return error.message;
  const code = errorCode(error);
  if (code === 'EADDRINUSE')
    return `Port ${config?.PORT ?? ''} on ${config?.HOST ?? ''} is taken: stop the other program or set PORT.`;
  if (code === 'EACCES' || code === 'EADDRNOTAVAIL')
    return `Cannot listen on ${config?.HOST ?? ''}:${config?.PORT ?? ''} (${code}).`;
  return error instanceof Error
    ? `Could not start: ${error.message.split('\n')[0] ?? ''}`
    : 'Could not start.';
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void end(0));

let config: Config | undefined;
try {
  config = readConfig(process.env);
  await serve(config);
} catch (error) {
  console.error(words(error, config));
  await end(1);
}
