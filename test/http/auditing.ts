/** What the tests of the audit log share: heads, verifications, and an organization that is written and gone again. */
import { expect } from 'vitest';
import { keys } from '../keys.ts';
import type { Tracker } from '../tracker.ts';

export interface Head {
  position: number;
  transaction: number;
  recordedAt: string;
  hash: string;
  signature: string;
}
export const headNow = async (it: Tracker): Promise<Head> =>
  (await it.anyone.get('/v1/audit/head')).body.data as Head;
export const verification = async (it: Tracker, query: Record<string, string | number> = {}) => {
  const { status, body } = await it.anyone
    .get('/v1/audit/verify')
    .query(query)
    .set('authorization', `Bearer ${keys.admin}`);
  expect(status).toBe(200);
  return body.data;
};
export const fine = async (it: Tracker): Promise<void> => {
  expect(await verification(it)).toMatchObject({ ok: true, break: null });
};
export const organization = (id: string, name = 'Example') => ({
  id,
  names: { en: name },
  kind: 'company',
  country: 'KR',
  sources: ['seed-001'],
});
export const made = async (it: Tracker, id: string): Promise<void> => {
  expect((await it.writer.post('/v1/organizations').send(organization(id))).status).toBe(201);
};
export const renamed = async (it: Tracker, id: string, name: string): Promise<void> => {
  const { status } = await it.writer
    .patch(`/v1/organizations/${id}`)
    .set('if-match', '*')
    .send({ names: { en: name } });
  expect(status).toBe(200);
};
export const deleted = async (it: Tracker, id: string): Promise<void> => {
  expect((await it.writer.delete(`/v1/organizations/${id}`).set('if-match', '*')).status).toBe(204);
};
