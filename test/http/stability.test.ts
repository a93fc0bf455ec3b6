/** How much the real standings depend on the weights, and that finding out keeps nobody else waiting. */
import { get as httpGet } from 'node:http';
import { expect, test } from 'vitest';
import { underWay } from '../../src/views/stability/pool.ts';
import { tracker } from '../tracker.ts';
import { write, type Round } from './made-round.ts';

const it = tracker();
const get = (round: string, query = '') => it.anyone.get(`/v1/rounds/${round}/stability${query}`);

interface Estimate {
  probability: number;
  standardError: number;
}
interface Line {
  id: string;
  shares: Record<string, { lowest: number; highest: number; sources: string[] }>;
  rankAcceptability: (Estimate & { rank: number })[];
  survival: Estimate | null;
  centralWeights: Record<string, number> | null;
  confidence: Estimate | null;
}
const stability = async (round: string, query = '') => {
  const reply = await get(round, query);
  expect([query, reply.status]).toEqual([query, 200]);
  return reply.body.data as { consortiums: Line[] } & Record<string, unknown>;
};

/** Shares of the maxima in round 2 by benchmark (40), expert (35) and user evaluation (25), from the published scores. */
const round2: Record<string, [number, number, number]> = {
  'lg-ai-research': [20.6 / 40, 29.5 / 35, 18.9 / 25],
  'motif-technologies': [24.6 / 40, 27.1 / 35, 14.1 / 25],
  'sk-telecom': [22.2 / 40, 29.3 / 35, 19.1 / 25],
  upstage: [22.7 / 40, 29.1 / 35, 18.1 / 25],
};

/** Ranks over an even grid of weightings: no chance and no code of the tracker in it. */
function overGrid(steps: number): Record<string, number[]> {
  const teams = Object.entries(round2);
  const counts = Object.fromEntries(teams.map(([id]) => [id, teams.map(() => 0)]));
  let points = 0;
  for (let i = 0; i < steps; i += 1)
    for (let j = 0; j < steps - i; j += 1) {
      const [a, b] = [(i + 1 / 3) / steps, (j + 1 / 3) / steps];
      points += 1;
      const order = teams
        .map(([id, [x, y, z]]) => ({ id, utility: a * x + b * y + (1 - a - b) * z }))
        .sort((one, other) => other.utility - one.utility);
      for (const [rank, { id }] of order.entries()) {
        const own = counts[id] ?? [];
        own[rank] = (own[rank] ?? 0) + 1;
      }
    }
  return Object.fromEntries(Object.entries(counts).map(([id, row]) => [id, row.map((n) => n / points)]));
}

test('round 2: what the draws give is what an even grid of all weightings gives', async () => {
  const data = await stability('kr-safm-round-2');
  const grid = overGrid(800);
  expect(data).toMatchObject({ seed: 1, draws: 100_000, certain: true, note: null });
  for (const { id, shares, rankAcceptability, survival, confidence } of data.consortiums) {
    expect(Object.values(shares).map(({ lowest }) => lowest)).toEqual(
      round2[id]?.map((share) => Math.round(share * 1e6) / 1e6),
    );
    for (const { rank, probability, standardError } of rankAcceptability) {
      const truth = grid[id]?.[rank - 1] ?? NaN;
      expect(standardError).toBeCloseTo(Math.sqrt((probability * (1 - probability)) / 100_000), 6);
      expect(Math.abs(probability - truth)).toBeLessThan(5 * standardError + 2 / 800);
    }
    const inside = rankAcceptability.slice(0, 3).reduce((sum, { probability }) => sum + probability, 0);
    expect(survival?.probability).toBeCloseTo(inside, 5);
    // All scores are known: the central weights make certain.
    expect(confidence?.probability).toBe(1);
  }
});

test('round 2: SK Telecom is first under most weightings, and Motif would have stayed under one in five', async () => {
  const { consortiums } = await stability('kr-safm-round-2');
  expect(consortiums.map(({ id }) => id)).toEqual([
    'sk-telecom',
    'upstage',
    'lg-ai-research',
    'motif-technologies',
  ]);
  const [first, , lg, motif] = consortiums;
  expect(first?.rankAcceptability[0]?.probability).toBeCloseTo(0.784, 2);
  expect(motif?.survival?.probability).toBeCloseTo(0.203, 2);
  expect(motif?.centralWeights?.['r2-benchmark']).toBeGreaterThan(0.7);
  expect(lg?.centralWeights?.['r2-expert']).toBeGreaterThan(0.7);
});

