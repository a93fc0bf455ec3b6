import { expect, test } from 'vitest';
import { tracker } from '../tracker.ts';

const it = tracker();
const get = async (path: string) => {
  const reply = await it.anyone.get(path);
  expect([path, reply.status]).toEqual([path, 200]);
  return reply.body;
};
const rows = async (path: string): Promise<Record<string, unknown>[]> => (await get(`/v1/${path}`)).data;

test('on 1 December 2025 five teams are in, and nothing of a round is known yet', async () => {
  const teams = await rows('consortiums?asOf=2025-12-01&fields=id,status');
  expect(teams.map(({ status }) => status)).toEqual(Array(5).fill('selected'));
  expect(await rows('evaluations?asOf=2025-12-01')).toEqual([]);
  expect(await rows('rounds?asOf=2025-12-01&fields=id,state,publishedOn,actualAdvancing,evaluated')).toEqual(
    [1, 2, 3].map((ordinal) => ({
      id: `kr-safm-round-${ordinal}`,
      state: 'planned',
      publishedOn: null,
      actualAdvancing: null,
      evaluated: 0,
    })),
  );
  const program = await get('/v1/programs/kr-safm?asOf=2025-12-01');
  expect([program.activeConsortiums, program.nextRound, program.meta]).toEqual([
    5,
    'kr-safm-round-1',
    { asOf: '2025-12-01' },
  ]);
});

test('after the second result the scores become public day by day', async () => {
  const known = async (day: string) =>
    (await rows(`evaluations?round=kr-safm-round-2&asOf=${day}`)).filter(({ score }) => score !== null)
      .length;
  expect([await known('2026-08-19'), await known('2026-08-21'), await known('2026-08-27')]).toEqual([
    0, 5, 24,
  ]);
  const withheld = await rows('evaluations?round=kr-safm-round-2&asOf=2026-08-19');
  expect(new Set(withheld.map(({ status, disclosedOn }) => JSON.stringify([status, disclosedOn])))).toEqual(
    new Set([JSON.stringify(['undisclosed', null])]),
  );
  // A filter judges what was known then, not what is known now.
  expect(await rows('evaluations?score[gte]=0&round=kr-safm-round-2&asOf=2026-08-19')).toEqual([]);
  const decisions = await rows(
    'decisions?round=kr-safm-round-2&asOf=2026-08-19&fields=outcome,officialRank,officialTotal',
  );
  expect(decisions.map(({ officialRank, officialTotal }) => [officialRank, officialTotal])).toEqual(
    Array(4).fill([null, null]),
  );
  expect((await get('/v1/consortiums/motif-technologies?asOf=2026-08-19')).status).toBe('eliminated');
});

test('what a decision says of ranks is as unknown as the ranks, and nothing cites a page of a later day', async () => {
  const day = '2026-08-19';
  const rationales = async (asOf: string) =>
    (await rows(`decisions?round=kr-safm-round-2&asOf=${asOf}&fields=rationale`)).map(
      ({ rationale }) => rationale,
    );
  expect(await rationales(day)).toEqual(Array(4).fill(null));
  expect((await rationales('2026-08-27')).every((words) => typeof words === 'string')).toBe(true);
  const published = new Map(
    (await rows('sources?limit=500')).map(({ id, publishedOn }) => [id, String(publishedOn)]),
  );
  const later = (cited: unknown): string[] =>
    [...JSON.stringify(cited).matchAll(/"([a-z0-9-]+)"/g)]
      .map(([, id = '']) => id)
      .filter((id) => (published.get(id) ?? '') > day);
  for (const path of [
    `decisions?asOf=${day}`,
    `evaluations?asOf=${day}`,
    `rounds?id=kr-safm-round-2&asOf=${day}`,
  ]) {
    const found = await rows(path);
    expect(found.length).toBeGreaterThan(0);
    for (const row of found)
      expect([path, row.id, (row.sources as string[]).length > 0, later(row.sources)]).toEqual([
        path,
        row.id,
        true,
        [],
      ]);
  }
  const standings = (await get(`/v1/rounds/kr-safm-round-2/standings?asOf=${day}`)).data;
  expect(
    standings.consortiums.map(({ decision }: { decision: { rationale: unknown } }) => decision.rationale),
  ).toEqual(Array(4).fill(null));
  expect(later(standings)).toEqual([]);
});

test('a member belongs from joining to the day before leaving, and nobody is known to leave later', async () => {
  const members = async (day: string) =>
    (await get(`/v1/consortiums/naver-cloud?asOf=${day}`)).members as { leftOn: string | null }[];
  expect((await members('2026-01-14')).length).toBeGreaterThan(5);
  expect((await members('2026-01-14')).every(({ leftOn }) => leftOn === null)).toBe(true);
  expect(await members('2026-01-15')).toEqual([]);
});

