/** insert, upsert, replace-scope. */
import { beforeAll, expect, test } from 'vitest';
import { tracker } from '../tracker.ts';
import { apply, csv, faults, rowsOf, send } from './importing.ts';
import { write } from './made-round.ts';

const it = tracker();
beforeAll(() =>
  write(it, 'im', { criteria: { t: [100], u: [100] }, teams: { x: { t: 50 }, y: { t: 60 }, z: { t: 70 } } }),
);

const header = 'round,consortium,criterion,status,score,sources';
const scores = async (): Promise<unknown[]> =>
  (
    (await it.anyone.get('/v1/evaluations?round=im-r&sort=consortium,criterion')).body.data as Record<
      string,
      unknown
    >[]
  ).map(({ consortium, criterion, score }) => [consortium, criterion, score]);
const all = [
  ['im-x', 'im-t', 50],
  ['im-y', 'im-t', 60],
  ['im-z', 'im-t', 70],
];

test('insert takes new keys only, and names those that exist', async () => {
  const file = csv(header, 'im-r,im-x,im-u,disclosed,1,seed-004', 'im-r,im-x,im-t,disclosed,2,seed-004');
  const reply = await send(it, 'evaluations', file, { mode: 'insert' });
  expect(faults(reply)).toMatchObject([
    { row: 2, line: 3, field: 'round + consortium + criterion', code: 'already-exists' },
  ]);
  expect(await scores()).toEqual(all);
  const skipped = await send(it, 'evaluations', file, { mode: 'insert', onError: 'skip', dryRun: true });
  expect(skipped.body.data.counts).toMatchObject({ create: 1, update: 0, error: 1 });
});

const rest = csv(header, 'im-r,im-x,im-t,disclosed,55,seed-004', 'im-r,im-z,im-t,disclosed,70,seed-004');
const scope = { mode: 'replace-scope', scope: 'round=im-r' };

test('replace-scope removes what the file lacks, only as many as maxDelete allows, and the plan says which', async () => {
  const refused = await send(it, 'evaluations', rest, scope);
  expect([refused.status, faults(refused).map(({ parameter, code }) => [parameter, code])]).toEqual([
    422,
    [['maxDelete', 'too-many-deletions']],
  ]);
  expect(await scores()).toEqual(all);
  const plan = await send(it, 'evaluations', rest, { ...scope, maxDelete: 1, dryRun: true });
  expect(plan.body.data.counts).toEqual({ read: 2, create: 0, update: 1, unchanged: 1, delete: 1, error: 0 });
  expect(plan.body.data.standings[0].changes[1]).toMatchObject({
    consortium: 'im-y',
    from: { total: { lowest: 60, highest: 160 } },
    to: { total: { lowest: 0, highest: 200 } },
  });
  const [gone] = await rowsOf(it, plan, { status: 'delete' });
  const [row] = await it.sql(`SELECT id::text FROM evaluations WHERE round = 'im-r' AND consortium = 'im-y'`);
  expect([gone?.id, gone?.line, gone?.row]).toEqual([row?.id, null, 3]);
  expect(await scores()).toEqual(all);
  expect((await apply(it, plan)).status).toBe(201);
  expect(await scores()).toEqual([
    ['im-x', 'im-t', 55],
    ['im-z', 'im-t', 70],
  ]);
});

test('a removal of a row that somebody has changed since the plan is refused', async () => {
  const plan = await send(it, 'evaluations', csv(header, 'im-r,im-x,im-t,disclosed,55,seed-004'), {
    ...scope,
    maxDelete: 1,
    dryRun: true,
  });
  expect(plan.body.data.counts.delete).toBe(1);
  const [row] = await it.sql(`SELECT id::text FROM evaluations WHERE round = 'im-r' AND consortium = 'im-z'`);
  const patched = await it.writer
    .patch(`/v1/evaluations/${String(row?.id)}`)
    .set('if-match', '*')
    .send({ score: 71 });
  expect(patched.status).toBe(200);
  const outdated = await apply(it, plan);
  expect([outdated.status, outdated.body.code, outdated.body.rows]).toMatchObject([
    409,
    'plan-outdated',
    [{ id: row?.id, planned: 'delete', now: 'delete' }],
  ]);
});