test('round 1: withheld scores are drawn from their intervals, and who failed the gate never survives', async () => {
  const data = await stability('kr-safm-round-1');
  const { consortiums, certain } = data;
  const of = (id: string) => consortiums.find((line) => line.id === id);
  expect(certain).toBe(false);
  expect(of('sk-telecom')?.shares).toMatchObject({
    'r1-benchmark': { lowest: 0.23, highest: 0.98 },
    'r1-user': { lowest: 0, highest: 1 },
  });
  expect(of('naver-cloud')).toMatchObject({
    failedGate: true,
    survival: { probability: 0, standardError: 0 },
  });
  // Nobody moves up into the place of Naver Cloud: whoever is fifth is out, as far as the scores tell.
  for (const id of ['nc-ai', 'upstage', 'sk-telecom', 'lg-ai-research']) {
    const { survival, rankAcceptability } = of(id) ?? {};
    const last = rankAcceptability?.at(-1);
    expect(last?.rank).toBe(5);
    expect(survival?.probability).toBeCloseTo(1 - (last?.probability ?? NaN), 5);
  }
  expect(of('nc-ai')?.survival?.probability).toBeLessThan(0.75);
  expect(of('naver-cloud')?.rankAcceptability.map(({ rank }) => rank)).toEqual([1, 2, 3, 4, 5]);
  expect(of('lg-ai-research')?.rankAcceptability[0]?.probability).toBeGreaterThan(0.9);
});

test('the same seed gives the same bytes, another seed others, and the past its own', async () => {
  const [one, again, other, past] = await Promise.all(
    ['seed=5', 'seed=5', 'seed=6', 'seed=5&asOf=2026-08-19'].map((query) =>
      get('kr-safm-round-2', `?draws=20000&${query}`),
    ),
  );
  expect(one?.text).toBe(again?.text);
  expect(one?.headers.etag).toBe(again?.headers.etag);
  expect(one?.text).not.toBe(other?.text);
  // Nothing was known yet: everybody has every rank equally often.
  for (const { rankAcceptability } of past?.body.data.consortiums as Line[])
    for (const { probability, standardError } of rankAcceptability)
      expect(Math.abs(probability - 0.25)).toBeLessThan(5 * standardError);
});

test('a round without scores is answered with the reason, a made-up one from its own parts', async () => {
  const empty = await stability('kr-safm-round-3');
  expect(empty).toMatchObject({
    parts: [],
    note: 'Nothing is scored in this round.',
    standardErrorMost: null,
  });
  expect(empty.consortiums.map(({ rankAcceptability, survival }) => [rankAcceptability, survival])).toEqual(
    Array(3).fill([[], null]),
  );
  await write(it, 'duel', {
    criteria: { all: [100], x: [60, 'all'], y: [40, 'all'] },
    teams: { a: { x: 54, y: 8 }, b: { x: 24, y: 28 } },
    places: 1,
  });
  // Shares (0.9, 0.2) against (0.4, 0.7): even.
  const { consortiums } = await stability('duel-r');
  for (const { rankAcceptability, survival } of consortiums) {
    const [{ probability, standardError } = { probability: 0, standardError: 0 }] = rankAcceptability;
    expect(Math.abs(probability - 0.5)).toBeLessThan(5 * standardError);
    expect(survival?.probability).toBe(probability);
  }
  await write(it, 'unstated', { criteria: { x: [null] }, teams: { a: { x: 1 } } });
  expect((await stability('unstated-r')).note).toContain('unstated-x');
});

test.each([
  ['draws=999', 'draws', 'out-of-range'],
  ['draws=1000001', 'draws', 'out-of-range'],
  ['draws=1e5', 'draws', 'invalid-type'],
  ['seed=-1', 'seed', 'out-of-range'],
  ['seed=one', 'seed', 'invalid-type'],
  ['seeds=1', 'seeds', 'unknown-parameter'],
])('%s is refused', async (query, parameter, code) => {
  const { status, body } = await get('kr-safm-round-2', `?${query}`);
  expect([status, body.errors]).toEqual([400, [expect.objectContaining({ parameter, code })]]);
});

test('an unknown round is a 404', async () => {
  expect((await get('no-such-round')).status).toBe(404);
});

test('while large simulations are under way other requests are answered', async () => {
  const order: string[] = [];
  const large = [1, 2, 3, 4].map(async (seed) => {
    const { status } = await get('kr-safm-round-1', `?draws=300000&seed=${seed}`);
    order.push(`simulation ${status}`);
  });
  const small = async (): Promise<void> => {
    const { status } = await it.anyone.get('/v1/rounds');
    order.push(`list ${status}`);
  };
  await Promise.all([...large, small()]);
  expect(order).toHaveLength(5);
  expect(order.at(-1)).toBe('simulation 200');
});

