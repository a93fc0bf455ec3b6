/**
 * Each rule of the contract is attacked over HTTP and with plain SQL: whatever writes, the rule holds. The SQL says
 * what a careless or hostile writer would do; the request says the same through the API.
 */
import { expect, test } from 'vitest';
import { tracker } from '../tracker.ts';

const it = tracker();

interface Attack {
  rule: string;
  sql: string;
  /** SQLSTATE of the refusal; TR001 is a rule over several rows. */
  state: string;
  request?: [method: 'post' | 'patch', path: string, body: object];
  code?: string;
  pointer?: string;
}

const evaluation = {
  round: 'kr-safm-round-2',
  consortium: 'upstage',
  criterion: 'r2-expert-impact',
  status: 'disclosed',
  score: 10,
  sources: ['seed-004'],
};
const decision = { program: 'kr-safm', consortium: 'upstage', decidedOn: '2026-12', sources: ['seed-004'] };
const figure = {
  subject: { type: 'program', id: 'kr-safm' },
  kind: 'budget',
  money: { amount: '1', currency: 'KRW' },
  sources: ['seed-004'],
};
const insertEvaluation = (
  round: string,
  consortium: string,
  criterion: string,
  score: number | null,
  sources = `'{seed-004}'`,
): string =>
  `INSERT INTO evaluations (round, consortium, criterion, status, score, sources) VALUES ('${round}', '${consortium}', '${criterion}', 'disclosed', ${score}, ${sources})`;
const insertDecision = (consortium: string, outcome: string, round: string | null, on: string): string =>
  `INSERT INTO decisions (program, round, consortium, outcome, decided_on, sources) VALUES ('kr-safm', ${round === null ? 'NULL' : `'${round}'`}, '${consortium}', '${outcome}', '${on}', '{seed-004}')`;

