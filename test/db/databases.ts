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

/** Gives a function that makes an empty database and says its URL; all of them go when the file is done. */
export function databases(): () => Promise<string> {
  const made: string[] = [];
  afterAll(async () => {
    for (const name of made) await rowsOf(at('postgres'), `DROP DATABASE ${name} WITH (FORCE)`);
  });
  return async () => {
    const name = `test_${randomUUID().replaceAll('-', '')}`;
    await rowsOf(at('postgres'), `CREATE DATABASE ${name} TEMPLATE template0`);
    made.push(name);
    return at(name);
  };
}