test('when too many are waiting more are refused for now, and those that wait are answered', async () => {
  const replies = await Promise.all(
    Array.from({ length: 40 }, (_, seed) => get('kr-safm-round-1', `?draws=100000&seed=${seed}`)),
  );
  const refused = replies.filter(({ status }) => status === 503);
  expect(replies.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(18);
  expect(refused.length).toBeGreaterThan(0);
  for (const { body, headers } of refused) {
    expect(body.code).toBe('unavailable');
    expect(Number(headers['retry-after'])).toBeGreaterThanOrEqual(1);
  }
});

test('whoever asks for the same shares one simulation: none of them is refused', async () => {
  const replies = await Promise.all(
    Array.from({ length: 40 }, () => get('kr-safm-round-1', '?draws=100000&seed=77')),
  );
  expect(replies.map(({ status }) => status)).toEqual(Array(40).fill(200));
  expect(new Set(replies.map(({ text }) => text)).size).toBe(1);
});

test('what is kept is never out of date: a score that is corrected changes the answer', async () => {
  await write(it, 'fresh', {
    criteria: { x: [10], y: [10] },
    teams: { a: { x: 9, y: 1 }, b: { x: 5, y: 5 } },
    places: 1,
  });
  const first = async (): Promise<number> =>
    (await stability('fresh-r')).consortiums.find(({ id }) => id === 'fresh-a')?.rankAcceptability[0]
      ?.probability ?? NaN;
  const before = await first();
  expect(await first()).toBe(before);
  await it.sql(`UPDATE evaluations SET score = 8 WHERE consortium = 'fresh-a' AND criterion = 'fresh-y'`);
  expect(await first()).toBe(1);
  expect(before).toBeLessThan(0.6);
});

test('when clients leave their simulations are dropped', async () => {
  const { port } = it.app.server.address() as { port: number };
  const requests = Array.from({ length: 12 }, (_, seed) => {
    const request = httpGet({
      port,
      path: `/v1/rounds/kr-safm-round-1/stability?draws=1000000&seed=${1000 + seed}`,
    });
    request.on('error', () => undefined);
    return request;
  });
  const until = async (reached: () => boolean): Promise<void> => {
    for (let i = 0; i < 500 && !reached(); i += 1) await it.anyone.get('/v1/rounds');
    expect(reached()).toBe(true);
  };
  await until(() => underWay().waiting === 10);
  for (const request of requests) request.destroy();
  await until(() => underWay().waiting === 0 && underWay().running === 0);
});

test('a large round has fewer draws, and it is said how many', async () => {
  const ids = Array.from({ length: 40 }, (_, i) => `many-${i}`);
  const round: Round = { criteria: Object.fromEntries(ids.map((id) => [id, [10]])), teams: {}, places: 1 };
  for (let team = 0; team < 20; team += 1) round.teams[`t${team}`] = { 'many-0': team % 10 };
  await write(it, 'large', round);
  const { status, body } = await get('large-r', '?draws=50001');
  expect([status, body.errors]).toEqual([
    400,
    [
      {
        parameter: 'draws',
        code: 'out-of-range',
        detail: '50001 draws of 20 consortiums by 40 parts take too long: at most 50000 for this round',
      },
    ],
  ]);
  expect(await stability('large-r', '?lang=fr')).toMatchObject({ draws: 50_000 });
});

test('scores name their sources, and sentences come in the language asked for', async () => {
  const { consortiums } = await stability('kr-safm-round-2');
  for (const { shares } of consortiums)
    for (const { sources } of Object.values(shares)) expect(sources).toContain('yna-2026-08-27-scores');
  const korean = await get('kr-safm-round-3', '?lang=ko');
  expect(korean.body.data.note).toBe('이 차수에는 점수로 평가하는 항목이 없습니다.');
  const french = await get('kr-safm-round-2', '?lang=fr');
  expect(french.body.data.method).toContain('tirage');
});

test('weights that the round states count in the scores of the parts, not among them', async () => {
  await write(it, 'stated', {
    criteria: { x: [100, null, 9], y: [100, null, 1], 'y-1': [60, 'y', 2], 'y-2': [20, 'y', 1] },
    teams: { a: { x: 60, 'y-1': 15, 'y-2': 20 }, b: { x: 40, y: 60 } },
    places: 1,
  });
  const { consortiums } = await stability('stated-r');
  const a = consortiums.find(({ id }) => id === 'stated-a');
  // (2 × 15 + 20) / 140, and then 0.6 and 0.357143 against 0.4 and 0.6: even under all weightings from 0.548387 on.
  expect(a?.shares['stated-y']?.lowest).toBeCloseTo(50 / 140, 6);
  expect(a?.rankAcceptability[0]?.probability).toBeCloseTo(1 - 0.548387, 2);
});
