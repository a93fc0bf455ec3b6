/** PostgreSQL dies while there is much to do, and comes back: the server does too, and has all that it acknowledged. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readPostmasterFile } from '../../src/db/embedded-process.ts';
import { freshDirectory, postmasterOf, query, start, useDirectories } from '../db/embedded-support.ts';
import { keys } from '../keys.ts';
import { ask, becomesReady } from './asking.ts';
import { Server } from './crash-support.ts';
import { Traffic } from './traffic.ts';
import { Wire } from './wire.ts';

useDirectories();

/** One of those that serve the server. */
async function backendOf(url: string): Promise<number> {
  const [row] = await query(
    url,
    `SELECT pid FROM pg_stat_activity WHERE application_name = 'tracker' AND pid <> pg_backend_pid() LIMIT 1`,
  );
  return Number(row?.pid);
}

function urlOf(dataDir: string): string {
  const { socketDir = '' } = readPostmasterFile(join(dataDir, 'postgres')) ?? {};
  return `postgresql://tracker@localhost:5432/tracker?host=${encodeURIComponent(socketDir)}`;
}

test('a PostgreSQL elsewhere is killed, shut down at once and loses a process, under load', async () => {
  const dataDir = freshDirectory();
  let postgres = await start(dataDir);
  // It comes back at another place; to the server it is always the same.
  const wire = await Wire.to(postgres.url);
  const server = new Server({ DATABASE_URL: wire.url, BOOTSTRAP_ADMIN_KEY: keys.admin });
  await server.start();
  const traffic = new Traffic(() => server.base, keys.admin);
  await traffic.goesOn();

  for (const signal of ['SIGKILL', 'SIGQUIT'] as const) {
    process.kill(postmasterOf(dataDir), signal);
    await postgres.exited;
    await postgres.stop();
    await becomesReady(server.base, false);
    expect((await ask(server.base, '/healthz')).status).toBe(200);
    const { refused } = traffic;
    await expect.poll(() => traffic.refused, { timeout: 30_000 }).toBeGreaterThan(refused);
    postgres = await start(dataDir);
    wire.leadTo(postgres.url);
    await becomesReady(server.base);
    await traffic.goesOn();
  }

  process.kill(await backendOf(postgres.url), 'SIGKILL');
  await traffic.goesOn();
  await becomesReady(server.base);

  await traffic.stop();
  expect([server.isAlive, server.kills, traffic.lost]).toEqual([true, 0, 0]);
  await traffic.expectKept(postgres.url);
});

test('with its own PostgreSQL the server outlives one process of that, and ends with it as a whole; the next has everything', async () => {
  const dataDir = freshDirectory();
  const server = new Server({ DATA_DIR: dataDir, BOOTSTRAP_ADMIN_KEY: keys.admin });
  await server.start();
  const traffic = new Traffic(() => server.base, keys.admin);
  await traffic.goesOn();
  const cluster = postmasterOf(dataDir);
  process.kill(await backendOf(urlOf(dataDir)), 'SIGKILL');
  await expect.poll(() => traffic.refused, { timeout: 30_000 }).toBeGreaterThan(0);
  await becomesReady(server.base);
  await traffic.goesOn();
  expect([server.isAlive, postmasterOf(dataDir), traffic.lost]).toEqual([true, cluster, 0]);

  process.kill(cluster, 'SIGKILL');
  expect(await server.end()).toBe(1);
  expect(server.output).toContain('The embedded PostgreSQL ended unexpectedly');
  await server.start();
  await becomesReady(server.base);
  await traffic.goesOn();
  await traffic.stop();
  expect(await server.end('SIGTERM')).toBe(0);
  await traffic.expectKept((await start(dataDir)).url);
});
