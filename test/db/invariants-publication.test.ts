/** Nothing is slipped into a published round, its day fits what is known, and it stays whole, whatever is corrected. */
import { beforeEach, describe, expect, test } from 'vitest';
import { tracker } from '../tracker.ts';
import {
  asking,
  contest,
  criterionOf,
  decided,
  published,
  refusal,
  said,
  scored,
  silent,
  silentHttp,
  type Contest,
} from './contest.ts';

const it = tracker();
const http = asking(it);
const corrected = (text: string): string => `SET LOCAL tracker.correction = 'said in SQL'; ${text}`;
let c: Contest;
let round: string;
beforeEach(async () => {
  c = await contest(it);
  round = c.rounds[0];
});
const reasons = async (row: string): Promise<unknown[]> =>
  (await it.sql('SELECT reason FROM corrections WHERE row_id = $1 ORDER BY id', [row])).map(
    ({ reason }) => reason,
  );
const byIds = async (text: string): Promise<string> => {
  const [row] = await it.sql(text);
  return String(row?.id);
};

describe('a criterion of a published round', () => {
  const criterion = (id: string, more: object = {}) => ({
    id: `${c.program}-${id}`,
    program: c.program,
    round,
    stage: 'evaluation',
    names: { en: id },
    maxScore: 10,
    sources: [c.source],
    ...more,
  });
  const insert = (id: string, gate = false): string =>
    `INSERT INTO criteria (id, program, round, stage, name_en, gate, sources) VALUES ('${c.program}-${id}', '${c.program}', '${round}', 'evaluation', 'X', ${gate}, '{${c.source}}')`;
  beforeEach(() => published(it, round));

  test('is not silently added, be it scored or a gate', async () => {
    expect(await http.post('criteria', criterion('late'))).toBe(silentHttp);
    expect(await http.post('criteria', criterion('late', { gate: true, maxScore: null }))).toBe(silentHttp);
    expect(await http.post('criteria', criterion('late', { parent: c.total }))).toBe(silentHttp);
    expect(await refusal(it.sql(insert('late')))).toBe(silent);
    expect(await refusal(it.sql(insert('late', true)))).toBe(silent);
    expect(await http.post('criteria', { ...criterion('late'), ...said })).toBe('201');
    expect(await refusal(it.sql(corrected(insert('later'))))).toBe('accepted');
    expect(await reasons(`${c.program}-late`)).toEqual([said.reason]);
    expect(await reasons(`${c.program}-later`)).toEqual(['said in SQL']);
  });

  test('is not silently moved in, nor out', async () => {
    const outside = criterionOf(c, c.gate, c.rounds[1]);
    for (const [id, to] of [
      [outside, round],
      [c.gate, c.rounds[1]],
    ] as const) {
      const set = `UPDATE criteria SET round = '${to}' WHERE id = '${id}'`;
      expect(await http.patch(`criteria/${id}`, { round: to })).toBe(silentHttp);
      expect(await refusal(it.sql(set))).toBe(silent);
      expect(await http.patch(`criteria/${id}`, { round: to, ...said })).toBe('200');
      expect(await reasons(id)).toEqual([said.reason]);
    }
  });

  test('is not silently turned into one of a selection, nor one of a selection into it', async () => {
    expect(await http.patch(`criteria/${c.gate}`, { stage: 'selection', round: null })).toBe(silentHttp);
    expect(await http.post('criteria', criterion('sel', { stage: 'selection', round: null }))).toBe('201');
    expect(await http.patch(`criteria/${c.program}-sel`, { stage: 'evaluation', round })).toBe(silentHttp);
  });

  test('may be added while the round is not published', async () => {
    expect(await http.post('criteria', criterion('early', { round: c.rounds[1] }))).toBe('201');
  });
});

