/** Two databases of the same shape on one server, one with ten times the rows of the other. */
import pg from 'pg';
import { evaluationsOf, makeEvaluations, makeProgrammes } from './data.ts';
import { startApi, startPostgres, type Postgres } from './product.ts';

export interface Databases {
  postgres: Postgres;
  large: string;
  small: string;
}

const name = /\/tracker(?=\?|$)/;

async function fill(url: string, programs: number): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  const run = (text: string, values?: unknown[]): Promise<unknown> => client.query(text, values);
  await makeProgrammes(run, programs);
  await makeEvaluations(run, programs, (made) => {
    if (made % 100_000 === 0) console.error(`  ${made} of ${evaluationsOf(programs)} evaluations`);
  });
  await run('VACUUM ANALYZE');
  await client.end();
}

export async function makeDatabases(programs: { large: number; small: number }): Promise<Databases> {
  const postgres = await startPostgres();
  // The API makes the tables and loads the real data set.
  await (await startApi(postgres.url)).stop();
  const client = new pg.Client(postgres.url.replace(name, '/postgres'));
  await client.connect();
  await client.query('CREATE DATABASE small TEMPLATE tracker');
  await client.end();
  const small = postgres.url.replace(name, '/small');
  await fill(small, programs.small);
  await fill(postgres.url, programs.large);
  return { postgres, large: postgres.url, small };
}
