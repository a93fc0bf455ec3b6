import { readFile } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';
import { beforeAll, describe, expect, test } from 'vitest';
import { tracker } from '../tracker.ts';

const it = tracker();

interface Entry {
  rank: number;
  rankAtBest: number;
  rankAtWorst: number;
  overallRank: number;
  model: { id: string; organization: { id: string; name: string; country: string } };
  score: number;
  bound: string | null;
  lowest: number | null;
  highest: number | null;
  rankedBy: { result: string; rule: string };
  results: { id: string; score: number; qualifier: string; measuredOn: string | null; sources: string[] }[];
}
async function board(benchmark: string, query = ''): Promise<Entry[]> {
  const reply = await it.anyone.get(`/v1/benchmarks/${benchmark}/leaderboard${query}`);
  expect([benchmark, reply.status]).toEqual([benchmark, 200]);
  return reply.body.data.entries;
}
const order = (entries: Entry[]) => entries.map(({ rank, model }) => [rank, model.id]);

describe('the real data', () => {
  const file = async (name: string): Promise<Record<string, string>[]> =>
    parse(await readFile(new URL(`../../prisma/data/${name}.csv`, import.meta.url)), { columns: true });

  test('every board has the models, the results and the ranks that the data files give', async () => {
    const results = await file('benchmark-results');
    // The days matter only where one model has several exact results; a month stands for its last day.
    const place = (row: Record<string, string>) =>
      `${row.qualifier === 'exact' ? 1 : 0} ${(row.measuredOn ?? '').padEnd(10, '~')}`;
    for (const { id: benchmark = '' } of await file('benchmarks')) {
      const entries = await board(benchmark);
      const rows = results.filter((row) => row.benchmark === benchmark);
      const best = new Map<string, number>();
      for (const row of [...rows].sort((a, b) => (place(a) < place(b) ? -1 : 1)))
        best.set(row.model ?? '', Number(row.score));
      expect(entries.map(({ model, score }) => [model.id, score]).sort()).toEqual([...best].sort());
      for (const { rank, score } of entries)
        expect(rank).toBe(1 + [...best.values()].filter((other) => other > score).length);
      expect(entries.flatMap((entry) => entry.results.map(({ id }) => id)).sort()).toEqual(
        rows.map(({ id }) => id).sort(),
      );
      for (const entry of entries)
        for (const { sources } of entry.results) expect(sources.length).toBeGreaterThan(0);
    }
  });

  test('equal models share a rank; the claims about Motif 3 stay apart and the latest exact one counts', async () => {
    const entries = await board('aa-intelligence-index-2026-08');
    expect(order(entries).slice(0, 4)).toEqual([
      [1, 'claude-opus-5'],
      [2, 'gpt-5-6-sol'],
      [2, 'grok-4-6'],
      [4, 'kimi-k3'],
    ]);
    const motif = entries.find(({ model }) => model.id === 'motif-3');
    expect(motif).toMatchObject({ rank: 11, score: 47.36, rankedBy: { rule: 'recency' }, bound: null });
    expect(motif?.results.map(({ score, qualifier, measuredOn }) => [score, qualifier, measuredOn])).toEqual([
      [47.36, 'exact', '2026-08-28'],
      [47.4, 'exact', '2026-08-18'],
      [47, 'about', '2026-08-18'],
    ]);
    expect(motif?.rankedBy.result).toBe(motif?.results[0]?.id);
  });

  test('a filter ranks among what it lets through and keeps the overall rank', async () => {
    const korean = await board('aa-intelligence-index-2026-08', '?country=KR');
    expect(order(korean)).toEqual([
      [1, 'motif-3'],
      [2, 'solar-pro-4'],
      [3, 'solar-open-2-250b'],
      [4, 'a-x-k2'],
      [5, 'k-exaone-2-0-750b-a37b'],
    ]);
    expect(korean.map(({ overallRank }) => overallRank)).toEqual([11, 12, 13, 14, 15]);
    const two = await board('aa-intelligence-index-2026-08', '?organization=upstage,openai&country=KR,US');
    expect(order(two)).toEqual([
      [1, 'gpt-5-6-sol'],
      [2, 'solar-pro-4'],
      [3, 'solar-open-2-250b'],
    ]);
    expect(await board('aa-intelligence-index-2026-08', '?organization=nobody')).toEqual([]);
  });

  test('asOf shows the board of that day, with the results that were known', async () => {
    const entries = await board('aa-intelligence-index-2026-08', '?asOf=2026-08-20');
    expect(entries.some(({ results }) => results.some(({ measuredOn }) => measuredOn === '2026-08-28'))).toBe(
      false,
    );
    expect(entries.find(({ model }) => model.id === 'a-x-k2')).toMatchObject({ score: 35 });
    expect(await board('aa-intelligence-index-2026-08', '?asOf=2026-08-01')).toEqual([]);
  });

  test('names come in the language asked for', async () => {
    const [first] = await board('kmmlu', '?lang=ko');
    expect(first?.model.organization.name).toBe('업스테이지');
  });
});