const attacks: Attack[] = [
  {
    rule: 'a cited source exists',
    sql: insertEvaluation('kr-safm-round-2', 'upstage', 'r2-expert-impact', 1, `'{nowhere}'`),
    state: 'TR001',
    request: ['post', 'evaluations', { ...evaluation, sources: ['nowhere'] }],
    code: 'unknown-reference',
    pointer: '/sources/0',
  },
  {
    rule: 'a cited source exists, also later',
    sql: `UPDATE organizations SET sources = '{seed-004,nowhere}' WHERE id = 'kt'`,
    state: 'TR001',
    request: ['patch', 'organizations/kt', { sources: ['seed-004', 'nowhere'] }],
    code: 'unknown-reference',
    pointer: '/sources/1',
  },
  {
    rule: 'at least one source is cited',
    sql: insertEvaluation('kr-safm-round-2', 'upstage', 'r2-expert-impact', 1, `'{}'`),
    state: '23514',
    request: ['post', 'evaluations', { ...evaluation, sources: [] }],
    code: 'source-required',
    pointer: '/sources',
  },
  {
    rule: 'a source is not null',
    sql: `UPDATE organizations SET sources = ARRAY[NULL]::text[] WHERE id = 'kt'`,
    state: '23514',
    request: ['patch', 'organizations/kt', { sources: [null] }],
    code: 'validation-failed',
    pointer: '/sources/0',
  },
  {
    rule: 'a membership cites its sources too',
    sql: `UPDATE consortium_members SET sources = '{nowhere}' WHERE consortium = 'upstage'`,
    state: 'TR001',
    request: [
      'patch',
      'consortiums/upstage',
      { members: [{ organization: 'upstage', role: 'lead', sources: ['nowhere'] }] },
    ],
    code: 'unknown-reference',
    pointer: '/members/0/sources/0',
  },
  { rule: 'a cited source is not deleted', sql: `DELETE FROM sources WHERE id = 'seed-004'`, state: '23503' },
  {
    rule: 'a score is at most its maximum',
    sql: insertEvaluation('kr-safm-round-2', 'upstage', 'r2-expert-impact', 15.1),
    state: 'TR001',
    request: ['post', 'evaluations', { ...evaluation, score: 15.1 }],
    code: 'score-out-of-range',
    pointer: '/score',
  },
  {
    rule: 'a score is at least 0',
    sql: insertEvaluation('kr-safm-round-2', 'upstage', 'r2-expert-impact', -0.1),
    state: '23514',
    request: ['post', 'evaluations', { ...evaluation, score: -0.1 }],
    code: 'validation-failed',
    pointer: '/score',
  },
  {
    rule: 'a maximum is not lowered below a score',
    sql: `UPDATE criteria SET max_score = 29 WHERE id = 'r2-expert'`,
    state: 'TR001',
    request: ['patch', 'criteria/r2-expert', { maxScore: 29 }],
    code: 'score-out-of-range',
    pointer: '/maxScore',
  },
  {
    rule: 'parts do not exceed their whole',
    sql:
      insertEvaluation('kr-safm-round-1', 'lg-ai-research', 'r1-expert-strategy', 10) +
      `; ` +
      insertEvaluation('kr-safm-round-1', 'lg-ai-research', 'r1-expert-results', 15) +
      `; ` +
      insertEvaluation('kr-safm-round-1', 'lg-ai-research', 'r1-expert-impact', 7),
    state: 'TR001',
  },
  {
    rule: 'parts do not exceed their whole across a level that was not published',
    sql: insertEvaluation('kr-safm-round-2', 'upstage', 'r2-benchmark', 22.6),
    state: 'TR001',
    request: ['post', 'evaluations', { ...evaluation, criterion: 'r2-benchmark', score: 22.6 }],
    code: 'parts-exceed-whole',
    pointer: '/score',
  },
  {
    rule: 'an undisclosed evaluation has no score',
    sql: `UPDATE evaluations SET score = 1 WHERE status = 'undisclosed'`,
    state: '23514',
    request: ['post', 'evaluations', { ...evaluation, status: 'undisclosed' }],
    code: 'validation-failed',
  },
  {
    rule: 'a disclosed evaluation has one',
    sql: insertEvaluation('kr-safm-round-2', 'upstage', 'r2-expert-impact', null),
    state: 'TR001',
    request: ['post', 'evaluations', { ...evaluation, score: null }],
    code: 'score-required',
    pointer: '/score',
  },
  {
    rule: 'a gate has a verdict and no score',
    sql: insertEvaluation('kr-safm-round-2', 'upstage', 'r2-independence', 1),
    state: 'TR001',
    request: ['post', 'evaluations', { ...evaluation, criterion: 'r2-independence' }],
    code: 'gate-takes-passed',
    pointer: '/passed',
  },
  {
    rule: 'a criterion judges its own round',
    sql: insertEvaluation('kr-safm-round-1', 'upstage', 'r2-expert-impact', 1),
    state: 'TR001',
    request: ['post', 'evaluations', { ...evaluation, round: 'kr-safm-round-1' }],
    code: 'program-mismatch',
    pointer: '/criterion',
  },
  {
    rule: 'a selection criterion evaluates nobody',
    sql: insertEvaluation('kr-safm-round-2', 'upstage', 'sel-goal', 1),
    state: 'TR001',
    request: ['post', 'evaluations', { ...evaluation, criterion: 'sel-goal' }],
    code: 'program-mismatch',
    pointer: '/criterion',
  },
  {
    rule: 'a criterion stays in the programme of its scores',
    sql: `INSERT INTO programs (id, name_en, country, sources) VALUES ('other', 'Other', 'FR', '{seed-004}'); UPDATE consortiums SET program = 'other' WHERE id = 'upstage'`,
    state: '23001',
  },
  {
    rule: 'a part serves the round of its whole',
    sql: `INSERT INTO criteria (id, program, round, stage, parent, name_en, gate, sources) VALUES ('x', 'kr-safm', 'kr-safm-round-1', 'evaluation', 'r2-total', 'X', false, '{seed-004}')`,
    state: 'TR001',
    request: [
      'post',
      'criteria',
      {
        id: 'x',
        program: 'kr-safm',
        round: 'kr-safm-round-1',
        stage: 'evaluation',
        parent: 'r2-total',
        names: { en: 'X' },
        sources: ['seed-004'],
      },
    ],
    code: 'program-mismatch',
    pointer: '/parent',
  },
  {
    rule: 'an eliminated consortium is not evaluated in a later round',
    sql: insertEvaluation('kr-safm-round-2', 'nc-ai', 'r2-expert-impact', 1),
    state: 'TR001',
    request: ['post', 'evaluations', { ...evaluation, consortium: 'nc-ai' }],
    code: 'consortium-eliminated',
    pointer: '/consortium',
  },
  {
    rule: 'nobody advances without having been selected',
    sql:
      `INSERT INTO consortiums (id, program, name_en, lead, sources) VALUES ('fresh', 'kr-safm', 'Fresh', 'kt', '{seed-004}'); ` +
      insertDecision('fresh', 'advanced', 'kr-safm-round-3', '2027'),
    state: 'TR001',
  },
  {
    rule: 'an eliminated consortium does not advance',
    sql: insertDecision('nc-ai', 'advanced', 'kr-safm-round-3', '2027'),
    state: 'TR001',
    request: [
      'post',
      'decisions',
      { ...decision, consortium: 'nc-ai', round: 'kr-safm-round-3', outcome: 'advanced' },
    ],
    code: 'decision-out-of-order',
    pointer: '/outcome',
  },
  {
    rule: 'one that is in is not added again',
    sql: insertDecision('upstage', 'added', null, '2026-12'),
    state: 'TR001',
    request: ['post', 'decisions', { ...decision, outcome: 'added' }],
    code: 'decision-out-of-order',
    pointer: '/outcome',
  },
  {
    rule: 'nobody is selected twice',
    sql: insertDecision('motif-technologies', 'selected', null, '2026-12'),
    state: 'TR001',
    request: ['post', 'decisions', { ...decision, consortium: 'motif-technologies', outcome: 'selected' }],
    code: 'decision-out-of-order',
    pointer: '/outcome',
  },
  {
    rule: 'a round has one result for each',
    sql:
      `SET LOCAL tracker.correction = 'x'; ` +
      insertDecision('upstage', 'eliminated', 'kr-safm-round-2', '2026-08-19'),
    state: 'TR001',
    request: [
      'post',
      'decisions',
      { ...decision, round: 'kr-safm-round-2', outcome: 'eliminated', correction: true, reason: 'x' },
    ],
    code: 'decision-out-of-order',
  },
  {
    rule: 'a result names its round',
    sql: insertDecision('upstage', 'advanced', null, '2026-12'),
    state: '23514',
    request: ['post', 'decisions', { ...decision, outcome: 'advanced' }],
    code: 'validation-failed',
    pointer: '/round',
  },
  {
    rule: 'a decision that others follow from is not deleted',
    sql: `DELETE FROM decisions WHERE consortium = 'upstage' AND outcome = 'selected'`,
    state: 'TR001',
  },
  {
    rule: 'a published round is not changed silently',
    sql: `UPDATE rounds SET planned_advancing = 1 WHERE id = 'kr-safm-round-1'`,
    state: 'TR001',
    request: ['patch', 'rounds/kr-safm-round-1', { plannedAdvancing: 1 }],
    code: 'correction-required',
  },
  {
    rule: 'a published round is not deleted silently',
    sql: `DELETE FROM disclosures; DELETE FROM evaluations WHERE round = 'kr-safm-round-1'`,
    state: 'TR001',
  },
  {
    rule: 'a result is not slipped into a published round',
    sql:
      `INSERT INTO consortiums (id, program, name_en, lead, sources) VALUES ('fresh', 'kr-safm', 'Fresh', 'kt', '{seed-004}'); ` +
      insertDecision('fresh', 'selected', null, '2025-08') +
      '; ' +
      insertDecision('fresh', 'advanced', 'kr-safm-round-1', '2026-01'),
    state: 'TR001',
  },
  {
    rule: 'a disclosed score of a published round is not changed silently',
    sql: `UPDATE evaluations SET score = 1 WHERE criterion = 'r2-aaii'`,
    state: 'TR001',
  },
  {
    rule: 'a round is published exactly when it has a date',
    sql: `UPDATE rounds SET state = 'published' WHERE id = 'kr-safm-round-3'`,
    state: '23514',
    request: ['patch', 'rounds/kr-safm-round-3', { state: 'published' }],
    code: 'validation-failed',
  },
  {
    rule: 'memberships of one organization do not overlap',
    sql: `INSERT INTO consortium_members (consortium, organization, role, joined_on, sources) VALUES ('upstage', 'nota', 'member', '2026', '{seed-004}')`,
    state: '23P01',
    request: [
      'patch',
      'consortiums/upstage',
      {
        members: ['2025', '2026'].map((joinedOn) => ({
          organization: 'nota',
          role: 'member',
          joinedOn,
          sources: ['seed-004'],
        })),
      },
    ],
    code: 'membership-overlap',
    pointer: '/members',
  },
  {
    rule: 'a membership without dates overlaps every other',
    sql: `INSERT INTO consortium_members (consortium, organization, role, sources) VALUES ('naver-cloud', 'naver', 'member', '{seed-004}')`,
    state: '23P01',
  },
  {
    rule: 'one leaves after one has joined',
    sql: `UPDATE consortium_members SET joined_on = '2026-05', left_on = '2026-04' WHERE consortium = 'upstage' AND organization = 'nota'`,
    state: '23514',
  },
  {
    rule: 'an amount is positive',
    sql: `UPDATE funding_figures SET amount = 0 WHERE id = 'fund-seed-001-program-530b'`,
    state: '23514',
    request: ['post', 'funding-figures', { ...figure, money: { amount: '0.00', currency: 'KRW' } }],
    code: 'validation-failed',
    pointer: '/money/amount',
  },
  {
    rule: 'a currency exists',
    sql: `UPDATE funding_figures SET currency = 'KRX' WHERE id = 'fund-seed-001-program-530b'`,
    state: '23503',
    request: ['post', 'funding-figures', { ...figure, money: { amount: '1', currency: 'KRX' } }],
    code: 'unknown-currency',
    pointer: '/money/currency',
  },
  {
    rule: 'a currency that is stated beside it exists',
    sql: `UPDATE funding_figures SET stated_also = '[{"amount": "1", "currency": "XXQ"}]'`,
    state: 'TR001',
    request: ['post', 'funding-figures', { ...figure, statedAlso: [{ amount: '1', currency: 'XXQ' }] }],
    code: 'unknown-currency',
    pointer: '/statedAlso/0/currency',
  },
  {
    rule: 'an amount that is stated beside it is positive',
    sql: `UPDATE funding_figures SET stated_also = '[{"amount": "0", "currency": "USD"}]'`,
    state: '23514',
    request: ['post', 'funding-figures', { ...figure, statedAlso: [{ amount: '0', currency: 'USD' }] }],
    code: 'validation-failed',
    pointer: '/statedAlso/0/amount',
  },
  {
    rule: 'a figure is one source’s claim',
    sql: `UPDATE funding_figures SET sources = '{seed-001,seed-004}'`,
    state: '23514',
    request: ['post', 'funding-figures', { ...figure, sources: ['seed-001', 'seed-004'] }],
    code: 'validation-failed',
    pointer: '/sources',
  },
  {
    rule: 'a judgement on a figure has a reason',
    sql: `UPDATE funding_figures SET rank = 'preferred'`,
    state: '23514',
    request: ['post', 'funding-figures', { ...figure, rank: 'preferred' }],
    code: 'validation-failed',
    pointer: '/rankReason',
  },
  {
    rule: 'the subject of a figure exists',
    sql: `UPDATE funding_figures SET subject_id = 'nowhere'`,
    state: '23503',
    request: ['post', 'funding-figures', { ...figure, subject: { type: 'consortium', id: 'kr-safm' } }],
    code: 'unknown-reference',
    pointer: '/subject/id',
  },
  {
    rule: 'a model does not rest on itself',
    sql: `UPDATE models SET based_on = id WHERE id = 'a-x-4-0'`,
    state: 'TR001',
    request: ['patch', 'models/a-x-4-0', { basedOn: 'a-x-4-0' }],
    code: 'circular-reference',
    pointer: '/basedOn',
  },
  {
    rule: 'nor by way of others',
    sql: `UPDATE models SET based_on = 'a-x-4-0' WHERE id = 'qwen-2-5'`,
    state: 'TR001',
    request: ['patch', 'models/qwen-2-5', { basedOn: 'a-x-4-0' }],
    code: 'circular-reference',
    pointer: '/basedOn',
  },
  {
    rule: 'an organization does not belong to itself',
    sql: `UPDATE organizations SET parent = 'naver-cloud' WHERE id = 'naver'`,
    state: 'TR001',
    request: ['patch', 'organizations/naver', { parent: 'naver-cloud' }],
    code: 'circular-reference',
    pointer: '/parent',
  },
  {
    rule: 'a total is not a part of its part',
    sql: `UPDATE criteria SET parent = 'r2-aaii' WHERE id = 'r2-total'`,
    state: 'TR001',
    request: ['patch', 'criteria/r2-total', { parent: 'r2-aaii' }],
    code: 'circular-reference',
    pointer: '/parent',
  },
  {
    rule: 'a bid answers a call of its programme',
    sql: `INSERT INTO programs (id, name_en, country, sources) VALUES ('other', 'Other', 'FR', '{seed-004}'); INSERT INTO bids (id, program, call, organization, outcome, sources) VALUES ('x', 'other', 'initial-2025', 'mbc', 'declined', '{seed-004}')`,
    state: '23503',
  },
  {
    rule: 'one bid for each organization and call',
    sql: `INSERT INTO bids (id, program, call, organization, outcome, sources) VALUES ('x', 'kr-safm', 'initial-2025', 'kt', 'declined', '{seed-004}')`,
    state: '23505',
    request: [
      'post',
      'bids',
      {
        id: 'x',
        program: 'kr-safm',
        call: 'initial-2025',
        organization: 'kt',
        outcome: 'declined',
        sources: ['seed-004'],
      },
    ],
    code: 'already-exists',
  },
  {
    rule: 'a date exists in the calendar',
    sql: `UPDATE milestones SET date = '2025-02-30' WHERE id = 'ms-selection'`,
    state: '23514',
    request: ['patch', 'milestones/ms-selection', { date: '2025-02-30' }],
    code: 'validation-failed',
    pointer: '/date',
  },
  {
    rule: 'an id is a slug',
    sql: `INSERT INTO sources (id, kind, title, language) VALUES ('Not A Slug', 'press', 'x', 'en')`,
    state: '23514',
    request: ['post', 'sources', { id: 'Not A Slug', kind: 'press', title: 'x', language: 'en' }],
    code: 'validation-failed',
    pointer: '/id',
  },
  {
    rule: 'an id never changes',
    sql: `UPDATE sources SET id = 'seed-005' WHERE id = 'seed-004'`,
    state: 'TR001',
    request: ['patch', 'sources/seed-004', { id: 'seed-005' }],
    code: 'id-is-fixed',
    pointer: '/id',
  },
];

