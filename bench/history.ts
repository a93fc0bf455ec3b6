/**
 * What the history costs, side by side with the same product without it: reads of the present, imports, and the past
 * beside the present. "Without" is the same database with the triggers of the history off and its column dropped.
 * `npm run bench:history`; BENCH_PROGRAMS=200 makes a million evaluations.
 */
import { once } from 'node:events';
import { Readable } from 'node:stream';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { evaluationsOf, makeProgrammes } from './data.ts';
import { post } from './measure/imports.ts';
import { startProduct, type Product } from './product.ts';
import { copied, evaluations } from './rows.ts';
import { median, timed } from './turns.ts';

const programs = Number(process.env.BENCH_PROGRAMS ?? 200);
const turns = Number(process.env.BENCH_TURNS ?? 7);
const reads = 1000;
const kept = ['a_number', 'zz_kept_on_insert', 'zz_kept_on_update', 'zz_kept_on_delete'];

async function load(it: Product, rows: string): Promise<void> {
  const { status, data } = await post(it, 'json', rows, 'wait=120');
  if (status !== 201) throw new Error(JSON.stringify(data));
}

async function get(url: string): Promise<void> {
  const response = await fetch(url);
  await response.arrayBuffer();
  if (response.status !== 200) throw new Error(`${url}: ${response.status}`);
}

/** As fast as eight readers can. */
async function burst(url: string): Promise<void> {
  let left = reads;
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      while ((left -= 1) >= 0) await get(url);
    }),
  );
}

async function withoutHistory(sql: pg.Client): Promise<void> {
  const { rows } = await sql.query<{ holder: string }>(`SELECT DISTINCT holder FROM history.shapes`);
  for (const { holder } of rows) {
    for (const trigger of kept) await sql.query(`DROP TRIGGER ${trigger} ON ${holder}`);
    await sql.query(`DROP TRIGGER IF EXISTS continue_version ON ${holder}`);
    await sql.query(`ALTER TABLE ${holder} DROP COLUMN recorded_in CASCADE`);
  }
  await sql.query(`CREATE OR REPLACE FUNCTION next_version() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN NEW.version := OLD.version + 1; NEW.created_at := OLD.created_at; NEW.updated_at := clock_timestamp(); RETURN NEW; END $$`);
}

async function fill(it: Product): Promise<void> {
  await makeProgrammes((text, values) => it.sql.query(text, values), programs);
  const copy = it.sql.query(copyFrom(`COPY evaluations (${copied}) FROM STDIN`));
  Readable.from(evaluations('copy', programs)).pipe(copy);
  await once(copy, 'finish');
}

const versioned = async ({ sql }: Product): Promise<string[]> => {
  const moments: string[] = [];
  const now = async (): Promise<void> => {
    const { rows } = await sql.query<{ now: Date }>('SELECT clock_timestamp() AS now');
    moments.push(rows[0]?.now.toISOString() ?? '');
  };
  await now();
  for (const note of ['second', 'third']) {
    await sql.query(`UPDATE evaluations SET note = $1 WHERE round LIKE 'bp%'`, [note]);
    await now();
  }
  return moments;
};

const size = async ({ sql }: Product): Promise<number> => {
  const { rows } = await sql.query<{ bytes: string }>('SELECT pg_database_size(current_database()) AS bytes');
  return Number(rows[0]?.bytes);
};

// Answered each time anew: what is measured is the reading, not what was kept of it.
const anew = { CACHE_BYTES: '0' };
const [it, without] = [await startProduct(anew), await startProduct(anew)];
try {
  await withoutHistory(without.sql);
  await without.restart();
  await fill(it);
  await fill(without);
  const grown = await size(it);
  const moments = await versioned(it);
  // The rows were written as often: what is told apart is the history, not a table that was filled once.
  await versioned(without);
  console.log(`${evaluationsOf(programs)} evaluations, 3 versions each:`);
  console.log(
    `  ${Math.round(((await size(it)) - grown) / 2 / evaluationsOf(programs))} bytes of database for each change, with the room that the row itself takes anew`,
  );
  for (const { sql } of [it, without]) await sql.query('VACUUM ANALYZE');
  for (const holder of ['history.evaluations', 'history.changes'])
    await it.sql.query(`VACUUM ANALYZE ${holder}`);

  console.log('reads of the present, without history = 1.00 (more is faster):');
  for (const path of [
    '/v1/consortiums/sk-telecom?include=lead,program',
    '/v1/evaluations?round=bp1-r3&consortium=bp1-c7&sort=-score&limit=50',
    '/v1/rounds/kr-safm-round-2/standings',
  ]) {
    const ratios: number[] = [];
    for (let turn = 0; turn < turns; turn += 1) {
      const first = turn % 2 === 0 ? [it, without] : [without, it];
      const times = new Map<Product, number>();
      for (const one of first) times.set(one, await timed(() => burst(`${one.base}${path}`)));
      ratios.push((times.get(without) ?? NaN) / (times.get(it) ?? NaN));
    }
    console.log(`  ${path}  ${median(ratios).toFixed(2)}`);
  }

  console.log('the past, present = 1.00 (less is faster):');
  for (const path of [
    '/v1/evaluations?limit=50',
    '/v1/evaluations?round=bp1-r3&limit=50',
    '/v1/evaluations?round=bp1-r3&consortium=bp1-c7&sort=-score&limit=50',
  ])
    for (const [version, moment] of moments.entries()) {
      const ratios: number[] = [];
      for (let turn = 0; turn < turns * 5; turn += 1) {
        const present = await timed(() => get(`${it.base}${path}`));
        ratios.push((await timed(() => get(`${it.base}${path}&knownAt=${moment}`))) / present);
      }
      console.log(`  ${path} at version ${version + 1}  ${median(ratios).toFixed(2)}`);
    }

  console.log('10,000 rows imported, without history = 1.00 (more is faster):');
  const file = [...evaluations('json', 2)].join('');
  const changed = file.replaceAll('"disclosedOn":"2026-01-15"', '"disclosedOn":"2026-01-16"');
  const created: number[] = [];
  const updated: number[] = [];
  for (let turn = 0; turn < turns; turn += 1) {
    const first = turn % 2 === 0 ? [it, without] : [without, it];
    const times = new Map<Product, [number, number]>();
    for (const one of first) {
      await one.sql.query(`DELETE FROM evaluations WHERE round LIKE 'bp0-%' OR round LIKE 'bp1-%'`);
      await one.sql.query('VACUUM evaluations');
      await one.sql.query('CHECKPOINT');
      times.set(one, [await timed(() => load(one, file)), await timed(() => load(one, changed))]);
    }
    created.push((times.get(without)?.[0] ?? NaN) / (times.get(it)?.[0] ?? NaN));
    updated.push((times.get(without)?.[1] ?? NaN) / (times.get(it)?.[1] ?? NaN));
  }
  console.log(`  new ${median(created).toFixed(2)}, changed ${median(updated).toFixed(2)}`);
} finally {
  await it.stop();
  await without.stop();
}