test('rows outside the scope are refused, and with a bad row nothing is removed', async () => {
  const file = csv(
    header,
    'im-r,im-x,im-t,disclosed,55,seed-004',
    'kr-safm-round-2,upstage,r2-total,disclosed,69.9,seed-004',
    'im-r,im-q,im-t,disclosed,1,seed-004',
  );
  const reply = await send(it, 'evaluations', file, { ...scope, maxDelete: 100 });
  expect(faults(reply).map(({ row, field, code }) => [row, field, code])).toEqual([
    [2, 'round', 'outside-scope'],
    [3, 'consortium', 'unknown-reference'],
  ]);
  expect(await scores()).toHaveLength(2);
  // The bad row may be meant for one that would else be removed.
  const plan = await send(it, 'evaluations', file, { ...scope, maxDelete: 100, dryRun: true });
  expect(plan.body.data.counts).toMatchObject({ delete: 0, error: 2 });
  expect(await rowsOf(it, plan, { status: 'delete' })).toEqual([]);
});

test('a scope may call its rows by their names; one that is misspelt is refused, and is not an empty one', async () => {
  const none = csv(header);
  const plan = await send(it, 'evaluations', none, {
    mode: 'replace-scope',
    scope: 'round=im/1',
    maxDelete: 9,
    dryRun: true,
  });
  expect([plan.status, plan.body.data?.counts.delete]).toEqual([200, 2]);
  for (const [status, scope, detail] of [
    [422, 'round=im-rr', '`round`: `im-rr`: no such round; did you mean `im-r`?'],
    [
      400,
      'round=im-r,status=disclozed',
      '`status`: `disclozed` is not one of disclosed, undisclosed; did you mean `disclosed`?',
    ],
  ]) {
    const reply = await send(it, 'evaluations', none, { mode: 'replace-scope', scope: String(scope) });
    expect([reply.status, faults(reply).map((fault) => [fault.parameter, fault.detail])]).toEqual([
      status,
      [['scope', detail]],
    ]);
  }
});

test('what others refer to is not removed, and the refusal names them', async () => {
  const reply = await send(
    it,
    'criteria',
    csv('id,program,round,stage,names.en,maxScore,sources', 'im-u,im,im-r,evaluation,u,100,seed-004'),
    {
      ...scope,
      maxDelete: 5,
    },
  );
  expect([reply.status, faults(reply).map(({ code }) => code)]).toEqual([422, ['still-referenced']]);
  expect(faults(reply)[0]?.detail).toMatch(/^`im-t` would be removed, and evaluations\/[0-9a-f-]+/);
  const sources = await send(it, 'sources', csv('id,kind,title,language', 'only-blog,blog,Only,en'), {
    mode: 'replace-scope',
    scope: 'kind=blog',
    maxDelete: 500,
  });
  expect([sources.status, sources.body.code, faults(sources)[0]?.code]).toEqual([
    422,
    'import-refused',
    'still-referenced',
  ]);
  expect((await it.anyone.get('/v1/sources/only-blog')).status).toBe(404);
});

test('a scope is one of references and choices that the resource has', async () => {
  for (const [query, parameter] of [
    [{ mode: 'replace-scope' }, 'scope'],
    [{ mode: 'replace-scope', scope: 'score=5' }, 'scope'],
    [{ mode: 'replace-scope', scope: 'rounds=im-r' }, 'scope'],
    [{ mode: 'replace-scope', scope: 'round' }, 'scope'],
    [{ mode: 'replace-scope', scope: 'round=im-r,round=im-s' }, 'scope'],
    [{ mode: 'replace-scope', scope: 'round=im-r,status=disclose' }, 'scope'],
    [{ mode: 'replace-scope', scope: 'round=im\0r' }, 'scope'],
    [{ ...scope, onError: 'skip' }, 'onError'],
    [{ mode: 'upsert', scope: 'round=im-r' }, 'scope'],
  ] as const) {
    const reply = await send(it, 'evaluations', rest, query);
    expect([query, reply.status, faults(reply)[0]?.parameter]).toEqual([query, 400, parameter]);
  }
});
