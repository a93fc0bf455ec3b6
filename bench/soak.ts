/**
 * Everything at once for a long time, at a pace that two cores hold (SOAK_PACE times it): whether memory stays bounded,
 * the event loop responsive, and every connection comes back. `npm run bench:soak`, SOAK_MINUTES=10. The table goes to the
 * terminal, and with what was seen each minute to bench/soak.json.
 */
import { arch, cpus, platform } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { makeEvaluations, makeProgrammes } from './data.ts';
import { spentByBackends } from './load.ts';
import { startProduct } from './product.ts';
import { Followers } from './soak/followers.ts';
import { kinds, type Kind } from './soak/kinds.ts';
import { metricsOf, type Metrics } from './soak/metrics.ts';
import { Tally } from './soak/tally.ts';
import { print, write, type Line } from './table.ts';

const minutes = Number(process.env.SOAK_MINUTES ?? 10);
const pace = Number(process.env.SOAK_PACE ?? 1);
const programs = 20;
const followers = { streams: 10, polls: 5 };

interface Minute extends Metrics {
  minute: number;
  memory: number;
}

/** Begins one after the other, whether or not the last is answered, up to so many at once. */
class Paced {
  readonly tally = new Tally();
  skipped = 0;
  readonly kind: Kind;
  readonly #under = new Set<Promise<unknown>>();
  #timer: NodeJS.Timeout | undefined;

  constructor(kind: Kind) {
    this.kind = kind;
  }

  start(base: string): void {
    const { perSecond, run, most = 50, expected = [200] } = this.kind;
    let n = 0;
    const one = (): void => {
      if (this.#under.size >= most) {
        this.skipped += 1;
        return;
      }
      const running = run(base, n, this.tally, expected).finally(() => this.#under.delete(running));
      this.#under.add(running);
      n += 1;
    };
    one();
    this.#timer = setInterval(one, 1_000 / (perSecond * pace));
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#under);
  }
}

const product = await startProduct({
  METRICS: 'public',
  RATE_LIMIT_READS: '1000000',
  RATE_LIMIT_WRITES: '1000000',
});
const lines: Line[] = [];
const seen: Minute[] = [];
try {
  const run = (text: string, values?: unknown[]): Promise<unknown> => product.sql.query(text, values);
  await makeProgrammes(run, programs);
  await makeEvaluations(run, programs);
  await run('VACUUM ANALYZE');
  // With the memory of a server that has done nothing yet.
  await product.restart();
  const { base } = product;
  const look = async (minute: number): Promise<Minute> => {
    const now = { minute, memory: product.memory(), ...(await metricsOf(base)) };
    const { memory, heapUsed, heap, external, lagP99, cacheBytes, inUse } = now;
    const megabytes = [memory, heapUsed, heap, external].map((bytes) => (bytes / 1e6).toFixed(0));
    console.error(
      `${String(minute).padStart(3)} min  ${megabytes[0]} MB (heap ${megabytes[1]} of ${megabytes[2]}, outside ${megabytes[3]}), lag p99 ${lagP99.toFixed(1)} ms, cache ${(cacheBytes / 1e6).toFixed(1)} MB, ${inUse} connections in use`,
    );
    return now;
  };
  const start = await look(0);
  const databaseBefore = spentByBackends(product.pid);
  const patches = new Tally();
  const all = kinds(patches).map((kind) => new Paced(kind));
  const there = new Followers(base, followers);
  for (const one of all) one.start(base);
  for (let minute = 1; minute <= minutes; minute += 1) {
    await delay(60_000);
    seen.push(await look(minute));
  }
  const cores = (seconds: number): number => seconds / (60 * minutes);
  const busy = {
    'cores of the server': cores((seen.at(-1)?.processor ?? 0) - start.processor),
    'cores of PostgreSQL': cores((spentByBackends(product.pid) - databaseBefore) / 1e6),
  };
  await Promise.all([...all.map((one) => one.stop()), there.stop()]);
  // What was hung up on is noticed with the next bytes that are sent, and the thread of imports ends when it has had none
  // for ten seconds.
  await delay(15_000);
  let end = await look(minutes);
  for (let tries = 0; tries < 20 && end.inUse + end.waiting + end.places > 0; tries += 1) {
    await delay(1_000);
    end = await look(minutes);
  }

  const tallies: [string, Tally, number?][] = [
    ...all.map(({ kind, tally, skipped }): [string, Tally, number] => [kind.name, tally, skipped]),
    ['patch', patches],
    ['long poll', there.polls],
  ];
  const asked = tallies.reduce((sum, [, tally]) => sum + tally.asked, 0);
  const failed = tallies.reduce((sum, [, tally]) => sum + tally.failed, there.broken);
  const first = seen[0] ?? start;
  lines.push(
    {
      work: 'requests that failed',
      of: '%',
      measured: (100 * failed) / asked,
      atMost: 0,
      seen: {
        asked,
        failed,
        'a second': asked / (60 * minutes),
        events: there.events,
        'streams broken': there.broken,
        ...busy,
      },
    },
    {
      work: 'event loop lag, p99 of the worst minute',
      of: 'ms',
      measured: Math.max(...seen.map(({ lagP99 }) => lagP99)),
      atMost: 50,
    },
    {
      work: 'memory at the end',
      of: '× after a minute',
      measured: end.memory / first.memory,
      atMost: 1.3,
      seen: {
        'start MB': start.memory / 1e6,
        'after a minute MB': first.memory / 1e6,
        'end MB': end.memory / 1e6,
        'most MB': Math.max(...seen.map(({ memory }) => memory)) / 1e6,
        'cache MB': end.cacheBytes / 1e6,
      },
    },
    {
      work: 'connections, waiters and places not returned',
      of: '',
      measured: end.inUse + end.waiting + end.places,
      atMost: 0,
    },
    ...tallies.map(([name, tally, skipped = 0]): Line => ({
      work: name,
      of: 'a second',
      measured: tally.asked / (60 * minutes),
      seen: { ...tally.seen(), ...(skipped > 0 && { skipped }) },
    })),
  );
} finally {
  await product.stop();
}
print(lines);
const machine = `${platform()} ${arch()}, ${cpus().length} × ${cpus()[0]?.model ?? ''}, Node ${process.version}`;
await write(new URL('soak.json', import.meta.url), lines, { machine, minutes, pace, each: seen });
