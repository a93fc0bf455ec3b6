/** A server that has more to do than it can refuses at once, and a read that takes too long is ended. */
import pg from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { buildApp } from '../../src/app.ts';
import { Database } from '../../src/db/database.ts';
import { keys } from '../keys.ts';
import { tracker } from '../tracker.ts';

const it = tracker({ PRESSURE_MILLISECONDS: 250 });

/** Nothing else can be done meanwhile. */
function keepBusy(milliseconds: number): void {
  const until = performance.now() + milliseconds;
  while (performance.now() < until);
}

test('while the server is far behind requests are refused with the time to wait, but for health checks', async () => {
  const answered = () =>
    expect.poll(async () => (await it.anyone.get('/v1/calls')).status, { timeout: 60_000 }).toBe(200);
  // Behind it may be already, by what the test itself had to load.
  await answered();
  await expect
    .poll(
      async () => {
        keepBusy(1_500);
        const reply = await it.anyone.get('/v1/calls');
        return [reply.status, (reply.body as { code?: string }).code, reply.headers['retry-after']];
      },
      { timeout: 30_000, interval: 1 },
    )
    .toEqual([503, 'unavailable', '2']);
  expect((await it.anyone.get('/healthz')).status).toBe(200);
  expect((await it.anyone.get('/readyz')).status).toBe(200);
  await answered();
});

test('a read that takes too long is ended; a write has more time', async () => {
  const db = new Database(it.apiUrl, 2, 1);
  const config = { LOG_LEVEL: 'silent', CORS_ORIGINS: '*', BODY_LIMIT: 1000, IMPORT_BYTES: 1000 } as const;
  const app = await buildApp({ config: { ...config, PUBLIC_READ: true }, db, registry: it.registry });
  const other = new pg.Client({ connectionString: it.url });
  await other.connect();
  onTestFinished(async () => {
    await other.end();
    await app.close();
    await db.end();
  });
  await other.query('BEGIN');
  await other.query('LOCK TABLE milestones IN ACCESS EXCLUSIVE MODE');
  const writing = app.inject({
    method: 'POST',
    url: '/v1/milestones',
    headers: { authorization: `Bearer ${keys.writer}` },
    payload: { ...it.registry.get('milestones').example, id: 'patient' },
  });
  const read = await app.inject('/v1/milestones');
  expect([read.statusCode, read.json().code, read.headers['retry-after']]).toEqual([503, 'unavailable', '5']);
  await other.query('ROLLBACK');
  expect((await writing).statusCode).toBe(201);
  expect((await app.inject('/v1/milestones')).statusCode).toBe(200);
});
