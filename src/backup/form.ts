/**
 * The form of a backup: gzip, and in it lines. The first is a document that says what it is; then comes each table, as a
 * document with its name and columns, its rows as COPY writes them, and a line `\.`; then how many rows there are of each
 * and where sequences stand; last the SHA-256 of all that is before it. Documents are JSON on one line.
 */
import { z } from 'zod';

export const format = 'sovereign-ai-tracker backup';
export const formVersion = 1;

export const headerLine = z.object({
  format: z.literal(format),
  form: z.int().positive(),
  madeAt: z.iso.datetime(),
  program: z.string(),
  migrations: z.array(z.object({ name: z.string(), checksum: z.string() })).min(1),
  /** The audit log as it is in here. */
  head: z.object({ position: z.int().nonnegative(), hash: z.string() }),
});
export type Header = z.infer<typeof headerLine>;

export const tableLine = z.object({ table: z.string(), columns: z.array(z.string()).min(1) });

export const totalsLine = z.object({
  rows: z.record(z.string(), z.int().nonnegative()),
  sequences: z.array(
    z.object({ name: z.string(), last: z.string().regex(/^[0-9]{1,19}$/), isCalled: z.boolean() }),
  ),
});
export type Totals = z.infer<typeof totalsLine>;

export const lastLine = z.object({ sha256: z.string() });

export const endOfRows = Buffer.from('\\.\n');

export function linesIn(bytes: Buffer): number {
  let lines = 0;
  for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, at + 1)) lines += 1;
  return lines;
}

/** A file that is no backup, or not a whole one, or a database that it does not go into: one line says why. */
export class Unfit extends Error {
  override readonly name = 'Unfit';
}
