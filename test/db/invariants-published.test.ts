/** What was published is corrected, with a reason that is kept, and never silently changed. */
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
let c: Contest;
/** A published round: a disclosed score and a withheld one, a consortium that advanced and one that is out. */
let round: string;
let score: string;
let withheld: string;
let advanced: string;
let eliminated: string;

beforeEach(async () => {
  c = await contest(it);
  round = c.rounds[0];
  // Room for it to move, since rounds are published in their order.
  await it.sql(`UPDATE rounds SET ordinal = ordinal + 10 WHERE program = '${c.program}' AND ordinal > 1`);
  score = await scored(it, c, c.other, 30);
  withheld = await scored(it, c, c.part, null);
  advanced = await decided(it, c, 'advanced', '2025-06', { round });
  eliminated = await decided(it, c, 'eliminated', '2025-06', { round, consortium: c.consortiums[1] });
  await published(it, round);
});

/** The same statement with and without a reason; with one it is rolled back unless it fails. */
async function corrected(text: string): Promise<[without: string, reasons: unknown[]]> {
  const without = await refusal(it.sql(text));
  await it.sql('BEGIN');
  try {
    await it.sql(`SET LOCAL tracker.correction = 'said in SQL'; SET LOCAL tracker.actor = 'tester'`);
    await it.sql(text);
    const kept = await it.sql(`SELECT resource, reason, actor FROM corrections WHERE reason = 'said in SQL'`);
    return [without, kept];
  } finally {
    await it.sql('ROLLBACK');
  }
}
const once = (resource: string) => [silent, [{ resource, reason: 'said in SQL', actor: 'tester' }]];
const reasons = (row: string) =>
  it.sql('SELECT resource, reason FROM corrections WHERE row_id = $1 ORDER BY id', [row]);

describe('a published round', () => {
  test.each([
    ['planned_advancing = 1', { plannedAdvancing: 1 }],
    [`published_on = '2025-07-02'`, { publishedOn: '2025-07-02' }],
    [`state = 'open', published_on = NULL`, { state: 'open', publishedOn: null }],
    [`note = 'other'`, { note: 'other' }],
    ['ordinal = 7', { ordinal: 7 }],
  ])('does not silently get %s', async (set, patch) => {
    expect(await http.patch(`rounds/${round}`, patch)).toBe(silentHttp);
    expect(await corrected(`UPDATE rounds SET ${set} WHERE id = '${round}'`)).toEqual(once('rounds'));
    expect(await http.patch(`rounds/${round}`, { ...patch, ...said })).toBe('200');
    expect(await reasons(round)).toEqual([{ resource: 'rounds', reason: said.reason }]);
  });

  test('is not silently deleted, even when nothing refers to it', async () => {
    const bare = c.rounds[2];
    await it.sql('DELETE FROM criteria WHERE round = $1', [bare]);
    await published(it, bare);
    expect(await http.delete(`rounds/${bare}`)).toBe(silentHttp);
    expect(await corrected(`DELETE FROM rounds WHERE id = '${bare}'`)).toEqual(once('rounds'));
    expect(await http.delete(`rounds/${bare}`, said)).toBe('204');
    expect(await reasons(bare)).toEqual([{ resource: 'rounds', reason: said.reason }]);
  });

  test('takes a correction only with a reason, and a reason only as a correction', async () => {
    const patch = { note: 'other' };
    expect(await http.patch(`rounds/${round}`, { ...patch, correction: true })).toBe(
      '422 validation-failed /reason',
    );
    expect(await http.patch(`rounds/${round}`, { ...patch, correction: true, reason: ' ' })).toMatch(/^422 /);
    expect(await http.patch(`rounds/${round}`, { ...patch, reason: 'why' })).toBe(silentHttp);
    expect(await http.patch(`rounds/${round}`, { ...patch, correction: false, reason: 'why' })).toBe(
      silentHttp,
    );
    expect(await http.delete(`rounds/${round}`, { correction: 'true' })).toMatch(/^400 invalid-parameter/);
    expect(
      await refusal(
        it.sql(`SET LOCAL tracker.correction = '  '; UPDATE rounds SET note = 'x' WHERE id = '${round}'`),
      ),
    ).toBe(silent);
  });

  test('and a correction by one writer is none for the next on the same connection', async () => {
    expect(await http.patch(`rounds/${round}`, { note: 'mended', ...said })).toBe('200');
    for (let i = 0; i < 6; i += 1)
      expect(await http.patch(`rounds/${round}`, { note: `${i}` })).toBe(silentHttp);
  });

  test('a round is published exactly when it has a date for that', async () => {
    const open = c.rounds[1];
    expect(await http.patch(`rounds/${open}`, { state: 'published' })).toMatch(/^422 validation-failed/);
    expect(await http.patch(`rounds/${open}`, { publishedOn: '2025-07' })).toMatch(/^422 validation-failed/);
    expect(await refusal(it.sql(`UPDATE rounds SET state = 'published' WHERE id = '${open}'`))).toBe(
      'rounds_published_check',
    );
    const whole = { state: 'published', publishedOn: '2025-07', deviationReason: 'a test' };
    expect(await http.patch(`rounds/${open}`, whole)).toBe('200');
  });
});

