/** Scores: their range, what a whole allows its parts, and where the rows they join belong. */
import { beforeEach, describe, expect, test } from 'vitest';
import { tracker } from '../tracker.ts';
import { asking, contest, criterionOf, decided, refusal, scored, type Contest } from './contest.ts';

const it = tracker();
const http = asking(it);
let c: Contest;
beforeEach(async () => {
  c = await contest(it);
});

const evaluation = (criterion: string, score: number | null, more: object = {}) => ({
  round: c.rounds[0],
  consortium: c.consortiums[0],
  criterion,
  status: score === null ? 'undisclosed' : 'disclosed',
  score,
  sources: [c.source],
  ...more,
});
const setScore = (id: string, score: number | string): Promise<string> =>
  refusal(it.sql('UPDATE evaluations SET score = $2 WHERE id = $1', [id, score]));

describe('a score lies between 0 and the maximum of its criterion', () => {
  test('when it is recorded, and both ends are allowed', async () => {
    expect(await http.post('evaluations', evaluation(c.part, 40.000001))).toBe(
      '422 score-out-of-range /score',
    );
    expect(await http.post('evaluations', evaluation(c.part, -0.000001))).toBe(
      '422 validation-failed /score',
    );
    expect(await refusal(scored(it, c, c.part, 40.000001))).toBe('score-out-of-range score');
    expect(await refusal(scored(it, c, c.part, -0.000001))).toBe('evaluations_score_check');
    expect(await http.post('evaluations', evaluation(c.part, 40))).toBe('201');
    expect(await http.post('evaluations', evaluation(c.other, 0))).toBe('201');
  });

  test('when it is changed', async () => {
    const id = await scored(it, c, c.part, 10);
    expect(await http.patch(`evaluations/${id}`, { score: 41 })).toBe('422 score-out-of-range /score');
    expect(await setScore(id, 41)).toBe('score-out-of-range score');
    expect(await setScore(id, -1)).toBe('evaluations_score_check');
    expect(await http.patch(`evaluations/${id}`, { criterion: c.other, score: 61 })).toBe(
      '422 score-out-of-range /score',
    );
  });

  test('when the maximum is lowered under a score that stands', async () => {
    await scored(it, c, c.part, 30);
    expect(await http.patch(`criteria/${c.part}`, { maxScore: 29 })).toBe('422 score-out-of-range /maxScore');
    expect(await refusal(it.sql('UPDATE criteria SET max_score = 29 WHERE id = $1', [c.part]))).toBe(
      'score-out-of-range maxScore',
    );
    expect(await http.patch(`criteria/${c.part}`, { maxScore: 30 })).toBe('200');
  });

  test('and is a number: NaN is none', async () => {
    await it.sql('UPDATE criteria SET max_score = NULL WHERE id = $1', [c.other]);
    const id = await scored(it, c, c.other, 5);
    expect(await setScore(id, 'NaN')).not.toBe('accepted');
    expect(await refusal(it.sql(`UPDATE criteria SET max_score = 'NaN' WHERE id = $1`, [c.part]))).not.toBe(
      'accepted',
    );
  });
});

