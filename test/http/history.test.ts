/** Versions of a row, the difference between two moments, and what cannot be asked. */
import { parse } from 'csv-parse/sync';
import { beforeAll, expect, test } from 'vitest';
import { tracker } from '../tracker.ts';
import { csv, send } from './importing.ts';
import { moment } from './moments.ts';

const it = tracker();
const path = '/v1/milestones/told';
const row = {
  id: 'told',
  program: 'kr-safm',
  date: '2026-11',
  kind: 'other',
  title: 'First',
  sources: ['seed-004'],
};
const moments: string[] = [];

const patch = async (body: object): Promise<string> => {
  const { etag = '' } = (await it.anyone.get(path)).headers;
  const reply = await it.writer.patch(path).set('if-match', etag).send(body);
  expect(reply.status).toBe(200);
  moments.push(await moment());
  return String(reply.headers['x-request-id']);
};

let imported = '';
let patched = '';

beforeAll(async () => {
  moments.push(await moment());
  expect((await it.writer.post('/v1/milestones').send(row)).status).toBe(201);
  moments.push(await moment());
  patched = await patch({ title: 'Second', date: '2026-12-01' });
  const file = csv('id,title', 'told,Third');
  imported = String((await send(it, 'milestones', file, { mode: 'upsert' })).body.data.id);
  moments.push(await moment());
  const { etag = '' } = (await it.anyone.get(path)).headers;
  expect((await it.writer.delete(path).set('if-match', etag)).status).toBe(204);
  moments.push(await moment());
});

test('a history tells every version: what it changed, when, by whom and through what', async () => {
  const { body, status } = await it.anyone.get(`${path}/history`);
  expect(status).toBe(200);
  expect(
    body.data.map((entry: Record<string, unknown>) => [entry.version, entry.operation, entry.href]),
  ).toEqual([
    [null, 'delete', null],
    [3, 'update', `${path}?version=3`],
    [2, 'update', `${path}?version=2`],
    [1, 'create', `${path}?version=1`],
  ]);
  const [removed, third, second, first] = body.data;
  expect(third).toMatchObject({
    import: imported,
    changes: [{ field: 'title', old: 'Second', new: 'Third' }],
  });
  expect(second).toMatchObject({
    request: patched,
    import: null,
    supersededAt: third.recordedAt,
    changes: [
      { field: 'date', old: '2026-11', new: '2026-12-01' },
      { field: 'title', old: 'First', new: 'Second' },
    ],
  });
  expect(first.changes).toContainEqual({ field: 'sources', old: null, new: ['seed-004'] });
  expect(removed.changes).toContainEqual({ field: 'title', old: 'Third', new: null });
  expect(third.supersededAt).toBe(removed.recordedAt);
  for (const entry of body.data) expect(entry.actor).toMatch(/^[0-9a-f-]{36}$/);
});

test('a history comes in pages, and as it was at a moment', async () => {
  const whole = (await it.anyone.get(`${path}/history`)).body.data as unknown[];
  const walked: unknown[] = [];
  let next: string | null = '';
  while (next !== null) {
    const cursor: string = next === '' ? '' : `&cursor=${next}`;
    const { body } = await it.anyone.get(`${path}/history?limit=1${cursor}`);
    walked.push(...(body.data as unknown[]));
    next = body.page.next as string | null;
  }
  expect(walked).toEqual(whole);
  const then = await it.anyone.get(`${path}/history?knownAt=${moments[2]}`);
  expect(then.body.data.map((entry: { version: number }) => entry.version)).toEqual([2, 1]);
  expect(then.body.data[0].supersededAt).toBeNull();
});

test('what was deleted is gone, and was there before; a version is the row as it was recorded', async () => {
  const gone = await it.anyone.get(path);
  expect([gone.status, gone.body.code, gone.body.history]).toEqual([410, 'gone', `${path}/history`]);
  expect(gone.headers.link).toBe(`<${path}/history>; rel="version-history"`);
  const at = async (which: number): Promise<unknown> => {
    const { status, body } = await it.anyone.get(`${path}?knownAt=${moments[which]}`);
    return status === 200 ? [body.version, body.title] : status;
  };
  expect([await at(0), await at(1), await at(2), await at(3), await at(4)]).toEqual([
    404,
    [1, 'First'],
    [2, 'Second'],
    [3, 'Third'],
    410,
  ]);
  const second = await it.anyone.get(`${path}?version=2&include=program`);
  expect([second.body.title, second.body.included.program.id]).toEqual(['Second', 'kr-safm']);
  expect(second.headers['cache-control']).toBe('public, max-age=31536000, immutable');
  expect((await it.anyone.get(`${path}?version=9`)).status).toBe(404);
  expect((await it.anyone.get(`${path}?version=2&knownAt=${moments[2]}`)).status).toBe(400);
});

test('an id that is taken again counts its versions on', async () => {
  const again = { ...row, id: 'told-again' };
  const created = await it.writer.post('/v1/milestones').send(again);
  await it.writer.delete('/v1/milestones/told-again').set('if-match', String(created.headers.etag));
  expect((await it.writer.post('/v1/milestones').send(again)).body.version).toBe(2);
  const { body } = await it.anyone.get('/v1/milestones/told-again/history');
  expect(body.data.map((entry: Record<string, unknown>) => [entry.version, entry.operation])).toEqual([
    [2, 'create'],
    [null, 'delete'],
    [1, 'create'],
  ]);
  const [back, removed, first] = body.data;
  expect([back.supersededAt, removed.supersededAt, first.supersededAt]).toEqual([
    null,
    back.recordedAt,
    removed.recordedAt,
  ]);
  const fed = (await it.anyone.get('/v1/changes?resource=milestones&limit=500')).body.data;
  expect(back.transaction).toBe(fed.at(-1).transaction);
});

