/** Databases of one's own, empty ones, on the server of the test run. */
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, inject } from 'vitest';

const at = (database: string): string => {
  const url = new URL(inject('templateUrl'));
  url.pathname = `/${database}`;
  return url.href;
};

export async function rowsOf(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

/** Two files at once must not copy the template at the same moment. */
async function alone(text: string): Promise<void> {
  const client = new pg.Client({ connectionString: at('postgres') });
  await client.connect();
  await client.query('SELECT pg_advisory_lock(1)');
  await client.query(text);
  await client.end();
}

/** Gives a function that makes a database, empty or with more in it; all of them go when the file is done. */
export function databases(from: 'empty' | 'migrated' | 'seeded' = 'empty'): () => Promise<string> {
  const made: string[] = [];
  afterAll(async () => {
    for (const name of made) await rowsOf(at('postgres'), `DROP DATABASE ${name} WITH (FORCE)`);
  });
  return async () => {
    const name = `test_${randomUUID().replaceAll('-', '')}`;
    const seeded = new URL(inject('templateUrl')).pathname.slice(1);
    const template = { empty: 'template0', migrated: inject('migrated'), seeded };
    await alone(`CREATE DATABASE ${name} TEMPLATE ${template[from]} STRATEGY FILE_COPY`);
    made.push(name);
    return at(name);
  };
}
