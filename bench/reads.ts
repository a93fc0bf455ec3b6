/**
 * Reads of an item and a list, twenty a second as of a few people who look around, in a process of their own: what the
 * measurement itself has to do is not to be taken for the time of an answer. Asked, it tells how long each has taken.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const paths = ['/v1/consortiums/sk-telecom?include=lead', '/v1/evaluations?round=kr-safm-round-2&limit=50'];
const every = 50;

export interface Reads {
  /** The 99th percentile, in milliseconds, of those since it was asked last. */
  p99: () => Promise<number>;
  stop: () => void;
}

export function startReads(base: string): Reads {
  const child = fork(fileURLToPath(import.meta.url), [base]);
  return {
    p99: async () => {
      child.send('tell');
      const [times] = (await once(child, 'message')) as [number[]];
      return times.sort((a, b) => a - b)[Math.floor(times.length * 0.99)] ?? NaN;
    },
    stop: () => {
      child.disconnect();
    },
  };
}

async function read(base: string): Promise<never> {
  let times: number[] = [];
  process.on('message', () => {
    process.send?.(times);
    times = [];
  });
  process.on('disconnect', () => process.exit());
  for (let i = 0; ; i += 1) {
    const start = performance.now();
    await (await fetch(`${base}${paths[i % paths.length] ?? ''}`)).arrayBuffer();
    times.push(performance.now() - start);
    await delay(every);
  }
}

if (process.send) await read(process.argv[2] ?? '');
