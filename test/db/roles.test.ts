/** Who serves requests can do no more than that, also where somebody makes the API say any SQL. */
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { apiRole } from '../../src/db/roles.ts';
import { fine, headNow } from '../http/auditing.ts';
import { tracker } from '../tracker.ts';
import { rowsOf } from './databases.ts';

const it = tracker();
let api: pg.Client;
beforeAll(async () => {
  api = new pg.Client({ connectionString: it.apiUrl });
  await api.connect();
});
afterAll(() => api.end());

const code = (text: string): Promise<string> =>
  api.query(text).then(
    () => 'done',
    (error: unknown) => (error as pg.DatabaseError).code ?? String(error),
  );
const refused = '42501';

async function expectRefused(statements: string[]): Promise<void> {
  const told: string[] = [];
  for (const text of statements) {
    await api.query('BEGIN');
    const answer = await code(text);
    if (answer !== refused) told.push(`${answer}: ${text}`);
    await api.query('ROLLBACK');
  }
  expect(told).toEqual([]);
}

async function tablesIn(...schemas: string[]): Promise<string[]> {
  const rows = await it.sql(
    `SELECT c.oid::regclass::text AS name FROM pg_class c WHERE c.relkind IN ('r', 'p') AND c.relnamespace = ANY ($1::regnamespace[])`,
    [schemas],
  );
  return rows.map(({ name }) => String(name));
}

describe('the role of the API', () => {
  test('is what the API has, in every pool', async () => {
    for (const pool of [it.db.pool, it.db.exports, it.db.aside])
      expect((await pool.query('SELECT current_user, session_user')).rows).toEqual([
        { current_user: apiRole, session_user: apiRole },
      ]);
  });

  test('cannot change, drop or empty a table, nor what watches over it', async () => {
    const tables = await tablesIn('public', 'history', 'pgboss');
    expect(tables.length).toBeGreaterThan(60);
    await expectRefused(
      tables.flatMap((name) => [
        `ALTER TABLE ${name} ADD COLUMN mine int`,
        `ALTER TABLE ${name} DISABLE TRIGGER ALL`,
        `DROP TABLE ${name} CASCADE`,
        `TRUNCATE ${name} CASCADE`,
        `CREATE INDEX ON ${name} ((1))`,
      ]),
    );
    await expectRefused([
      'SET session_replication_role = replica',
      'DROP TRIGGER zz_kept_on_update ON evaluations',
      'CREATE TRIGGER mine BEFORE INSERT ON evaluations FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()',
      'CREATE RULE mine AS ON DELETE TO evaluations DO INSTEAD NOTHING',
      'CREATE OR REPLACE FUNCTION history.wrote() RETURNS bigint LANGUAGE sql RETURN 1',
      'DROP FUNCTION history.refuse_change() CASCADE',
      'ALTER FUNCTION history.link() SECURITY INVOKER',
      'CREATE OR REPLACE VIEW known.evaluations AS SELECT * FROM public.evaluations',
      'DROP VIEW as_of.evaluations CASCADE',
      'ALTER TABLE evaluations OWNER TO CURRENT_USER',
    ]);
  });

  test('changes nothing that was recorded, and adds nothing to it', async () => {
    const tables = [...(await tablesIn('history')), 'corrections', 'currencies', '_prisma_migrations'];
    await expectRefused([
      ...tables.flatMap((name) => {
        const writes = [`DELETE FROM ${name}`, `LOCK TABLE ${name} IN ACCESS EXCLUSIVE MODE`];
        if (name !== 'history.signing_keys') writes.push(`INSERT INTO ${name} DEFAULT VALUES`);
        return writes;
      }),
      `UPDATE history.evaluations SET score = 1`,
      `UPDATE history.transactions SET actor = 'nobody'`,
      `UPDATE history.changes SET digests = ''`,
      `UPDATE history.chain SET hash = ''`,
      `UPDATE history.key_events SET actor = 'nobody'`,
      `UPDATE history.signing_keys SET public_key = ''`,
      `UPDATE history.shapes SET columns = '{}'`,
      `UPDATE corrections SET reason = 'none'`,
      `DELETE FROM api_keys`,
      `INSERT INTO history.evaluations SELECT e.*, 1 FROM evaluations e LIMIT 1`,
      `INSERT INTO history.chain (tx) VALUES (1)`,
      `INSERT INTO corrections (resource, row_id, reason) VALUES ('rounds', 'x', 'made up')`,
      `SELECT setval('history.numbers', 1)`,
      `SELECT nextval('history.numbers')`,
    ]);
  });

  test('makes nothing that others would find, and becomes nobody else', async () => {
    const owner = new URL(it.url).username;
    await expectRefused([
      ...['public', 'history', 'known', 'as_of', 'as_of_known', 'pgboss'].flatMap((schema) => [
        `CREATE TABLE ${schema}.mine (x int)`,
        `CREATE FUNCTION ${schema}.mine() RETURNS int LANGUAGE sql RETURN 1`,
      ]),
      'CREATE SCHEMA mine',
      'CREATE EXTENSION dblink',
      'CREATE ROLE mine',
      `GRANT ${owner} TO CURRENT_USER`,
      `SET ROLE ${owner}`,
      `SET SESSION AUTHORIZATION ${owner}`,
      `SELECT set_config('role', '${owner}', false)`,
      'ALTER ROLE CURRENT_USER SUPERUSER',
      `ALTER DATABASE ${new URL(it.url).pathname.slice(1)} SET search_path = mine`,
      `SELECT pg_terminate_backend((SELECT pid FROM pg_stat_activity WHERE usename = '${owner}' AND datname = current_database() LIMIT 1))`,
      `COPY (SELECT 1) TO PROGRAM 'true'`,
      `SELECT pg_read_file('postgresql.conf')`,
      `SELECT lo_import('/etc/hostname')`,
    ]);
  });
});