async function refusedBySql(text: string): Promise<string | undefined> {
  await it.sql('BEGIN');
  try {
    await it.sql(text);
    return undefined;
  } catch (error) {
    return (error as { code: string }).code;
  } finally {
    await it.sql('ROLLBACK');
  }
}

test.each(attacks)('$rule, says the database', async ({ sql, state }) => {
  expect(await refusedBySql(sql)).toBe(state);
});

test.each(attacks.filter(({ request }) => request !== undefined))(
  '$rule, says the API',
  async ({ request, code, pointer }) => {
    const [method, path, body] = request ?? ['post', '', {}];
    const reply = await it.writer[method](`/v1/${path}`).set('if-match', '*').send(body);
    expect([reply.status >= 400 && reply.status < 500, reply.body.code]).toEqual([true, code]);
    if (pointer !== undefined)
      expect(reply.body.errors.map((fault: { pointer: string }) => fault.pointer)).toContain(pointer);
  },
);

test('a consortium that was added again is evaluated again, until the addition is taken back', async () => {
  const again = { ...decision, consortium: 'nc-ai', outcome: 'added', decidedOn: '2026-03' };
  const left = await it.writer.post('/v1/decisions').send(again);
  expect([left.status, left.body.code, left.body.errors?.[0].pointer]).toEqual([
    422,
    'round-incomplete',
    '/decidedOn',
  ]);
  const said = { correction: true, reason: 'a test' };
  const excused = await it.writer
    .patch('/v1/rounds/kr-safm-round-2')
    .set('if-match', '*')
    .send({ deviationReason: 'NC AI came back and was not decided on', ...said });
  expect(excused.status).toBe(200);
  const added = await it.writer.post('/v1/decisions').send(again);
  expect(added.status).toBe(201);
  const judged = await it.writer
    .post('/v1/evaluations')
    .send({ ...evaluation, consortium: 'nc-ai', score: 1, ...said });
  expect(judged.status).toBe(201);
  const taken = await it.writer.delete(`/v1/decisions/${added.body.id}`).set('if-match', '*');
  expect([taken.status, taken.body.code]).toEqual([422, 'consortium-eliminated']);
});