test('members are part of their consortium’s history', async () => {
  const before = (await it.anyone.get('/v1/consortiums/upstage')).body as {
    members: { organization: string }[];
  };
  const { etag = '' } = (await it.anyone.get('/v1/consortiums/upstage')).headers;
  await it.writer
    .patch('/v1/consortiums/upstage')
    .set('if-match', etag)
    .send({ members: before.members.slice(1) });
  const [entry] = (await it.anyone.get('/v1/consortiums/upstage/history?limit=1')).body.data;
  expect(entry.changes).toEqual([{ field: 'members', old: before.members, new: before.members.slice(1) }]);
  expect((await it.anyone.get('/v1/consortiums/upstage?version=1')).body.members).toEqual(before.members);
});

test('a difference lists the rows that differ and nothing else, as JSON, NDJSON and as a table of fields', async () => {
  const query = `from=${moments[1]}&to=${moments[3]}&resource=milestones`;
  const { body, headers } = await it.anyone.get(`/v1/diff?${query}`);
  const changes = [
    { field: 'date', old: '2026-11', new: '2026-12-01' },
    { field: 'title', old: 'First', new: 'Third' },
  ];
  expect(body.data).toEqual([{ resource: 'milestones', id: 'told', operation: 'update', changes }]);
  expect(headers['cache-control']).toContain('immutable');
  const lines = (await it.anyone.get(`/v1/diff?${query}&format=ndjson`).buffer(true)).text.trim().split('\n');
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(body.data);
  const table = await it.anyone.get(`/v1/diff?${query}&format=csv`);
  expect(parse(table.text, { columns: true })).toEqual(
    changes.map((change) => ({ resource: 'milestones', id: 'told', operation: 'update', ...change })),
  );
  // Created and deleted within: at neither end.
  expect(
    (await it.anyone.get(`/v1/diff?from=${moments[0]}&to=${moments[4]}&resource=milestones`)).body.data,
  ).toEqual([]);
  const whole = `/v1/diff?from=2000-01-01T00:00:00Z&to=${moments[0]}&resource=rounds,criteria`;
  const { data } = (await it.anyone.get(`${whole}&limit=500`)).body as {
    data: { id: string; operation: string }[];
  };
  const count = async (name: string): Promise<number> =>
    (await it.anyone.get(`/v1/${name}?limit=1&count=exact&knownAt=${moments[0]}`)).body.page.total as number;
  expect(data).toHaveLength((await count('rounds')) + (await count('criteria')));
  let page = await it.anyone.get(`${whole}&limit=7`);
  const walked = [...page.body.data];
  while (page.body.page.next !== null) {
    page = await it.anyone.get(`${whole}&limit=7&cursor=${page.body.page.next as string}`);
    walked.push(...page.body.data);
  }
  expect(walked).toEqual(data);
});

test('a moment that nobody can answer for is refused, and says why', async () => {
  const refused: [string, RegExp][] = [
    ['2099-01-01T00:00:00Z', /lies in the future: it is \d{4}-/],
    ['2001-01-01T00:00:00Z', /the first record is of \d{4}-/],
    ['2026-11-25T12:00:00', /time zone/],
    ['2026-11-25', /time zone/],
    ['2026-02-30T00:00:00Z', /does not exist/],
    ['2026-11-25T24:00:01Z', /time zone/],
    ['2026-11-25T12:00:00.1234567Z', /time zone/],
    ['9999-12-31T23:59:59-23:00', /does not exist|future/],
    ['now', /time zone/],
  ];
  for (const [instant, says] of refused)
    for (const on of [
      '/v1/milestones',
      '/v1/programs/kr-safm',
      '/v1/programs/kr-safm/overview',
      '/v1/milestones?format=csv',
    ]) {
      const reply = await it.anyone.get(
        `${on}${on.includes('?') ? '&' : '?'}knownAt=${encodeURIComponent(instant)}`,
      );
      expect([instant, on, reply.status]).toEqual([instant, on, 400]);
      expect(reply.body.errors).toEqual([
        expect.objectContaining({ parameter: 'knownAt', detail: expect.stringMatching(says) as string }),
      ]);
    }
  const now = await moment();
  for (const query of [
    `from=${now}&to=${moments[0]}`,
    'from=2099-01-01T00:00:00Z',
    '',
    `from=${now}&resource=milestone`,
  ])
    expect((await it.anyone.get(`/v1/diff?${query}`)).status).toBe(400);
  expect((await it.anyone.get('/v1/milestones/never-there/history')).status).toBe(404);
});

test('an instant may have any zone, and stands for its whole millisecond unless it is finer', async () => {
  const [{ recordedAt }] = (await it.anyone.get(`${path}/history?limit=1&knownAt=${moments[2]}`)).body.data;
  const fine = String(recordedAt);
  const title = async (instant: string): Promise<unknown> =>
    (await it.anyone.get(`${path}?fields=title`).query({ knownAt: instant })).body.title;
  const seoul = new Date(new Date(fine).getTime() + 9 * 3_600_000).toISOString().replace('Z', '+09:00');
  expect([await title(fine), await title(`${fine.slice(0, 23)}Z`), await title(seoul)]).toEqual([
    'Second',
    'Second',
    'Second',
  ]);
  const micro = BigInt(fine.slice(20, 26));
  if (micro > 0n)
    expect(await title(`${fine.slice(0, 20)}${String(micro - 1n).padStart(6, '0')}Z`)).toBe('First');
});