describe('an evaluation of a published round', () => {
  const evaluation = (criterion: string, score: number | null, more: object = {}) => ({
    round,
    consortium: c.consortiums[0],
    criterion,
    status: score === null ? 'undisclosed' : 'disclosed',
    score,
    sources: [c.source],
    ...more,
  });

  test('is not silently added, disclosed or not, whatever day it is said to be of', async () => {
    await published(it, round);
    expect(await http.post('evaluations', evaluation(c.other, 5))).toBe(silentHttp);
    expect(await http.post('evaluations', evaluation(c.other, 5, { disclosedOn: '2025-09' }))).toBe(
      silentHttp,
    );
    expect(await http.post('evaluations', evaluation(c.other, null))).toBe(silentHttp);
    expect(await refusal(scored(it, c, c.other, 5))).toBe(silent);
    expect(await refusal(scored(it, c, c.other, null))).toBe(silent);
    expect(await http.post('evaluations', { ...evaluation(c.other, 5), ...said })).toBe('201');
    const id = await byIds(`SELECT id FROM evaluations WHERE round = '${round}'`);
    expect(await reasons(id)).toEqual([said.reason]);
  });

  test('is not silently moved in from another round, be it withheld or not', async () => {
    const open = { round: c.rounds[1] };
    const ids = [await scored(it, c, c.part, null, open), await scored(it, c, c.other, 5, open)];
    await published(it, round);
    for (const [index, criterion] of [c.part, c.other].entries()) {
      const id = ids[index] ?? '';
      expect(await http.patch(`evaluations/${id}`, { round, criterion })).toBe(silentHttp);
      expect(
        await refusal(
          it.sql(`UPDATE evaluations SET round = '${round}', criterion = '${criterion}' WHERE id = '${id}'`),
        ),
      ).toBe(silent);
      expect(await http.patch(`evaluations/${id}`, { round, criterion, ...said })).toBe('200');
    }
  });

  test('that was withheld is not silently deleted, nor said to be of another consortium or criterion', async () => {
    const id = await scored(it, c, c.part, null);
    await it.sql(`UPDATE evaluations SET evaluated_on = '2025-06' WHERE id = '${id}'`);
    await published(it, round);
    for (const patch of [
      { criterion: c.rest },
      { consortium: c.consortiums[1] },
      { criterion: c.rest, status: 'disclosed', score: 5, disclosedOn: '2025-08' },
      { evaluatedOn: '2025-05' },
    ])
      expect(await http.patch(`evaluations/${id}`, patch), JSON.stringify(patch)).toBe(silentHttp);
    expect(await http.delete(`evaluations/${id}`)).toBe(silentHttp);
    expect(await refusal(it.sql(`DELETE FROM evaluations WHERE id = '${id}'`))).toBe(silent);
    expect(await http.delete(`evaluations/${id}`, said)).toBe('204');
  });

  test('that was withheld is disclosed afterwards without a correction, but not as if it had been public before', async () => {
    const id = await scored(it, c, c.part, null);
    const other = await scored(it, c, c.rest, null);
    await published(it, round);
    const disclosure = { status: 'disclosed', score: 5, evaluatedOn: '2025-06-30' };
    expect(await http.patch(`evaluations/${id}`, { ...disclosure, disclosedOn: '2025-06-30' })).toBe(
      silentHttp,
    );
    expect(await http.patch(`evaluations/${id}`, { ...disclosure, disclosedOn: '2025-07' })).toBe('200');
    expect(await http.patch(`evaluations/${other}`, { ...disclosure, disclosedOn: null })).toBe('200');
    expect(await http.patch(`evaluations/${other}`, { disclosedOn: '2025-08-27' })).toBe('200');
    expect([...(await reasons(id)), ...(await reasons(other))]).toEqual([]);
  });
});

test('a round that is recorded as published brings its criteria, scores and decisions in the same transaction', async () => {
  const [a, b] = c.consortiums;
  const record = (more = ''): string => `
    INSERT INTO rounds (id, program, ordinal, state, published_on, planned_advancing, sources)
      VALUES ('${c.program}-past', '${c.program}', 9, 'published', '2025-12-01', 1, '{${c.source}}');
    INSERT INTO criteria (id, program, round, stage, name_en, max_score, gate, sources)
      VALUES ('${c.program}-past-total', '${c.program}', '${c.program}-past', 'evaluation', 'X', 10, false, '{${c.source}}');
    INSERT INTO evaluations (round, consortium, criterion, status, score, sources)
      VALUES ('${c.program}-past', '${a}', '${c.program}-past-total', 'disclosed', 5, '{${c.source}}');
    INSERT INTO decisions (program, round, consortium, outcome, decided_on, sources) VALUES
      ('${c.program}', '${c.program}-past', '${a}', 'advanced', '2025-12-01', '{${c.source}}'),
      ('${c.program}', '${c.program}-past', '${b}', 'eliminated', '2025-12-01', '{${c.source}}');
    ${more}`;
  const whole = (more = ''): Promise<string> => refusal(it.sql(`BEGIN; ${record(more)} COMMIT`));
  await published(it, c.rounds[2]);
  const gone = `SET LOCAL tracker.correction = 'x'; DELETE FROM decisions WHERE consortium = '${b}' AND round IS NOT NULL;`;
  for (const more of [
    gone,
    `SET CONSTRAINTS ALL IMMEDIATE; ${gone}`,
    `SET LOCAL tracker.correction = 'x'; UPDATE rounds SET planned_advancing = 2 WHERE id = '${c.program}-past';`,
  ]) {
    expect(await whole(more)).toMatch(/^(round-incomplete|deviation-unexplained) /);
    await it.sql('ROLLBACK');
  }
  expect(await whole()).toBe('accepted');
});

