/** Decisions follow from the state that a consortium is in, whoever records, moves or withdraws them. */
import { beforeEach, describe, expect, test } from 'vitest';
import { tracker } from '../tracker.ts';
import { asking, contest, decided, refusal, type Contest } from './contest.ts';

const it = tracker();
const http = asking(it);
const order = 'decision-out-of-order outcome';
const orderHttp = '422 decision-out-of-order /outcome';
let c: Contest;
beforeEach(async () => {
  c = await contest(it);
});

type Step = [outcome: string, on: string, round?: 0 | 1 | 2];
const record = ([outcome, on, round]: Step): Promise<string> =>
  decided(it, c, outcome, on, { round: round === undefined ? null : c.rounds[round] });
const send = ([outcome, on, round]: Step): Promise<string> =>
  http.post('decisions', {
    program: c.program,
    round: round === undefined ? null : c.rounds[round],
    consortium: c.consortiums[0],
    outcome,
    decidedOn: on,
    sources: [c.source],
  });

/** Every career starts with the selection of 2025-01-01. */
const possible: [string, Step[]][] = [
  [
    'selected, advanced, champion',
    [
      ['advanced', '2025-02', 0],
      ['champion', '2025-03', 1],
    ],
  ],
  ['champion without a round before', [['champion', '2025-02', 0]]],
  [
    'advanced and champion of one round on one day',
    [
      ['advanced', '2025-02', 0],
      ['champion', '2025-02', 0],
    ],
  ],
  [
    'eliminated, added and eliminated again',
    [
      ['eliminated', '2025-02', 0],
      ['added', '2025-03'],
      ['eliminated', '2025-04', 1],
    ],
  ],
  [
    'eliminated and added on one day',
    [
      ['eliminated', '2025-02-01', 0],
      ['added', '2025-02-01'],
    ],
  ],
  [
    'a round left out',
    [
      ['advanced', '2025-02', 0],
      ['advanced', '2025-04', 2],
    ],
  ],
];
const impossible: [string, Step[], Step][] = [
  ['added while it is in', [], ['added', '2025-02']],
  ['added after it advanced', [['advanced', '2025-02', 0]], ['added', '2025-03']],
  ['eliminated after it was eliminated', [['eliminated', '2025-02', 0]], ['eliminated', '2025-03', 1]],
  ['advanced after it was eliminated', [['eliminated', '2025-02', 0]], ['advanced', '2025-03', 1]],
  ['champion after it was eliminated', [['eliminated', '2025-02', 0]], ['champion', '2025-03', 1]],
  ['advanced after it became champion', [['champion', '2025-02', 0]], ['advanced', '2025-03', 1]],
  ['eliminated after it became champion', [['champion', '2025-02', 0]], ['eliminated', '2025-03', 1]],
  ['champion after it became champion', [['champion', '2025-02', 0]], ['champion', '2025-03', 1]],
  ['added after it became champion', [['champion', '2025-02', 0]], ['added', '2025-03']],
  ['advanced before it was selected', [], ['advanced', '2024-12', 0]],
  ['champion before it was selected', [], ['champion', '2024-12', 0]],
];

test.each(possible)('a consortium may be %s', async (_, steps) => {
  for (const step of steps) expect(await send(step)).toBe('201');
});

test.each(impossible)('a consortium is not %s', async (_, before, step) => {
  for (const earlier of before) await record(earlier);
  expect(await send(step)).toMatch(orderHttp);
  expect(await refusal(record(step))).toContain('decision-out-of-order');
});

test('a consortium is selected once, whatever became of it', async () => {
  const selected: Step = ['selected', '2025-03'];
  const key = 'decisions_program_round_consortium_outcome_key';
  expect(await send(selected)).toMatch(/^409 already-exists/);
  expect(await refusal(record(selected))).toBe(key);
  await record(['eliminated', '2025-02', 0]);
  expect(await send(selected)).toMatch(/^409 already-exists/);
  await it.sql(`DELETE FROM decisions WHERE consortium = $1`, [c.consortiums[0]]);
  await record(['added', '2025-02']);
  expect(await send(selected)).toBe(orderHttp);
  expect(await refusal(record(selected))).toBe(order);
});

test('nobody begins with anything but a selection or an addition', async () => {
  await it.sql('DELETE FROM decisions WHERE program = $1', [c.program]);
  for (const outcome of ['advanced', 'eliminated', 'champion']) {
    expect(await send([outcome, '2025-02', 0]), outcome).toBe(orderHttp);
    expect(await refusal(record([outcome, '2025-02', 0])), outcome).toBe(order);
  }
  expect(await send(['added', '2025-02'])).toBe('201');
});

