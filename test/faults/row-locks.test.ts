/** Rows that somebody else holds: who wants to write them is not kept waiting, and takes no connection from others. */
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import type { Response } from 'supertest';
import { expect, onTestFinished, test } from 'vitest';
import { tracker } from '../tracker.ts';
import { send } from '../http/importing.ts';

const it = tracker();

/** Another connection with the row locked, until it is told to let go. */
async function holding(table: string, id: string): Promise<() => Promise<void>> {
  const client = new pg.Client({ connectionString: it.url });
  await client.connect();
  await client.query('BEGIN');
  await client.query(`SELECT FROM ${table} WHERE id = $1 FOR UPDATE`, [id]);
  let over = false;
  const letGo = async (): Promise<void> => {
    if (over) return;
    over = true;
    await client.query('ROLLBACK');
    await client.end();
  };
  onTestFinished(letGo);
  return letGo;
}

const refused = ({ status, headers, body }: Response): unknown[] => [
  status,
  headers['retry-after'],
  body.code,
  body.detail,
];
const busy = [503, '5', 'unavailable', 'Others are changing the same rows right now; nothing was written.'];

test('a write of a row that another transaction holds is refused for now, and done when it is sent again', async () => {
  const letGo = await holding('organizations', 'kakao');
  const path = '/v1/organizations/kakao';
  const etag = (await it.anyone.get(path)).headers.etag ?? '';
  const patch = () => it.writer.patch(path).set('if-match', etag).send({ website: 'https://kakao.example' });
  const key = randomUUID();
  const referring = () =>
    it.writer
      .post('/v1/partnerships')
      .set('idempotency-key', key)
      .send({ organization: 'kakao', partner: 'openai', kind: 'technology', sources: ['seed-001'] });
  const removal = () => it.writer.delete('/v1/organizations/kakao').set('if-match', etag);
  const replies = await Promise.all([patch(), referring(), removal()]);
  expect(replies.map(refused)).toEqual([busy, busy, busy]);
  await letGo();
  expect([(await referring()).status, (await patch()).status]).toEqual([201, 200]);
});

test('what is wrong with a write is told though others hold the rows that it names', async () => {
  await holding('rounds', 'kr-safm-round-2');
  const { status, body } = await it.writer.post('/v1/evaluations').send({
    round: 'kr-safm-round-2',
    consortium: 'no-such-team',
    criterion: 'r2-expert',
    status: 'disclosed',
    score: 1,
    disclosedOn: '2026-08-27',
    sources: ['seed-001'],
    correction: true,
    reason: 'It was left out.',
  });
  const { errors } = body as { errors: { pointer: string; code: string }[] };
  expect([status, errors.map(({ pointer, code }) => [pointer, code])]).toEqual([
    422,
    [['/consortium', 'unknown-reference']],
  ]);
});

test('an import waits longer for rows that another transaction holds', async () => {
  const letGo = await holding('organizations', 'kt');
  const row = { id: 'kt', website: 'https://kt.example' };
  const importing = send(it, 'organizations', [row]);
  const etag = (await it.anyone.get('/v1/organizations/kt')).headers.etag ?? '';
  // Single writes have been refused meanwhile.
  const write = it.writer.patch('/v1/organizations/kt').set('if-match', etag).send({ country: 'KR' });
  expect(refused(await write)).toEqual(busy);
  await letGo();
  const { status, body } = await importing;
  expect([status, body.data.counts.update]).toEqual([201, 1]);
});
