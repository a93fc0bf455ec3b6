/** The history is kept whoever writes, and by nobody's leave: with plain SQL, past the API. */
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { moment } from '../http/moments.ts';
import { tracker } from '../tracker.ts';

const it = tracker();
const others: pg.Client[] = [];
async function connection(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: it.url });
  await client.connect();
  others.push(client);
  return client;
}
let a: pg.Client;
let b: pg.Client;
beforeAll(async () => {
  [a, b] = [await connection(), await connection()];
});
afterAll(() => Promise.all(others.map((client) => client.end())));

const title = async (id: string, at?: string): Promise<unknown> =>
  (await it.anyone.get(`/v1/milestones/${id}?fields=title${at === undefined ? '' : `&knownAt=${at}`}`)).body
    .title;
const add = (id: string): string =>
  `INSERT INTO milestones (id, program, date, kind, title, sources) VALUES ('${id}', 'kr-safm', '2026', 'other', 'One', '{seed-004}')`;
const retitle = (id: string, text: string): string =>
  `UPDATE milestones SET title = '${text}' WHERE id = '${id}'`;

test('a change past the API is kept like any other, and says that the database made it', async () => {
  await it.sql(add('plain'));
  const before = await moment();
  await it.sql(retitle('plain', 'Two'));
  expect([await title('plain', before), await title('plain')]).toEqual(['One', 'Two']);
  const [entry] = (await it.anyone.get('/v1/milestones/plain/history')).body.data;
  expect(entry).toMatchObject({
    version: 2,
    actor: expect.stringMatching(/^database:/) as string,
    request: null,
  });
});

test('what was under way at a moment is not seen at it, however low its number and early its beginning', async () => {
  await it.sql(add('early'));
  await it.sql(add('late'));
  await a.query('BEGIN');
  await a.query(retitle('early', 'Long'));
  await b.query(retitle('late', 'Short'));
  const between = await moment();
  await a.query('COMMIT');
  const after = await moment();
  expect([await title('early', between), await title('late', between)]).toEqual(['One', 'Short']);
  expect([await title('early', after), await title('late', after)]).toEqual(['Long', 'Short']);
});

test('who has rules judged early, and then writes on, is recorded when it ends', async () => {
  await it.sql(add('judged'));
  await it.sql(add('between'));
  await a.query('BEGIN');
  await a.query(retitle('judged', 'Begun'));
  await a.query('SET CONSTRAINTS ALL IMMEDIATE');
  await b.query(retitle('between', 'Two'));
  // It sees what was recorded after its own moment would have been, and overtakes it.
  await a.query(retitle('between', 'Three'));
  await a.query('COMMIT');
  const { data } = (await it.anyone.get('/v1/milestones/between/history')).body as {
    data: { recordedAt: string }[];
  };
  expect(data.map(({ recordedAt }) => recordedAt)).toEqual(
    data
      .map(({ recordedAt }) => recordedAt)
      .sort()
      .reverse(),
  );
  const [own] = (await it.anyone.get('/v1/milestones/judged/history')).body.data;
  expect(own.recordedAt).toBe(data[0]?.recordedAt);
});

test('a reader of a moment that has just passed waits for who is about to commit', async () => {
  await it.sql(add('awaited'));
  await a.query('BEGIN');
  await a.query(retitle('awaited', 'Two'));
  await a.query('SET CONSTRAINTS ALL IMMEDIATE');
  const at = await moment();
  const read = title('awaited', at);
  await a.query('COMMIT');
  expect(await read).toBe('Two');
});

test('what is taken back leaves nothing, and a transaction that changes nothing is not recorded', async () => {
  const count = async (): Promise<unknown> =>
    (
      await it.sql(
        'SELECT (SELECT count(*) FROM history.transactions) AS t, (SELECT count(*) FROM history.changes) AS c',
      )
    )[0];
  const before = await count();
  await a.query('BEGIN');
  await a.query(add('undone'));
  await a.query('SAVEPOINT s');
  await a.query(retitle('undone', 'Two'));
  await a.query('ROLLBACK TO s');
  await a.query('ROLLBACK');
  await it.sql(retitle('nobody', 'Two'));
  expect(await count()).toEqual(before);
});

