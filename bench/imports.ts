/**
 * Imports, side by side with COPY (what psql's \copy sends) of the same rows into the same table with its indexes, keys
 * and rules, in one run: 10,000 evaluations in one request in each form, and 1,000,000 as a job. `npm run bench:imports`
 */
import { createReadStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { evaluationsOf, makeProgrammes } from './data.ts';
import { copy, empty, post, tenThousand, types, type Form } from './measure/imports.ts';
import { startProduct, type Product } from './product.ts';
import { startReads } from './reads.ts';
import { evaluations } from './rows.ts';
import { medianOf, ratioOf, timed } from './turns.ts';

const large = Number(process.env.BENCH_PROGRAMS ?? 200);
const turns = Number(process.env.BENCH_TURNS ?? 7);
/** Long enough for a 99th percentile that is not a single outlier. */
const quietFor = 60_000;

async function inOneRequest(it: Product): Promise<void> {
  const forms = Object.keys(types) as Form[];
  const times = await tenThousand(it, forms, turns);
  console.log(`10000 rows in one request, COPY = 1.00, ${turns} turns:`);
  for (const form of forms)
    console.log(
      `  ${form.padEnd(6)} ${ratioOf(times, 'copy', form, (time) => time).toFixed(2)}  (${Math.round(medianOf(times, form, (time) => time))} ms)`,
    );
}

async function million(it: Product): Promise<void> {
  const file = join(it.dir, 'million.csv');
  await writeFile(file, evaluations('csv', large));
  await empty(it, large);
  // What came before must have left neither memory nor anything else behind.
  await it.restart();
  const reads = startReads(it.base);
  await delay(quietFor);
  const quiet = await reads.p99();
  const copying = await copy(it, large);
  const whileCopying = await reads.p99();
  await empty(it, large);
  await reads.p99();
  const before = it.memory();
  let peak = before;
  const watch = setInterval(() => {
    peak = Math.max(peak, it.memory());
  }, 100);
  const time = await timed(async () => {
    const body = Readable.toWeb(createReadStream(file)) as NonNullable<RequestInit['body']>;
    const { data } = await post(it, 'csv', body, 'respond-async');
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
  console.log(`${evaluationsOf(large)} rows as a job, COPY = 1.00: ${(copying / time).toFixed(2)}`);
  console.log(`  memory of the API: ${Math.round((peak - before) / 1e6)} MB more than before at most`);
  console.log(
    `  p99 of other reads: ${quiet.toFixed(1)} ms before; meanwhile ${(busy / quiet).toFixed(2)} times that, while COPY ran ${(whileCopying / quiet).toFixed(2)} times`,
  );
}

// CACHE_BYTES=0 shows the other reads without what is kept of them.
const { CACHE_BYTES } = process.env;
const product = await startProduct(CACHE_BYTES === undefined ? {} : { CACHE_BYTES });
try {
  await makeProgrammes((text, values) => product.sql.query(text, values), large);
  await inOneRequest(product);
  await million(product);
} finally {
  await product.stop();
}
