/** The standings of the real rounds. */
import { readFile } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';
import { expect, test } from 'vitest';
import { tracker } from '../tracker.ts';
import { recompute, type Rows } from './recompute.ts';

const it = tracker();

interface Line {
  id: string;
  name: string;
  rank: { best: number; worst: number } | null;
  total: { lowest: number; highest: number | null } | null;
  computed: object;
  official: { rank: number | null; total: number | null; sources: string[] } | null;
  complete: boolean;
  scores: Record<string, { score: number | null; lowest: number; status: string; sources: string[] }>;
  gates: { criterion: string; passed: boolean | null; status: string; sources: string[] }[];
  failedGate: boolean;
  margin: object | null;
  marginNote: string | null;
  decision: { outcome: string; sources: string[] } | null;
  change: { total: number | null; places: number | null } | null;
}

interface Data {
  round: { state: string };
  complete: boolean;
  criteria: { name: string }[];
  consortiums: Line[];
  cutLine: { note: string | null };
  disagreements: {
    code: string;
    consortium: string | null;
    detail: string;
    figures: { label: string }[];
  }[];
  hypothetical: { note: string } | null;
  withheld: { note: string; results: { consortium: string; criterion: string; sources: string[] }[] };
}

const standings = async (round: number, query = '') => {
  const reply = await it.anyone.get(`/v1/rounds/kr-safm-round-${round}/standings${query}`);
  expect([query, reply.status]).toEqual([query, 200]);
  return reply.body.data as Data;
};
const ends = <T>(low: T, high: T): T | T[] => (low === high ? low : [low, high]);
const table = ({ consortiums }: { consortiums: Line[] }): unknown[] =>
  consortiums.map(({ id, rank, total }) => [
    id,
    rank && ends(rank.best, rank.worst),
    total && ends<number | null>(total.lowest, total.highest),
  ]);

const file = async (name: string): Promise<Record<string, string>[]> =>
  parse(await readFile(new URL(`../../prisma/data/${name}.csv`, import.meta.url)), { columns: true });
const number = (text = ''): number | null => (text === '' ? null : Number(text));
async function rowsOf(round: string): Promise<Rows> {
  const evaluations = (await file('evaluations')).filter((row) => row.round === round);
  return {
    criteria: (await file('criteria'))
      .filter((row) => row.round === round)
      .map(({ id = '', parent, maxScore, gate }) => ({
        id,
        parent: parent ?? null,
        maxScore: number(maxScore),
        gate: gate === 'true',
      })),
    evaluations: evaluations.map(({ consortium = '', criterion = '', score }) => ({
      consortium,
      criterion,
      score: number(score),
    })),
    teams: [...new Set(evaluations.map(({ consortium = '' }) => consortium))],
  };
}

test.each([1, 2])('round %i: what is computed is what the data files add up to', async (round) => {
  const expected = recompute(await rowsOf(`kr-safm-round-${round}`));
  const { consortiums } = await standings(round);
  expect(Object.fromEntries(consortiums.map(({ id, computed }) => [id, computed]))).toEqual(expected);
});

test('round 1: LG AI Research is first with 90.2, the withheld scores leave the others intervals, NC AI is last', async () => {
  const data = await standings(1);
  expect(table(data)).toEqual([
    ['lg-ai-research', 1, 90.2],
    ['upstage', [2, 4], [10, 90.2]],
    ['sk-telecom', [2, 4], [9.2, 90.2]],
    ['naver-cloud', [2, 4], [0, 90.2]],
    ['nc-ai', 5, [0, 90.2]],
  ]);
  expect(data).toMatchObject({ complete: false, maximum: 100, hypothetical: null });
  expect(data.consortiums.map(({ complete }) => complete)).toEqual([true, false, false, false, false]);
});

