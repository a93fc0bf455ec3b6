/** All evaluations as a file, beside `\copy` of the same columns by psql (or COPY by pg where there is no psql). */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import type { Served } from '../child.ts';
import { headers } from '../product.ts';
import { metricsOf } from '../soak/metrics.ts';
import type { Line } from '../table.ts';
import { inTurns, medianOf, ratioOf, timed } from '../turns.ts';

const table =
  'evaluations (id, round, consortium, criterion, status, score, passed, evaluated_on, disclosed_on, note, sources, created_at, updated_at, version)';

interface Sent {
  /** Milliseconds. */
  first: number;
  all: number;
  bytes: number;
  /** Of memory, more than before. */
  more: number;
  /** How late timers came meanwhile: 99th percentile in milliseconds, 10 of them by nature. */
  lag: number;
}

const forms = ['csv', 'ndjson', 'parquet'];

async function ranPsql(url: string): Promise<boolean> {
  const child = spawn('psql', [url, '-qc', `\\copy ${table} to '/dev/null' csv header`], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const code = await new Promise((resolve) => child.once('exit', resolve).once('error', resolve));
  if (typeof code === 'number' && code !== 0) throw new Error(`psql ended with ${code}`);
  return code === 0;
}

async function byPg(url: string): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  const stream = client.query(copyTo(`COPY ${table} TO STDOUT (FORMAT csv, HEADER)`));
  await once(stream.resume(), 'end');
  await client.end();
}

async function fetched(served: Served, path: string): Promise<Sent> {
  const idle = served.memory();
  let peak = idle;
  const watch = setInterval(() => {
    peak = Math.max(peak, served.memory());
  }, 20);
  await metricsOf(served.base, headers);
  const start = performance.now();
  const [response] = (await once(get(`${served.base}${path}`), 'response')) as [IncomingMessage];
  let [first, bytes] = [0, 0];
  response.on('data', (chunk: Buffer) => {
    first ||= performance.now() - start;
    bytes += chunk.length;
  });
  await once(response, 'end');
  clearInterval(watch);
  const all = performance.now() - start;
  return { first, all, bytes, more: peak - idle, lag: (await metricsOf(served.base, headers)).lagP99 };
}

export async function exports(served: Served, url: string, turns: number): Promise<Line[]> {
  const isThere = await ranPsql(url);
  const copied = async (): Promise<Sent> => {
    const all = await timed(() => (isThere ? ranPsql(url) : byPg(url)));
    return { first: 0, all, bytes: 0, more: 0, lag: 0 };
  };
  const results = await inTurns(
    {
      copy: copied,
      ...Object.fromEntries(
        forms.map((form) => [form, () => fetched(served, `/v1/evaluations?format=${form}`)]),
      ),
    },
    turns,
  );
  const all = ({ all: time }: Sent): number => time;
  const most = (figure: (one: Sent) => number): number =>
    Math.max(...forms.flatMap((form) => (results.get(form) ?? []).map(figure)));
  const line = (form: string, atLeast?: number): Line => ({
    work: `export as ${form}`,
    of: isThere ? '× \\copy' : '× COPY by pg',
    measured: ratioOf(results, 'copy', form, all),
    ...(atLeast !== undefined && { atLeast }),
    seen: {
      'copy ms': medianOf(results, 'copy', all),
      ms: medianOf(results, form, all),
      MB: medianOf(results, form, ({ bytes }) => bytes) / 1e6,
    },
  });
  return [
    line('csv', 0.9),
    line('ndjson', 0.4),
    line('parquet'),
    {
      work: 'memory over idle while exporting',
      of: 'MB',
      measured: most(({ more }) => more) / 1e6,
      atMost: 50,
    },
    { work: 'first byte of an export', of: 'ms', measured: most(({ first }) => first), atMost: 100 },
    { work: 'event loop lag while exporting, p99', of: 'ms', measured: most(({ lag }) => lag), atMost: 50 },
  ];
}
