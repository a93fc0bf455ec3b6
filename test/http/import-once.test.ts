/** Exactly once, and side by side with others. */
import pg from 'pg';
import { expect, test } from 'vitest';
import { tracker } from '../tracker.ts';
import { countOf, csv, send } from './importing.ts';

const it = tracker();
const organization = (id: string, more: object = {}): Record<string, unknown> => ({
  id,
  names: { en: id },
  kind: 'company',
  country: 'KR',
  sources: ['seed-001'],
  ...more,
});
const ids = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `${prefix}-${i}`);

test('a retry with the same key gets the same bytes and writes nothing, whether it was done or refused', async () => {
  const good = ids('retry', 3).map((id) => organization(id));
  const bad = [...good, organization('retry-bad', { country: 'XX' })];
  for (const [file, status] of [
    [good, 201],
    [bad, 422],
  ] as const) {
    const key = `retry-${status}`;
    const first = await send(it, 'organizations', [...file], {}, { key });
    const count = await countOf(it, 'organizations');
    const second = await send(it, 'organizations', [...file], {}, { key });
    expect([first.status, first.headers['idempotency-replayed']]).toEqual([status, undefined]);
    expect([second.status, second.headers['idempotency-replayed'], second.text]).toEqual([
      status,
      'true',
      first.text,
    ]);
    expect([second.headers.etag, second.headers.location]).toEqual([
      first.headers.etag,
      first.headers.location,
    ]);
    expect(await countOf(it, 'organizations')).toBe(count);
  }
});

test('of several at once with one key one runs, and the others are told to wait or get its reply', async () => {
  const file = ids('at-once', 50).map((id) => organization(id));
  const replies = await Promise.all(
    Array.from({ length: 6 }, () => send(it, 'organizations', file, { mode: 'insert' }, { key: 'at-once' })),
  );
  const ran = replies.filter(
    ({ status, headers }) => status === 201 && headers['idempotency-replayed'] === undefined,
  );
  expect(ran).toHaveLength(1);
  for (const { status, body, headers, text } of replies)
    if (status === 201) expect(text).toBe(ran[0]?.text);
    else expect([status, body.code, headers['retry-after']]).toEqual([409, 'request-in-progress', '1']);
  expect((await it.anyone.get('/v1/organizations?q=at-once&limit=1&count=exact')).body.page.total).toBe(50);
});

test('imports of the same rows and single changes to them go side by side, and no change is lost', async () => {
  const names = ids('beside', 20);
  expect(
    (
      await send(
        it,
        'organizations',
        names.map((id) => organization(id)),
      )
    ).status,
  ).toBe(201);
  const imports = Array.from({ length: 5 }, (_, nth) => {
    const some = names.slice(nth, nth + 15);
    const rows = nth % 2 === 0 ? some : some.toReversed();
    return send(
      it,
      'organizations',
      csv('id,website', ...rows.map((id) => `${id},https://example.com/${nth}`)),
    );
  });
  const changes = names.map((id) =>
    it.writer.patch(`/v1/organizations/${id}`).set('if-match', '*').send({ kind: 'startup' }),
  );
  const [imported, changed] = await Promise.all([Promise.all(imports), Promise.all(changes)]);
  expect(changed.map(({ status }) => status)).toEqual(names.map(() => 200));
  expect(imported.map(({ status, body }) => [status, body.data?.counts.update])).toEqual(
    imports.map(() => [201, 15]),
  );
  const { data } = (await it.anyone.get('/v1/organizations?q=beside&limit=100')).body as {
    data: { kind: string; version: number; website: string | null }[];
  };
  expect(data.map(({ kind }) => kind)).toEqual(names.map(() => 'startup'));
  // Each write is a version of its row: those of the imports, those of the others, and the first.
  expect(data.reduce((sum, { version }) => sum + version, 0)).toBe(5 * 15 + 20 + 20);
  expect(data.filter(({ website }) => website === null)).toHaveLength(1);
});

test('a row that somebody writes under the hands of an import is found there, and not written twice', async () => {
  const other = new pg.Client({ connectionString: it.url });
  await other.connect();
  await other.query('BEGIN');
  await other.query(
    `INSERT INTO organizations (id, name_en, kind, country, sources) VALUES ('raced', 'Raced', 'startup', 'KR', '{seed-001}')`,
  );
  const sent = send(it, 'organizations', [organization('raced'), organization('raced-too')]);
  await expect
    .poll(async () => it.sql(`SELECT 1 FROM pg_locks WHERE NOT granted AND locktype = 'transactionid'`), {
      timeout: 60_000,
    })
    .toHaveLength(1);
  await other.query('COMMIT');
  await other.end();
  const reply = await sent;
  expect([reply.status, reply.body.data?.counts]).toMatchObject([201, { create: 1, update: 1 }]);
  expect((await it.anyone.get('/v1/organizations/raced')).body).toMatchObject({
    kind: 'company',
    version: 2,
  });
});
