/** What belongs together: one programme, trees without cycles, memberships that do not overlap, fixed ids, versions. */
import { beforeEach, describe, expect, test } from 'vitest';
import { tracker } from '../tracker.ts';
import { asking, contest, decided, refusal, scored, type Contest } from './contest.ts';

const it = tracker();
const http = asking(it);
let c: Contest;
beforeEach(async () => {
  c = await contest(it);
});

describe('round, consortium and criterion belong to one programme', () => {
  let other: Contest;
  beforeEach(async () => {
    other = await contest(it);
  });
  const evaluation = () => ({
    round: c.rounds[0],
    consortium: c.consortiums[0],
    criterion: c.part,
    status: 'disclosed',
    score: 1,
    sources: [c.source],
  });

  test('when an evaluation joins them', async () => {
    const wrong = [
      ['consortium', other.consortiums[0]],
      ['criterion', other.part],
    ] as const;
    const id = await scored(it, c, c.rest, 1);
    for (const [field, value] of wrong) {
      expect(await http.post('evaluations', { ...evaluation(), [field]: value })).toBe(
        `422 program-mismatch /${field}`,
      );
      expect(await http.patch(`evaluations/${id}`, { [field]: value })).toBe(
        `422 program-mismatch /${field}`,
      );
      expect(await refusal(it.sql(`UPDATE evaluations SET ${field} = $2 WHERE id = $1`, [id, value]))).toBe(
        `program-mismatch ${field}`,
      );
    }
    expect(await refusal(scored(it, c, other.part, 1))).toBe('program-mismatch criterion');
    expect(await refusal(scored(it, c, c.part, 1, { round: other.rounds[0] }))).toContain('program-mismatch');
  });

  test('when a criterion is made for another round', async () => {
    await scored(it, c, c.other, 1);
    expect(await http.patch(`criteria/${c.other}`, { round: c.rounds[1], parent: null })).toBe(
      '422 program-mismatch /round',
    );
    expect(
      await refusal(
        it.sql('UPDATE criteria SET round = $2, parent = NULL WHERE id = $1', [c.other, c.rounds[1]]),
      ),
    ).toBe('program-mismatch round');
    expect(await http.patch(`criteria/${c.other}`, { parent: null })).toBe('200');
    expect(await http.post('evaluations', { ...evaluation(), criterion: c.other, round: c.rounds[1] })).toBe(
      '422 program-mismatch /criterion',
    );
  });

  test('when one of them moves to another programme', async () => {
    await scored(it, c, c.gate, null);
    await it.sql('DELETE FROM decisions WHERE program = $1', [c.program]);
    const moves = [
      ['consortiums', c.consortiums[0], {}, ''],
      ['criteria', c.gate, { round: other.rounds[0] }, `, round = '${other.rounds[0]}'`],
      ['rounds', c.rounds[0], { ordinal: 8 }, ', ordinal = 8'],
    ] as const;
    for (const [resource, id, more, set] of moves) {
      expect(await http.patch(`${resource}/${id}`, { program: other.program, ...more }), resource).toMatch(
        /^422 program-mismatch \/program$/,
      );
      expect(
        await refusal(it.sql(`UPDATE ${resource} SET program = $2${set} WHERE id = $1`, [id, other.program])),
      ).toMatch(/^(program-mismatch|criteria_round_fkey)/);
    }
    await it.sql('DELETE FROM evaluations WHERE round = $1', [c.rounds[0]]);
    await it.sql('DELETE FROM criteria WHERE round = $1 AND id <> $2', [c.rounds[0], c.gate]);
    for (const [resource, id, more] of moves)
      expect(await http.patch(`${resource}/${id}`, { program: other.program, ...more }), resource).toBe(
        '200',
      );
  });

  test('when a decision, a bid, a criterion or a disclosure joins them', async () => {
    const decision = {
      program: c.program,
      consortium: other.consortiums[0],
      outcome: 'added',
      decidedOn: '2025',
      sources: [c.source],
    };
    expect(await http.post('decisions', decision)).toBe('422 program-mismatch /consortium');
    expect(await refusal(decided(it, c, 'added', '2025', { consortium: other.consortiums[0] }))).toBe(
      'decisions_consortium_fkey',
    );
    expect(
      await http.post('decisions', {
        ...decision,
        consortium: c.consortiums[0],
        outcome: 'advanced',
        round: other.rounds[0],
      }),
    ).toBe('422 program-mismatch /round');
    expect(await refusal(decided(it, c, 'advanced', '2025', { round: other.rounds[0] }))).toBe(
      'decisions_round_fkey',
    );
    const bid = {
      program: c.program,
      call: 'initial-2025',
      organization: c.organization,
      outcome: 'declined',
      sources: [c.source],
    };
    expect(await http.post('bids', { ...bid, id: `${c.program}-bid` })).toBe('422 program-mismatch /call');
    expect(
      await http.post('bids', { ...bid, id: `${c.program}-bid`, program: 'kr-safm', criteria: [c.part] }),
    ).toBe('422 program-mismatch /criteria');
    expect(await refusal(it.sql('UPDATE bids SET criteria = ARRAY[$1]', [c.part]))).toBe(
      'program-mismatch criteria',
    );
    expect(
      await http.post('disclosures', {
        program: c.program,
        round: other.rounds[0],
        disclosedOn: '2025',
        title: 'x',
        what: 'x',
        sources: [c.source],
      }),
    ).toBe('422 program-mismatch /round');
    expect(await http.patch(`criteria/${c.gate}`, { round: other.rounds[0] })).toBe(
      '422 program-mismatch /round',
    );
  });

  test('and a part to the programme, round and stage of its whole', async () => {
    for (const patch of [
      { parent: other.total },
      { stage: 'selection', round: null },
      { round: c.rounds[1] },
    ])
      expect(await http.patch(`criteria/${c.part}`, patch)).toBe('422 program-mismatch /parent');
    const selection = `stage = 'selection', round = NULL`;
    for (const set of [`parent = '${other.total}'`, selection, `round = '${c.rounds[1]}'`])
      expect(await refusal(it.sql(`UPDATE criteria SET ${set} WHERE id = '${c.part}'`))).toBe(
        'program-mismatch parent',
      );
    expect(await refusal(it.sql(`UPDATE criteria SET ${selection} WHERE id = '${c.total}'`))).toBe(
      'program-mismatch parent',
    );
  });

  test('and a criterion of an evaluation to a round, one of a selection to none', async () => {
    for (const [id, patch, set] of [
      [c.total, { round: null }, 'round = NULL'],
      [c.gate, { stage: 'selection' }, `stage = 'selection'`],
      ['sel-goal', { stage: 'evaluation' }, `stage = 'evaluation'`],
      ['sel-goal', { round: 'kr-safm-round-3' }, `round = 'kr-safm-round-3'`],
    ] as const) {
      expect(await http.patch(`criteria/${id}`, patch)).toBe('422 validation-failed /round');
      expect(await refusal(it.sql(`UPDATE criteria SET ${set} WHERE id = '${id}'`))).toBe(
        'criteria_round_check',
      );
    }
    const everywhere = {
      id: `${c.program}-everywhere`,
      program: c.program,
      stage: 'evaluation',
      names: { en: 'Counts in every round' },
      maxScore: 100,
      sources: [c.source],
    };
    expect(await http.post('criteria', everywhere)).toBe('422 validation-failed /round');
    expect(await http.post('criteria', { ...everywhere, stage: 'selection' })).toBe('201');
  });

  test('and a criterion that a bid names stays in its programme', async () => {
    expect(await http.patch('criteria/sel-from-scratch', { program: c.program })).toBe(
      '422 program-mismatch /program',
    );
    expect(
      await refusal(it.sql(`UPDATE criteria SET program = '${c.program}' WHERE id = 'sel-from-scratch'`)),
    ).toMatch(/^program-mismatch/);
  });
});