describe('what the database does in the name of the owner', () => {
  test('is done by functions that nobody else can call or bend: but for sealing, only by triggers', async () => {
    const rows = await it.sql(
      `SELECT p.oid::regprocedure::text AS name, p.prorettype = 'trigger'::regtype AS "isTrigger",
              p.proconfig::text LIKE '%"search_path=%, pg_temp"%' AS pinned, has_function_privilege($1, p.oid, 'EXECUTE') AS "canCall"
         FROM pg_proc p WHERE p.prosecdef`,
      [apiRole],
    );
    expect(rows.length).toBeGreaterThan(25);
    expect(rows.filter(({ pinned }) => pinned !== true)).toEqual([]);
    expect(rows.filter(({ isTrigger, canCall }) => canCall === true || isTrigger !== true)).toEqual([
      {
        name: 'history.seal(timestamp with time zone,interval)',
        isTrigger: false,
        pinned: true,
        canCall: true,
      },
    ]);
  });

  test('does not go by a table of somebody’s own that has such a trigger', async () => {
    await expectRefused([
      `CREATE TEMP TABLE mine (LIKE history.evaluations);
       CREATE TRIGGER forge AFTER UPDATE ON mine REFERENCING OLD TABLE AS before NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION history.keep_evaluations()`,
      `CREATE TEMP TABLE mine (LIKE api_keys);
       CREATE TRIGGER forge AFTER INSERT ON mine FOR EACH ROW EXECUTE FUNCTION history.keep_key_event()`,
      `CREATE TEMP TABLE mine (LIKE rounds);
       CREATE TRIGGER forge AFTER DELETE ON mine REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION rounds_checked()`,
    ]);
  });

  test('does not go by temporary tables with the names of ours', async () => {
    await api.query(`CREATE TEMP TABLE rounds AS SELECT * FROM public.rounds WHERE false`);
    await api.query(`CREATE TEMP TABLE corrections (resource text, row_id text, reason text, actor text)`);
    const change = `UPDATE public.evaluations SET score = score - 0.1 WHERE round = 'kr-safm-round-1' AND criterion = 'r1-expert' AND score > 1`;
    expect(await code(change)).toBe('TR001');
    const before = await it.sql('SELECT count(*)::int AS n FROM corrections');
    await api.query(`BEGIN; SELECT set_config('tracker.correction', 'seen', true)`);
    const { rowCount } = await api.query(change);
    await api.query('COMMIT');
    const [after] = await it.sql('SELECT count(*)::int AS n FROM corrections');
    expect(rowCount).toBeGreaterThan(0);
    expect(after?.n).toBe(Number(before[0]?.n) + Number(rowCount));
    expect((await api.query('SELECT FROM pg_temp.corrections')).rowCount).toBe(0);
    await api.query('DROP TABLE pg_temp.rounds, pg_temp.corrections');
  });

  test('says whose number a transaction has, whatever the writer says', async () => {
    const [first] = await it.sql('SELECT min(tx)::text AS tx FROM history.transactions');
    await api.query('BEGIN');
    await api.query(`SELECT set_config('tracker.tx', $1, true)`, [first?.tx]);
    expect(await code(`UPDATE organizations SET name_en = 'Forged' WHERE id = 'upstage'`)).toBe(refused);
    await api.query('ROLLBACK');
  });

  test('seals nothing that is not settled, whoever asks for it', async () => {
    await headNow(it);
    const writer = new pg.Client({ connectionString: it.apiUrl });
    await writer.connect();
    onTestFinished(() => writer.end());
    await writer.query('BEGIN');
    await writer.query(`UPDATE organizations SET name_en = 'Early' WHERE id = 'upstage'`);
    // It has its moment, and has not committed.
    await writer.query('SET CONSTRAINTS ALL IMMEDIATE');
    await api.query(`UPDATE organizations SET name_en = 'Late' WHERE id = 'naver'`);
    const seal = `SELECT history.seal('infinity', '50 milliseconds') AS sealed`;
    expect((await api.query(seal)).rows).toEqual([{ sealed: 0 }]);
    await api.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
    expect(await code(seal)).toBe('0A000');
    await api.query('ROLLBACK');
    await writer.query('COMMIT');
    expect((await api.query(seal)).rows).toEqual([{ sealed: 2 }]);
    await fine(it);
  });
});

