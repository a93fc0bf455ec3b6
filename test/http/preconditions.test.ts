import { expect, test } from 'vitest';
import { keys } from '../keys.ts';
import { tracker } from '../tracker.ts';

const it = tracker();
const organization = (id: string, more: object = {}): object => ({
  ...it.registry.get('organizations').example,
  id,
  ...more,
});
const create = (path: string, body: object) => it.writer.post(`/v1/${path}`).send(body);
const patch = (path: string, tag: string, body: object) =>
  it.writer.patch(`/v1/${path}`).set('if-match', tag).send(body);

test('the ETag of a row that was deleted is stale for the row that took its id', async () => {
  const first = await create('organizations', organization('reborn'));
  const tag = first.headers.etag ?? '';
  expect((await it.writer.delete('/v1/organizations/reborn').set('if-match', tag)).status).toBe(204);
  await create('organizations', organization('reborn', { names: { en: 'Somebody else' } }));
  const overwritten = await patch('organizations/reborn', tag, { country: 'US' });
  expect([overwritten.status, overwritten.body.code]).toEqual([412, 'precondition-failed']);
  expect((await it.writer.delete('/v1/organizations/reborn').set('if-match', tag)).status).toBe(412);
  expect((await it.anyone.get('/v1/organizations/reborn')).body.country).toBe('KR');
});

test('If-Match may list several tags, and what is no list of tags is not taken for any', async () => {
  const { headers } = await create('organizations', organization('listed'));
  const listed = await patch('organizations/listed', `"other", ${headers.etag ?? ''}`, { country: 'US' });
  expect(listed.status).toBe(200);
  for (const nonsense of ['x * y', 'star*', '""', headers.etag?.replaceAll('"', '') ?? '', 'W/*']) {
    const reply = await patch('organizations/listed', nonsense, { country: 'FR' });
    expect([nonsense, reply.status === 400 || reply.status === 412]).toEqual([nonsense, true]);
  }
  expect((await it.anyone.get('/v1/organizations/listed')).body.country).toBe('US');
});

test('a refused PATCH leaves row, version and ETag as they were', async () => {
  const { headers, body } = await create('organizations', organization('refused'));
  const refused = await patch('organizations/refused', headers.etag ?? '', {
    country: 'US',
    kind: 'nonsense',
  });
  expect(refused.status).toBe(422);
  const read = await it.anyone.get('/v1/organizations/refused');
  expect([read.body, read.headers.etag]).toEqual([body, headers.etag]);
});

test('a patch that says the same in other words keeps version and ETag', async () => {
  const { example } = it.registry.get('funding-figures');
  const { headers, body } = await create('funding-figures', {
    ...example,
    money: { amount: '100.50', currency: 'KRW' },
  });
  for (const same of [
    { money: { amount: body.money.amount } },
    { money: { amount: '100.50' } },
    { scope: body.scope },
    { statedAlso: body.statedAlso },
    {},
  ]) {
    const reply = await patch(`funding-figures/${body.id}`, headers.etag ?? '', same);
    expect([same, reply.status, reply.headers.etag]).toEqual([same, 200, headers.etag]);
  }
});

test('the same membership twice is refused, whether a row is made or changed', async () => {
  const { example } = it.registry.get('consortiums');
  const members = [...(example.members as object[]), ...(example.members as object[])];
  const made = await create('consortiums', { ...example, id: 'twice', members });
  expect([made.status, made.body.code]).toEqual([422, 'membership-overlap']);
  const { headers } = await create('consortiums', { ...example, id: 'twice' });
  const changed = await patch('consortiums/twice', headers.etag ?? '', { members });
  expect([changed.status, changed.body.code]).toEqual([422, 'membership-overlap']);
});

test('DELETE works for clients that send a Content-Type with every request', async () => {
  const { headers } = await create('organizations', organization('typed'));
  const reply = await it.writer
    .delete('/v1/organizations/typed')
    .set({ 'if-match': headers.etag ?? '', 'content-type': 'application/json' });
  expect(reply.status).toBe(204);
});

test('what is wrong with a parameter of DELETE is told as a parameter', async () => {
  const reply = await it.writer
    .delete('/v1/evaluations/01a205b3-d019-7588-9551-f83d51a42121?correction=yes')
    .set('if-match', '*');
  expect([reply.status, reply.body.errors[0].parameter]).toEqual([400, 'correction']);
});

test('an Idempotency-Key belongs to the key that used it', async () => {
  const send = (key: string) =>
    it.anyone
      .post('/v1/organizations')
      .set({ authorization: `Bearer ${key}`, 'idempotency-key': 'shared-words' })
      .send(organization('keyed'));
  expect((await send(keys.writer)).status).toBe(201);
  const other = await send(keys.admin);
  expect([other.status, other.headers['idempotency-replayed']]).toEqual([409, undefined]);
});

test('a request that was never understood does not use up its Idempotency-Key', async () => {
  const send = (body: string) =>
    it.writer
      .post('/v1/organizations')
      .set({ 'idempotency-key': 'second-try', 'content-type': 'application/json' })
      .send(body);
  expect((await send('{"id":')).status).toBe(400);
  const good = await send(JSON.stringify(organization('second-try')));
  expect([good.status, good.headers['idempotency-replayed']]).toEqual([201, undefined]);
});

test('a replay comes even after the row has changed or gone, and does not bring it back', async () => {
  const send = () => create('organizations', organization('replayed')).set('idempotency-key', 'long-ago');
  const first = await send();
  await it.writer.delete('/v1/organizations/replayed').set('if-match', '*');
  const again = await send();
  expect([again.status, again.text, again.headers.location]).toEqual([
    201,
    first.text,
    '/v1/organizations/replayed',
  ]);
  expect((await it.anyone.get('/v1/organizations/replayed')).status).toBe(410);
});