// The tests above have left versions, so that there is something to change.
test.each([
  `UPDATE history.milestones SET title = 'x'`,
  `DELETE FROM history.milestones`,
  `TRUNCATE history.milestones`,
  `INSERT INTO history.milestones SELECT *, 1 FROM milestones`,
  `UPDATE history.transactions SET recorded_at = now() - interval '1 day'`,
  `DELETE FROM history.transactions`,
  `TRUNCATE history.transactions`,
  `BEGIN; ${add('own')}; DELETE FROM history.transactions WHERE xid = pg_current_xact_id()`,
  `BEGIN; ${add('own')}; UPDATE history.transactions SET tx = tx + 1000000 WHERE xid = pg_current_xact_id()`,
  `BEGIN; ${add('own')}; UPDATE history.transactions SET began_at = 'infinity' WHERE xid = pg_current_xact_id()`,
  `UPDATE history.changes SET ids = '{}'`,
  `DELETE FROM history.changes`,
  `TRUNCATE history.changes`,
  `INSERT INTO history.changes (tx, holder, operation, ids, versions, shape, digests) VALUES (1, 'milestones', 'create', '{x}', '{1}', 1, '')`,
  `INSERT INTO milestones (id, program, date, kind, title, sources, recorded_in) VALUES ('forged', 'kr-safm', '2026', 'other', 'x', '{seed-004}', 1)`,
  `SELECT set_config('tracker.tx', '1', false); ${add('forged')}`,
])('nobody changes what was: %s', async (statement) => {
  const client = await connection();
  await expect(client.query(statement)).rejects.toMatchObject({ code: '42501' });
  await client.query('ROLLBACK');
});

test('a transaction that somebody makes up is none', async () => {
  await it.sql(add('earlier'));
  const before = await moment();
  await it.sql(add('later'));
  await it.sql(`
    INSERT INTO history.transactions (tx, xid, began_at, recorded_at) SELECT 1000000, '3', recorded_at, recorded_at
      FROM history.transactions WHERE recorded_at <= '${before}' ORDER BY recorded_at DESC LIMIT 1`);
  expect([await title('earlier', before), await title('later', before)]).toEqual([
    'One',
    'There is no such row',
  ]);
  expect(await it.sql(`SELECT FROM history.transactions WHERE tx = 1000000`)).toEqual([]);
});

test('a row with a UUID that is put back counts its versions on', async () => {
  const columns = 'id, alias, language, entity_type, entity_id, sources';
  const [row] = await it.sql(
    `INSERT INTO aliases (alias, language, entity_type, entity_id, sources) VALUES ('Put back', 'en', 'program', 'kr-safm', '{seed-004}') RETURNING id`,
  );
  const id = String(row?.id);
  await it.sql(`DELETE FROM aliases WHERE id = '${id}'`);
  await it.sql(`INSERT INTO aliases (${columns}) SELECT ${columns} FROM history.aliases WHERE id = '${id}'`);
  const { data } = (await it.anyone.get(`/v1/aliases/${id}/history`)).body as {
    data: { operation: string; version: number | null }[];
  };
  expect(data.map(({ operation, version }) => [operation, version])).toEqual([
    ['create', 2],
    ['delete', null],
    ['create', 1],
  ]);
});

test('a set of ten thousand rows has its versions too', async () => {
  await it.sql(
    `INSERT INTO sources (id, kind, title, language) SELECT 'bulk-' || n, 'press', 'One', 'en' FROM generate_series(1, 10000) n`,
  );
  const before = await moment();
  await it.sql(`UPDATE sources SET title = 'Two' WHERE id LIKE 'bulk-%'`);
  await it.sql(`DELETE FROM sources WHERE id LIKE 'bulk-%' AND id <> 'bulk-7'`);
  const total = async (at: string): Promise<unknown> =>
    (await it.anyone.get(`/v1/sources?title=One&count=exact&limit=1${at}`)).body.page.total;
  expect([await total(`&knownAt=${before}`), await total('')]).toEqual([10_000, 0]);
  const { data } = (await it.anyone.get('/v1/sources/bulk-8/history')).body as {
    data: { operation: string }[];
  };
  expect(data.map(({ operation }) => operation)).toEqual(['delete', 'update', 'create']);
});
