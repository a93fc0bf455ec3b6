/**
 * Made-up programmes of the shape of a real one, and their evaluations, made in SQL and the same every time. They stand
 * beside the real data set, whose sources they cite. Rules and history are on while they are written.
 */
/** Runs a statement, all on one connection. */
export type Run = (text: string, values?: unknown[]) => Promise<unknown>;

/** Of each programme; a round has as many criteria as the page of a list has rows. */
export const shape = { rounds: 5, consortiums: 20, criteria: 50, members: 5 };

export const evaluationsOf = (programs: number): number =>
  programs * shape.rounds * shape.consortiums * shape.criteria;

/** For writing: so many evaluations of it can still be made. */
export const spare = { rounds: 10, consortiums: 500, criteria: 20 };

const sources = `ARRAY['msit-2026-08-18-round-2']`;
const organizations = 50;

const series = (name: string, length: string | number): string =>
  `generate_series(0, ${length} - 1) AS ${name}`;

/** What the evaluations refer to: `$1` programmes bp0, bp1, … */
const programmes = [
  `INSERT INTO programs (id, name_en, country, sources) SELECT 'bp' || p, 'Bench ' || p, 'KR', ${sources} FROM ${series('p', '$1')}`,
  `INSERT INTO consortiums (id, program, name_en, lead, sources)
   SELECT 'bp' || p || '-c' || c, 'bp' || p, 'Bench ' || p || ' team ' || c, 'bo' || c, ${sources}
     FROM ${series('p', '$1')}, ${series('c', shape.consortiums)}`,
  `INSERT INTO consortium_members (consortium, organization, role, joined_on, sources)
   SELECT 'bp' || p || '-c' || c, 'bo' || (c + m) % ${organizations}, CASE m WHEN 0 THEN 'lead' ELSE 'member' END, '2025-08-04', ${sources}
     FROM ${series('p', '$1')}, ${series('c', shape.consortiums)}, ${series('m', shape.members)}`,
  `INSERT INTO rounds (id, program, ordinal, state, sources)
   SELECT 'bp' || p || '-r' || r + 1, 'bp' || p, r + 1, 'planned', ${sources} FROM ${series('p', '$1')}, ${series('r', shape.rounds)}`,
  `INSERT INTO criteria (id, program, round, stage, name_en, max_score, gate, sources)
   SELECT 'bp' || p || '-r' || r + 1 || '-k' || k, 'bp' || p, 'bp' || p || '-r' || r + 1, 'evaluation', 'Criterion ' || k, 100, false, ${sources}
     FROM ${series('p', '$1')}, ${series('r', shape.rounds)}, ${series('k', shape.criteria)}`,
  `INSERT INTO decisions (program, consortium, outcome, decided_on, sources)
   SELECT 'bp' || p, 'bp' || p || '-c' || c, 'selected', '2025-08-04', ${sources} FROM ${series('p', '$1')}, ${series('c', shape.consortiums)}`,
];

const onesOwn = [
  `INSERT INTO organizations (id, name_en, kind, country, sources)
   SELECT 'bo' || o, 'Bench Org ' || o, 'company', 'KR', ${sources} FROM ${series('o', organizations)}`,
  `INSERT INTO programs (id, name_en, country, sources) VALUES ('bw', 'Bench for writing', 'KR', ${sources})`,
  `INSERT INTO consortiums (id, program, name_en, lead, sources)
   SELECT 'bw-c' || c, 'bw', 'Bench team ' || c, 'bo0', ${sources} FROM ${series('c', spare.consortiums)}`,
  `INSERT INTO rounds (id, program, ordinal, state, sources)
   SELECT 'bw-r' || r + 1, 'bw', r + 1, 'planned', ${sources} FROM ${series('r', spare.rounds)}`,
  `INSERT INTO criteria (id, program, round, stage, name_en, max_score, gate, sources)
   SELECT 'bw-r' || r + 1 || '-k' || k, 'bw', 'bw-r' || r + 1, 'evaluation', 'Criterion ' || k, 100, false, ${sources}
     FROM ${series('r', spare.rounds)}, ${series('k', spare.criteria)}`,
  `INSERT INTO decisions (program, consortium, outcome, decided_on, sources)
   SELECT 'bw', 'bw-c' || c, 'selected', '2025-08-04', ${sources} FROM ${series('c', spare.consortiums)}`,
];

/** Of the programmes from `$1` on, `$2` of them; one in twenty is withheld, one in ten has a note. */
const evaluations = `
  INSERT INTO evaluations (round, consortium, criterion, status, score, evaluated_on, disclosed_on, note, sources)
  SELECT 'bp' || p || '-r' || r + 1, 'bp' || p || '-c' || c, 'bp' || p || '-r' || r + 1 || '-k' || k,
         CASE WHEN withheld THEN 'undisclosed' ELSE 'disclosed' END,
         CASE WHEN NOT withheld THEN round((random() * 100)::numeric, 1) END,
         to_char(day, 'YYYY-MM-DD'), CASE WHEN NOT withheld THEN to_char(day + 9, 'YYYY-MM-DD') END,
         CASE WHEN random() < 0.1 THEN 'Made up: ' || r || ' ' || k END, ${sources}
    FROM generate_series($1::int, $1 + $2 - 1) AS p, ${series('r', shape.rounds)}, ${series('c', shape.consortiums)}, ${series('k', shape.criteria)},
         LATERAL (SELECT random() < 0.05 AS withheld, date '2024-01-01' + r * 180 + p % 180 AS day) AS made`;

/** What evaluations refer to. */
export async function makeProgrammes(run: Run, programs: number): Promise<void> {
  for (const text of onesOwn) await run(text);
  for (const text of programmes) await run(text, [programs]);
}

const atOnce = 20;

export async function makeEvaluations(
  run: Run,
  programs: number,
  say: (made: number) => void = () => undefined,
): Promise<void> {
  await run('SELECT setseed(0.5)');
  for (let from = 0; from < programs; from += atOnce) {
    await run(evaluations, [from, Math.min(atOnce, programs - from)]);
    say(evaluationsOf(Math.min(programs, from + atOnce)));
  }
}