describe('a round has one result for each consortium, in the order of the rounds', () => {
  test('not two of them', async () => {
    await record(['advanced', '2025-02', 0]);
    expect(await send(['advanced', '2025-03', 0])).toMatch(/^409 already-exists/);
    expect(await refusal(record(['advanced', '2025-03', 0]))).toBe(
      'decisions_program_round_consortium_outcome_key',
    );
    expect(await send(['eliminated', '2025-03', 0])).toBe('422 decision-out-of-order /round');
    expect(await refusal(record(['eliminated', '2025-03', 0]))).toBe('decision-out-of-order round');
  });

  test('not an earlier round after a later one', async () => {
    await record(['advanced', '2025-02', 1]);
    expect(await send(['advanced', '2025-03', 0])).toBe('422 decision-out-of-order /round');
    expect(await refusal(record(['advanced', '2025-03', 0]))).toBe('decision-out-of-order round');
  });

  test('also when the rounds change their order', async () => {
    await record(['advanced', '2025-02', 0]);
    await record(['advanced', '2025-03', 1]);
    expect(await http.patch(`rounds/${c.rounds[0]}`, { ordinal: 9 })).toBe(
      '422 decision-out-of-order /ordinal',
    );
    expect(await refusal(it.sql('UPDATE rounds SET ordinal = 9 WHERE id = $1', [c.rounds[0]]))).toBe(
      'decision-out-of-order ordinal',
    );
    expect(await http.patch(`rounds/${c.rounds[2]}`, { ordinal: 9 })).toBe('200');
  });

  test('and selections and additions belong to none, results to one', async () => {
    expect(await send(['advanced', '2025-02'])).toBe('422 validation-failed /round');
    expect(await refusal(record(['champion', '2025-02']))).toBe('decisions_round_check');
    await record(['eliminated', '2025-02', 0]);
    expect(await send(['added', '2025-03', 1])).toBe('422 validation-failed /round');
    expect(await refusal(record(['added', '2025-03', 1]))).toBe('decisions_round_check');
  });
});

describe('a change to one decision is judged by those that follow from it', () => {
  const change = (id: string, set: string): Promise<string> =>
    refusal(it.sql(`UPDATE decisions SET ${set} WHERE id = $1`, [id]));

  test('when it is deleted', async () => {
    const out = await record(['eliminated', '2025-02', 0]);
    await record(['added', '2025-03']);
    expect(await http.delete(`decisions/${out}`)).toBe(orderHttp);
    expect(await refusal(it.sql('DELETE FROM decisions WHERE id = $1', [out]))).toBe(order);
    expect(
      await refusal(
        it.sql(`DELETE FROM decisions WHERE outcome = 'selected' AND consortium = $1`, [c.consortiums[0]]),
      ),
    ).toBe(order);
    expect(await refusal(it.sql('DELETE FROM decisions WHERE consortium = $1', [c.consortiums[0]]))).toBe(
      'accepted',
    );
  });

  test('when its date is moved before or behind them', async () => {
    const [selected] = await it.sql(
      `SELECT id FROM decisions WHERE consortium = $1 AND outcome = 'selected'`,
      [c.consortiums[0]],
    );
    const out = await record(['eliminated', '2025-02', 0]);
    const again = await record(['added', '2025-04']);
    expect(await http.patch(`decisions/${String(selected?.id)}`, { decidedOn: '2025-03' })).toBe(orderHttp);
    expect(await change(String(selected?.id), `decided_on = '2025-03'`)).toBe(order);
    expect(await http.patch(`decisions/${out}`, { decidedOn: '2025-05' })).toBe(orderHttp);
    expect(await change(out, `decided_on = '2024'`)).toBe(order);
    expect(await http.patch(`decisions/${again}`, { decidedOn: '2025-01-15' })).toBe(orderHttp);
    expect(await change(again, `decided_on = '2025-01-15'`)).toBe(order);
    expect(await http.patch(`decisions/${again}`, { decidedOn: '2025-03' })).toBe('200');
  });

  test('when its outcome changes', async () => {
    const out = await record(['eliminated', '2025-02', 0]);
    await record(['added', '2025-04']);
    expect(await http.patch(`decisions/${out}`, { outcome: 'advanced' })).toBe(orderHttp);
    expect(await change(out, `outcome = 'champion'`)).toBe(order);
  });

  test('when it turns out to be another consortium’s', async () => {
    const [mine, theirs] = c.consortiums;
    const out = await record(['eliminated', '2025-02', 0]);
    await record(['added', '2025-04']);
    expect(await http.patch(`decisions/${out}`, { consortium: theirs })).toBe(orderHttp);
    expect(await change(out, `consortium = '${theirs}'`)).toBe(order);
    await decided(it, c, 'champion', '2025-02', { round: c.rounds[0], consortium: theirs });
    const mineLater = await record(['advanced', '2025-05', 1]);
    expect(await change(mineLater, `consortium = '${theirs}'`)).toBe(order);
    expect(mine).not.toBe(theirs);
  });

  test('a month and a year count from their last day', async () => {
    await record(['eliminated', '2025-06', 0]);
    expect(await send(['added', '2025-06-15'])).toBe(orderHttp);
    expect(await send(['added', '2025-06-30'])).toBe('201');
  });
});