describe('a round that was published whole', () => {
  beforeEach(async () => {
    await decided(it, c, 'advanced', '2025-06', { round });
    await decided(it, c, 'eliminated', '2025-06', { round, consortium: c.consortiums[1] });
    await it.sql('UPDATE rounds SET planned_advancing = 1 WHERE id = $1', [round]);
    await it.sql(`UPDATE rounds SET state = 'published', published_on = '2025-07-01' WHERE id = $1`, [round]);
    await it.sql(
      `INSERT INTO consortiums (id, program, name_en, lead, sources) VALUES ('${c.program}-new', '${c.program}', 'new', '${c.organization}', '{${c.source}}')`,
    );
  });
  const set = (text: string): Promise<string> =>
    refusal(it.sql(corrected(`UPDATE rounds SET ${text} WHERE id = '${round}'`)));

  test('does not get another number to advance without saying why', async () => {
    expect(await http.patch(`rounds/${round}`, { plannedAdvancing: 7, ...said })).toBe(
      '422 deviation-unexplained /deviationReason',
    );
    expect(await set('planned_advancing = 7')).toBe('deviation-unexplained deviationReason');
    const why = { plannedAdvancing: 7, deviationReason: 'only one was good enough', ...said };
    expect(await http.patch(`rounds/${round}`, why)).toBe('200');
    expect(await http.patch(`rounds/${round}`, { deviationReason: null, ...said })).toBe(
      '422 deviation-unexplained /deviationReason',
    );
    expect(await set('deviation_reason = NULL')).toBe('deviation-unexplained deviationReason');
    expect(await http.patch(`rounds/${round}`, { note: 'more', ...said })).toBe('200');
    expect(await http.patch(`rounds/${round}`, { plannedAdvancing: 1, deviationReason: null, ...said })).toBe(
      '200',
    );
  });

  test.each(['selected', 'added'])('takes nobody who is %s with a day before it', async (outcome) => {
    const consortium = `${c.program}-new`;
    const late = { program: c.program, consortium, outcome, decidedOn: '2025-02-01', sources: [c.source] };
    expect(await http.post('decisions', late)).toBe('422 round-incomplete /decidedOn');
    expect(await http.post('decisions', { ...late, ...said })).toBe('422 round-incomplete /decidedOn');
    expect(await refusal(decided(it, c, outcome, '2025-02-01', { consortium }))).toBe(
      'round-incomplete decidedOn',
    );
    expect(await http.post('decisions', { ...late, decidedOn: '2025-07-02' })).toBe('201');
    const id = await byIds(`SELECT id FROM decisions WHERE consortium = '${consortium}'`);
    expect(await http.patch(`decisions/${id}`, { decidedOn: '2025-02-01' })).toBe(
      '422 round-incomplete /decidedOn',
    );
    expect(await refusal(it.sql(`UPDATE decisions SET decided_on = '2025' WHERE id = $1`, [id]))).toBe(
      'accepted',
    );
    expect(await http.delete(`decisions/${id}`)).toBe('204');
  });

  test('does not lose a decision of its own, nor get one on whom a later round says nothing', async () => {
    const [a, b] = c.consortiums;
    const of = (consortium: string): Promise<string> =>
      byIds(`SELECT id FROM decisions WHERE round = '${round}' AND consortium = '${consortium}'`);
    expect(await http.delete(`decisions/${await of(b)}`, said)).toBe('422 round-incomplete /outcome');
    const [, second] = c.rounds;
    await decided(it, c, 'advanced', '2025-08', { round: second, consortium: a });
    await it.sql(`UPDATE rounds SET state = 'published', published_on = '2025-09' WHERE id = $1`, [second]);
    await it.sql(corrected(`UPDATE rounds SET deviation_reason = 'two were equal' WHERE id = '${round}'`));
    expect(await http.patch(`decisions/${await of(b)}`, { outcome: 'advanced', ...said })).toBe(
      '422 round-incomplete /outcome',
    );
    expect(
      await refusal(
        it.sql(corrected(`UPDATE decisions SET outcome = 'advanced' WHERE id = '${await of(b)}'`)),
      ),
    ).toBe('round-incomplete outcome');
  });

  test('does not get a score of somebody on whom it decided nothing', async () => {
    const consortium = `${c.program}-new`;
    const score = {
      round,
      consortium,
      criterion: c.other,
      status: 'disclosed',
      score: 1,
      sources: [c.source],
    };
    expect(await http.post('evaluations', { ...score, ...said })).toBe('422 round-incomplete /consortium');
  });

  test('does not come to be published before the round before it, or after the one after it', async () => {
    const [, second] = c.rounds;
    await decided(it, c, 'advanced', '2025-08', { round: second });
    await it.sql(`UPDATE rounds SET state = 'published', published_on = '2025-09' WHERE id = $1`, [second]);
    expect(await http.patch(`rounds/${round}`, { publishedOn: '2025-10-01', ...said })).toBe(
      '422 publication-out-of-order /publishedOn',
    );
    expect(await set(`published_on = '2025-10'`)).toBe('publication-out-of-order publishedOn');
    expect(await set(`published_on = '2025-09-30'`)).toBe('accepted');
    expect(await set(`published_on = '2025'`)).toBe('accepted');
  });
});
