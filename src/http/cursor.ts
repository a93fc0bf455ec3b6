/**
 * Cursors: a position as opaque text, with a seal over what it is for. The seal is no secret: it tells a cursor of
 * another list from one of this, and whoever forges it gets to a place in the list.
 */
import { createHash } from 'node:crypto';

const seal = (purpose: string, values: readonly unknown[]): string =>
  createHash('sha256')
    .update(JSON.stringify([purpose, values]))
    .digest('base64url')
    .slice(0, 16);

export const writeCursor = (purpose: string, values: readonly unknown[]): string =>
  Buffer.from(JSON.stringify([1, values, seal(purpose, values)])).toString('base64url');

/** What the cursor holds, whose form is for the caller to judge; undefined where it is none for this purpose. */
export function readCursor(purpose: string, cursor: string): unknown[] | undefined {
  try {
    const [version, values, mark] = JSON.parse(
      Buffer.from(cursor, 'base64url').toString('utf8'),
    ) as unknown[];
    return version === 1 && Array.isArray(values) && mark === seal(purpose, values) ? values : undefined;
  } catch {
    // Not a cursor of ours: the same answer as for one that belongs to another list.
    return undefined;
  }
}
