import { expect, test } from 'vitest';
import { tracker } from '../tracker.ts';
import { apply, csv, rowsOf, send } from './importing.ts';

const it = tracker();
const file = csv('id,names.en,kind,country,sources', 'four-eyes,Four Eyes,company,KR,seed-001');

test('one key proposes, another approves, and neither does the work of the other', async () => {
  const alone = await send(it, 'organizations', file, {}, { by: 'planner' });
  expect([alone.status, alone.body.code]).toEqual([403, 'insufficient-scope']);
  expect(alone.body.detail).toContain('import:apply');
  const plan = await send(it, 'organizations', file, { dryRun: true }, { by: 'planner' });
  expect([plan.status, plan.body.data.counts.create]).toEqual([200, 1]);
  const own = await apply(it, plan, { by: 'planner' });
  expect([own.status, own.body.detail]).toEqual([403, 'The key lacks the scope `import:apply`.']);

  const proposing = await send(it, 'organizations', file, { dryRun: true }, { by: 'approver' });
  expect([proposing.status, proposing.body.detail]).toEqual([403, 'The key lacks the scope `import:plan`.']);
  const seen = await it.approver.get(`/v1/imports/${String(plan.body.data.id)}`);
  expect([seen.status, seen.body.data.counts]).toEqual([200, plan.body.data.counts]);
  expect((await apply(it, plan, { by: 'approver' })).status).toBe(201);
  expect((await it.anyone.get('/v1/organizations/four-eyes')).status).toBe(200);
});

test('who may only propose does not cancel what was approved, and the other way round', async () => {
  const plan = await send(it, 'organizations', file, { dryRun: true });
  const applied = await apply(it, plan);
  const cancelled = async (reply: typeof plan, by: 'planner' | 'approver') => {
    const { status, body } = await it[by].delete(`/v1/imports/${String(reply.body.data.id)}`);
    return [status, (body as { code: string }).code];
  };
  expect(await cancelled(applied, 'planner')).toEqual([403, 'insufficient-scope']);
  expect(await cancelled(applied, 'approver')).toEqual([409, 'import-finished']);
  expect(await cancelled(plan, 'approver')).toEqual([403, 'insufficient-scope']);
  expect(await cancelled(plan, 'planner')).toEqual([409, 'import-finished']);
});

test('a plan is carried out once, whoever tries', async () => {
  const plan = await send(it, 'organizations', file, { dryRun: true });
  const id = String((await apply(it, plan)).body.data.id);
  const again = it.sql(
    `INSERT INTO imports (resource, mode, on_error, dry_run, plan, max_delete, form, gzip, actor, status, expires_at)
     SELECT resource, mode, on_error, dry_run, plan, max_delete, form, gzip, actor, status, expires_at FROM imports WHERE id = $1`,
    [id],
  );
  await expect(again).rejects.toThrow('imports_plan_once');
});

test('imports are neither made nor read without a key for them, though all else is public', async () => {
  const plan = await send(it, 'organizations', file, { dryRun: true });
  const { id } = plan.body.data as { id: string };
  for (const path of ['/v1/imports', `/v1/imports/${id}`, `/v1/imports/${id}/rows`]) {
    const unknown = await it.anyone.get(path);
    expect([path, unknown.status, unknown.headers['www-authenticate']]).toEqual([
      path,
      401,
      'Bearer realm="tracker"',
    ]);
    const other = await it.writer.get(path);
    expect([other.status, other.body.detail]).toEqual([
      403,
      'The key lacks the scope `import:plan` or `import:apply`.',
    ]);
    expect((await it.planner.get(path)).status).toBe(200);
  }
  for (const by of ['anyone', 'writer'] as const) {
    const status = by === 'anyone' ? 401 : 403;
    expect((await send(it, 'organizations', file, {}, { by })).status).toBe(status);
    expect((await apply(it, plan, { by })).status).toBe(status);
  }
});

test('an import that does not exist is a 404, whatever its id looks like', async () => {
  for (const id of ['nonsense', '0199f6a2-7c1e-7d34-9a51-0c8c3f3f6b1d']) {
    expect((await it.importer.get(`/v1/imports/${id}`)).status).toBe(404);
    expect((await it.importer.get(`/v1/imports/${id}/rows`)).status).toBe(404);
    const reply = await it.importer.post(`/v1/imports/${id}/apply`).set('idempotency-key', `apply-${id}`);
    expect([id, reply.status, reply.body.code]).toEqual([id, 404, 'not-found']);
  }
});

test('an import is read with an ETag, listed newest first, and shows who may do what next', async () => {
  const plan = await send(it, 'organizations', file, { dryRun: true });
  const self = `/v1/imports/${String(plan.body.data.id)}`;
  expect([plan.headers.location, plan.body.data.links.apply]).toEqual([self, `${self}/apply`]);
  const read = await it.importer.get(self);
  expect(read.body).toEqual(plan.body);
  expect((await it.importer.get(self).set('if-none-match', read.headers.etag ?? '')).status).toBe(304);
  const list = await it.importer.get('/v1/imports?limit=2');
  expect(list.body.data).toHaveLength(2);
  expect(list.body.data[0].id).toBe(plan.body.data.id);
  expect((await rowsOf(it, plan)).map(({ row, line, status }) => [row, line, status])).toEqual([
    [1, 2, 'unchanged'],
  ]);
  const idsOf = async (query: string): Promise<unknown[]> =>
    (await it.importer.get(`/v1/imports?limit=1&${query}`)).body.data.map(({ id }: { id: string }) => id);
  expect(await idsOf('status=planned&resource=organizations')).toEqual([plan.body.data.id]);
  expect(await idsOf('status=planned&resource=milestones')).toEqual([]);
  expect(await idsOf('status=running')).toEqual([]);
});
