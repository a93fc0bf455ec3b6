/** A plan says what would happen, and applying it does exactly that, once. */
import { parse } from 'csv-parse/sync';
import { beforeAll, expect, test } from 'vitest';
import { keys } from '../keys.ts';
import { tracker } from '../tracker.ts';
import { apply, countOf, csv, faults, rowsOf, send } from './importing.ts';
import { write } from './made-round.ts';

const it = tracker();
beforeAll(() => write(it, 'ip', { criteria: { t: [100] }, teams: { x: { t: 50 }, y: { t: 60 }, z: {} } }));

const scores = csv(
  'round,consortium,criterion,status,score,sources',
  'ip-r,ip-x,ip-t,disclosed,70,seed-004',
  'ip-r,ip-y,ip-t,disclosed,60,seed-004',
  'ip-r,ip-z,ip-t,disclosed,65,seed-004',
  'ip-r,ip-w,ip-t,disclosed,10,seed-004',
);
const at = (best: number, points: number, worst = best): object => ({
  rank: { best, worst },
  total: { lowest: points, highest: points },
});
const scoreOf = async (team: string): Promise<number | undefined> =>
  (await it.anyone.get(`/v1/evaluations?round=ip-r&consortium=${team}`)).body.data[0]?.score as
    number | undefined;

test('a plan shows each row, each field that changes and what it does to the standings, and changes nothing', async () => {
  const plan = await send(it, 'evaluations', scores, { dryRun: true, onError: 'skip' });
  expect(plan.body.data).toMatchObject({
    status: 'planned',
    counts: { read: 4, create: 1, update: 1, unchanged: 1, delete: 0, error: 1 },
    standings: [
      {
        round: 'ip-r',
        changes: [
          { consortium: 'ip-x', from: at(2, 50, 3), to: at(1, 70) },
          { consortium: 'ip-y', from: at(1, 60, 2), to: at(3, 60) },
          { consortium: 'ip-z', to: at(2, 65) },
        ],
      },
    ],
  });
  const rows = await rowsOf(it, plan);
  expect(rows.map(({ row, line, status, changes }) => [row, line, status, changes])).toEqual([
    [1, 2, 'update', { score: { from: 50, to: 70 } }],
    [2, 3, 'unchanged', null],
    [3, 4, 'create', null],
    [4, 5, 'error', null],
  ]);
  expect(rows[3]?.errors).toMatchObject([{ field: 'consortium', code: 'unknown-reference', value: 'ip-w' }]);
  expect([await scoreOf('ip-x'), await scoreOf('ip-z')]).toEqual([50, undefined]);
});

test('the rows of a plan are listed by status, page by page, and as files', async () => {
  const plan = await send(it, 'evaluations', scores, { dryRun: true });
  const path = `/v1/imports/${String(plan.body.data.id)}/rows`;
  const seen: number[] = [];
  for (let after: number | null = 0; after !== null;) {
    const { body } = await it.importer.get(`${path}?limit=3&after=${after}`);
    seen.push(...(body.data as { row: number }[]).map(({ row }) => row));
    after = body.page.next as number | null;
  }
  expect(seen).toEqual([1, 2, 3, 4]);
  for (const status of ['create', 'update', 'unchanged', 'error'])
    expect((await rowsOf(it, plan, { status })).map((row) => row.status)).toEqual([status]);
  const text = (await it.importer.get(`${path}?format=csv`)).text;
  expect(
    parse<Record<string, string>>(text, { columns: true }).map(({ row, status }) => [row, status]),
  ).toEqual([
    ['1', 'update'],
    ['2', 'unchanged'],
    ['3', 'create'],
    ['4', 'error'],
  ]);
  const lines = await it.app.inject({
    url: `${path}?format=ndjson`,
    headers: { authorization: `Bearer ${keys.importer}` },
  });
  expect(
    lines.body
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { row: number }).row),
  ).toEqual([1, 2, 3, 4]);
});

test('the rows in error come back as a CSV, which is mended and sent again', async () => {
  const plan = await send(it, 'evaluations', scores, { dryRun: true });
  const path = `/v1/imports/${String(plan.body.data.id)}/rows?status=error&format=csv`;
  const { text } = await it.importer.get(path);
  const [row] = parse<Record<string, string>>(text, { columns: true });
  expect(row).toMatchObject({ round: 'ip-r', consortium: 'ip-w', score: '10', sources: 'seed-004' });
  expect(row?.error).toContain('no such consortium');
  const mended = await send(it, 'evaluations', text.replace(',ip-w,', ',ip-z,'), { dryRun: true });
  expect(mended.body.data.counts).toMatchObject({ read: 1, create: 1, error: 0 });
});

