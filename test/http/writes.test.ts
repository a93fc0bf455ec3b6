import { expect, test } from 'vitest';
import type { Resource } from '../../src/resource/declare.ts';
import { tracker } from '../tracker.ts';

const it = tracker();
const organization = (id: string, more: object = {}): object => ({
  id,
  names: { en: `Test ${id}` },
  kind: 'company',
  country: 'KR',
  sources: ['seed-001'],
  ...more,
});
const create = (path: string, body: object) => it.writer.post(`/v1/${path}`).send(body);
const codes = (body: { errors: { pointer: string; code: string }[] }): Record<string, string> =>
  Object.fromEntries(body.errors.map(({ pointer, code }) => [pointer, code]));

async function lifeOf({ name, example, correctable }: Resource): Promise<void> {
  const created = await create(name, example);
  expect([name, created.status, created.body.errors]).toEqual([name, 201, undefined]);
  expect(created.headers.location).toBe(`/v1/${name}/${created.body.id}`);
  const path = created.headers.location ?? '';
  const read = await it.anyone.get(path);
  expect([read.body, read.headers.etag]).toEqual([created.body, created.headers.etag]);
  const unchanged = await it.writer
    .patch(path)
    .set('if-match', read.headers.etag ?? '')
    .send({});
  expect([unchanged.status, unchanged.headers.etag]).toEqual([200, read.headers.etag]);
  const again = await create(name, example);
  expect([name, again.status, again.body.code]).toEqual([name, 409, 'already-exists']);
  const query = correctable ? { correction: 'true', reason: 'an example' } : {};
  const deleted = await it.writer
    .delete(path)
    .query(query)
    .set('if-match', read.headers.etag ?? '');
  expect([name, deleted.status]).toEqual([name, 204]);
  expect((await it.anyone.get(path)).status).toBe(410);
}

test('a row of every resource can be created, read, left unchanged by an empty patch, and deleted', async () => {
  for (const resource of it.registry.all) await lifeOf(resource);
});

test('a merge patch changes what it names, empties what it nulls and replaces lists', async () => {
  const { headers, body } = await create(
    'organizations',
    organization('patched', { names: { en: 'A', ko: '가' }, website: 'https://example.com', parent: 'kt' }),
  );
  const patched = await it.writer
    .patch('/v1/organizations/patched')
    .set('if-match', headers.etag ?? '')
    .set('content-type', 'application/merge-patch+json')
    .send(JSON.stringify({ names: { fr: 'À' }, website: null, sources: ['seed-002', 'seed-003'] }));
  expect(patched.body).toMatchObject({
    names: { en: 'A', ko: '가', fr: 'À' },
    website: null,
    parent: 'kt',
    sources: ['seed-002', 'seed-003'],
    version: Number(body.version) + 1,
    createdAt: body.createdAt,
  });
});

test('members are replaced as a whole, and those that stay are not written again', async () => {
  const before = await it.sql(
    `SELECT id FROM consortium_members WHERE consortium = 'upstage' AND organization = 'nota'`,
  );
  const { body, headers } = await it.anyone.get('/v1/consortiums/upstage');
  const members = body.members.filter((member: { organization: string }) => member.organization !== 'vuno');
  const patched = await it.writer
    .patch('/v1/consortiums/upstage')
    .set('if-match', headers.etag ?? '')
    .send({ members });
  expect([patched.status, patched.body.members, patched.body.version]).toEqual([
    200,
    members,
    Number(body.version) + 1,
  ]);
  expect(
    await it.sql(`SELECT id FROM consortium_members WHERE consortium = 'upstage' AND organization = 'nota'`),
  ).toEqual(before);
});

test('PATCH and DELETE without If-Match are refused, and a stale or weak one changes nothing', async () => {
  const { headers } = await create('organizations', organization('guarded'));
  const etag = headers.etag ?? '';
  expect((await it.writer.patch('/v1/organizations/guarded').send({ kind: 'startup' })).status).toBe(428);
  expect((await it.writer.delete('/v1/organizations/guarded')).status).toBe(428);
  expect(
    (
      await it.writer
        .patch('/v1/organizations/guarded')
        .set('if-match', `W/${etag}`)
        .send({ kind: 'startup' })
    ).status,
  ).toBe(412);
  expect(
    (await it.writer.patch('/v1/organizations/guarded').set('if-match', etag).send({ kind: 'startup' }))
      .status,
  ).toBe(200);
  expect(
    (await it.writer.patch('/v1/organizations/guarded').set('if-match', etag).send({ kind: 'agency' })).body
      .code,
  ).toBe('precondition-failed');
  expect((await it.writer.delete('/v1/organizations/guarded').set('if-match', etag)).status).toBe(412);
  expect((await it.anyone.get('/v1/organizations/guarded')).body.kind).toBe('startup');
});

