/**
 * Everything in one run: the large data set, the product with everything switched on, the same by hand, the limit, and what
 * is to be reached. `npm run bench`; `-- --quick` for a tenth of the rows in under three minutes; `-- --only first,export`
 * for some of it. The table goes to the terminal, and with all that was seen to bench/results.json.
 */
import { parseArgs } from 'node:util';
import { arch, cpus, platform } from 'node:os';
import pg from 'pg';
import { serve, type Served } from './child.ts';
import { evaluationsOf } from './data.ts';
import { makeDatabases } from './databases.ts';
import { generatorName } from './generators.ts';
import type { Target } from './load.ts';
import { creates } from './measure/creates.ts';
import { exports } from './measure/exports.ts';
import { firstReads } from './measure/first-reads.ts';
import { imports } from './measure/imports.ts';
import { pathsOf } from './measure/paths.ts';
import { repeatedReads } from './measure/repeated-reads.ts';
import { starts } from './measure/starts.ts';
import { startApi } from './product.ts';
import { print, write, type Line } from './table.ts';

const stages = ['first', 'again', 'create', 'export', 'import', 'start'] as const;
const { values: asked } = parseArgs({ options: { quick: { type: 'boolean' }, only: { type: 'string' } } });
const only = asked.only?.split(',') ?? stages;
const size = asked.quick
  ? { programs: { large: 20, small: 2 }, turns: 3, seconds: 1 }
  : { programs: { large: 200, small: 20 }, turns: 7, seconds: 3 };
const { programs, turns, seconds } = size;

const began = performance.now();
const say = (text: string): void => {
  console.error(`${((performance.now() - began) / 1000).toFixed(0).padStart(4)} s  ${text}`);
};

say(`${evaluationsOf(programs.large)} evaluations are made`);
const { postgres, large, small } = await makeDatabases(programs);
const running = new Set<Served>();
const up = async (starting: Promise<Served>): Promise<Target & { served: Served }> => {
  const served = await starting;
  running.add(served);
  return { served, postgres: postgres.pid };
};
const script = (
  file: string,
  env: Record<string, string>,
  ...args: string[]
): Promise<Target & { served: Served }> =>
  up(serve(['--import', 'tsx', `bench/${file}`, ...args], env, '/up'));
const api = (env: Record<string, string> = {}, url = large) => up(startApi(url, env));
const byHand = () => script('baseline/main.ts', { DATABASE_URL: large });
const allDown = async (): Promise<void> => {
  for (const served of running) await served.stop();
  running.clear();
};

const peaks: number[] = [];
const work: Record<(typeof stages)[number], () => Promise<Line[]>> = {
  first: async () => {
    const product = await api({ CACHE_BYTES: '0' });
    const lines = await firstReads({
      product,
      byHand: await byHand(),
      peers: [
        {
          name: 'naive Prisma',
          target: await script('peers/prisma.ts', { DATABASE_URL: large }),
          works: ['item with includes', 'filtered, sorted list of 50', 'deep page'],
        },
      ],
      small: await api({ CACHE_BYTES: '0' }, small),
      programs,
      row: evaluationsOf(programs.large) / 2,
      turns,
      seconds,
    });
    peaks.push(product.served.peak());
    return lines;
  },
  again: async () => {
    const paths = Object.values(pathsOf(programs.large)).flatMap(([path = '']) => path);
    const chosen = asked.quick ? paths.slice(1, 2) : paths;
    const [quiet, logging] = [await api({ LOG_LEVEL: 'warn' }), await api()];
    const bare = (env: Record<string, string>) => script('bare.ts', env, quiet.served.base, ...chosen);
    const lines = await repeatedReads({
      quiet: { product: quiet, bare: await bare({}) },
      logging: { product: logging, bare: await bare({ LOG_LEVEL: 'info' }) },
      paths: chosen,
      turns,
      seconds,
    });
    peaks.push(logging.served.peak());
    return lines;
  },
  create: async () => creates(await api(), await byHand(), turns, seconds),
  export: async () => exports((await api()).served, large, turns),
  import: async () => {
    const { served } = await api();
    const sql = new pg.Client(large);
    await sql.connect();
    const lines = await imports(served.base, sql, turns);
    await sql.end();
    return lines;
  },
  start: () => starts(large, postgres.dir, turns),
};

const lines: Line[] = [];
try {
  for (const stage of stages.filter((one) => only.includes(one))) {
    say(stage);
    lines.push(...(await work[stage]()));
    await allDown();
  }
  if (peaks.length > 0)
    lines.push({
      work: 'memory at peak under read load',
      of: 'MB',
      measured: Math.max(...peaks) / 1e6,
      atMost: 250,
    });
} finally {
  await allDown();
  await postgres.stop();
}
print(lines);
const machine = `${platform()} ${arch()}, ${cpus().length} × ${cpus()[0]?.model ?? ''}, Node ${process.version}, asked by ${generatorName}`;
await write(new URL('results.json', import.meta.url), lines, { machine, ...size });
say('done: bench/results.json');
