/** Reads all of a backup and refuses one that is not whole, was altered, or was made by a newer version. */
import { readMigrations } from '../db/migrate.ts';
import { formVersion, headerLine, tableLine, totalsLine, Unfit, type Header, type Totals } from './form.ts';
import { partsOf } from './read.ts';

export interface Checked {
  header: Header;
  totals: Totals;
}

export async function check(path: string, signal: AbortSignal): Promise<Checked> {
  let header: Header | undefined;
  let totals: Totals | undefined;
  let table = '';
  const rows: Record<string, number> = {};
  for await (const part of partsOf(path)) {
    signal.throwIfAborted();
    if (part === 'end of rows') continue;
    if ('rows' in part) {
      rows[table] = (rows[table] ?? 0) + part.count;
      continue;
    }
    header ??= await headerOf(path, part.document);
    const { success, data } = tableLine.safeParse(part.document);
    if (success) rows[(table = data.table)] = 0;
    totals ??= totalsLine.safeParse(part.document).data;
  }
  if (!header || !totals || !isSame(rows, totals.rows))
    throw new Unfit(`${path} is no whole backup of a tracker.`);
  return { header, totals };
}

const isSame = (one: Record<string, number>, other: Record<string, number>): boolean =>
  Object.keys(one).length === Object.keys(other).length &&
  Object.entries(one).every(([name, count]) => other[name] === count);

/** The first document; told before the rest is read, which may be in a form of the future. */
async function headerOf(path: string, document: unknown): Promise<Header> {
  const { success, data } = headerLine.safeParse(document);
  if (!success) throw new Unfit(`${path} is no backup of a tracker.`);
  if (data.form > formVersion) throw new Unfit(`${path} was made by a newer version of the tracker.`);
  const known = new Map((await readMigrations()).map(({ name, checksum }) => [name, checksum]));
  for (const { name, checksum } of data.migrations) {
    if (!known.has(name))
      throw new Unfit(`${path} was made by a newer version of the tracker: it has the migration ${name}.`);
    if (known.get(name) !== checksum)
      throw new Unfit(`${path} has another migration ${name} than this version.`);
  }
  return data;
}