test('an ETag that was read with fewer fields or in another language is good for If-Match', async () => {
  await create('organizations', organization('tagged'));
  const { headers } = await it.anyone.get('/v1/organizations/tagged?fields=id&lang=ko');
  expect(
    (
      await it.writer
        .patch('/v1/organizations/tagged')
        .set('if-match', headers.etag ?? '')
        .send({ kind: 'startup' })
    ).status,
  ).toBe(200);
});

test('of many patches with one ETag exactly one wins', async () => {
  const { headers } = await create('organizations', organization('contested'));
  const replies = await Promise.all(
    ['startup', 'agency', 'ministry', 'university'].map((kind) =>
      it.writer
        .patch('/v1/organizations/contested')
        .set('if-match', headers.etag ?? '')
        .send({ kind }),
    ),
  );
  expect(replies.map(({ status }) => status).sort()).toEqual([200, 412, 412, 412]);
});

test('an id is derived from the English name, and never changes', async () => {
  const { body, headers } = await create('organizations', {
    ...organization('x'),
    id: undefined,
    names: { en: 'Société Générale d’Études, n° 7' },
  });
  expect(body.id).toBe('societe-generale-d-etudes-n-7');
  const refused = await it.writer
    .patch(`/v1/organizations/${body.id}`)
    .set('if-match', headers.etag ?? '')
    .send({ id: 'other' });
  expect([refused.status, refused.body.code]).toEqual([422, 'id-is-fixed']);
  const korean = await create('organizations', {
    ...organization('x'),
    id: undefined,
    names: { en: '한국' },
  });
  expect(codes(korean.body)).toEqual({ '/id': 'required' });
});

test('a fact without a source is refused as such', async () => {
  for (const sources of [undefined, null, []]) {
    const reply = await create('organizations', organization('unsourced', { sources }));
    expect([reply.status, reply.body.code, codes(reply.body)]).toEqual([
      422,
      'source-required',
      { '/sources': 'source-required' },
    ]);
  }
});

test('all faults of a body are told at once, each with its place', async () => {
  const reply = await create('evaluations', {
    round: 'kr-safm-round-22',
    consortium: 'sktelecom',
    criterion: 7,
    status: 'disclosd',
    score: 'high',
    evaluatedOn: '2026-02-30',
    scoore: 1,
    sources: ['seed-004', 'seed-044'],
  });
  expect([reply.status, reply.body.code]).toEqual([422, 'validation-failed']);
  expect(codes(reply.body)).toEqual({
    '/round': 'unknown-reference',
    '/consortium': 'unknown-reference',
    '/criterion': 'invalid-type',
    '/status': 'invalid-value',
    '/score': 'invalid-type',
    '/evaluatedOn': 'invalid-value',
    '/scoore': 'unknown-field',
    '/sources/1': 'unknown-reference',
  });
  const details: string[] = reply.body.errors.map(({ detail }: { detail: string }) => detail);
  for (const meant of ['sk-telecom', 'kr-safm-round-2', 'disclosed', 'score', 'seed-004'])
    expect(details.some((detail) => detail.includes(`did you mean \`${meant}\`?`))).toBe(true);
});

test('faults of shape, of references, of codes and of periods come in one reply', async () => {
  const reply = await create('partnerships', {
    organization: 'no-such-lab',
    partner: 'kt',
    kind: 7,
    startedOn: '2026-02',
    endedOn: '2026-01-31',
    sources: ['seed-001'],
  });
  expect(reply.status).toBe(422);
  expect(codes(reply.body)).toEqual({
    '/endedOn': 'invalid-value',
    '/kind': 'invalid-type',
    '/organization': 'unknown-reference',
  });
  const claim = it.registry.get('funding-figures').example;
  const money = await create('funding-figures', {
    ...claim,
    kind: 'gift',
    money: { amount: '1', currency: 'KRV' },
    statedAlso: [
      { amount: '1', currency: 'USD' },
      { amount: '2', currency: 'XXZ' },
    ],
    sources: ['nowhere'],
  });
  expect(codes(money.body)).toEqual({
    '/kind': 'invalid-value',
    '/money/currency': 'unknown-currency',
    '/sources/0': 'unknown-reference',
    '/statedAlso/1/currency': 'unknown-currency',
  });
});