describe('the scores of the parts do not exceed their whole', () => {
  test('whichever of them comes last', async () => {
    await scored(it, c, c.half, 50);
    await scored(it, c, c.part, 30);
    expect(await http.post('evaluations', evaluation(c.rest, 20.5))).toBe('422 parts-exceed-whole /score');
    expect(await refusal(scored(it, c, c.rest, 20.5))).toBe('parts-exceed-whole score');
    expect(await http.post('evaluations', evaluation(c.rest, 20))).toBe('201');
    expect(await refusal(scored(it, c, c.total, 49))).toBe('parts-exceed-whole score');
    expect(await http.post('evaluations', evaluation(c.total, 49))).toBe('422 parts-exceed-whole /score');
    expect(await http.post('evaluations', evaluation(c.total, 50))).toBe('201');
  });

  test('when a part grows or the whole shrinks', async () => {
    const whole = await scored(it, c, c.half, 30);
    const part = await scored(it, c, c.part, 30);
    expect(await http.patch(`evaluations/${part}`, { score: 31 })).toBe('422 parts-exceed-whole /score');
    expect(await setScore(part, 31)).toBe('parts-exceed-whole score');
    expect(await http.patch(`evaluations/${whole}`, { score: 29 })).toBe('422 parts-exceed-whole /score');
    expect(await setScore(whole, 29)).toBe('parts-exceed-whole score');
    expect(
      await refusal(it.sql('UPDATE evaluations SET score = score + 5 WHERE id IN ($1, $2)', [whole, part])),
    ).toBe('accepted');
  });

  test.each([
    ['has no row', undefined],
    ['was withheld', null],
  ])('across a level between them that %s', async (_, between) => {
    await scored(it, c, c.total, 35);
    if (between === null) await scored(it, c, c.half, between);
    await scored(it, c, c.part, 30);
    expect(await http.post('evaluations', evaluation(c.rest, 6))).toBe('422 parts-exceed-whole /score');
    expect(await refusal(scored(it, c, c.rest, 6))).toBe('parts-exceed-whole score');
    expect(await http.post('evaluations', evaluation(c.rest, 5))).toBe('201');
  });

  test('when the level between them is withdrawn', async () => {
    await scored(it, c, c.total, 35);
    const between = await scored(it, c, c.half, 35);
    await scored(it, c, c.part, 30);
    expect(await refusal(scored(it, c, c.other, 1))).toBe('parts-exceed-whole score');
    await it.sql('DELETE FROM evaluations WHERE id = $1', [between]);
    expect(await refusal(scored(it, c, c.other, 6))).toBe('parts-exceed-whole score');
  });

  test('unless the parts state weights, so that their points are not points of the whole', async () => {
    const c = await contest(it);
    await it.sql(`UPDATE criteria SET weight = 0.5 WHERE parent = '${c.half}'`);
    for (const [criterion, score] of [
      [c.part, 40],
      [c.rest, 40],
      [c.half, 40],
    ] as const)
      expect(await refusal(scored(it, c, criterion, score))).toBe('accepted');
    // The level above states none.
    expect(await refusal(scored(it, c, c.total, 39))).toBe('parts-exceed-whole score');
  });

  test('of one consortium in one round: others do not count', async () => {
    await scored(it, c, c.half, 20);
    await scored(it, c, c.part, 15);
    expect(await http.post('evaluations', evaluation(c.rest, 15, { consortium: c.consortiums[1] }))).toBe(
      '201',
    );
    const elsewhere = await scored(it, c, c.rest, 15, { round: c.rounds[1] });
    const moved = { round: c.rounds[0], criterion: c.rest };
    expect(await http.patch(`evaluations/${elsewhere}`, moved)).toBe('422 parts-exceed-whole /score');
    expect(
      await refusal(
        it.sql('UPDATE evaluations SET round = $2, criterion = $3 WHERE id = $1', [
          elsewhere,
          moved.round,
          moved.criterion,
        ]),
      ),
    ).toBe('parts-exceed-whole score');
  });

  test('when a scored criterion becomes part of another', async () => {
    await scored(it, c, c.half, 20);
    await scored(it, c, c.other, 21);
    expect(await http.patch(`criteria/${c.other}`, { parent: c.half })).toBe(
      '422 parts-exceed-whole /parent',
    );
    expect(await refusal(it.sql('UPDATE criteria SET parent = $2 WHERE id = $1', [c.other, c.half]))).toBe(
      'parts-exceed-whole parent',
    );
  });

  test('when an unscored level, with its scored parts, becomes part of another', async () => {
    await scored(it, c, c.other, 20);
    await scored(it, c, c.part, 30);
    expect(await http.patch(`criteria/${c.half}`, { parent: c.other })).toBe(
      '422 parts-exceed-whole /parent',
    );
    expect(await refusal(it.sql('UPDATE criteria SET parent = $2 WHERE id = $1', [c.half, c.other]))).toBe(
      'parts-exceed-whole parent',
    );
  });
});

describe('a gate has a verdict, every other criterion a score', () => {
  test('when the result is recorded', async () => {
    expect(await http.post('evaluations', evaluation(c.gate, 1))).toBe('422 gate-takes-passed /passed');
    expect(await http.post('evaluations', evaluation(c.part, 1, { passed: true }))).toBe(
      '422 score-required /score',
    );
    expect(await refusal(scored(it, c, c.gate, 1))).toBe('gate-takes-passed passed');
    expect(await http.post('evaluations', evaluation(c.gate, null, { passed: true }))).toBe(
      '422 validation-failed /status',
    );
    expect(
      await refusal(
        it.sql(`UPDATE evaluations SET passed = true WHERE id = $1`, [await scored(it, c, c.gate, null)]),
      ),
    ).toBe('evaluations_withheld_has_no_score');
  });

  test('when the criterion turns into a gate, or out of one', async () => {
    await scored(it, c, c.other, 1);
    expect(await http.patch(`criteria/${c.other}`, { gate: true, maxScore: null })).toBe(
      '422 gate-takes-passed /gate',
    );
    expect(
      await http.post('evaluations', evaluation(c.gate, null, { status: 'disclosed', passed: false })),
    ).toBe('201');
    expect(await http.patch(`criteria/${c.gate}`, { gate: false })).toBe('422 score-required /gate');
    expect(await http.patch(`criteria/${c.gate}`, { maxScore: 5 })).toBe('422 gate-has-no-score /maxScore');
    expect(await refusal(it.sql('UPDATE criteria SET weight = 1 WHERE id = $1', [c.gate]))).toBe(
      'gate-has-no-score maxScore',
    );
  });
});

