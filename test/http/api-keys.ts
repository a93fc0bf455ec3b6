/** What the tests of API keys share: an administrator, and keys that are made over HTTP. */
import type { Response, Test } from 'supertest';
import { expect } from 'vitest';
import { keys } from '../keys.ts';
import type { Tracker } from '../tracker.ts';

type Method = 'get' | 'post' | 'patch' | 'delete';

/** A request with a key. */
export const as = (it: Tracker, secret: string, method: Method, path: string): Test =>
  it.anyone[method](path).set('authorization', `Bearer ${secret}`);

export const admin = (it: Tracker, method: Method, path = ''): Test =>
  as(it, keys.admin, method, `/v1/api-keys${path}`);

export interface Made {
  id: string;
  secret: string;
  reply: Response;
}

let made = 0;

export async function make(
  it: Tracker,
  key: { name?: string; scopes: string[]; program?: string; expiresAt?: string },
): Promise<Made> {
  const reply = await admin(it, 'post').send({ name: `made ${(made += 1)}`, ...key });
  expect([reply.status, reply.body.detail]).toEqual([201, undefined]);
  const { id, secret } = reply.body as Made;
  return { id, secret, reply };
}

/** Whether the key lets somebody in: 400 comes after that, and before the database is asked anything. */
export const statusWith = async (it: Tracker, secret: string): Promise<number> =>
  (await as(it, secret, 'post', '/v1/organizations?nonsense=1').send({})).status;