test('what was withheld may be disclosed later without a correction, and rank and total may follow', async () => {
  const [row] = await it.sql(
    `SELECT id FROM evaluations WHERE round = 'kr-safm-round-1' AND consortium = 'upstage' AND criterion = 'r1-user'`,
  );
  const disclosed = await it.writer
    .patch(`/v1/evaluations/${String(row?.id)}`)
    .set('if-match', '*')
    .send({ status: 'disclosed', score: 20, disclosedOn: '2026-11' });
  expect(disclosed.status).toBe(200);
  const [result] = await it.sql(
    `SELECT id FROM decisions WHERE round = 'kr-safm-round-1' AND consortium = 'upstage'`,
  );
  expect(
    (
      await it.writer
        .patch(`/v1/decisions/${String(result?.id)}`)
        .set('if-match', '*')
        .send({ officialRank: 3 })
    ).status,
  ).toBe(200);
  expect(
    (
      await it.writer
        .patch(`/v1/decisions/${String(result?.id)}`)
        .set('if-match', '*')
        .send({ officialRank: 2 })
    ).body.code,
  ).toBe('correction-required');
});

test('an organization may come back on the day after it left, and on the day itself', async () => {
  const member = { organization: 'vuno', role: 'member', sources: ['seed-004'] };
  const reply = await it.writer
    .patch('/v1/consortiums/upstage')
    .set('if-match', '*')
    .send({
      members: [
        { ...member, joinedOn: '2025-08-04', leftOn: '2026-01-01' },
        { ...member, joinedOn: '2026-01-01' },
      ],
    });
  expect(reply.status).toBe(200);
});

test('one refusal names every row that breaks a rule', async () => {
  await it.sql('BEGIN');
  const error = await it
    .sql(
      `UPDATE evaluations SET score = 1000 WHERE status = 'disclosed' AND passed IS NULL AND round = 'kr-safm-round-2'`,
    )
    .catch((refusal: unknown) => refusal as { detail: string });
  await it.sql('ROLLBACK');
  expect((JSON.parse((error as { detail: string }).detail) as object[]).length).toBeGreaterThan(10);
});