test('what others refer to is not deleted, and they are listed', async () => {
  const kept = await it.writer.delete('/v1/organizations/openai').set('if-match', '*');
  expect([kept.status, kept.body.code]).toEqual([409, 'still-referenced']);
  expect(kept.body.references).toContainEqual({
    resource: 'partnerships',
    id: 'kakao-openai',
    field: 'partner',
    href: '/v1/partnerships/kakao-openai',
  });
  const source = await it.writer.delete('/v1/sources/sktelecom-2025-08-04-press').set('if-match', '*');
  expect(source.body.references).toContainEqual({
    resource: 'consortiums',
    id: 'sk-telecom',
    field: 'members.sources',
    href: '/v1/consortiums/sk-telecom',
  });
});

test('a natural key is taken once, nulls in it being equal', async () => {
  const { example } = it.registry.get('benchmark-results');
  const undated = { ...example, measuredOn: null };
  expect((await create('benchmark-results', undated)).status).toBe(201);
  const again = await create('benchmark-results', undated);
  expect([again.status, codes(again.body)]).toEqual([
    409,
    {
      '/model': 'already-exists',
      '/benchmark': 'already-exists',
      '/qualifier': 'already-exists',
      '/measuredOn': 'already-exists',
    },
  ]);
});

test('a published round changes only as a correction with a reason, which is kept', async () => {
  const path = '/v1/rounds/kr-safm-round-1';
  const bare = await it.writer.patch(path).set('if-match', '*').send({ plannedAdvancing: 5 });
  expect([bare.status, bare.body.code]).toEqual([422, 'correction-required']);
  const silent = await it.writer
    .patch(path)
    .set('if-match', '*')
    .send({ plannedAdvancing: 5, correction: true });
  expect(codes(silent.body)).toEqual({ '/reason': 'required' });
  const said = await it.writer
    .patch(path)
    .set('if-match', '*')
    .send({ plannedAdvancing: 5, correction: true, reason: 'misread' });
  expect([said.status, said.body.plannedAdvancing]).toEqual([200, 5]);
  expect(
    await it.sql(`SELECT reason FROM corrections WHERE resource = 'rounds' AND row_id = 'kr-safm-round-1'`),
  ).toEqual([{ reason: 'misread' }]);
});

test('a retry with the same Idempotency-Key gets the same reply and writes nothing', async () => {
  const send = () =>
    create('aliases', it.registry.get('aliases').example).set('idempotency-key', '"retry-1"');
  const [first, second] = [await send(), await send()];
  expect([first.status, first.headers['idempotency-replayed']]).toEqual([201, undefined]);
  expect([second.status, second.headers['idempotency-replayed'], second.text, second.headers.etag]).toEqual([
    201,
    'true',
    first.text,
    first.headers.etag,
  ]);
  const other = await create('aliases', { ...it.registry.get('aliases').example, alias: 'Other' }).set(
    'idempotency-key',
    'retry-1',
  );
  expect([other.status, other.body.code]).toEqual([422, 'idempotency-key-reused']);
});

test('a refusal is replayed too', async () => {
  const send = () => create('organizations', organization('kt')).set('idempotency-key', 'refused-1');
  const [first, second] = [await send(), await send()];
  expect([first.status, second.status, second.headers['idempotency-replayed']]).toEqual([409, 409, 'true']);
  expect(second.body).toEqual(first.body);
});

test('the same key sent many times at once writes one row', async () => {
  const replies = await Promise.all(
    Array.from({ length: 8 }, () =>
      create('organizations', organization('once')).set('idempotency-key', 'at-once'),
    ),
  );
  expect(
    replies.every(
      ({ status, body }) => status === 201 || (status === 409 && body.code === 'request-in-progress'),
    ),
  ).toBe(true);
  expect(
    replies.filter(({ status, headers }) => status === 201 && headers['idempotency-replayed'] === undefined),
  ).toHaveLength(1);
});
