/** 10,000 rows in one request, in each form, beside COPY of the same rows into the same table with all that hangs on it. */
import { once } from 'node:events';
import { Readable } from 'node:stream';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { evaluationsOf } from '../data.ts';
import { headers, type Product } from '../product.ts';
import { copied, evaluations } from '../rows.ts';
import type { Line } from '../table.ts';
import { inTurns, medianOf, ratioOf, timed, type Turns } from '../turns.ts';

export const types = { csv: 'text/csv', ndjson: 'application/x-ndjson', json: 'application/json' };
export type Form = keyof typeof types;
type Target = Pick<Product, 'base' | 'sql' | 'headers'>;

/** Two programmes have 10,000. */
const programs = 2;

interface Sent {
  status: number;
  data: { id: string; status: string; counts: Record<string, number> };
}

export async function post(
  { base: at, headers }: Pick<Target, 'base' | 'headers'>,
  form: Form,
  body: RequestInit['body'],
  prefer: string,
): Promise<Sent> {
  const response = await fetch(`${at}/v1/imports?resource=evaluations`, {
    method: 'POST',
    headers: { ...headers, 'content-type': types[form], 'idempotency-key': crypto.randomUUID(), prefer },
    body,
    duplex: 'half',
  } as RequestInit);
  return { status: response.status, data: ((await response.json()) as Sent).data };
}

/** Takes the evaluations of the first programmes away, as if they had never been there. */
export async function empty({ sql }: Pick<Target, 'sql'>, of: number): Promise<void> {
  const rounds = Array.from({ length: of }, (_, p) => `bp${p}`);
  await sql.query(
    'DELETE FROM evaluations WHERE round IN (SELECT id FROM rounds WHERE program = ANY ($1::text[]))',
    [rounds],
  );
  await sql.query('DELETE FROM import_rows');
  await sql.query('VACUUM ANALYZE evaluations');
  await sql.query('CHECKPOINT');
}

export const copy = ({ sql }: Pick<Target, 'sql'>, of: number): Promise<number> =>
  timed(async () => {
    const into = sql.query(copyFrom(`COPY evaluations (${copied}) FROM STDIN`));
    Readable.from(evaluations('copy', of)).pipe(into);
    await once(into, 'finish');
  });

/** Milliseconds each, `copy` among them. */
export function tenThousand(it: Target, forms: Form[], turns: number): Promise<Turns<number>> {
  const send = (form: Form): (() => Promise<number>) => {
    const body = [...evaluations(form, programs)].join('');
    return async () => {
      await empty(it, programs);
      return timed(async () => {
        const { data } = await post(it, form, body, 'wait=120');
        if (data.counts.create !== evaluationsOf(programs)) throw new Error(JSON.stringify(data));
      });
    };
  };
  const byCopy = async (): Promise<number> => {
    await empty(it, programs);
    return copy(it, programs);
  };
  return inTurns({ copy: byCopy, ...Object.fromEntries(forms.map((form) => [form, send(form)])) }, turns);
}

export async function imports(base: string, sql: pg.Client, turns: number): Promise<Line[]> {
  const times = await tenThousand({ base, sql, headers }, ['json', 'csv'], turns);
  const ms = (time: number): number => time;
  return (['json', 'csv'] as const).map((form) => ({
    work: `import of ${evaluationsOf(programs)} rows, ${form}`,
    of: '× COPY',
    measured: ratioOf(times, 'copy', form, ms),
    atLeast: 0.5,
    seen: { 'copy ms': medianOf(times, 'copy', ms), ms: medianOf(times, form, ms) },
  }));
}
