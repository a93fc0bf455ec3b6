/** What the tests of imports share: a file is sent as a client would, and what became of its rows is read. */
import { randomUUID } from 'node:crypto';
import type { Response } from 'supertest';
import { expect } from 'vitest';
import type { Tracker } from '../tracker.ts';

export type Form = 'csv' | 'ndjson' | 'json';
export const mediaTypes: Record<Form, string> = {
  csv: 'text/csv',
  ndjson: 'application/x-ndjson',
  json: 'application/json',
};

type Fields = Record<string, string>;
interface More {
  form?: Form;
  /** One of its own unless told. */
  key?: string;
  fields?: Fields;
  by?: 'importer' | 'planner' | 'approver' | 'anyone' | 'writer';
}

/** Sends a file: text or bytes as they are, rows as JSON. */
export async function send(
  it: Tracker,
  resource: string,
  file: string | Buffer | object[],
  query: Record<string, string | number | boolean> = {},
  {
    form = Array.isArray(file) ? 'json' : 'csv',
    key = randomUUID(),
    fields = {},
    by = 'importer',
  }: More = {},
): Promise<Response> {
  return (
    it[by]
      .post('/v1/imports')
      .query({ resource, ...query })
      .set({ 'content-type': mediaTypes[form], 'idempotency-key': key, ...fields })
      // Bytes go as they are, whatever type they are said to be of.
      .serialize((data: string) => data)
      .send(Array.isArray(file) ? JSON.stringify(file) : file)
  );
}

export const apply = async (
  it: Tracker,
  plan: Response,
  { key = randomUUID(), by = 'importer' }: More = {},
): Promise<Response> =>
  it[by].post(`/v1/imports/${String(plan.body.data.id)}/apply`).set('idempotency-key', key);

/** A CSV of the given lines. */
export const csv = (...lines: string[]): string => lines.map((line) => `${line}\r\n`).join('');

export interface Row {
  row: number;
  line: number | null;
  status: string;
  id: string | null;
  changes: Record<string, { from: unknown; to: unknown }> | null;
  errors: Fault[];
}

export interface Fault {
  row?: number;
  line?: number;
  column?: number;
  pointer?: string;
  parameter?: string;
  field?: string;
  code: string;
  detail: string;
  value?: unknown;
}

export const rowsOf = async (it: Tracker, reply: Response, query: Fields = {}): Promise<Row[]> => {
  const { body } = await it.importer
    .get(`/v1/imports/${String(reply.body.data.id)}/rows`)
    .query({ limit: '500', ...query });
  return body.data as Row[];
};

/** Plans a file and gives what would become of each of its rows. */
export async function planned(...sent: Parameters<typeof send>): Promise<Row[]> {
  const [it, resource, file, query, more] = sent;
  const reply = await send(it, resource, file, { ...query, dryRun: true }, more);
  expect([reply.status, reply.body.errors]).toEqual([200, undefined]);
  return rowsOf(it, reply);
}

export const faults = (reply: Response): Fault[] => reply.body.errors as Fault[];

/** How many rows a resource has. */
export const countOf = async (it: Tracker, resource: string): Promise<number> =>
  (await it.anyone.get(`/v1/${resource}?limit=1&count=exact`)).body.page.total as number;