test('round 1: withheld is said to be withheld, cell by cell with its sources, and in words', async () => {
  const { consortiums, withheld } = await standings(1);
  const rows = (await file('evaluations')).filter(
    ({ round, status }) => round === 'kr-safm-round-1' && status === 'undisclosed',
  );
  const key = ({ consortium, criterion }: { consortium?: string; criterion?: string }) =>
    `${consortium} ${criterion}`;
  expect(withheld.results.map(key).sort()).toEqual(rows.map(key).sort());
  expect(withheld.note).toMatch(/^12 results were withheld\. .*NC AI.*SK Telecom/);
  for (const { consortium = '', criterion = '', sources = '' } of rows) {
    const cell = consortiums.find(({ id }) => id === consortium)?.scores[criterion];
    expect([criterion, cell?.status, cell?.score]).toEqual([criterion, 'undisclosed', null]);
    expect(cell?.sources).toEqual(expect.arrayContaining(sources.split(';')));
  }
  const scores = consortiums.find(({ id }) => id === 'sk-telecom')?.scores ?? {};
  expect(Object.entries(scores).map(([id, { status }]) => `${id} ${status}`)).toEqual([
    'r1-total partly-known',
    'r1-benchmark undisclosed',
    'r1-global-common missing',
    'r1-global-individual missing',
    'r1-nia-benchmark disclosed',
    'r1-expert undisclosed',
    'r1-expert-results missing',
    'r1-expert-impact missing',
    'r1-expert-strategy missing',
    'r1-user undisclosed',
  ]);
});

test('round 1: Naver Cloud is out by the gate in spite of its place, and nobody moved up into it', async () => {
  const data = await standings(1);
  const of = (id: string): Line | undefined => data.consortiums.find((line) => line.id === id);
  expect(of('naver-cloud')).toMatchObject({
    failedGate: true,
    rank: { best: 2, worst: 4 },
    gates: [{ criterion: 'r1-independence', passed: false, status: 'disclosed' }],
    decision: { outcome: 'eliminated', decidedOn: '2026-01-15' },
    margin: null,
    marginNote: 'Out by the gate r1-independence.',
  });
  // Places are counted among the five that were judged: the line runs between rank 4 and 5.
  expect(data.cutLine).toMatchObject({ places: 4, candidates: 5, note: null });
  expect(of('nc-ai')).toMatchObject({
    failedGate: false,
    rank: { best: 5, worst: 5 },
    margin: { lowest: -90.2, highest: 0 },
    marginNote: null,
  });
  for (const id of ['lg-ai-research', 'sk-telecom', 'upstage'])
    expect([id, of(id)?.margin]).toEqual([id, { lowest: 0, highest: 90.2 }]);
});

test('round 1: that one fewer went on is all that does not fit', async () => {
  const { disagreements } = await standings(1);
  expect(disagreements.map(({ code, consortium }) => [code, consortium])).toEqual([['fewer-advanced', null]]);
  expect(disagreements[0]?.detail).toMatch(/^4 were to go on, 3 did\. The reason given: /);
});

test.each(['ko', 'fr'])(
  'lang=%s: every sentence is in that language, as Content-Language says',
  async (lang) => {
    const words = (reply: Data): string[] =>
      [
        reply.cutLine.note,
        reply.withheld.note,
        ...reply.consortiums.map(({ marginNote }) => marginNote),
        ...reply.disagreements.flatMap(({ detail, figures }) => [
          // The reason given is quoted as it is stored.
          detail.split(': ')[0] ?? '',
          ...figures.map(({ label }) => label),
        ]),
        reply.hypothetical?.note,
      ].filter((text) => typeof text === 'string');
    for (const query of ['1/standings?', '3/standings?', '2/standings?without=r2-benchmark&']) {
      const path = `/v1/rounds/kr-safm-round-${query}lang=`;
      const [english, other] = [await it.anyone.get(`${path}en`), await it.anyone.get(`${path}${lang}`)];
      expect(other.headers['content-language']).toBe(lang);
      const [en, translated] = [words(english.body.data as Data), words(other.body.data as Data)];
      expect(translated).toHaveLength(en.length);
      expect(en.length).toBeGreaterThan(0);
      translated.forEach((text, i) => {
        expect(text).not.toBe(en[i]);
        expect(text).not.toMatch(/\b(the|is|were|was|that|Nobody|Nothing)\b/);
        if (lang === 'ko') expect(text).toMatch(/[가-힣]/);
      });
    }
  },
);