describe('a disclosed score of a published round', () => {
  test('is not silently changed, hidden, moved or deleted', async () => {
    for (const [set, patch] of [
      ['score = 29', { score: 29 }],
      [`status = 'undisclosed', score = NULL`, { status: 'undisclosed', score: null }],
      [`criterion = '${c.rest}'`, { criterion: c.rest }],
      [
        `round = '${c.rounds[1]}', criterion = '${criterionOf(c, c.other, c.rounds[1])}'`,
        { round: c.rounds[1], criterion: criterionOf(c, c.other, c.rounds[1]) },
      ],
      [`consortium = '${c.consortiums[1]}'`, { consortium: c.consortiums[1] }],
    ] as const) {
      expect(await http.patch(`evaluations/${score}`, patch), set).toBe(silentHttp);
      expect(await corrected(`UPDATE evaluations SET ${set} WHERE id = '${score}'`)).toEqual(
        once('evaluations'),
      );
    }
    expect(await http.delete(`evaluations/${score}`)).toBe(silentHttp);
    expect(await corrected(`DELETE FROM evaluations WHERE id = '${score}'`)).toEqual(once('evaluations'));
    expect(await http.patch(`evaluations/${score}`, { score: 29, ...said })).toBe('200');
    expect(await http.delete(`evaluations/${score}`, said)).toBe('204');
    expect(await reasons(score)).toEqual([
      { resource: 'evaluations', reason: said.reason },
      { resource: 'evaluations', reason: said.reason },
    ]);
  });

  test('is not silently said to have been public on another day', async () => {
    expect(await http.patch(`evaluations/${score}`, { disclosedOn: '2025-01-01' })).toBe(silentHttp);
    expect(
      await corrected(`UPDATE evaluations SET disclosed_on = '2025-01-01' WHERE id = '${score}'`),
    ).toEqual(once('evaluations'));
  });

  test('may get another note and another source without a correction', async () => {
    expect(await http.patch(`evaluations/${score}`, { note: 'more', sources: [c.source, 'seed-004'] })).toBe(
      '200',
    );
  });

  test('was withheld before: disclosing it needs no correction', async () => {
    const late = { status: 'disclosed', score: 12, disclosedOn: '2025-08' };
    expect(await http.patch(`evaluations/${withheld}`, late)).toBe('200');
    expect(await http.patch(`evaluations/${withheld}`, { score: 13 })).toBe(silentHttp);
    expect(await reasons(withheld)).toEqual([]);
  });

  test('is free to change while its round is open', async () => {
    const open = await scored(it, c, c.other, 5, { round: c.rounds[1] });
    expect(await http.patch(`evaluations/${open}`, { score: 6 })).toBe('200');
    expect(await http.delete(`evaluations/${open}`)).toBe('204');
  });
});

