/**
 * Two writers at once. One holds its transaction open, the other is started, and only when the database says that
 * it waits (or when it is done) does the first one commit: no sleeps, no luck.
 */
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { tracker } from '../tracker.ts';
import {
  asking,
  contest,
  criterionOf,
  decided,
  published,
  refusal,
  scored,
  type Contest,
} from './contest.ts';

const it = tracker();
const http = asking(it);
const waitMost = 10_000;
let c: Contest;
let first: pg.Client;
let second: pg.Client;
/** Each broken row is the fault of one test only. */
const reported = new Set<string>();

beforeAll(async () => {
  [first, second] = [0, 1].map(() => new pg.Client({ connectionString: it.url })) as [pg.Client, pg.Client];
  await Promise.all([first.connect(), second.connect()]);
});
beforeEach(async () => {
  c = await contest(it);
});
afterEach(async () => {
  for (const client of [first, second]) await client.query('ROLLBACK');
  const rows = (await broken()).map((row) => JSON.stringify(row)).filter((row) => !reported.has(row));
  for (const row of rows) reported.add(row);
  expect(rows, 'rows that break a rule').toEqual([]);
});
afterAll(() => Promise.all([first.end(), second.end()]));

/** Everything in the database that breaks a rule, whoever wrote it. */
async function broken(): Promise<unknown[]> {
  const citing = [
    ...it.registry.all.filter(({ sourced }) => sourced).map(({ table }) => table),
    'consortium_members',
  ];
  const trees = [
    ['models', 'based_on'],
    ['organizations', 'parent'],
    ['criteria', 'parent'],
    ['milestones', 'replaces'],
  ];
  const found = [
    ...citing.map(
      (table) =>
        `SELECT '${table}' AS rule, id::text FROM ${table}, unnest(sources) AS s WHERE NOT EXISTS (SELECT FROM sources WHERE id = s)`,
    ),
    ...trees.map(
      ([table = '', parent = '']) =>
        `(WITH RECURSIVE up AS (SELECT id AS start, ${parent} AS at FROM ${table} UNION SELECT start, t.${parent} FROM up JOIN ${table} t ON t.id = at)
          SELECT 'cycle in ${table}', start FROM up WHERE start = at)`,
    ),
    `SELECT f ->> 'code', f ->> 'row' FROM evaluation_faults(ARRAY(SELECT id FROM evaluations)) AS f`,
    `SELECT f ->> 'code', f ->> 'row' FROM decision_faults(ARRAY(SELECT consortium FROM decisions)) AS f`,
    `SELECT f ->> 'code', f ->> 'row' FROM criterion_faults(ARRAY(SELECT id FROM criteria)) AS f`,
    `SELECT f ->> 'code', f ->> 'row' FROM bid_faults(ARRAY(SELECT id FROM bids)) AS f`,
  ];
  const [{ acyclic } = { acyclic: false }] = await it.sql(
    `SELECT NOT EXISTS (${found[citing.length + 2] ?? ''}) AS acyclic`,
  );
  // The rules climb the tree of criteria: on a cycle they would not come back.
  return it.sql((acyclic ? found : found.slice(0, citing.length + trees.length)).join(' UNION ALL '));
}

