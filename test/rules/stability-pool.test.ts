/** The threads of the simulations: what is the same is shared, what nobody waits for is dropped, what is too much refused. */
import { expect, test } from 'vitest';
import { Problem } from '../../src/kernel/problems.ts';
import { confidenceDrawsFor, drawsFor } from '../../src/views/stability/cost.ts';
import { simulateAside, underWay } from '../../src/views/stability/pool.ts';
import { simulate, type Task } from '../../src/views/stability/simulate.ts';

const task = (seed: number, draws = 1_000): Task => ({
  model: { lowest: [[0], [0.7]], highest: [[1], [0.7]], passed: [true, true], places: 1 },
  seed,
  draws,
  confidenceDraws: 100,
});
const endless = 1_000_000_000;
const staying = (): AbortSignal => new AbortController().signal;
const refusal = (error: unknown): unknown =>
  error instanceof Problem ? [error.code, error.message, error.headers] : error;

test('a thread gives what the simulation gives', async () => {
  expect(await simulateAside(task(1), staying())).toEqual(simulate(task(1)));
});

test('whoever asks for the same shares one simulation, and later has the one that was kept', async () => {
  const all = Array.from({ length: 50 }, () => simulateAside(task(2), staying()));
  expect(underWay()).toEqual({ running: 1, waiting: 0 });
  const [first, ...others] = await Promise.all(all);
  for (const other of others) expect(other).toBe(first);
  expect(await simulateAside(task(2), staying())).toBe(first);
  // Another fact, another task: nothing that is kept can be out of date.
  const changed = { ...task(2), model: { ...task(2).model, highest: [[0.9], [0.7]] } };
  expect(await simulateAside(changed, staying())).not.toEqual(first);
});

test('when nobody waits any more a simulation is dropped, waiting or under way, and others get their turn', async () => {
  const clients = Array.from({ length: 18 }, () => new AbortController());
  const left = clients.map((client, i) =>
    simulateAside(task(100 + i, endless), client.signal).catch(refusal),
  );
  // One more waits for the same as the last.
  const other = new AbortController();
  left.push(simulateAside(task(117, endless), other.signal).catch(refusal));
  expect(underWay()).toEqual({ running: 2, waiting: 16 });
  const refused = (await simulateAside(task(3), staying()).catch(refusal)) as [string, string, object];
  expect(refused.slice(0, 2)).toEqual(['unavailable', 'Too many simulations are waiting already.']);
  // Two threads and a queue of endless ones: that takes longer than a second, and it is said.
  expect(Number((refused[2] as { 'retry-after': string })['retry-after'])).toBeGreaterThan(60);

  for (const client of clients.slice(2)) client.abort();
  expect(underWay()).toEqual({ running: 2, waiting: 1 });
  other.abort();
  expect(underWay()).toEqual({ running: 2, waiting: 0 });
  for (const client of clients.slice(0, 2)) client.abort();
  expect(await simulateAside(task(4), staying())).toEqual(simulate(task(4)));
  expect(await Promise.all(left)).toEqual(Array(19).fill(['unavailable', 'Whoever asked has left.', {}]));
});

test.each([
  [5, 3, 1_000_000, 10_000],
  [20, 10, 100_000, 10_000],
  [20, 40, 50_000, 3_750],
  [100, 100, 3_000, 0],
])(
  '%i consortiums by %i parts have at most %i draws, and %i for the confidence',
  (size, parts, most, sure) => {
    expect(drawsFor(size, parts, most)).toBe(most);
    expect(drawsFor(size, parts, undefined)).toBe(Math.min(most, 100_000));
    expect(confidenceDrawsFor(size, parts, most)).toBe(Math.min(sure, most));
  },
);

test('more draws than a round can have are refused with the number it can have; a huge round has none', () => {
  expect(() => drawsFor(20, 40, 50_001)).toThrow(/at most 50000 for this round$/);
  expect(drawsFor(1_000, 10, 1_000)).toBeUndefined();
});
