/** As many requests as a server answers on some connections, and the processor time that it and PostgreSQL spend on each. */
import { readdirSync, readFileSync } from 'node:fs';
import type { Served } from './child.ts';
import { generate, type Requests } from './generators.ts';
import { medianOf, type Turns } from './turns.ts';

/** Linux counts processor time in hundredths of a second. */
const tick = 10_000;

export interface Target {
  served: Pick<Served, 'base' | 'pid'>;
  /** The PostgreSQL behind it, where there is one. */
  postgres?: number;
}

export interface Burst {
  perSecond: number;
  /** Microseconds of processor time a request. */
  server: number;
  database: number;
}

/** In microseconds: of the process itself, and of the children that it had and has. */
function spent(pid: number): { own: number; ended: number; parent: number } {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ')
    .map(Number);
  const [user = 0, system = 0, userEnded = 0, systemEnded = 0] = fields.slice(11);
  return { own: (user + system) * tick, ended: (userEnded + systemEnded) * tick, parent: fields[1] ?? 0 };
}

export function spentByBackends(postmaster: number): number {
  let sum = spent(postmaster).ended;
  for (const pid of readdirSync('/proc').filter((name) => /^[0-9]+$/.test(name))) {
    try {
      const one = spent(Number(pid));
      if (one.parent === postmaster) sum += one.own;
    } catch {
      // It has ended meanwhile.
    }
  }
  return sum;
}

export async function burst(
  { served, postgres }: Target,
  requests: Requests,
  seconds: number,
): Promise<Burst> {
  const now = (): [number, number] => [
    spent(served.pid).own,
    postgres === undefined ? 0 : spentByBackends(postgres),
  ];
  const at = { start: now(), end: now() };
  const { total, seconds: took } = await generate(served.base, requests, seconds, (moment) => {
    at[moment] = now();
  });
  return {
    perSecond: total / took,
    server: (at.end[0] - at.start[0]) / total,
    database: (at.end[1] - at.start[1]) / total,
  };
}

export const perSecond = (one: Burst): number => one.perSecond;
/** Requests a second of processor time, PostgreSQL's included: hardly moved by what else the machine does. */
export const perProcessorSecond = ({ server, database }: Burst): number => 1e6 / (server + database);

export const figures = (results: Turns<Burst>): Record<string, number> =>
  Object.fromEntries(
    [...results.keys()].flatMap((name) => [
      [`${name}/s`, medianOf(results, name, perSecond)],
      [`${name} µs`, medianOf(results, name, ({ server }) => server)],
      [`${name} pg µs`, medianOf(results, name, ({ database }) => database)],
    ]),
  );

/** The times of single requests, one after the other, in milliseconds; the lists take turns. */
export async function latencies(lists: string[][], count: number): Promise<number[][]> {
  const times: number[][] = lists.map(() => []);
  for (let i = 0; i < count; i += 1)
    for (const [n, urls] of lists.entries()) {
      const start = performance.now();
      await (await fetch(urls[i % urls.length] ?? '')).arrayBuffer();
      times[n]?.push(performance.now() - start);
    }
  return times;
}