test('a plan is carried out once, as it was shown; a retry gets the same reply', async () => {
  const stopped = await send(it, 'evaluations', scores, { dryRun: true });
  const refused = await apply(it, stopped);
  expect([refused.status, refused.body.code]).toEqual([409, 'plan-not-applicable']);
  expect(refused.body.detail).toContain('onError=abort');

  const plan = await send(it, 'evaluations', scores, { dryRun: true, onError: 'skip' });
  const done = await apply(it, plan, { key: 'apply-once' });
  expect([done.status, done.body.data.status, done.body.data.plan]).toEqual([
    201,
    'applied',
    plan.body.data.id,
  ]);
  expect(done.body.data.counts).toEqual(plan.body.data.counts);
  expect([await scoreOf('ip-x'), await scoreOf('ip-y'), await scoreOf('ip-z')]).toEqual([70, 60, 65]);
  const shape = (rows: Awaited<ReturnType<typeof rowsOf>>): unknown[] =>
    rows.map(({ row, status, changes, errors }) => [row, status, changes, errors]);
  expect(shape(await rowsOf(it, done))).toEqual(shape(await rowsOf(it, plan)));

  const again = await apply(it, plan, { key: 'apply-once' });
  expect([again.status, again.headers['idempotency-replayed'], again.text]).toEqual([201, 'true', done.text]);
  const second = await apply(it, plan);
  expect([second.status, second.body.code]).toEqual([409, 'plan-not-applicable']);
  expect(second.body.detail).toContain(String(done.body.data.id));
});

test('an import that is no plan cannot be applied, nor a plan that has expired', async () => {
  const done = await send(it, 'evaluations', scores, { onError: 'skip' });
  expect((await apply(it, done)).body.code).toBe('plan-not-applicable');
  const plan = await send(it, 'evaluations', scores, { dryRun: true, onError: 'skip' });
  await it.sql(`UPDATE imports SET expires_at = now() - interval '1 second' WHERE id = $1`, [
    plan.body.data.id,
  ]);
  const late = await apply(it, plan);
  expect([late.status, late.body.code]).toEqual([409, 'plan-not-applicable']);
  expect(late.body.detail).toContain('expired');
});

test('a plan whose rows have changed is refused with these rows, and nothing of it is written', async () => {
  const organization = (id: string, website: string): object => ({
    id,
    names: { en: id },
    kind: 'company',
    country: 'KR',
    website,
    sources: ['seed-001'],
  });
  const ids = ['plan-a', 'plan-b', 'plan-c'];
  expect(
    (
      await send(
        it,
        'organizations',
        ids.map((id) => organization(id, 'https://old.example')),
      )
    ).status,
  ).toBe(201);
  const file = [...ids, 'plan-d'].map((id) => organization(id, 'https://new.example'));
  const plan = await send(it, 'organizations', file, { dryRun: true });
  expect(
    (await it.writer.patch('/v1/organizations/plan-b').set('if-match', '*').send({ kind: 'startup' })).status,
  ).toBe(200);
  expect(
    (await it.writer.post('/v1/organizations').send(organization('plan-d', 'https://other.example'))).status,
  ).toBe(201);
  const outdated = await apply(it, plan);
  expect([outdated.status, outdated.body.code]).toEqual([409, 'plan-outdated']);
  expect(outdated.body.rows).toMatchObject(
    [
      { line: null, id: 'plan-b', planned: 'update', now: 'update' },
      { id: 'plan-d', planned: 'create', now: 'update' },
    ].map(({ line: _, ...row }) => row),
  );
  for (const id of ids)
    expect((await it.anyone.get(`/v1/organizations/${id}`)).body.website).toBe('https://old.example');
});