describe('a decision of a published round', () => {
  const [naming, other] = [() => advanced, () => eliminated];

  test('is not silently changed or deleted', async () => {
    for (const [set, patch] of [
      [`decided_on = '2025-05'`, { decidedOn: '2025-05' }],
      [`outcome = 'eliminated'`, { outcome: 'eliminated' }],
      [`round = '${c.rounds[1]}'`, { round: c.rounds[1] }],
    ] as const) {
      expect(await http.patch(`decisions/${naming()}`, patch), set).toBe(silentHttp);
      expect(await corrected(`UPDATE decisions SET ${set} WHERE id = '${naming()}'`)).toEqual(
        once('decisions'),
      );
    }
    expect(await http.delete(`decisions/${other()}`)).toBe(silentHttp);
    expect(await corrected(`DELETE FROM decisions WHERE id = '${other()}'`)).toEqual(once('decisions'));
    expect(await http.delete(`decisions/${other()}`, said)).toBe('204');
    expect(await reasons(other())).toEqual([{ resource: 'decisions', reason: said.reason }]);
  });

  test('is not silently added, nor moved in from another round', async () => {
    await decided(it, c, 'added', '2025-06-30', { consortium: c.consortiums[1] });
    const result = {
      program: c.program,
      round,
      consortium: c.consortiums[1],
      outcome: 'champion',
      decidedOn: '2025-07-01',
      sources: [c.source],
    };
    expect(await http.post('decisions', result)).toBe(silentHttp);
    expect(
      await refusal(decided(it, c, 'champion', '2025-07-01', { round, consortium: c.consortiums[1] })),
    ).toBe(silent);
    expect(await http.post('decisions', { ...result, ...said })).toBe('201');
    const later = await decided(it, c, 'champion', '2025-09', { round: c.rounds[1] });
    expect(
      await corrected(
        `UPDATE decisions SET round = '${round}', decided_on = '2025-07-01' WHERE id = '${later}'`,
      ),
    ).toEqual(once('decisions'));
  });

  test('may get its rank, its total and the day of both later; then they stand', async () => {
    const rank = { officialRank: 2, officialTotal: 71.5, disclosedOn: '2025-08' };
    expect(await http.patch(`decisions/${naming()}`, rank)).toBe('200');
    expect(await http.patch(`decisions/${naming()}`, { officialRank: 1 })).toBe(silentHttp);
    expect(await http.patch(`decisions/${naming()}`, { officialTotal: null })).toBe(silentHttp);
    expect(await corrected(`UPDATE decisions SET official_total = 70 WHERE id = '${naming()}'`)).toEqual(
      once('decisions'),
    );
    expect(await http.patch(`decisions/${naming()}`, { rationale: 'more', sources: ['seed-004'] })).toBe(
      '200',
    );
  });

  test('is not silently said to have been disclosed on another day', async () => {
    await it.sql(`UPDATE decisions SET official_rank = 1, disclosed_on = '2025-08' WHERE id = '${naming()}'`);
    expect(await http.patch(`decisions/${naming()}`, { disclosedOn: '2025-06' })).toBe(silentHttp);
    expect(await refusal(it.sql(`UPDATE decisions SET disclosed_on = NULL WHERE id = '${naming()}'`))).toBe(
      silent,
    );
  });
});

test('one statement over many published rows keeps a reason for each', async () => {
  const more = withheld;
  await it.sql(
    `UPDATE evaluations SET status = 'disclosed', score = 2, disclosed_on = '2025-08' WHERE id = '${more}'`,
  );
  await it.sql(
    `SET LOCAL tracker.correction = 'all of them'; UPDATE evaluations SET score = score - 1 WHERE id IN ('${score}', '${more}')`,
  );
  expect(await it.sql(`SELECT row_id FROM corrections WHERE reason = 'all of them' ORDER BY row_id`)).toEqual(
    [score, more].sort().map((row_id) => ({ row_id })),
  );
});

test('a write that fails leaves no reason behind', async () => {
  expect(await http.patch(`evaluations/${score}`, { score: 61, ...said })).toBe(
    '422 score-out-of-range /score',
  );
  expect(await reasons(score)).toEqual([]);
});