describe('a consortium that was eliminated is not evaluated in a later round', () => {
  const inRound = (n: 0 | 1 | 2) =>
    evaluation(criterionOf(c, c.other, c.rounds[n]), 1, { round: c.rounds[n] });
  const eliminate = (round: string): Promise<string> => decided(it, c, 'eliminated', '2025-03', { round });

  test('when the evaluation is recorded or moved there', async () => {
    await eliminate(c.rounds[0]);
    const id = await scored(it, c, c.other, 1);
    expect(await http.post('evaluations', inRound(1))).toBe('422 consortium-eliminated /consortium');
    expect(await refusal(scored(it, c, c.other, 1, { round: c.rounds[2] }))).toBe(
      'consortium-eliminated consortium',
    );
    const { round, criterion } = inRound(1);
    expect(await http.patch(`evaluations/${id}`, { round, criterion })).toBe(
      '422 consortium-eliminated /consortium',
    );
    const others = await scored(it, c, c.other, 1, { round: c.rounds[1], consortium: c.consortiums[1] });
    expect(
      await refusal(
        it.sql('UPDATE evaluations SET consortium = $2 WHERE id = $1', [others, c.consortiums[0]]),
      ),
    ).toBe('consortium-eliminated consortium');
  });

  test('when the elimination comes after the evaluation', async () => {
    await scored(it, c, c.other, 1, { round: c.rounds[1] });
    const decision = {
      program: c.program,
      consortium: c.consortiums[0],
      outcome: 'eliminated',
      decidedOn: '2025-03',
      sources: [c.source],
    };
    expect(await http.post('decisions', { ...decision, round: c.rounds[0] })).toBe(
      '422 consortium-eliminated /outcome',
    );
    expect(await refusal(eliminate(c.rounds[0]))).toBe('consortium-eliminated outcome');
    expect(await http.post('decisions', { ...decision, round: c.rounds[1] })).toBe('201');
  });

  test('when an earlier result turns into an elimination', async () => {
    const id = await decided(it, c, 'advanced', '2025-03', { round: c.rounds[0] });
    await scored(it, c, c.other, 1, { round: c.rounds[1] });
    expect(await http.patch(`decisions/${id}`, { outcome: 'eliminated' })).toBe(
      '422 consortium-eliminated /outcome',
    );
    expect(await refusal(it.sql(`UPDATE decisions SET outcome = 'eliminated' WHERE id = $1`, [id]))).toBe(
      'consortium-eliminated outcome',
    );
  });

  test('when the elimination moves to an earlier round', async () => {
    const id = await eliminate(c.rounds[1]);
    await scored(it, c, c.other, 1, { round: c.rounds[1] });
    expect(await http.patch(`decisions/${id}`, { round: c.rounds[0] })).toMatch(/^422 consortium-eliminated/);
    expect(await refusal(it.sql('UPDATE decisions SET round = $2 WHERE id = $1', [id, c.rounds[0]]))).toMatch(
      /^consortium-eliminated/,
    );
  });

  test('when the elimination turns out to be another consortium’s', async () => {
    const id = await decided(it, c, 'eliminated', '2025-03', {
      round: c.rounds[0],
      consortium: c.consortiums[1],
    });
    await scored(it, c, c.other, 1, { round: c.rounds[1] });
    expect(
      await refusal(it.sql('UPDATE decisions SET consortium = $2 WHERE id = $1', [id, c.consortiums[0]])),
    ).toMatch(/^consortium-eliminated/);
  });

  test('when the rounds change their order', async () => {
    await eliminate(c.rounds[2]);
    await scored(it, c, c.other, 1, { round: c.rounds[1] });
    await it.sql('UPDATE rounds SET ordinal = 5 WHERE id = $1', [c.rounds[0]]);
    expect(await refusal(it.sql('UPDATE rounds SET ordinal = 9 WHERE id = $1', [c.rounds[1]]))).toBe(
      'consortium-eliminated ordinal',
    );
    expect(await http.patch(`rounds/${c.rounds[2]}`, { ordinal: 1 })).toBe(
      '422 consortium-eliminated /ordinal',
    );
    expect(await refusal(it.sql('UPDATE rounds SET ordinal = 1 WHERE id = $1', [c.rounds[2]]))).toBe(
      'consortium-eliminated ordinal',
    );
  });

  test('unless it was added again, and for as long as that stands', async () => {
    await eliminate(c.rounds[0]);
    const again = await decided(it, c, 'added', '2025-04');
    const id = await scored(it, c, c.other, 1, { round: c.rounds[1] });
    expect(await http.delete(`decisions/${again}`)).toBe('422 consortium-eliminated /outcome');
    expect(await refusal(it.sql('DELETE FROM decisions WHERE id = $1', [again]))).toBe(
      'consortium-eliminated outcome',
    );
    await decided(it, c, 'eliminated', '2025-05', { round: c.rounds[1] });
    expect(await refusal(scored(it, c, c.other, 1, { round: c.rounds[2] }))).toBe(
      'consortium-eliminated consortium',
    );
    expect(await http.patch(`evaluations/${id}`, { note: 'still there' })).toBe('200');
  });
});
