/** Imports by keys that are made for a duty: one that proposes, one that approves, and such as are bound to a programme. */
import { randomUUID } from 'node:crypto';
import type { Response } from 'supertest';
import { beforeAll, expect, test } from 'vitest';
import { tracker } from '../tracker.ts';
import { admin, as, make } from './api-keys.ts';
import { csv } from './importing.ts';

const it = tracker();
const secrets: Record<string, string> = {};
const ids: Record<string, string> = {};

beforeAll(async () => {
  const second = { id: 'second', names: { en: 'Second' }, country: 'FR', sources: ['seed-004'] };
  await it.writer.post('/v1/programs').send({ ...it.registry.get('programs').example, ...second });
  for (const [name, scopes, program] of [
    ['planner', ['import:plan'], undefined],
    ['approver', ['import:apply'], undefined],
    ['both', ['import'], undefined],
    ['own', ['import'], 'kr-safm'],
    ['ownPlanner', ['import:plan'], 'kr-safm'],
    ['ownApprover', ['import:apply'], 'kr-safm'],
    ['foreign', ['import'], 'second'],
  ] as const)
    ({ id: ids[name], secret: secrets[name] } = await make(it, {
      scopes: [...scopes],
      ...(program && { program }),
    }));
});

type Query = Record<string, string | number | boolean>;
const send = async (
  by: string,
  resource: string,
  file: string,
  query: Query = {},
  fields = {},
): Promise<Response> =>
  as(it, secrets[by] ?? '', 'post', '/v1/imports')
    .query({ resource, ...query })
    .set({ 'content-type': 'text/csv', 'idempotency-key': randomUUID(), ...fields })
    .send(file);
const idOf = ({ body }: Response): string => body.data.id as string;
const apply = async (by: string, plan: Response): Promise<Response> =>
  as(it, secrets[by] ?? '', 'post', `/v1/imports/${idOf(plan)}/apply`).set('idempotency-key', randomUUID());
const refusal = ({ status, body }: Response) => [status, body.code];
const outside = [403, 'outside-program'];

const header = 'id,program,date,kind,title,sources';
const line = (id: string, program: string, title = id) =>
  `${id},${program},2027-01,hearing,${title},seed-004`;
const titleOf = async (id: string): Promise<unknown> => {
  const { status, body } = await it.anyone.get(`/v1/milestones/${id}`);
  return status === 200 ? body.title : status;
};

test('who proposes does not approve, and cannot help itself to it; who holds both may do both', async () => {
  const file = csv(header, line('four-eyes', 'kr-safm'));
  const plan = await send('planner', 'milestones', file, { dryRun: true });
  expect([plan.status, plan.body.data.counts.create]).toEqual([200, 1]);
  const alone = await apply('planner', plan);
  expect([...refusal(alone), alone.body.detail]).toEqual([
    403,
    'insufficient-scope',
    'The key lacks the scope `import:apply`.',
  ]);
  expect(refusal(await send('planner', 'milestones', file))).toEqual([403, 'insufficient-scope']);
  for (const [method, path] of [
    ['post', ''],
    ['get', ''],
  ] as const)
    expect(refusal(await as(it, secrets.planner ?? '', method, `/v1/api-keys${path}`).send())).toEqual([
      403,
      'insufficient-scope',
    ]);
  expect(refusal(await send('approver', 'milestones', file, { dryRun: true }))).toEqual([
    403,
    'insufficient-scope',
  ]);
  expect(await titleOf('four-eyes')).toBe(404);

  const shown = await as(it, secrets.approver ?? '', 'get', `/v1/imports/${idOf(plan)}/rows`);
  expect(shown.body.data.map(({ status }: { status: string }) => status)).toEqual(['create']);
  expect((await apply('approver', plan)).status).toBe(201);
  expect(await titleOf('four-eyes')).toBe('four-eyes');
  const { body } = await it.anyone.get('/v1/milestones/four-eyes/history');
  expect([body.data[0].actor, body.data[0].import]).toEqual([ids.approver, expect.any(String)]);

  const own = await send('both', 'milestones', csv(header, line('two-hats', 'kr-safm')), { dryRun: true });
  expect((await apply('both', own)).status).toBe(201);
});

