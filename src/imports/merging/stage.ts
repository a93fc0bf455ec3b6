/**
 * The rows of a file in a temporary table with the columns of their resource, sent with COPY as they are read. From
 * there they are judged and merged as sets; nothing of it is seen by others or outlives the transaction.
 */
import { once } from 'node:events';
import { promisify } from 'node:util';
import { from as copyFrom } from 'pg-copy-streams';
import sql, { raw } from 'sql-template-tag';
import type { Client } from '../../db/database.ts';
import type { Resource } from '../../resource/declare.ts';
import { childTables, columnsOf, valueAt, type Column, type Document } from '../../resource/write.ts';
import type { Judge, JudgedRow } from './judging.ts';
import type { FileRow } from '../reading/row.ts';

export interface Stage {
  resource: Resource;
  /** The columns of the row, and one of JSON for each list that has a table of its own. */
  columns: Column[];
  lists: Column[];
  /** The header of a CSV, known once rows have come. */
  header?: readonly string[];
}

export function stageOf(resource: Resource): Stage {
  return {
    resource,
    columns: columnsOf(resource).filter(({ path }) => path !== 'id' || resource.id === 'slug'),
    lists: childTables(resource).map(({ path }) => ({ path, column: `list_${path}`, type: 'jsonb' })),
  };
}

export const columnNames = (columns: Column[], prefix = ''): string =>
  columns.map(({ column }) => `${prefix}"${column}"`).join(', ');

export async function createStage(client: Client, { resource, columns, lists }: Stage): Promise<void> {
  const own = [...columns, ...lists].map(({ column, type }) => `"${column}" ${type}`).join(', ');
  await client.query(sql`
    CREATE TEMPORARY TABLE staged (
      n int, line int, pointer text, raw text, faults jsonb, lacking jsonb, given text, seen int,
      ${raw(resource.id === 'uuid' ? 'id uuid DEFAULT uuidv7(),' : '')} ${raw(own)}
    ) ON COMMIT DROP`);
}

export interface Filled {
  read: number;
  valid: number;
}

/** Other requests must not wait for more than these. */
const rowsAtATime = 50;
const othersTurn = promisify(setImmediate);

/** Sends all rows of the file. `told` hears how far it is. */
export async function fillStage(
  client: Client,
  stage: Stage,
  judge: Judge,
  batches: AsyncIterable<FileRow[]>,
  told: (filled: Filled) => void = () => undefined,
): Promise<Filled> {
  const filled = { read: 0, valid: 0 };
  const columns = [...stage.columns, ...stage.lists];
  const connection = await client.connection();
  const copy = connection.query(
    copyFrom(
      `COPY staged (n, line, pointer, raw, faults, lacking, given, ${columnNames(columns)}) FROM STDIN`,
    ),
  );
  const failed = once(copy, 'error').then(([error]) => {
    throw error as Error;
  });
  failed.catch(() => undefined);
  try {
    for await (const batch of batches) {
      if (batch[0]?.columns) stage.header = batch[0].columns;
      for (let at = 0; at < batch.length; at += rowsAtATime) {
        let text = '';
        for (const row of batch.slice(at, at + rowsAtATime)) {
          const judged = judge.judge(row);
          filled.read += 1;
          if (judged.document) filled.valid += 1;
          text += copyLine(stage, columns, row, JSON.stringify(row.raw), judged);
        }
        if (!copy.write(text)) await Promise.race([once(copy, 'drain'), failed]);
        told(filled);
        await othersTurn();
      }
    }
  } catch (error) {
    // The COPY is told to fail, so that the connection can be used again.
    copy.destroy(error as Error);
    throw error;
  }
  copy.end();
  await Promise.race([once(copy, 'finish'), failed]);
  return filled;
}

function copyLine(
  stage: Stage,
  columns: Column[],
  row: FileRow,
  raw: string,
  { document, faults, lacking }: JudgedRow,
): string {
  const cells = [
    String(row.n),
    String(row.line),
    row.pointer === undefined ? nothing : escaped(row.pointer),
    escaped(raw),
    faults.length > 0 ? escaped(JSON.stringify(faults)) : nothing,
    lacking.length > 0 ? escaped(JSON.stringify(lacking)) : nothing,
    document ? givenBits(stage, columns, row.given) : nothing,
    ...columns.map((column) => (document ? cell(column, document) : nothing)),
  ];
  return `${cells.join('\t')}\n`;
}

const nothing = '\\N';
const special = /[\\\t\n\r\b\f\v]/g;
const escapes: Record<string, string> = {
  '\\': '\\\\',
  '\t': '\\t',
  '\n': '\\n',
  '\r': '\\r',
  '\b': '\\b',
  '\f': '\\f',
  '\v': '\\v',
};
const escaped = (text: string): string => text.replace(special, (character) => escapes[character] ?? '');

function cell({ path, type }: Column, document: Document): string {
  const value = valueAt(document, path);
  if (value === null || value === undefined) return nothing;
  if (type === 'jsonb') return escaped(JSON.stringify(value));
  if (Array.isArray(value))
    return escaped(`{${value.map((item) => `"${String(item).replace(/["\\]/g, '\\$&')}"`).join(',')}}`);
  return typeof value === 'string' ? escaped(value) : JSON.stringify(value);
}

const bits = new WeakMap<ReadonlySet<string>, string>();

/** One character a column: whether the row says something about it. Null where it says something about all. */
function givenBits({ resource }: Stage, columns: Column[], given: ReadonlySet<string>): string {
  const known = bits.get(given);
  if (known !== undefined) return known;
  const said = (path: string): boolean =>
    // An id that is not given is derived, or that of the row which has the key.
    (path === 'id' && resource.naturalKey[0] === 'id') ||
    [...given].some((name) => name === path || name.startsWith(`${path}.`) || path.startsWith(`${name}.`));
  const made = columns.map(({ path }) => (said(path) ? '1' : '0')).join('');
  const text = made.includes('0') ? made : nothing;
  bits.set(given, text);
  return text;
}
