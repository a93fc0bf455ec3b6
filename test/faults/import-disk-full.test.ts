/** The disk becomes full while a file is imported: it is said so, nothing is half there, and readers notice nothing. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { reserveBytes } from '../../src/db/disk.ts';
import { useDirectories } from '../db/embedded-support.ts';
import { ndjson, organizations } from '../http/import-jobs.ts';
import { keys } from '../keys.ts';
import { insist, Server } from './crash-support.ts';
import { fill, mountDisk } from './disk-support.ts';

useDirectories();

const reserveMb = reserveBytes / 2 ** 20;
const full = 'The disk of the database is full';

test('a disk that becomes full refuses what writes, and the server goes on', async (context) => {
  const disk = mountDisk(context, 500);
  const server = new Server({ DATA_DIR: join(disk, 'data'), BOOTSTRAP_ADMIN_KEY: keys.admin });
  await server.start();
  const headers = { authorization: `Bearer ${keys.admin}` };
  const read = async <T>(path: string): Promise<T> =>
    (await (await fetch(server.base + path, { headers })).json()) as T;
  const countIn = async (country: string): Promise<number> =>
    (await read<{ page: { total: number } }>(`/v1/organizations?country=${country}&limit=1&count=exact`)).page
      .total;
  const post = async (key: string, file: string): Promise<[number, string]> => {
    const reply = await fetch(`${server.base}/v1/imports?resource=organizations`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/x-ndjson', 'idempotency-key': key },
      body: file,
    });
    return [reply.status, ((await reply.json()) as { detail: string }).detail];
  };

  // A job that needs more than there is.
  const free = fill(disk, reserveMb + 40);
  const many = ndjson(organizations('many', 60_000, { country: 'IS' }));
  const job = await insist(server, keys.admin, { key: 'many', file: many });
  const state = async (): Promise<unknown> => (await read<{ data: unknown }>(job.location)).data;
  await expect.poll(state, { timeout: 120_000, interval: 200 }).toMatchObject({
    status: 'failed',
    problems: [{ code: 'unavailable', detail: expect.stringContaining(full) as string }],
  });
  expect(await countIn('IS')).toBe(0);
  free();

  // A disk that others have filled.
  const freeAgain = fill(disk, reserveMb - 20);
  // It looks from time to time: what comes before it has seen this may still be written.
  const early = ndjson(organizations('early', 1, { country: 'MC' }));
  await expect.poll(() => post('early', early)).toEqual([503, `${full}; nothing was written.`]);
  const few = ndjson(organizations('few', 10, { country: 'MT' }));
  expect(await post('few', few)).toEqual([503, `${full}; nothing was written.`]);
  expect(await post('large', many)).toEqual([503, `${full}; nothing was written.`]);
  expect(await countIn('MT')).toBe(0);
  expect((await read<{ status: string }>('/readyz')).status).toBe('ready');
  freeAgain();

  await expect.poll(async () => (await post('few', few))[0]).toBe(201);
  const again = await insist(server, keys.admin, { key: 'again', file: many });
  const end = async (): Promise<unknown> => (await read<{ data: unknown }>(again.location)).data;
  await expect.poll(end, { timeout: 120_000, interval: 200 }).toMatchObject({ status: 'applied' });
  expect([await countIn('MT'), await countIn('IS')]).toEqual([10, 60_000]);
  expect([server.isAlive, server.kills]).toEqual([true, 0]);
});
