/** The process: reads the settings, brings the database up, listens, and ends in order. */
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { readConfig, type Config } from './config.ts';
import { asApi, type Logins } from './db/roles.ts';
import { logOutput } from './http/log-output.ts';
import { errorCode, StartupError } from './kernel/startup-error.ts';

/** What has to be undone when the process ends, last first. */
const undo: (() => Promise<void>)[] = [];
let ending: Promise<void> | undefined;

function end(code: number): Promise<void> {
  ending ??= (async () => {
    for (const step of undo.reverse())
      await step().catch((error: unknown) => {
        console.error(error);
      });
    await logOutput.end();
    process.exit(code);
  })();
  return ending;
}

async function database(config: Config): Promise<Logins> {
  const { DATABASE_URL: url, MIGRATION_DATABASE_URL: ownerUrl } = config;
  if (url !== undefined) return { url, ownerUrl: ownerUrl ?? url };
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
  return { url: asApi(server.url), ownerUrl: server.url };
}

function listening(app: FastifyInstance): void {
  const address = app.server.address() as AddressInfo;
  const open = address.address === '0.0.0.0' || address.address === '::';
  const host = open ? 'localhost' : address.family === 'IPv6' ? `[${address.address}]` : address.address;
  const base = `http://${host}:${address.port}`;
  if (open)
    console.log(
      `Listening    on all addresses, port ${address.port}: that of the container, if it runs in one, whatever it is published as outside`,
    );
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

async function start(config: Config): Promise<void> {
  await refuseTakenPort(config);
  // The database starts while the rest of the program is read.
  const [logins, { serve }] = await Promise.all([database(config), import('./serve.ts')]);
  listening(await serve(logins, config, (step) => undo.push(step)));
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
  await start(config);
} catch (error) {
  console.error(words(error, config));
  await end(1);
}
