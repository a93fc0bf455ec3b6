/** Builders for the tests of the rules: small contests of their own, and refusals in one line. */
import type { Response } from 'supertest';
import type { Tracker } from '../tracker.ts';

export interface Contest {
  program: string;
  source: string;
  organization: string;
  /** Three rounds, not yet published. */
  rounds: readonly [string, string, string];
  /** Both were selected on 2025-01-01. */
  consortiums: readonly [string, string];
  /**
   * The criteria of the first round: total (100) is made of half (60) and other (60), half of part (40) and rest (40),
   * no gate among them. Every round has the same ones of its own, see `criterionOf`.
   */
  total: string;
  half: string;
  part: string;
  rest: string;
  other: string;
  gate: string;
}

let made = 0;

/** A programme that no other test touches. */
export async function contest(it: Tracker): Promise<Contest> {
  const p = `contest-${(made += 1)}`;
  const src = `'{${p}-source}'`;
  const criterion = (name: string, parent: string | null, most: number | null): string =>
    `SELECT '${p}-${name}' || suffix, '${p}', round, 'evaluation', ${parent ? `'${p}-${parent}' || suffix` : 'NULL'}, '${name}', ${most}, ${most === null}, ${src}::text[] FROM contest`;
  await it.sql(`
    INSERT INTO sources (id, kind, title, language) VALUES ('${p}-source', 'press', '${p}', 'en');
    INSERT INTO organizations (id, name_en, kind, country, sources) VALUES ('${p}-org', '${p}', 'company', 'FR', ${src});
    INSERT INTO programs (id, name_en, country, sources) VALUES ('${p}', '${p}', 'FR', ${src});
    INSERT INTO rounds (id, program, ordinal, state, sources)
      SELECT '${p}-r' || n, '${p}', n, 'planned', ${src} FROM generate_series(1, 3) AS n;
    INSERT INTO consortiums (id, program, name_en, lead, sources)
      SELECT '${p}-' || n, '${p}', n, '${p}-org', ${src} FROM unnest('{a,b}'::text[]) AS n;
    INSERT INTO decisions (program, consortium, outcome, decided_on, sources)
      SELECT program, id, 'selected', '2025-01-01', ${src} FROM consortiums WHERE program = '${p}';
    WITH contest AS (SELECT id AS round, CASE ordinal WHEN 1 THEN '' ELSE '-' || ordinal END AS suffix FROM rounds WHERE program = '${p}')
    INSERT INTO criteria (id, program, round, stage, parent, name_en, max_score, gate, sources)
      ${criterion('total', null, 100)} UNION ALL ${criterion('half', 'total', 60)} UNION ALL ${criterion('other', 'total', 60)} UNION ALL
      ${criterion('part', 'half', 40)} UNION ALL ${criterion('rest', 'half', 40)} UNION ALL ${criterion('gate', null, null)};`);
  const id = (name: string): string => `${p}-${name}`;
  return {
    program: p,
    source: id('source'),
    organization: id('org'),
    rounds: [id('r1'), id('r2'), id('r3')],
    consortiums: [id('a'), id('b')],
    total: id('total'),
    half: id('half'),
    part: id('part'),
    rest: id('rest'),
    other: id('other'),
    gate: id('gate'),
  };
}

/** What a criterion of the first round is called in another one. */
export function criterionOf(c: Contest, criterion: string, round: string): string {
  const at = c.rounds.indexOf(round);
  return at < 1 ? criterion : `${criterion}-${at + 1}`;
}

/** Records a score past the API and gives its id; without a score the evaluation is undisclosed. */
export async function scored(
  it: Tracker,
  c: Contest,
  criterion: string,
  score: number | null,
  { round = c.rounds[0], consortium = c.consortiums[0] }: { round?: string; consortium?: string } = {},
): Promise<string> {
  const [row] = await it.sql(
    `INSERT INTO evaluations (round, consortium, criterion, status, score, disclosed_on, sources)
     VALUES ($1, $2, $3, CASE WHEN $4::numeric IS NULL THEN 'undisclosed' ELSE 'disclosed' END, $4, '2025-06-01', ARRAY[$5]) RETURNING id`,
    [round, consortium, criterionOf(c, criterion, round), score, c.source],
  );
  return String(row?.id);
}

/** Records a decision past the API and gives its id. */
export async function decided(
  it: Tracker,
  c: Contest,
  outcome: string,
  on: string,
  { round = null, consortium = c.consortiums[0] }: { round?: string | null; consortium?: string } = {},
): Promise<string> {
  const [row] = await it.sql(
    `INSERT INTO decisions (program, round, consortium, outcome, decided_on, sources)
     VALUES ($1, $2, $3, $4, $5, ARRAY[$6]) RETURNING id`,
    [c.program, round, consortium, outcome, on, c.source],
  );
  return String(row?.id);
}

/** Publishes a round, and those before it, whoever was judged in them. */
export const published = (it: Tracker, round: string): Promise<unknown> =>
  it.sql(
    `UPDATE rounds r SET state = 'published', published_on = '2025-07-01', deviation_reason = 'a test' FROM rounds last
      WHERE last.id = $1 AND r.program = last.program AND r.ordinal <= last.ordinal AND r.state <> 'published'`,
    [round],
  );

interface Refusal {
  code?: string;
  constraint?: string;
  detail?: string;
  message: string;
}

/** What the database says to it: `rule field` for a rule over rows, else the constraint or the SQLSTATE. */
export async function refusal(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown as Refusal,
  );
  if (error === undefined) return 'accepted';
  if (error.code !== 'TR001') return error.constraint ?? error.code ?? error.message;
  const faults = JSON.parse(error.detail ?? '[]') as { code: string; field: string }[];
  return [...new Set(faults.map(({ code, field }) => `${code} ${field}`))].sort().join(', ');
}

/** What a client is told: `status code pointer`, or the status alone. */
export function told({ status, body }: Response): string {
  const problem = body as { code?: string; errors?: { pointer?: string }[] };
  if (problem.code === undefined || status < 400) return String(status);
  const pointers = [...new Set((problem.errors ?? []).map(({ pointer }) => pointer ?? ''))];
  return [status, problem.code, ...pointers].join(' ').trim();
}

type Ask = Record<string, unknown>;

/** The three ways to write over HTTP, each giving what the client is told. */
export const asking = (it: Tracker) => ({
  post: async (path: string, body: Ask): Promise<string> =>
    told(await it.writer.post(`/v1/${path}`).send(body)),
  patch: async (path: string, body: Ask): Promise<string> =>
    told(
      await it.writer
        .patch(`/v1/${path}`)
        .set('if-match', '*')
        .set('content-type', 'application/merge-patch+json')
        .send(JSON.stringify(body)),
    ),
  delete: async (path: string, query: Ask = {}): Promise<string> =>
    told(await it.writer.delete(`/v1/${path}`).set('if-match', '*').query(query)),
});

/** What a silent change of something published is answered, by the database and over HTTP; and how it is said. */
export const silent = 'correction-required correction';
export const silentHttp = '422 correction-required /correction';
export const said = { correction: true, reason: 'The ministry mended its table' };