test('a row that was not public yet is absent from the list and a 404 as an item that says so', async () => {
  const reply = await it.anyone.get('/v1/consortiums/motif-technologies?asOf=2026-02-19');
  expect([reply.status, reply.body.code, reply.body.detail]).toEqual([
    404,
    'not-found',
    'The consortium `motif-technologies` was not public yet as of 2026-02-19.',
  ]);
  expect((await get('/v1/consortiums/motif-technologies?asOf=2026-02-20')).status).toBe('selected');
});

test('a month means its last day, for the day asked about as for the facts', async () => {
  expect((await rows('consortiums?asOf=2025-08')).length).toBe(5);
  expect((await rows('consortiums?asOf=2025-07')).length).toBe(0);
  // Released in July 2025, no day known: public when July is over.
  expect((await rows('models?id=a-x-4-0&asOf=2025-07-30')).length).toBe(0);
  expect((await rows('models?id=a-x-4-0&asOf=2025-07-31')).length).toBe(1);
});

test('rows without any date stay out unless asked for', async () => {
  const ids = async (more: string) =>
    (await rows(`funding-figures?asOf=2026-11-24&sources=seed-002&fields=id${more}`)).map(({ id }) => id);
  const dated = (await get('/v1/sources/seed-002')).publishedOn !== null;
  expect(await ids('')).toEqual(dated ? ['fund-seed-002-program-365m'] : []);
  expect(await ids('&undated=include')).toEqual(['fund-seed-002-program-365m']);
});

test('the far future knows everything that has a date; every list and export answers for any day', async () => {
  for (const { name } of it.registry.all) {
    const now = (await get(`/v1/${name}?count=exact&limit=1`)).page.total;
    const later = (await get(`/v1/${name}?count=exact&limit=1&asOf=9999&undated=include`)).page.total;
    expect([name, later]).toEqual([name, now]);
    const csv = await it.anyone.get(`/v1/${name}?asOf=2025-12-01&format=csv`);
    expect([name, csv.status, csv.headers['content-disposition']]).toEqual([
      name,
      200,
      `attachment; filename="${name}-as-of-2025-12-01.csv"`,
    ]);
    const listed = await rows(`${name}?asOf=2025-12-01&limit=500&fields=id`);
    expect([name, csv.text.split('\n').length > listed.length]).toEqual([name, true]);
  }
});

test('pages under asOf give every row once, and the cursor belongs to its day', async () => {
  const all = (await rows('observations?asOf=2026-01-31&limit=500&fields=id')).map(({ id }) => id);
  const seen: unknown[] = [];
  let next: string | null = null;
  do {
    const page = await get(
      `/v1/observations?asOf=2026-01-31&limit=20&fields=id${next === null ? '' : `&cursor=${next}`}`,
    );
    seen.push(...page.data.map(({ id }: { id: string }) => id));
    next = page.page.next;
    if (next !== null)
      expect(
        (await it.anyone.get(`/v1/observations?asOf=2026-02-28&limit=20&fields=id&cursor=${next}`)).status,
      ).toBe(400);
  } while (next !== null);
  expect(seen).toEqual(all);
});

test.each(['yesterday', '2026-02-30', '2026-13', '2026-01-01T00:00:00Z', ''])(
  'asOf=%s is refused as a value',
  async (day) => {
    for (const path of ['consortiums', 'consortiums/upstage', 'programs/kr-safm/overview']) {
      const reply = await it.anyone.get(`/v1/${path}`).query({ asOf: day });
      expect([path, reply.status, reply.body.errors?.[0]?.parameter]).toEqual([path, 400, 'asOf']);
    }
  },
);

test('undated without asOf is refused, since it would say nothing', async () => {
  expect((await it.anyone.get('/v1/sources?undated=include')).body.errors[0].parameter).toBe('undated');
});

test('every table of facts has its view of the past, with the same columns', async () => {
  const columns = (schema: string) =>
    it.sql(
      `SELECT table_name, string_agg(column_name, ',' ORDER BY column_name) AS columns FROM information_schema.columns
      WHERE table_schema = $1 AND table_name = ANY ($2) GROUP BY table_name ORDER BY table_name`,
      [schema, [...it.registry.all.map(({ table }) => table), 'consortium_members']],
    );
  for (const past of ['as_of', 'known', 'as_of_known'])
    expect(await columns(past)).toEqual(await columns('public'));
});
