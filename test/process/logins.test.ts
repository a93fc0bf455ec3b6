/** Two logins of a database: one that owns the tables, and one that serves requests. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { expect, inject, onTestFinished, test } from 'vitest';
import { advisoryLock, connected, readMigrations } from '../../src/db/migrate.ts';
import { apiRole, asApi } from '../../src/db/roles.ts';
import { databases, rowsOf } from '../db/databases.ts';
import { run, start } from './cli-support.ts';

const empty = databases();
const admin = 'bootstrap-0123456789-0123456789-0123456789';

/** Until it listens or has ended; the lines that it printed. */
async function served(environment: Record<string, string>): Promise<{ base?: string; lines: string[] }> {
  const child = spawn(process.execPath, ['dist/main.js'], {
    cwd: inject('program'),
    env: {
      PATH: process.env.PATH,
      PORT: '0',
      LOG_LEVEL: 'silent',
      BOOTSTRAP_ADMIN_KEY: admin,
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'close');
  onTestFinished(async () => {
    child.kill('SIGTERM');
    await ended;
  });
  const lines: string[] = [];
  const base = new Promise<string>((resolve) => {
    for (const stream of [child.stdout, child.stderr])
      createInterface({ input: stream }).on('line', (line) => {
        lines.push(line);
        const found = /^Health +(http:\S+)\/healthz/.exec(line)?.[1];
        if (found !== undefined) resolve(found);
      });
  });
  const listening = await Promise.race([base, ended.then(() => undefined)]);
  return { lines, ...(listening === undefined ? {} : { base: listening }) };
}
const post = (base: string, id: string): Promise<Response> =>
  fetch(`${base}/v1/organizations`, {
    method: 'POST',
    headers: { authorization: `Bearer ${admin}`, 'content-type': 'application/json' },
    body: JSON.stringify({ id, names: { en: id }, kind: 'company', country: 'KR', sources: ['seed-001'] }),
  });
const ownersOf = (url: string) =>
  rowsOf(
    url,
    `SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname IN ('public', 'history', 'pgboss')`,
  );

test('a server with both applies migrations with one and serves with the other', async () => {
  const owner = await empty();
  const { base = '', lines } = await served({ DATABASE_URL: asApi(owner), MIGRATION_DATABASE_URL: owner });
  expect(lines.filter((line) => line.includes('Two logins'))).toEqual([]);
  expect((await post(base, 'two-logins')).status).toBe(201);
  expect(await ownersOf(owner)).toEqual([{ tableowner: new URL(owner).username }]);
  const large = await fetch(`${base}/v1/imports?resource=sources`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${admin}`,
      'content-type': 'application/x-ndjson',
      'idempotency-key': 'large',
      prefer: 'respond-async, wait=60',
    },
    body: '{"id":"made","kind":"press","title":"Made","language":"en","url":"https://example.org/made"}\n',
  });
  expect([large.status, await large.json()]).toMatchObject([
    expect.any(Number),
    { data: { status: 'applied' } },
  ]);
});

test('a server that has only the login of the API starts once the migrations are applied, and says how until then', async () => {
  const owner = await empty();
  const api = { DATABASE_URL: asApi(owner) };
  const early = await served(api);
  expect(early).toEqual({
    lines: [
      expect.stringMatching(
        /^The migration 20261124000000_tables is to be applied, .*MIGRATION_DATABASE_URL.*npx tracker migrate/,
      ),
    ],
  });
  const migrate = () => run(['migrate'], { url: 'http://127.0.0.1:1', env: { DATABASE_URL: owner } });
  const count = (await readMigrations()).length;
  expect(await migrate()).toEqual({ code: 0, out: `${count} migrations applied.\n`, err: '' });
  expect(await migrate()).toEqual({ code: 0, out: 'Up to date.\n', err: '' });
  const { base = '' } = await served(api);
  expect((await post(base, 'one-login')).status).toBe(201);
  expect((await fetch(`${base}/readyz`)).status).toBe(200);
});

test('interrupted while another applies migrations it ends, and has applied none', async () => {
  const owner = await empty();
  const other = await connected(owner);
  onTestFinished(() => other.end());
  await other.query('SELECT pg_advisory_lock($1)', [advisoryLock]);
  const waiting = start(['migrate'], { url: 'http://127.0.0.1:1', env: { DATABASE_URL: owner } });
  const queue = `SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
                    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;
  await expect.poll(async () => (await rowsOf(owner, queue)).length, { timeout: 60_000 }).toBe(1);
  waiting.child.kill('SIGTERM');
  expect(await waiting.ended).toEqual({
    code: 130,
    out: '',
    err: 'Interrupted. Running the same command again is safe.\n',
  });
  expect(await ownersOf(owner)).toEqual([]);
});

test('a login that is not let in is named with what lets it in; one for everything still serves, and is told', async () => {
  const owner = await empty();
  const name = `nobody_${new URL(owner).pathname.slice(-12)}`;
  await rowsOf(owner, `CREATE ROLE ${name} LOGIN`);
  const other = new URL(owner);
  other.username = name;
  expect(await served({ DATABASE_URL: other.href, MIGRATION_DATABASE_URL: owner })).toEqual({
    lines: [expect.stringContaining(`GRANT ${apiRole} TO`)],
  });
  await rowsOf(owner, `GRANT ${apiRole} TO ${name}`);
  const { base = '' } = await served({ DATABASE_URL: other.href });
  expect((await post(base, 'member')).status).toBe(201);
  const both = await served({ DATABASE_URL: owner });
  expect(both.lines).toContainEqual(expect.stringContaining('Two logins'));
  expect((await post(both.base ?? '', 'both')).status).toBe(201);
  await rowsOf(owner, `REVOKE ${apiRole} FROM ${name}; DROP ROLE ${name}`);
});

test('MIGRATION_DATABASE_URL without DATABASE_URL, and --login without a password, are one clear line', async () => {
  const owner = await empty();
  expect((await served({ MIGRATION_DATABASE_URL: owner })).lines).toEqual([
    'MIGRATION_DATABASE_URL goes with DATABASE_URL, which is not set.',
  ]);
  const given = { url: 'http://127.0.0.1:1', env: { DATABASE_URL: owner } };
  expect(await run(['migrate', '--login'], given)).toMatchObject({
    code: 2,
    err: expect.stringContaining('API_DATABASE_PASSWORD'),
  });
  const { code, err } = await run(['migrate'], {
    ...given,
    env: { DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/none' },
  });
  expect([code, err]).toEqual([3, expect.stringMatching(/^The database cannot be reached: .*\n$/)]);
});
