import { expect, test } from 'vitest';
import { keys } from '../keys.ts';
import { tracker } from '../tracker.ts';

const it = tracker();

const standings = async (): Promise<Record<string, unknown>> => {
  const { body } = await it.anyone.get('/v1/rounds/kr-safm-round-2/standings');
  return Object.fromEntries(
    body.data.consortiums.map(({ id, rank, total }: Record<string, unknown>) => [id, { rank, total }]),
  );
};

test('a plan names the consortiums whose standing would change, and only those', async () => {
  const changed =
    'round,consortium,criterion,status,score,sources\r\nkr-safm-round-2,motif-technologies,r2-total,disclosed,69.5,seed-001\r\n';
  const { status, body } = await it.anyone
    .post('/v1/imports')
    .query({ resource: 'evaluations', dryRun: true, correction: true, reason: 'A misprint.' })
    .set({
      authorization: `Bearer ${keys.importer}`,
      'idempotency-key': 'effects',
      'content-type': 'text/csv',
    })
    .send(changed);
  expect([status, body.data.counts.update]).toEqual([200, 1]);
  const before = await standings();
  const applied = await it.anyone
    .post(body.data.links.apply)
    .set({ authorization: `Bearer ${keys.importer}`, 'idempotency-key': 'effects-apply' });
  const after = await standings();
  const changes = Object.keys(after)
    .sort()
    .map((consortium) => ({ consortium, from: before[consortium], to: after[consortium] }))
    .filter(({ from, to }) => JSON.stringify(from) !== JSON.stringify(to));
  expect(changes.map(({ consortium }) => consortium)).toContain('motif-technologies');
  expect([applied.status, body.data.standings]).toEqual([201, [{ round: 'kr-safm-round-2', changes }]]);
});

test('what is no id of an import is not found, whatever is asked of it', async () => {
  for (const id of ['x', '%20', '0199f6a2-7c1e-7d34-9a51-0c8c3f3f6b1d']) {
    const { status } = await it.anyone
      .post(`/v1/imports/${id}/apply`)
      .set({ authorization: `Bearer ${keys.importer}`, 'idempotency-key': `none-${id}` });
    expect([id, status]).toEqual([id, 404]);
  }
});
