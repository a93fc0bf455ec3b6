/**
 * Imports, side by side with COPY (what psql's \copy sends) of the same rows into the same table with its indexes, keys
 * and rules, in one run: 10,000 evaluations in one request in each form, and 1,000,000 as a job. `npm run bench:imports`
 */
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { from as copyFrom } from 'pg-copy-streams';
import { startProduct, type Product } from './product.ts';
import { startReads } from './reads.ts';
import { base, evaluations, evaluationsOf } from './rows.ts';

const small = 2;
const large = Number(process.env.BENCH_PROGRAMS ?? 200);
const turns = Number(process.env.BENCH_TURNS ?? 7);
/** Long enough for a 99th percentile that is not a single outlier. */
const quietFor = 60_000;

const types = { csv: 'text/csv', ndjson: 'application/x-ndjson', json: 'application/json' };

async function post(
  { base: at, headers }: Product,
  query: string,
  form: keyof typeof types,
  body: RequestInit['body'],
  prefer: string,
): Promise<{ status: number; data: { id: string; status: string; counts: Record<string, number> } }> {
  const response = await fetch(`${at}/v1/imports?${query}`, {
    method: 'POST',
    headers: { ...headers, 'content-type': types[form], 'idempotency-key': crypto.randomUUID(), prefer },
    body,
    duplex: 'half',
  } as RequestInit);
  const { data } = (await response.json()) as {
    data: { id: string; status: string; counts: Record<string, number> };
  };
  return { status: response.status, data };
}

async function prepare(it: Product): Promise<void> {
  for (const [resource, rows] of base(large)) {
    const { status } = await post(it, `resource=${resource}`, 'json', JSON.stringify(rows), 'wait=120');
    if (status !== 201) throw new Error(`${resource}: ${status}`);
  }
}

async function empty({ sql }: Product): Promise<void> {
  await sql.query(`DELETE FROM evaluations WHERE round LIKE 'bp%'`);
  await sql.query('DELETE FROM import_rows');
  await sql.query('VACUUM ANALYZE evaluations');
  await sql.query('CHECKPOINT');
}

const timed = async (work: () => Promise<void>): Promise<number> => {
  const start = performance.now();
  await work();
  return performance.now() - start;
};

const copied = ({ sql }: Product, programs: number): Promise<number> =>
  timed(async () => {
    const copy = sql.query(
      copyFrom(
        'COPY evaluations (round, consortium, criterion, status, score, evaluated_on, disclosed_on, sources) FROM STDIN',
      ),
    );
    Readable.from(evaluations('copy', programs)).pipe(copy);
    await once(copy, 'finish');
  });

const median = (values: number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

async function tenThousand(it: Product): Promise<void> {
  const ratios: Record<string, number[]> = { csv: [], ndjson: [], json: [] };
  const bodies = Object.keys(types).map(
    (form) =>
      [form as keyof typeof types, [...evaluations(form as keyof typeof types, small)].join('')] as const,
  );
  for (let turn = 0; turn < turns; turn += 1) {
    await empty(it);
    const copy = await copied(it, small);
    for (const [form, body] of bodies) {
      await empty(it);
      const time = await timed(async () => {
        const { data } = await post(it, 'resource=evaluations', form, body, 'wait=60');
        if (data.counts.create !== evaluationsOf(small)) throw new Error(JSON.stringify(data));
      });
      ratios[form]?.push(copy / time);
    }
  }
  console.log(`${evaluationsOf(small)} rows in one request, COPY = 1.00, ${turns} turns:`);
  for (const [form, all] of Object.entries(ratios))
    console.log(
      `  ${form.padEnd(6)} ${median(all).toFixed(2)}  (${Math.min(...all).toFixed(2)} to ${Math.max(...all).toFixed(2)})`,
    );
}

async function million(it: Product): Promise<void> {
  const file = join(it.dir, 'million.csv');
  await writeFile(file, evaluations('csv', large));
  await empty(it);
  // What came before must have left neither memory nor anything else behind.
  await it.restart();
  const reads = startReads(it.base);
  await delay(quietFor);
  const quiet = await reads.p99();
  const copy = await copied(it, large);
  const copying = await reads.p99();
  await empty(it);
  await reads.p99();
  const before = it.memory();
  let peak = before;
  const watch = setInterval(() => {
    peak = Math.max(peak, it.memory());
  }, 100);
  const time = await timed(async () => {
    const body = Readable.toWeb(createReadStream(file)) as NonNullable<RequestInit['body']>;
    const { data } = await post(it, 'resource=evaluations', 'csv', body, 'respond-async');
    for (;;) {
      const reply = await fetch(`${it.base}/v1/imports/${data.id}`, { headers: it.headers });
      const { status, counts } = ((await reply.json()) as { data: typeof data }).data;
      if (status === 'applied' && counts.create === evaluationsOf(large)) return;
      if (status !== 'queued' && status !== 'running') throw new Error(`${status} ${JSON.stringify(counts)}`);
      await delay(500);
    }
  });
  const busy = await reads.p99();
  reads.stop();
  clearInterval(watch);
  console.log(`${evaluationsOf(large)} rows as a job, COPY = 1.00: ${(copy / time).toFixed(2)}`);
  console.log(`  memory of the API: ${Math.round((peak - before) / 1e6)} MB more than before at most`);
  console.log(
    `  p99 of other reads: ${quiet.toFixed(1)} ms before; meanwhile ${(busy / quiet).toFixed(2)} times that, while COPY ran ${(copying / quiet).toFixed(2)} times`,
  );
}

const product = await startProduct();
try {
  await prepare(product);
  await tenThousand(product);
  await million(product);
} finally {
  await product.stop();
}