/** The first writer's statements, uncommitted; then the other writer; then COMMIT (or ROLLBACK) for the first. */
async function behind(statements: string, other: () => Promise<string>, end = 'COMMIT'): Promise<string> {
  await first.query('BEGIN');
  await first.query(statements);
  let done = false as boolean;
  const reply = other().finally(() => (done = true));
  const deadline = Date.now() + waitMost;
  while (!done && !(await someoneWaits()))
    expect(Date.now(), 'neither blocked nor done').toBeLessThan(deadline);
  await first.query(end);
  return reply;
}
const someoneWaits = async (): Promise<boolean> =>
  (
    await it.sql(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND pid <> pg_backend_pid()`,
    )
  ).length > 0;
const plain = (text: string) => (): Promise<string> => refusal(second.query(text));

const evaluate = (criterion: string, score: number | null, round = c.rounds[0]): string =>
  `INSERT INTO evaluations (round, consortium, criterion, status, score, sources)
   VALUES ('${round}', '${c.consortiums[0]}', '${criterionOf(c, criterion, round)}', '${score === null ? 'undisclosed' : 'disclosed'}', ${score}, '{${c.source}}')`;
const evaluation = (criterion: string, score: number | null, round = c.rounds[0]) => ({
  round,
  consortium: c.consortiums[0],
  criterion: criterionOf(c, criterion, round),
  status: score === null ? 'undisclosed' : 'disclosed',
  score,
  sources: [c.source],
});
const decide = (outcome: string, on: string, round: string | null): string =>
  `INSERT INTO decisions (program, round, consortium, outcome, decided_on, sources)
   VALUES ('${c.program}', ${round === null ? 'NULL' : `'${round}'`}, '${c.consortiums[0]}', '${outcome}', '${on}', '{${c.source}}')`;
const decision = (outcome: string, decidedOn: string, round: string | null) => ({
  program: c.program,
  round,
  consortium: c.consortiums[0],
  outcome,
  decidedOn,
  sources: [c.source],
});
const criterion = () => ({
  program: c.program,
  round: c.rounds[0],
  stage: 'evaluation',
  names: { en: 'X' },
  sources: [c.source],
});
const organization = (id: string, sources: string[]) => ({
  id,
  names: { en: 'X' },
  kind: 'company',
  country: 'FR',
  sources,
});

describe('parts that together exceed their whole', () => {
  beforeEach(() => scored(it, c, c.half, 50));

  test('are refused to whoever comes second, over HTTP and in SQL', async () => {
    expect(await behind(evaluate(c.part, 30), () => http.post('evaluations', evaluation(c.rest, 25)))).toBe(
      '422 parts-exceed-whole /score',
    );
    expect(await behind(evaluate(c.rest, 15), plain(evaluate(c.total, 40)))).toBe('parts-exceed-whole score');
  });

  test('are allowed when the first one was undone', async () => {
    expect(
      await behind(evaluate(c.part, 30), () => http.post('evaluations', evaluation(c.rest, 25)), 'ROLLBACK'),
    ).toBe('201');
  });

  test('never stand, however many write at once', async () => {
    const replies = await Promise.all(
      [c.part, c.rest, c.other, c.total].map((criterion) =>
        http.post('evaluations', evaluation(criterion, criterion === c.total ? 45 : 26)),
      ),
    );
    for (const reply of replies) expect(reply).toMatch(/^(201|422 parts-exceed-whole \/score)$/);
  });

  test('are seen when the whole is lowered, or a maximum, meanwhile', async () => {
    await scored(it, c, c.part, 30);
    expect(
      await behind(`UPDATE evaluations SET score = 35 WHERE criterion = '${c.half}'`, () =>
        http.post('evaluations', evaluation(c.rest, 10)),
      ),
    ).toBe('422 parts-exceed-whole /score');
    expect(
      await behind(`UPDATE criteria SET max_score = 20 WHERE id = '${c.other}'`, () =>
        http.post('evaluations', evaluation(c.other, 30)),
      ),
    ).toBe('422 score-out-of-range /score');
    expect(
      await behind(evaluate(c.other, 20), () => http.patch(`criteria/${c.other}`, { maxScore: 10 })),
    ).toBe('422 score-out-of-range /maxScore');
  });
});

describe('a source that is deleted while another row cites it', () => {
  const source = `INSERT INTO sources (id, kind, title, language) VALUES ('fleeting', 'press', 'x', 'en') ON CONFLICT DO NOTHING`;
  const cite = `INSERT INTO organizations (id, name_en, kind, country, sources) VALUES ('cites-it', 'X', 'company', 'FR', '{seed-004,fleeting}')`;
  beforeEach(async () => {
    await it.sql(`DELETE FROM organizations WHERE id = 'cites-it'`);
    await it.sql(source);
  });

  test('stays, if the citation came first', async () => {
    expect(await behind(cite, () => http.delete('sources/fleeting'))).toBe('409 still-referenced');
    await it.sql(`DELETE FROM organizations WHERE id = 'cites-it'`);
    expect(await behind(cite, plain(`DELETE FROM sources WHERE id = 'fleeting'`))).toBe(
      'organizations_sources_listed',
    );
  });

  test('is not cited any more, if the deletion came first', async () => {
    const remove = `DELETE FROM sources WHERE id = 'fleeting'`;
    expect(
      await behind(remove, () =>
        http.post('organizations', organization('cites-it', ['seed-004', 'fleeting'])),
      ),
    ).toMatch(/^422 unknown-reference \/sources/);
    await it.sql(source);
    expect(await behind(remove, plain(cite))).toBe('unknown-reference sources');
  });
});

describe('a cycle that two writers build, each half of it', () => {
  test('is not closed, whichever comes second', async () => {
    const [x, y] = [`${c.program}-x`, `${c.program}-y`];
    for (const id of [x, y]) await http.post('organizations', organization(id, [c.source]));
    const link = (from: string, to: string): string =>
      `UPDATE organizations SET parent = '${to}' WHERE id = '${from}'`;
    expect(await behind(link(x, y), () => http.patch(`organizations/${y}`, { parent: x }))).toBe(
      '422 circular-reference /parent',
    );
    await it.sql(`UPDATE organizations SET parent = NULL WHERE id = '${x}'`);
    expect(await behind(link(x, y), plain(link(y, x)))).toBe('circular-reference parent');
  });

  test('is not closed by two requests at once, and neither is told of a deadlock', async () => {
    const [x, y] = [`${c.program}-x`, `${c.program}-y`];
    for (const id of [x, y])
      await it.sql(
        `INSERT INTO models (id, name_en, organization, sources) VALUES ('${id}', 'X', '${c.organization}', '{${c.source}}')`,
      );
    const replies = await Promise.all([
      http.patch(`models/${x}`, { basedOn: y }),
      http.patch(`models/${y}`, { basedOn: x }),
    ]);
    expect(replies.sort()).toEqual(['200', '422 circular-reference /basedOn']);
  });
});

describe('overlapping memberships', () => {
  const join = (joined: string): string =>
    `INSERT INTO consortium_members (consortium, organization, role, joined_on, sources) VALUES ('${c.consortiums[0]}', '${c.organization}', 'member', '${joined}', '{${c.source}}')`;
  const members = () => ({
    members: [{ organization: c.organization, role: 'member', joinedOn: '2026', sources: [c.source] }],
  });

  test('are refused to whoever comes second', async () => {
    expect(await behind(join('2025'), plain(join('2026')))).toBe('consortium_members_no_overlap');
  });

  test('do not come from a PATCH that did not see the other one', async () => {
    const { headers } = await it.anyone.get(`/v1/consortiums/${c.consortiums[0]}`);
    const patch = async (): Promise<string> => {
      const reply = await it.writer
        .patch(`/v1/consortiums/${c.consortiums[0]}`)
        .set('if-match', String(headers.etag))
        .send(members());
      return String(reply.status);
    };
    expect(await behind(join('2025'), patch)).toBe('412');
    expect(
      await it.sql(`SELECT joined_on FROM consortium_members WHERE consortium = '${c.consortiums[0]}'`),
    ).toEqual([{ joined_on: '2025' }]);
  });
});

describe('two decisions at once', () => {
  test('of one round: the second is told what stands', async () => {
    expect(
      await behind(decide('advanced', '2025-02', c.rounds[0]), () =>
        http.post('decisions', decision('eliminated', '2025-02', c.rounds[0])),
      ),
    ).toBe('422 decision-out-of-order /round');
    expect(
      await behind(
        decide('advanced', '2025-03', c.rounds[1]),
        plain(decide('eliminated', '2025-03', c.rounds[1])),
      ),
    ).toBe('decision-out-of-order round');
  });

  test('over HTTP: exactly one is recorded', async () => {
    const replies = await Promise.all(
      ['advanced', 'eliminated', 'champion'].map((outcome) =>
        http.post('decisions', decision(outcome, '2025-02', c.rounds[0])),
      ),
    );
    for (const reply of replies)
      expect(reply).toMatch(/^(201|422 decision-out-of-order \/(round|outcome)(.*))$/);
    const kept = await it.sql(`SELECT outcome FROM decisions WHERE round = $1`, [c.rounds[0]]);
    expect([1, 2]).toContain(kept.length);
  });

  test('one that others follow from is not deleted meanwhile', async () => {
    const out = await decided(it, c, 'eliminated', '2025-02', { round: c.rounds[0] });
    expect(await behind(decide('added', '2025-03', null), () => http.delete(`decisions/${out}`))).toBe(
      '422 decision-out-of-order /outcome',
    );
  });

  test('an elimination and an evaluation in a later round exclude each other', async () => {
    expect(
      await behind(decide('eliminated', '2025-02', c.rounds[0]), () =>
        http.post('evaluations', evaluation(c.other, 1, c.rounds[1])),
      ),
    ).toBe('422 consortium-eliminated /consortium');
    await it.sql(`DELETE FROM decisions WHERE round = '${c.rounds[0]}'`);
    expect(
      await behind(evaluate(c.other, 1, c.rounds[1]), () =>
        http.post('decisions', decision('eliminated', '2025-02', c.rounds[0])),
      ),
    ).toBe('422 consortium-eliminated /outcome');
  });

  test('a round that is being published takes no silent change any more', async () => {
    const score = await scored(it, c, c.other, 5);
    const publish = `UPDATE rounds SET state = 'published', published_on = '2025-07', deviation_reason = 'a test' WHERE id = '${c.rounds[0]}'`;
    expect(await behind(publish, () => http.patch(`evaluations/${score}`, { score: 6 }))).toBe(
      '422 correction-required /correction',
    );
    await it.sql(
      `SET LOCAL tracker.correction = 'back'; UPDATE rounds SET state = 'open', published_on = NULL WHERE id = '${c.rounds[0]}'`,
    );
    expect(
      await behind(publish, () => http.post('decisions', decision('advanced', '2025-02', c.rounds[0]))),
    ).toBe('422 correction-required /correction');
    await it.sql(
      `SET LOCAL tracker.correction = 'back'; UPDATE rounds SET state = 'open', published_on = NULL WHERE id = '${c.rounds[0]}'`,
    );
    expect(await behind(publish, () => http.post('evaluations', evaluation(c.part, 1)))).toBe(
      '422 correction-required /correction',
    );
    const late = { ...criterion(), id: `${c.program}-late` };
    await it.sql(
      `SET LOCAL tracker.correction = 'back'; UPDATE rounds SET state = 'open', published_on = NULL WHERE id = '${c.rounds[0]}'`,
    );
    expect(await behind(publish, () => http.post('criteria', late))).toBe(
      '422 correction-required /correction',
    );
    expect(await http.post('criteria', { ...late, round: c.rounds[1] })).toBe('201');
    await it.sql(
      `SET LOCAL tracker.correction = 'back'; UPDATE rounds SET state = 'open', published_on = NULL WHERE id = '${c.rounds[0]}'`,
    );
    expect(await behind(publish, () => http.patch(`criteria/${late.id}`, { round: c.rounds[0] }))).toBe(
      '422 correction-required /correction',
    );
  });

  test('a round is not published past what is being written', async () => {
    const publish = (more: object): Promise<string> =>
      http.patch(`rounds/${c.rounds[0]}`, { state: 'published', publishedOn: '2025-07', ...more });
    await decided(it, c, 'advanced', '2025-02', { round: c.rounds[0] });
    const failed = `INSERT INTO evaluations (round, consortium, criterion, status, passed, sources)
      VALUES ('${c.rounds[0]}', '${c.consortiums[0]}', '${c.gate}', 'disclosed', false, '{${c.source}}')`;
    expect(await behind(failed, () => publish({ deviationReason: 'a test' }))).toBe(
      '422 gate-contradicts-decision /state',
    );
    await it.sql('DELETE FROM evaluations WHERE round = $1', [c.rounds[0]]);
    await decided(it, c, 'eliminated', '2025-02', { round: c.rounds[0], consortium: c.consortiums[1] });
    await it.sql(
      `INSERT INTO consortiums (id, program, name_en, lead, sources) VALUES ('${c.program}-new', '${c.program}', 'new', '${c.organization}', '{${c.source}}')`,
    );
    const selected = `INSERT INTO decisions (program, consortium, outcome, decided_on, sources)
      VALUES ('${c.program}', '${c.program}-new', 'selected', '2025-01-01', '{${c.source}}')`;
    expect(await behind(selected, () => publish({}))).toBe('422 round-incomplete /state');
    await it.sql('DELETE FROM decisions WHERE consortium = $1', [`${c.program}-new`]);
    expect(
      await behind(
        `UPDATE rounds SET state = 'published', published_on = '2025-07' WHERE id = '${c.rounds[0]}'`,
        plain(selected),
      ),
    ).toBe('round-incomplete decidedOn');
  });
});

describe('a row that moves to another programme while another joins it', () => {
  test('a criterion that is being scored', async () => {
    const elsewhere = await contest(it);
    const move = `UPDATE criteria SET program = '${elsewhere.program}', round = '${elsewhere.rounds[0]}' WHERE id = '${c.gate}'`;
    expect(await behind(move, () => http.post('evaluations', evaluation(c.gate, null)))).toBe(
      '422 program-mismatch /criterion',
    );
  });

  test('a criterion that a bid names', async () => {
    const elsewhere = await contest(it);
    await it.sql(
      `INSERT INTO criteria (id, program, stage, name_en, gate, sources) VALUES ('${c.program}-sel', 'kr-safm', 'selection', 'X', false, '{seed-004}')`,
    );
    const move = `UPDATE criteria SET program = '${elsewhere.program}' WHERE id = '${c.program}-sel'`;
    expect(await behind(move, () => http.patch('bids/bid-2025-kt', { criteria: [`${c.program}-sel`] }))).toBe(
      '422 program-mismatch /criteria',
    );
  });

  test('a consortium that is being scored', async () => {
    const elsewhere = await contest(it);
    await it.sql('DELETE FROM decisions WHERE consortium = $1', [c.consortiums[0]]);
    const move = `UPDATE consortiums SET program = '${elsewhere.program}' WHERE id = '${c.consortiums[0]}'`;
    expect(await behind(move, () => http.post('evaluations', evaluation(c.gate, null)))).toBe(
      '422 program-mismatch /consortium',
    );
  });
});

describe('a writer that looks at an old snapshot', () => {
  test('is refused under REPEATABLE READ wherever a rule looks at other rows', async () => {
    const id = await scored(it, c, c.other, 1);
    await published(it, c.rounds[2]);
    for (const text of [
      evaluate(c.part, 1),
      `UPDATE evaluations SET score = 2 WHERE id = '${id}'`,
      decide('advanced', '2025-02', c.rounds[0]),
      `UPDATE decisions SET decided_on = '2025-01-02' WHERE consortium = '${c.consortiums[0]}'`,
      `DELETE FROM decisions WHERE consortium = '${c.consortiums[0]}'`,
      `UPDATE rounds SET ordinal = 9 WHERE id = '${c.rounds[0]}'`,
      `UPDATE criteria SET max_score = 5 WHERE id = '${c.other}'`,
      `UPDATE models SET based_on = NULL`,
      `UPDATE organizations SET parent = NULL`,
      `UPDATE bids SET criteria = '{sel-goal}'`,
      `DELETE FROM sources WHERE id = '${c.source}-none' OR id IN (SELECT id FROM sources LIMIT 1)`,
    ]) {
      await first.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
      expect(await refusal(first.query(text)), text).toBe('0A000');
      await first.query('ROLLBACK');
    }
  });

  test.each(['REPEATABLE READ', 'SERIALIZABLE'])(
    'never deletes a source that was cited since, under %s',
    async (level) => {
      await it.sql(
        `INSERT INTO sources (id, kind, title, language) VALUES ('${c.program}-new', 'press', 'x', 'en')`,
      );
      await first.query(`BEGIN ISOLATION LEVEL ${level}`);
      await first.query('SELECT count(*) FROM sources');
      expect(await http.post('organizations', organization(`${c.program}-late`, [`${c.program}-new`]))).toBe(
        '201',
      );
      const remove = await refusal(first.query(`DELETE FROM sources WHERE id = '${c.program}-new'; COMMIT`));
      await first.query('ROLLBACK');
      expect(remove).not.toBe('accepted');
      await it
        .sql(`UPDATE organizations SET sources = '{seed-004}' WHERE id = '${c.program}-late'`)
        .catch(() => undefined);
    },
  );

  test('never adds a part that exceeds the whole with one it did not see, under SERIALIZABLE', async () => {
    await scored(it, c, c.half, 50);
    await first.query('BEGIN ISOLATION LEVEL SERIALIZABLE');
    await first.query('SELECT count(*) FROM evaluations');
    expect(await http.post('evaluations', evaluation(c.part, 30))).toBe('201');
    expect(await refusal(first.query(`${evaluate(c.rest, 30)}; COMMIT`))).not.toBe('accepted');
    await first.query('ROLLBACK');
  });

  test('never closes a cycle with a link it did not see, under SERIALIZABLE', async () => {
    const [x, y] = [`${c.program}-x`, `${c.program}-y`];
    for (const id of [x, y]) await http.post('organizations', organization(id, [c.source]));
    await first.query('BEGIN ISOLATION LEVEL SERIALIZABLE');
    await first.query('SELECT count(*) FROM organizations');
    expect(await http.patch(`organizations/${x}`, { parent: y })).toBe('200');
    expect(
      await refusal(first.query(`UPDATE organizations SET parent = '${x}' WHERE id = '${y}'; COMMIT`)),
    ).not.toBe('accepted');
    await first.query('ROLLBACK');
  });
});