describe('nothing rests on itself, however far', () => {
  const trees = [
    ['models', 'basedOn', 'based_on', '(id, name_en, organization, sources)'],
    ['organizations', 'parent', 'parent', '(id, name_en, kind, country, sources)'],
    ['criteria', 'parent', 'parent', '(id, name_en, program, stage, gate, sources)'],
    ['milestones', 'replaces', 'replaces', '(id, title, program, date, kind, sources)'],
  ] as const;

  test.each(trees)('%s', async (table, field, column, columns) => {
    const rest: Record<string, string> = {
      models: `'${c.organization}'`,
      organizations: `'company', 'FR'`,
      criteria: `'${c.program}', 'selection', false`,
      milestones: `'${c.program}', '2026', 'plan'`,
    };
    const ids = ['x', 'y', 'z'].map((name) => `${c.program}-${name}`);
    for (const id of ids)
      await it.sql(
        `INSERT INTO ${table} ${columns} VALUES ('${id}', 'X', ${rest[table] ?? ''}, '{${c.source}}')`,
      );
    const [x = '', y = '', z = ''] = ids;
    const link = (from: string, to: string): string =>
      `UPDATE ${table} SET ${column} = '${to}' WHERE id = '${from}'`;
    const told = `422 circular-reference /${field}`;
    const refused = `circular-reference ${field}`;

    expect(await http.patch(`${table}/${x}`, { [field]: x })).toBe(told);
    expect(await refusal(it.sql(link(x, x)))).toBe(refused);
    await it.sql(link(x, y));
    expect(await http.patch(`${table}/${y}`, { [field]: x })).toBe(told);
    expect(await refusal(it.sql(link(y, x)))).toBe(refused);
    await it.sql(link(y, z));
    expect(await http.patch(`${table}/${z}`, { [field]: x })).toBe(told);
    expect(await refusal(it.sql(link(z, x)))).toBe(refused);
    expect(
      await refusal(
        it.sql(
          `INSERT INTO ${table} (${column}, ${columns.slice(1)} VALUES ('${c.program}-self', '${c.program}-self', 'X', ${rest[table] ?? ''}, '{${c.source}}')`,
        ),
      ),
    ).toBe(refused);
    expect(
      await refusal(
        it.sql(
          `UPDATE ${table} SET ${column} = CASE id WHEN '${x}' THEN '${z}' ELSE '${x}' END WHERE id IN ('${x}', '${z}')`,
        ),
      ),
    ).toBe(refused);
  });

  test('a criterion that scores stand under is refused at once, not after a timeout', async () => {
    await scored(it, c, c.half, null);
    await scored(it, c, c.part, 1);
    await it.sql(`SET statement_timeout = '5s'`);
    await it.sql(`UPDATE criteria SET parent = NULL WHERE id = '${c.half}'`);
    expect(await refusal(it.sql(`UPDATE criteria SET parent = '${c.part}' WHERE id = '${c.half}'`))).toBe(
      'circular-reference parent',
    );
    await it.sql('RESET statement_timeout');
  });
});

