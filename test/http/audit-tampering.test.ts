/** Whoever changes what was recorded behind the API's back is found out, and the very row or transaction is named. */
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tracker } from '../tracker.ts';
import { fine, headNow, made, renamed, verification } from './auditing.ts';

const it = tracker();

describe('behind the API’s back', () => {
  let owner: pg.Client;
  beforeAll(async () => {
    owner = new pg.Client({ connectionString: it.url });
    await owner.connect();
    await made(it, 'audit-victim');
    await renamed(it, 'audit-victim', 'Second');
    await renamed(it, 'audit-victim', 'Third');
    await headNow(it);
  });
  afterAll(() => owner.end());

  /** Without any trigger, and taken back once it was looked at: each starts from a log in order. */
  async function tampered(table: string, statements: string[]): Promise<Record<string, unknown>> {
    const rows = `history.tampering`;
    await owner.query(`CREATE TABLE ${rows} AS SELECT * FROM ${table}`);
    const plain = async (texts: string[]): Promise<void> => {
      await owner.query('BEGIN');
      await owner.query('SET LOCAL session_replication_role = replica');
      for (const text of texts) await owner.query(text);
      await owner.query('COMMIT');
    };
    const { rows: columns } = await owner.query<{ list: string }>(
      `SELECT string_agg(quote_ident(attname), ', ') AS list FROM pg_attribute
        WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''`,
      [table],
    );
    const list = columns[0]?.list ?? '';
    await plain(statements);
    const found = await verification(it);
    await plain([
      `DELETE FROM ${table}`,
      `INSERT INTO ${table} (${list}) OVERRIDING SYSTEM VALUE SELECT ${list} FROM ${rows}`,
      `DROP TABLE ${rows}`,
    ]);
    await fine(it);
    expect(found.ok).toBe(false);
    return found.break as Record<string, unknown>;
  }

  /** Where a version of the victim is on the chain. */
  const place = async (version: number): Promise<Record<string, unknown>> => {
    const [row] = await it.sql(
      `SELECT c.position::int AS position, c.tx::int AS transaction, history.utc(c.recorded_at) AS "recordedAt"
         FROM history.changes l JOIN history.chain c USING (tx)
        WHERE l.ids @> ARRAY['audit-victim'] AND l.versions @> ARRAY[$1::int] AND l.operation <> 'delete'`,
      [version],
    );
    return row ?? {};
  };
  const victim = { resource: 'organizations', id: 'audit-victim' };
  const nothing = { resource: null, id: null, version: null };

  test('a row that was edited', async () => {
    expect(
      await tampered('public.organizations', [
        `UPDATE organizations SET name_en = 'Forged' WHERE id = 'audit-victim'`,
      ]),
    ).toMatchObject({ ...(await place(3)), ...victim, version: 3, kind: 'version-changed' });
  });

  test('a former version that was edited, and the computed column of one', async () => {
    expect(
      await tampered('history.organizations', [
        `UPDATE history.organizations SET name_en = 'Forged' WHERE id = 'audit-victim' AND version = 2`,
      ]),
    ).toMatchObject({ ...(await place(2)), ...victim, version: 2, kind: 'version-changed' });
    const { body } = await it.anyone.get('/v1/observations?limit=1');
    const [{ id }] = body.data as [{ id: string }];
    const { status } = await it.writer
      .patch(`/v1/observations/${id}`)
      .set('if-match', '*')
      .send({ note: 'Seen' });
    expect(status).toBe(200);
    expect(
      await tampered('history.observations', [
        `UPDATE history.observations SET subject_program = 'another' WHERE id = '${id}'`,
      ]),
    ).toMatchObject({ resource: 'observations', id, version: 1, kind: 'version-changed' });
  });

  test('a former version that was deleted, or is said to have been superseded otherwise', async () => {
    expect(
      await tampered('history.organizations', [
        `DELETE FROM history.organizations WHERE id = 'audit-victim' AND version = 1`,
      ]),
    ).toMatchObject({ ...(await place(1)), ...victim, version: 1, kind: 'version-missing' });
    expect(
      await tampered('history.organizations', [
        `UPDATE history.organizations SET superseded_in = superseded_in + 1 WHERE id = 'audit-victim' AND version = 2`,
      ]),
    ).toMatchObject({ ...(await place(3)), ...victim, version: 2, kind: 'version-missing' });
  });

  test('a row, a former version or a second copy of one that nobody recorded', async () => {
    const copy = (table: string, columns: string): string =>
      `INSERT INTO ${table} SELECT ${columns} FROM jsonb_populate_record(NULL::${table}, $json$`;
    const [{ row }] = (await it.sql(
      `SELECT to_jsonb(o) AS row FROM organizations o WHERE id = 'audit-victim'`,
    )) as [{ row: object }];
    const inserted = (table: string, more: object): string =>
      `${copy(table, '*')}${JSON.stringify({ ...row, ...more })}$json$)`;
    expect(
      await tampered('public.organizations', [inserted('public.organizations', { id: 'audit-stranger' })]),
    ).toMatchObject({
      ...(await place(3)),
      ...victim,
      id: 'audit-stranger',
      version: 3,
      kind: 'version-unknown',
    });
    expect(
      await tampered('history.organizations', [
        inserted('history.organizations', { version: 9, superseded_in: 1 }),
      ]),
    ).toMatchObject({ ...victim, version: 9, kind: 'version-unknown' });
    expect(
      await tampered('history.organizations', [
        `INSERT INTO history.organizations SELECT * FROM history.organizations WHERE id = 'audit-victim' AND version = 1`,
      ]),
    ).toMatchObject({ ...victim, version: 1, kind: 'version-unknown' });
  });

  test('a transaction whose actor or moment was edited, or that was deleted or slipped in', async () => {
    const { transaction, ...at } = await place(2);
    const where = `WHERE tx = ${String(transaction)}`;
    for (const set of [
      `actor = 'somebody else'`,
      `reason = 'because'`,
      `recorded_at = recorded_at - interval '1 day', began_at = began_at - interval '1 day'`,
      `recorded_at = recorded_at + interval '1 day'`,
      `began_at = began_at - interval '1 day'`,
    ])
      expect([
        set,
        await tampered('history.transactions', [`UPDATE history.transactions SET ${set} ${where}`]),
      ]).toMatchObject([set, { ...at, transaction, ...nothing, kind: 'transaction-changed' }]);
    expect(
      await tampered('history.transactions', [`DELETE FROM history.transactions ${where}`]),
    ).toMatchObject({ ...at, transaction, ...nothing, kind: 'transaction-missing' });
    expect(
      await tampered('history.transactions', [
        `INSERT INTO history.transactions (tx, began_at, recorded_at) SELECT 1000000, began_at, recorded_at FROM history.transactions ${where}`,
      ]),
    ).toMatchObject({ position: null, transaction: 1_000_000, ...nothing, kind: 'transaction-slipped-in' });
  });

  test('a line of the log that was removed or edited, or that belongs to nobody', async () => {
    const { transaction, ...at } = await place(2);
    const where = `WHERE tx = ${String(transaction)}`;
    for (const statement of [
      `DELETE FROM history.changes ${where}`,
      `UPDATE history.changes SET ids = ARRAY['another'] ${where}`,
      `UPDATE history.changes SET digests = decode(repeat('00', 16), 'hex') ${where}`,
    ])
      expect([statement, await tampered('history.changes', [statement])]).toMatchObject([
        statement,
        { ...at, transaction, ...nothing, kind: 'transaction-changed' },
      ]);
    expect(
      await tampered('history.changes', [
        `INSERT INTO history.changes (tx, holder, operation, ids, versions, shape, digests)
           SELECT 1000000, holder, 'create', '{nobody}', '{1}', shape, digests FROM history.changes ${where}`,
      ]),
    ).toMatchObject({ transaction: 1_000_000, kind: 'log-unknown' });
  });

  test('a chain that was cut or forged; its tail grows again as it was', async () => {
    const { position, ...at } = await place(2);
    const where = `WHERE position = ${String(position)}`;
    expect(await tampered('history.chain', [`DELETE FROM history.chain ${where}`])).toMatchObject({
      position,
      kind: 'chain-cut',
    });
    expect(
      await tampered('history.chain', [`UPDATE history.chain SET hash = sha256('') ${where}`]),
    ).toMatchObject({ position, ...at, ...nothing, kind: 'transaction-changed' });
    const { hash, position: end } = await headNow(it);
    await owner.query('BEGIN');
    await owner.query('SET LOCAL session_replication_role = replica');
    await owner.query(`DELETE FROM history.chain WHERE position > $1`, [end - 2]);
    await owner.query('COMMIT');
    expect(await headNow(it)).toMatchObject({ position: end, hash });
  });
});