test('a new secret of the key that proposes approves no more than the one before', async () => {
  const { id, secret } = await make(it, { scopes: ['import:plan'] });
  secrets.rotating = secret;
  const plan = await send('rotating', 'milestones', csv(header, line('rotated', 'kr-safm')), {
    dryRun: true,
  });
  secrets.rotating = (await admin(it, 'post', `/${id}/rotate`).send({})).body.secret as string;
  expect(refusal(await apply('rotating', plan))).toEqual([403, 'insufficient-scope']);
  await admin(it, 'delete', `/${id}`).set('if-match', '*');
  expect(refusal(await apply('rotating', plan))).toEqual([401, 'unauthenticated']);
});

test('a bound key imports rows of its programme; others are rows in error, and what belongs to none is refused at once', async () => {
  const mixed = csv(header, line('ours', 'kr-safm'), line('theirs', 'second'));
  const refused = await send('own', 'milestones', mixed);
  expect(refusal(refused)).toEqual([422, 'import-refused']);
  expect(refused.body.errors).toEqual([
    {
      row: 2,
      line: 3,
      column: 2,
      field: 'program',
      code: 'outside-program',
      detail: 'the key is bound to the programme `kr-safm`; this row belongs to `second`',
    },
  ]);
  expect([await titleOf('ours'), await titleOf('theirs')]).toEqual([404, 404]);
  const skipped = await send('own', 'milestones', mixed, { onError: 'skip' });
  expect([skipped.status, skipped.body.data.program, skipped.body.data.counts]).toMatchObject([
    201,
    'kr-safm',
    { create: 1, error: 1 },
  ]);
  expect([await titleOf('ours'), await titleOf('theirs')]).toEqual(['ours', 404]);
  const none = await send(
    'own',
    'organizations',
    csv('id,names.en,kind,country,sources', 'x,X,company,KR,seed-001'),
    { dryRun: true },
  );
  expect([...refusal(none), none.body.detail]).toEqual([
    ...outside,
    'The key is bound to the programme `kr-safm`; organizations belong to no single programme.',
  ]);
});

test('a bound key neither takes a row over nor gives one away, nor passes one by that stays as it is', async () => {
  await send('both', 'milestones', csv(header, line('his', 'second'), line('mine', 'kr-safm')));
  for (const [by, rows] of [
    ['own', [line('his', 'kr-safm')]],
    ['own', [line('mine', 'second')]],
    ['own', [line('his', 'second')]],
    ['foreign', [line('mine', 'kr-safm', 'renamed')]],
  ] as const) {
    const reply = await send(by, 'milestones', csv(header, ...rows));
    expect([rows, reply.status, reply.body.errors[0].code]).toEqual([rows, 422, 'outside-program']);
  }
  // Fields that the file lacks are those of the row that is there.
  const title = await send('own', 'milestones', csv('id,title', 'his,Taken'));
  expect([title.status, title.body.errors[0].code]).toEqual([422, 'outside-program']);
  expect([await titleOf('his'), await titleOf('mine')]).toEqual(['his', 'mine']);
});

test.each([
  [
    'evaluations',
    'round,consortium,criterion,status,score,sources',
    'kr-safm-round-2,upstage,r2-nia-benchmark,undisclosed,,msit-2026-08-18-round-2',
    'round',
  ],
  [
    'observations',
    'subject.type,subject.id,indicator,value,unit,observedOn,sources',
    'round,kr-safm-round-2,viewers,1,people,2026-08,seed-004',
    'subject.id',
  ],
  [
    'aliases',
    'entity.type,entity.id,alias,language,sources',
    'organization,upstage,Bound,en,seed-004',
    'entity.id',
  ],
  ['programs', 'id,names.en,country,sources', 'third,Third,FR,seed-004', 'id'],
])(
  'of %s the field is named that says to which programme a row belongs',
  async (resource, columns, row, field) => {
    const reply = await send('foreign', resource, csv(columns, row));
    expect([reply.status, reply.body.errors?.[0]]).toMatchObject([422, { code: 'outside-program', field }]);
  },
);