describe('memberships of one organization in one consortium do not overlap', () => {
  const insert = (joined: string | null, left: string | null): Promise<string> =>
    refusal(
      it.sql(
        `INSERT INTO consortium_members (consortium, organization, role, joined_on, left_on, sources) VALUES ($1, $2, 'member', $3, $4, ARRAY[$5])`,
        [c.consortiums[0], c.organization, joined, left, c.source],
      ),
    );
  const send = (...periods: [joinedOn: string | null, leftOn: string | null][]): Promise<string> =>
    http.patch(`consortiums/${c.consortiums[0]}`, {
      members: periods.map(([joinedOn, leftOn]) => ({
        organization: c.organization,
        role: 'member',
        joinedOn,
        leftOn,
        sources: [c.source],
      })),
    });

  test.each([
    ['2025-01-01', '2025-06-01', '2025-05-31', null],
    ['2025-01-01', null, '2026', null],
    ['2025-01-01', '2025-06-01', '2024', '2025-01-02'],
    [null, null, '2030-01-01', '2030-02-01'],
    [null, null, null, null],
    [null, '2025-06-01', '2025-05', '2025-07'],
    ['2025-06-01', null, null, '2025-07-01'],
    ['2025', '2025', '2025-12-30', null],
    ['2025-02', '2025-03', '2025-03-30', '2025-04'],
    ['2025-01-01', '2025-12-31', '2025-03-01', '2025-03-02'],
    ['2025-01-01', '2025-12-31', '2025-03-01', '2025-03-01'],
    ['2025-03-01', '2025-03-01', '2025-03-01', '2025-03-01'],
  ])('%s to %s and %s to %s', async (joined, left, joinedAgain, leftAgain) => {
    expect(await send([joined, left], [joinedAgain, leftAgain])).toBe('422 membership-overlap /members');
    expect(await insert(joined, left)).toBe('accepted');
    expect(await insert(joinedAgain, leftAgain)).toBe('consortium_members_no_overlap');
  });

  test('when one is moved into another by an update', async () => {
    expect(await send(['2025-01', '2025-02'], ['2025-03', null])).toBe('200');
    const change = (set: string): Promise<string> =>
      refusal(
        it.sql(
          `UPDATE consortium_members SET ${set} WHERE consortium = '${c.consortiums[0]}' AND joined_on = '2025-01'`,
        ),
      );
    expect(await change(`left_on = '2025-03-02'`)).toBe('consortium_members_no_overlap');
    expect(await change('left_on = NULL')).toBe('consortium_members_no_overlap');
  });

  test.each([
    ['2025-01-01', '2025-06-01', '2025-06-01', null],
    [null, '2025-06', '2025-07', null],
    ['2025-01', '2025-03', '2025-04', null],
  ])('%s to %s leaves room for %s to %s', async (joined, left, joinedAgain, leftAgain) => {
    expect(await send([joined, left], [joinedAgain, leftAgain])).toBe('200');
  });

  test('and no one leaves before having joined', async () => {
    expect(await send(['2025-06-01', '2025-05-31'])).toMatch(/^422 .* \/members/);
    expect(await insert('2025-06-01', '2025-05-31')).not.toBe('accepted');
    expect(await insert('2025-06', '2025-05')).not.toBe('accepted');
  });
});