test('a correction of a published round shows what it does to the real standings, and keeps its reason', async () => {
  const file = csv('round,consortium,criterion,status,score', 'kr-safm/2,upstage,r2-total,disclosed,71');
  const silent = await send(it, 'evaluations', file, { dryRun: true });
  expect(faultsOf(silent.body.data)).toEqual(['correction-required']);
  const plan = await send(it, 'evaluations', file, { dryRun: true, correction: true, reason: 'misread' });
  expect(plan.body.data.counts).toMatchObject({ update: 1, error: 0 });
  expect(plan.body.data.standings).toMatchObject([{ round: 'kr-safm-round-2' }]);
  const { changes } = plan.body.data.standings[0] as { changes: { consortium: string; to: unknown }[] };
  const before = await countOf(it, 'evaluations');
  expect((await apply(it, plan)).status).toBe(201);
  expect(await countOf(it, 'evaluations')).toBe(before);
  const { consortiums } = (await it.anyone.get('/v1/rounds/kr-safm-round-2/standings')).body.data as {
    consortiums: { id: string; rank: unknown; total: unknown }[];
  };
  expect(changes.length).toBeGreaterThan(0);
  for (const { consortium, to } of changes) {
    const line = consortiums.find(({ id }) => id === consortium);
    expect(to).toEqual({ rank: line?.rank, total: line?.total });
  }
  expect(await it.sql(`SELECT reason FROM corrections WHERE resource = 'evaluations'`)).toEqual([
    { reason: 'misread' },
  ]);
});

test('a row in error is told once, and a plan that cannot be carried out offers no way to', async () => {
  const { text } = await it.anyone.get('/v1/evaluations?round=kr-safm-round-1&format=csv');
  const file = text.replace('r1-expert,disclosed,31.6,', 'r1-expert,disclosed,31.7,');
  const correction = { dryRun: true, correction: true, reason: 'misread' };
  const plan = await send(it, 'evaluations', file, correction);
  expect([plan.body.data.problems, faultsOf(plan.body.data)]).toEqual([[], ['parts-exceed-whole']]);
  expect(plan.body.data.links.apply).toBeUndefined();

  const scope = { mode: 'replace-scope', scope: 'round=kr-safm-round-1', dryRun: true };
  const removing = await send(it, 'evaluations', csv('round,consortium,criterion'), {
    ...scope,
    maxDelete: 100,
  });
  expect(removing.body.data.problems).toEqual([
    {
      parameter: 'correction',
      code: 'correction-required',
      detail: 'the round is published: to correct it, give the import `correction=true` and a `reason`',
    },
  ]);
  expect(removing.body.data.links.apply).toBeUndefined();
  const refused = await apply(it, removing);
  expect([refused.status, refused.body.code]).toEqual([409, 'plan-not-applicable']);
  expect(refused.body.detail).toContain('the round is published');

  const good = await send(it, 'evaluations', text, correction);
  const self = String(good.body.data.links.self);
  expect(good.body.data.links.apply).toBe(`${self}/apply`);
  expect((await apply(it, good)).status).toBe(201);
  expect((await it.importer.get(self)).body.data.links.apply).toBeUndefined();
});

const faultsOf = ({ errors }: { errors: { code: string }[] }): string[] => errors.map(({ code }) => code);

test('a plan says at once if a correction lacks its reason, or a scope belongs to no mode', async () => {
  const reply = await send(it, 'evaluations', scores, {
    dryRun: true,
    correction: true,
    scope: 'round=ip-r',
  });
  expect(
    faults(reply)
      .map(({ parameter }) => parameter)
      .sort(),
  ).toEqual(['reason', 'scope']);
});

test('a name that means another row by the time of applying is a change, also of a row that is yet to be made', async () => {
  const called = (organization: string): object => ({
    entity: { type: 'organization', id: organization },
    alias: 'Whoever',
    language: 'en',
    sources: ['seed-004'],
  });
  const alias = await it.writer.post('/v1/aliases').send(called('upstage'));
  expect(alias.status).toBe(201);
  const file = csv('id,organization,partner,kind,sources', 'ip-named,Whoever,openai,technology,seed-004');
  const plan = await send(it, 'partnerships', file, { dryRun: true });
  const moved = await it.writer
    .patch(`/v1/aliases/${String(alias.body.id)}`)
    .set({ 'content-type': 'application/merge-patch+json', 'if-match': String(alias.headers.etag) })
    .send(JSON.stringify(called('sk-telecom')));
  expect(moved.status).toBe(200);
  const applied = await apply(it, plan);
  expect([applied.status, applied.body.code]).toEqual([409, 'plan-outdated']);
  expect(applied.body.rows).toMatchObject([{ n: 1, line: 2, planned: 'create', now: 'create' }]);
  expect((await it.anyone.get('/v1/partnerships/ip-named')).status).toBe(404);
});