describe('a made-up benchmark', () => {
  const sources = ['seed-004'];
  const add = async (resource: string, row: object): Promise<string> => {
    const reply = await it.writer.post(`/v1/${resource}`).send({ sources, ...row });
    expect([resource, reply.status, reply.body.detail]).toEqual([resource, 201, undefined]);
    return reply.body.id;
  };
  const score = (benchmark: string, model: string, value: number, more: object = {}) =>
    add('benchmark-results', { benchmark, model, score: value, qualifier: 'exact', ...more });

  beforeAll(async () => {
    for (const [id, higherIsBetter] of [
      ['seconds', false],
      ['bounds', true],
    ] as const)
      await add('benchmarks', { id, names: { en: id }, domain: 'speed', higherIsBetter });
    await score('seconds', 'sota-k', 1.5);
    await score('seconds', 'mi-dm', 1.25);
    await score('seconds', 'a-x-k1', 1.5);
    await score('seconds', 'a-x-k2', 20);
    await score('bounds', 'sota-k', 50);
    await score('bounds', 'a-x-k1', 40, { qualifier: 'at-least' });
    await score('bounds', 'a-x-k2', 30, { qualifier: 'about' });
    await score('bounds', 'a-x-4-0', 60, { qualifier: 'at-most' });
    await score('bounds', 'mi-dm', 70);
  });

  test('where lower is better the lowest comes first, and ties share a rank: 1, 2, 2, 4', async () => {
    expect(order(await board('seconds'))).toEqual([
      [1, 'mi-dm'],
      [2, 'a-x-k1'],
      [2, 'sota-k'],
      [4, 'a-x-k2'],
    ]);
  });

  test('scores are numbers without trailing zeros', async () => {
    const { text } = await it.anyone.get('/v1/benchmarks/seconds/leaderboard');
    expect([...text.matchAll(/"score":([^,]+),/g)].map(([, number]) => number)).toEqual([
      ...['1.25', '1.25', '1.5', '1.5', '1.5', '1.5', '20', '20'],
    ]);
  });

  test('a bound is marked, and so is every rank that it leaves open', async () => {
    const entries = await board('bounds');
    expect(
      entries.map(({ model, rank, rankAtBest, rankAtWorst, bound }) => [
        model.id,
        rank,
        rankAtBest,
        rankAtWorst,
        bound,
      ]),
    ).toEqual([
      // 70; at most 60; 50; at least 40; about 30
      ['mi-dm', 1, 1, 2, null],
      ['a-x-4-0', 2, 2, 5, 'upper'],
      ['sota-k', 3, 2, 4, null],
      ['a-x-k1', 4, 1, 4, 'lower'],
      ['a-x-k2', 5, 4, 5, null],
    ]);
  });

  test('of several claims of one day the better sourced one counts, an exact one before all bounds', async () => {
    await add('benchmarks', { id: 'claims', names: { en: 'claims' }, domain: 'speed' });
    const claim = (value: number, more: object) =>
      score('claims', 'mi-dm', value, { measuredOn: '2026-05', ...more });
    await claim(90, { qualifier: 'about', sources: ['jangsuh-2025-08-five-teams'] });
    const official = await claim(80, { qualifier: 'nearly', sources: ['msit-2026-08-18-round-2'] });
    await claim(99, { qualifier: 'at-least', measuredOn: '2026-06', sources: ['msit-2026-08-18-round-2'] });
    expect((await board('claims'))[0]).toMatchObject({
      score: 80,
      rankedBy: { result: official, rule: 'source' },
    });
    const exact = await claim(70, { measuredOn: '2020', sources: ['jangsuh-2025-08-five-teams'] });
    const [entry] = await board('claims');
    expect(entry).toMatchObject({ rank: 1, score: 70, rankedBy: { result: exact, rule: 'exactness' } });
    expect(entry?.results.map((one) => one.score)).toEqual([70, 80, 90, 99]);
  });

  test('both bounds that one source states hold the rank between them; another source’s bound does not', async () => {
    await add('benchmarks', { id: 'between', names: { en: 'between' }, domain: 'speed' });
    await score('between', 'mi-dm', 50, { qualifier: 'at-least' });
    await score('between', 'mi-dm', 60, { qualifier: 'at-most' });
    await score('between', 'sota-k', 50, { qualifier: 'at-least' });
    await score('between', 'sota-k', 60, { qualifier: 'at-most', sources: ['seed-001'] });
    await score('between', 'a-x-k1', 70);
    const shown = (await board('between')).map((entry) => [
      entry.model.id,
      [entry.lowest, entry.highest],
      [entry.rankAtBest, entry.rankAtWorst],
    ]);
    expect(Object.fromEntries(shown.map(([id, ...rest]) => [id, rest]))).toEqual({
      'a-x-k1': [
        [70, 70],
        [1, 2],
      ],
      'mi-dm': [
        [50, 60],
        [2, 3],
      ],
      'sota-k': [
        [50, null],
        [1, 3],
      ],
    });
  });

  test('a benchmark that nobody took has an empty board', async () => {
    await add('benchmarks', { id: 'untaken', names: { en: 'Untaken' }, domain: 'math' });
    const reply = await it.anyone.get('/v1/benchmarks/untaken/leaderboard');
    expect([reply.status, reply.body.data.entries]).toEqual([200, []]);
    expect(reply.body.data.benchmark).toMatchObject({ id: 'untaken', maxScore: null, higherIsBetter: true });
  });
});

test('a benchmark that does not exist is a 404 that names the nearest', async () => {
  const reply = await it.anyone.get('/v1/benchmarks/kmmluu/leaderboard');
  expect([reply.status, reply.body.code]).toEqual([404, 'not-found']);
  expect(reply.body.detail).toContain('`kmmlu`');
});

test('every unknown parameter and bad value is reported at once', async () => {
  const reply = await it.anyone.get(
    '/v1/benchmarks/kmmlu/leaderboard?organisation=kt&country=kr&organization=K%20T&asOf=x',
  );
  expect(reply.status).toBe(400);
  const named = reply.body.errors.map(({ parameter }: { parameter: string }) => parameter);
  expect(new Set(named)).toEqual(new Set(['organisation', 'country', 'organization', 'asOf']));
  expect(JSON.stringify(reply.body.errors)).toContain('did you mean `organization`');
});