test('a table that is made later has the same guards', async () => {
  await it.sql(`
    CREATE TABLE later (id text PRIMARY KEY, sources text[] NOT NULL, version int NOT NULL DEFAULT 1,
                        created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now())`);
  await it.sql(`CALL add_fact_table('later')`);
  await it.sql(`CALL add_history('later')`);
  await it.sql(`CALL add_as_of_view('later', NULL)`);
  await api.query(`INSERT INTO later (id, sources) VALUES ('one', '{seed-001}')`);
  await api.query(`DELETE FROM later`);
  for (const schema of ['history', 'known', 'as_of', 'as_of_known'])
    expect(await code(`SELECT id FROM ${schema}.later WHERE false`)).toBe('done');
  await expectRefused(['DELETE FROM history.later', 'TRUNCATE later', 'ALTER TABLE later ADD x int']);
  expect(await rowsOf(it.url, 'SELECT id, version FROM history.later')).toEqual([{ id: 'one', version: 1 }]);
});

test('what is refused to plain SQL is done by the API: a correction of a published score, and its reason is kept', async () => {
  const [row] = (await it.anyone.get('/v1/evaluations?round=kr-safm-round-1&criterion=r1-expert&limit=1'))
    .body.data as { id: string }[];
  const path = `/v1/evaluations/${row?.id ?? ''}`;
  const { etag = '' } = (await it.anyone.get(path)).headers;
  const reply = await it.writer
    .patch(path)
    .set({ 'if-match': etag, 'content-type': 'application/merge-patch+json' })
    .send({ score: 20, correction: true, reason: 'Misread' });
  expect(reply.status, reply.text).toBe(200);
  expect(
    await it.sql(`SELECT reason FROM corrections WHERE row_id = $1 ORDER BY id DESC LIMIT 1`, [row?.id]),
  ).toEqual([{ reason: 'Misread' }]);
  await fine(it);
});
