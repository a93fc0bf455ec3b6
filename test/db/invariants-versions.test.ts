/** An id stays, a version counts the changes of a row, and when it was recorded is kept. */
import { beforeAll, expect, test } from 'vitest';
import { keys } from '../keys.ts';
import { tracker } from '../tracker.ts';
import { asking, contest, refusal, type Contest } from './contest.ts';

const it = tracker();
const http = asking(it);
let c: Contest;
let team: string;
beforeAll(async () => {
  c = await contest(it);
  team = c.consortiums[0];
});

const member = (organization: string, joinedOn: string | null = null) => ({
  organization,
  role: 'member',
  joinedOn,
  sources: [c.source],
});
const version = async (id: string): Promise<unknown> =>
  (await it.sql('SELECT version FROM consortiums WHERE id = $1', [id]))[0]?.version;
/** How far the version goes on while something is done. */
async function steps(work: () => Promise<unknown>, id = team): Promise<number> {
  const before = Number(await version(id));
  await work();
  return Number(await version(id)) - before;
}

test('the id of no resource ever changes', async () => {
  for (const { table, name } of it.registry.all) {
    const [row] = await it.sql(`SELECT id::text AS id FROM ${table} ORDER BY id LIMIT 1`);
    const id = String(row?.id);
    const next = id.replace(/.$/, (last) => (last === '0' ? '1' : '0'));
    expect(await refusal(it.sql(`UPDATE ${table} SET id = '${next}' WHERE id = '${id}'`)), table).toBe(
      'id-is-fixed id',
    );
    expect(await http.patch(`${name}/${id}`, { id: next }), name).toBe('422 id-is-fixed /id');
  }
});

test('every update of a row, of whatever resource, counts once and keeps when it was recorded', async () => {
  for (const { table } of it.registry.all) {
    await it.sql('BEGIN');
    await it.sql(`SET LOCAL tracker.correction = 'test'`);
    await it.sql(
      `CREATE TEMP TABLE old ON COMMIT DROP AS SELECT id, version, created_at, updated_at FROM ${table}`,
    );
    await it.sql(`UPDATE ${table} SET version = 99, created_at = '2000-01-01', updated_at = '2000-01-01'`);
    const [count] = await it.sql(
      `SELECT count(*)::int AS rows, count(*) FILTER (WHERE t.version = old.version + 1 AND t.created_at = old.created_at
              AND t.updated_at > old.updated_at)::int AS right FROM ${table} t JOIN old USING (id)`,
    );
    await it.sql('ROLLBACK');
    expect(count?.right, table).toBe(count?.rows);
    expect(count?.rows, table).toBeGreaterThan(0);
  }
});

test('a PATCH counts once, whatever it changes, and not at all where nothing changes', async () => {
  const patch = (body: Record<string, unknown>) => () => http.patch(`consortiums/${team}`, body);
  expect(await steps(patch({ strategy: 'first' }))).toBe(1);
  expect(await steps(patch({ strategy: 'first' }))).toBe(0);
  expect(await steps(patch({ strategy: 'second', members: [member('kt')] }))).toBe(1);
  expect(await steps(patch({ members: [member('kt'), member('kakao')] }))).toBe(1);
  expect(await steps(patch({ members: [member('kakao', '2025'), member('nhn')] }))).toBe(1);
  expect(await steps(patch({ members: [member('nhn'), member('kakao', '2025')] }))).toBeLessThanOrEqual(1);
  expect(await steps(patch({ members: [], strategy: null }))).toBe(1);
});

test.each([
  ['without', {}],
  ['with', { 'idempotency-key': 'versions-test' }],
])('a new consortium with members has version 1, %s an Idempotency-Key', async (name, headers) => {
  const reply = await it.writer
    .post('/v1/consortiums')
    .set({ authorization: `Bearer ${keys.writer}`, ...headers })
    .send({
      id: `made-${name}`,
      program: c.program,
      names: { en: 'X' },
      lead: 'kt',
      members: [member('kt')],
      sources: [c.source],
    });
  expect([reply.status, reply.body.version]).toEqual([201, 1]);
});

test('a change to the members of a consortium changes its version, on both sides of a move', async () => {
  const [, other] = c.consortiums;
  const insert = `INSERT INTO consortium_members (consortium, organization, role, sources) VALUES ('${team}', 'kt', 'member', '{${c.source}}')`;
  expect(await steps(() => it.sql(insert))).toBe(1);
  expect(
    await steps(() => it.sql(`UPDATE consortium_members SET role = 'advisor' WHERE consortium = '${team}'`)),
  ).toBe(1);
  let there = 0;
  const here = await steps(async () => {
    there = await steps(
      () => it.sql(`UPDATE consortium_members SET consortium = '${other}' WHERE consortium = '${team}'`),
      other,
    );
  });
  expect([here, there]).toEqual([1, 1]);
  expect(
    await steps(() => it.sql(`DELETE FROM consortium_members WHERE consortium = '${other}'`), other),
  ).toBe(1);
});

test('two changes inside one transaction that was partly undone count for what remains', async () => {
  const insert = (organization: string): string =>
    `INSERT INTO consortium_members (consortium, organization, role, sources) VALUES ('${team}', '${organization}', 'member', '{${c.source}}')`;
  await it.sql('BEGIN');
  await it.sql(`SAVEPOINT s; ${insert('kt')}; ROLLBACK TO SAVEPOINT s; ${insert('kakao')}`);
  const inside = Number(await version(team));
  await it.sql('ROLLBACK');
  expect(inside - Number(await version(team))).toBe(1);
});