test('what a file replaces is removed only where it is of the programme', async () => {
  const kinds = (id: string, program: string) => `${id},${program},2027-02,deadline,${id},seed-004`;
  await send('both', 'milestones', csv(header, kinds('left-a', 'kr-safm'), kinds('left-b', 'second')));
  const replacing = (by: string, scope: string, query: Query = {}) =>
    send(by, 'milestones', csv(header, kinds('stays', 'kr-safm')), {
      mode: 'replace-scope',
      scope,
      maxDelete: 500,
      ...query,
    });
  const { body } = await it.anyone.get('/v1/milestones?program=second&limit=1&count=exact');
  expect(body.page.total).toBeGreaterThan(0);
  const foreign = await send('own', 'milestones', csv(header), {
    mode: 'replace-scope',
    scope: 'program=second',
    maxDelete: 500,
  });
  expect([foreign.status, foreign.body.errors[0].code, foreign.body.errors[0].parameter]).toEqual([
    422,
    'outside-program',
    'scope',
  ]);
  const planned = await send('own', 'milestones', csv(header), {
    mode: 'replace-scope',
    scope: 'program=second',
    maxDelete: 500,
    dryRun: true,
  });
  expect([planned.status, planned.body.data.problems[0].code, planned.body.data.links.apply]).toEqual([
    200,
    'outside-program',
    undefined,
  ]);
  expect(await titleOf('left-b')).toBe('left-b');
  const plan = await replacing('own', 'program=kr-safm', { dryRun: true });
  expect([plan.status, plan.body.data.problems]).toEqual([200, []]);
  expect(plan.body.data.counts.delete).toBeGreaterThan(0);
});

test('an import of a bound key is seen, approved and cancelled by keys of its programme and by unbound ones, and by no other', async () => {
  const plan = await send('ownPlanner', 'milestones', csv(header, line('approved', 'kr-safm')), {
    dryRun: true,
  });
  const path = `/v1/imports/${idOf(plan)}`;
  for (const [method, address] of [
    ['get', path],
    ['get', `${path}/rows`],
    ['get', `${path}/events`],
    ['delete', path],
  ] as const) {
    const refused = await as(it, secrets.foreign ?? '', method, address);
    expect([method, address, ...refusal(refused)]).toEqual([method, address, ...outside]);
    expect(refused.body.detail).toContain('ordered this import is bound to `kr-safm`');
  }
  expect(refusal(await apply('foreign', plan))).toEqual(outside);
  const unbound = await send('planner', 'milestones', csv(header, line('unbound', 'kr-safm')), {
    dryRun: true,
  });
  expect(refusal(await apply('ownApprover', unbound))).toEqual(outside);
  const listed = async (by: string): Promise<unknown[]> =>
    (await as(it, secrets[by] ?? '', 'get', '/v1/imports?limit=500')).body.data.map(
      ({ program }: { program: unknown }) => program,
    );
  expect(new Set(await listed('own'))).toEqual(new Set(['kr-safm']));
  expect(await listed('foreign')).not.toContain('kr-safm');
  expect(await listed('both')).toEqual(expect.arrayContaining([null, 'kr-safm']));
  expect(refusal(await apply('ownPlanner', plan))).toEqual([403, 'insufficient-scope']);
  expect((await apply('ownApprover', plan)).status).toBe(201);
  expect(await titleOf('approved')).toBe('approved');
});

test('a plan of a bound key stays bound to its programme, whoever approves it and whatever became of the rows', async () => {
  await send('both', 'milestones', csv(header, line('moving', 'kr-safm')));
  const plan = await send('ownPlanner', 'milestones', csv('id,title', 'moving,Moved'), { dryRun: true });
  expect(plan.body.data.counts.update).toBe(1);
  await it.writer.patch('/v1/milestones/moving').set('if-match', '*').send({ program: 'second' });
  expect(refusal(await apply('approver', plan))).toEqual([409, 'plan-outdated']);
  expect(await titleOf('moving')).toBe('moving');
  const skipping = csv(header, line('good', 'kr-safm'), line('bad', 'second'));
  const partly = await send('ownPlanner', 'milestones', skipping, { dryRun: true, onError: 'skip' });
  const applied = await apply('approver', partly);
  expect([applied.status, applied.body.data.counts]).toMatchObject([201, { create: 1, error: 1 }]);
  expect([await titleOf('good'), await titleOf('bad')]).toEqual(['good', 404]);
});

test('an import that is carried out later is bound as well', async () => {
  const mixed = csv(header, line('later', 'kr-safm'), line('not', 'second'));
  const queued = await send('own', 'milestones', mixed, {}, { prefer: 'respond-async' });
  expect(queued.status).toBe(202);
  const waited = await send(
    'own',
    'milestones',
    mixed,
    { onError: 'skip' },
    { prefer: 'respond-async, wait=60' },
  );
  expect([waited.status, waited.body.data.counts]).toMatchObject([201, { create: 1, error: 1 }]);
  const first = await as(it, secrets.own ?? '', 'get', `/v1/imports/${idOf(queued)}`);
  expect([first.body.data.status, first.body.data.errors[0].code]).toEqual(['refused', 'outside-program']);
  expect([await titleOf('later'), await titleOf('not')]).toEqual(['later', 404]);
});
