/** Single requests to a server in trouble, and what may come back: the answer, or a refusal that says when to come again. */
import { expect } from 'vitest';

export interface Told {
  status: number;
  body: Record<string, unknown>;
  headers: Headers;
}

export async function ask(base: string, path: string, init?: RequestInit): Promise<Told> {
  // A server that does not answer at all fails the test sooner than the test's own time is over.
  const reply = await fetch(base + path, { signal: AbortSignal.timeout(20_000), ...init });
  return { status: reply.status, body: (await reply.json()) as Told['body'], headers: reply.headers };
}

export const create = (base: string, key: string, id: string, idempotencyKey = id): Promise<Told> =>
  ask(base, '/v1/organizations', {
    method: 'POST',
    headers: {
      authorization: `Bearer ${key}`,
      'content-type': 'application/json',
      'idempotency-key': idempotencyKey,
    },
    body: JSON.stringify({ id, names: { en: id }, kind: 'company', country: 'KR', sources: ['seed-001'] }),
  });

/** Says what is wrong with a refusal; undefined where nothing is. */
export function faultOf({ status, body, headers }: Told): string | undefined {
  const seconds = Number(headers.get('retry-after') ?? NaN);
  const isProblem = headers.get('content-type')?.startsWith('application/problem+json') === true;
  return status === 503 && isProblem && body.code === 'unavailable' && seconds >= 1
    ? undefined
    : `${status} ${headers.get('content-type') ?? ''} ${JSON.stringify(body)}`;
}

export const expectUnavailable = (told: Told): void => {
  expect([told.status, faultOf(told)]).toEqual([503, undefined]);
};

export const isReady = async (base: string): Promise<boolean> => {
  const told = await ask(base, '/readyz');
  if (told.status !== 200) expectUnavailable(told);
  return told.status === 200;
};

export const becomesReady = (base: string, ready = true): Promise<void> =>
  expect.poll(() => isReady(base), { timeout: 60_000, interval: 100 }).toBe(ready);
