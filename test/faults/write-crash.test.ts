/** The server is killed at any moment while single rows are written: what was acknowledged is there, once. */
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFailed, test } from 'vitest';
import { databases } from '../db/databases.ts';
import { keys } from '../keys.ts';
import { ask } from './asking.ts';
import { randomly, Server } from './crash-support.ts';
import { Traffic } from './traffic.ts';

const seeded = databases('seeded');
const kills = 10;

test(`killed ${kills} times under single writes and small files, it has each acknowledged row once`, async () => {
  const seed = Number(process.env.CRASH_SEED ?? Date.now() % 2 ** 31);
  onTestFailed(() => {
    console.error(`Again with CRASH_SEED=${seed}`);
  });
  const random = randomly(seed);
  const url = await seeded();
  const server = new Server({ DATABASE_URL: url });
  await server.start();
  const traffic = new Traffic(() => server.base, keys.admin);
  while (server.kills < kills) {
    await traffic.goesOn();
    await delay(random() * 300);
    await server.kill();
    await server.start();
    expect((await ask(server.base, '/readyz')).status).toBe(200);
  }
  await traffic.goesOn();
  await traffic.stop();
  expect(traffic.lost).toBeGreaterThan(0);
  await traffic.expectKept(url);
});