test('round 2: complete, with official figures that agree, and margins to the line', async () => {
  const data = await standings(2);
  expect(table(data)).toEqual([
    ['sk-telecom', 1, 70.6],
    ['upstage', 2, 69.9],
    ['lg-ai-research', 3, 69],
    ['motif-technologies', 4, 65.8],
  ]);
  expect(data).toMatchObject({
    complete: true,
    disagreements: [],
    withheld: { note: null, results: [] },
    cutLine: {
      places: 3,
      lastInside: { lowest: 69, highest: 69 },
      firstOutside: { lowest: 65.8 },
      note: null,
    },
  });
  expect(
    data.consortiums.map(({ official, margin, decision }) => [official, margin, decision?.outcome]),
  ).toEqual(
    [
      [1, 70.6, 4.8, 'advanced'],
      [2, 69.9, 4.1, 'advanced'],
      [3, 69, 3.2, 'advanced'],
      [4, 65.8, -3.2, 'eliminated'],
    ].map(([rank, total, margin, outcome]) => [
      expect.objectContaining({ rank, total }),
      { lowest: margin, highest: margin },
      outcome,
    ]),
  );
  // Subtotals were not published: they are added up, and their sources are those of the parts.
  const { 'r2-user': user } = data.consortiums[0]?.scores ?? {};
  expect(user).toMatchObject({ score: 19.1, status: 'computed' });
  expect(user?.sources).toContain('msit-2026-08-20-explanation');
});

test('every fact names its sources, and they exist', async () => {
  const known = new Set((await file('sources')).map(({ id }) => id));
  for (const round of [1, 2]) {
    const { consortiums } = await standings(round);
    const cited = consortiums.flatMap(({ scores, gates, decision, official }) => [
      ...Object.values(scores).filter(({ status }) => status !== 'missing'),
      ...gates.filter(({ status }) => status !== 'missing'),
      ...(decision ? [decision] : []),
      ...(official ? [official] : []),
    ]);
    for (const { sources } of cited) {
      expect(sources.length).toBeGreaterThan(0);
      expect(sources.filter((id) => !known.has(id))).toEqual([]);
    }
  }
});

test('round 3 has no criteria yet: those who are in, and no made-up number', async () => {
  const data = await standings(3);
  expect(table(data)).toEqual([
    ['lg-ai-research', null, null],
    ['sk-telecom', null, null],
    ['upstage', null, null],
  ]);
  expect(data).toMatchObject({ complete: false, maximum: null, criteria: [], disagreements: [] });
  expect(data.cutLine).toMatchObject({ lastInside: null, note: 'Nothing is scored in this round.' });
});

test.each([
  ['2026-02-19', { evaluated: 0, official: 0, teams: 3, complete: false, state: 'planned' }],
  ['2026-02-20', { evaluated: 0, official: 0, teams: 4, complete: false, state: 'planned' }],
  ['2026-08-19', { evaluated: 0, official: 0, teams: 4, complete: false, state: 'published' }],
  ['2026-08-21', { evaluated: 5, official: 0, teams: 4, complete: false, state: 'published' }],
  ['2026-08-27', { evaluated: 24, official: 4, teams: 4, complete: true, state: 'published' }],
])('round 2 as of %s knows what was public then', async (day, expected) => {
  const data = await standings(2, `?asOf=${day}`);
  const { consortiums } = data;
  const cells = consortiums.flatMap(({ scores }) => Object.values(scores));
  expect({
    evaluated: cells.filter(({ status }) => status === 'disclosed').length,
    official: consortiums.filter(({ official }) => official !== null).length,
    teams: consortiums.length,
    complete: data.complete,
    state: data.round.state,
  }).toEqual(expected);
  const decided = consortiums
    .filter(({ decision }) => decision?.outcome === 'eliminated')
    .map(({ id }) => id);
  expect(decided).toEqual(expected.state === 'published' ? ['motif-technologies'] : []);
});

test('an unknown round is a 404 that names the nearest, and names come in the language asked for', async () => {
  const reply = await it.anyone.get('/v1/rounds/kr-safm-round-22/standings');
  expect([reply.status, reply.body.code]).toEqual([404, 'not-found']);
  expect(reply.body.detail).toContain('did you mean `kr-safm-round-2`');
  const { consortiums, criteria } = await standings(2, '?lang=ko');
  expect(consortiums[0]?.name).toBe('SK텔레콤 정예팀');
  expect(criteria[0]?.name).toBe('종합 점수');
});
