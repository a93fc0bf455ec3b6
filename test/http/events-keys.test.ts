/** Streams that a key has opened, when that key ends. */
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { expect, test } from 'vitest';
import { tracker } from '../tracker.ts';
import { admin, make } from './api-keys.ts';
import { base, inserted, named, Stream } from './following.ts';
import { holdTurn, ndjson, organizations, send } from './import-jobs.ts';

const it = tracker({ PUBLIC_READ: false });

test('when a key is revoked its stream tells nothing more and ends, and that of another goes on', async () => {
  const [ending, staying] = [await make(it, { scopes: ['write'] }), await make(it, { scopes: ['write'] })];
  const [ended, other] = [
    await Stream.open(it, '', undefined, ending.secret),
    await Stream.open(it, '', undefined, staying.secret),
  ];
  await it.sql(inserted('told-both'));
  const before = await ended.until(1);
  expect(before.map(({ data }) => named(data))).toEqual(['create told-both 1']);
  await other.until(1);
  expect((await admin(it, 'delete', `/${ending.id}`).set('if-match', '*')).status).toBe(204);
  await it.sql(inserted('told-one'));
  expect(await ended.end()).toHaveLength(1);
  expect((await other.until(2)).map(({ data }) => named(data))).toEqual([
    'create told-both 1',
    'create told-one 1',
  ]);
});

test('a key that may not import any more does not follow an import to its end', async () => {
  const { id, secret } = await make(it, { scopes: ['import'] });
  const giveBack = await holdTurn(it);
  const { headers } = await send(it, ndjson(organizations('followed', 1)), {
    key: 'followed',
    prefer: 'respond-async',
  });
  const request = get(`${base(it)}${headers.location}/events`, {
    headers: { authorization: `Bearer ${secret}` },
  });
  const [reply] = (await once(request, 'response')) as [IncomingMessage];
  let text = '';
  const told = (async () => {
    for await (const chunk of reply.setEncoding('utf8')) text += chunk as string;
  })();
  await expect.poll(() => text).toContain('event: progress');
  expect((await admin(it, 'delete', `/${id}`).set('if-match', '*')).status).toBe(204);
  await giveBack();
  await told;
  expect(text).not.toContain('event: end');
});
