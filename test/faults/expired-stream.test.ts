/** A stream whose key ends while nothing happens. Here, since it has to wait for a heartbeat. */
import { expect, test } from 'vitest';
import { as, make } from '../http/api-keys.ts';
import { Stream } from '../http/following.ts';
import { tracker } from '../tracker.ts';

const it = tracker({ PUBLIC_READ: false });

test('when a key has expired its stream ends by itself, though nothing happens', async () => {
  const { secret } = await make(it, {
    scopes: ['write'],
    expiresAt: new Date(Date.now() + 3_000).toISOString(),
  });
  const stream = await Stream.open(it, '', undefined, secret);
  expect(await stream.end()).toEqual([]);
  expect((await as(it, secret, 'get', '/v1/rounds')).status).toBe(401);
});
