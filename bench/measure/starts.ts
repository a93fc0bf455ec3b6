/** How long the built program takes to its first 200 when everything is there already, and the memory that it has then. */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startApi } from '../product.ts';
import type { Line } from '../table.ts';
import { inTurns, medianOf } from '../turns.ts';

const rest = 1_000;

interface Start {
  ms: number;
  bytes: number;
}

async function started(url: string | undefined, env: Record<string, string> = {}): Promise<Start> {
  const served = await startApi(url, env);
  await delay(rest);
  const start = { ms: served.startedIn, bytes: served.memory() };
  await served.stop();
  return start;
}

export async function starts(url: string, dir: string, turns: number): Promise<Line[]> {
  const own = { DATA_DIR: join(dir, 'embedded') };
  await started(undefined, own);
  const results = await inTurns(
    { external: () => started(url), embedded: () => started(undefined, own) },
    turns,
  );
  const ms = (one: Start): number => one.ms;
  return [
    {
      work: 'warm start, external database',
      of: 'ms',
      measured: medianOf(results, 'external', ms),
      atMost: 750,
    },
    { work: 'warm start, embedded', of: 'ms', measured: medianOf(results, 'embedded', ms), atMost: 1500 },
    {
      work: 'memory after start',
      of: 'MB',
      measured: medianOf(results, 'external', ({ bytes }) => bytes) / 1e6,
      atMost: 165,
    },
  ];
}
