/** A place in the feed, and how clients hold it: as an opaque cursor, which is good with any filters. */
import { readCursor, writeCursor } from '../http/cursor.ts';
import { isInstant } from '../kernel/instant.ts';
import { Problem } from '../kernel/problems.ts';

/** In commit order: everything before this has been looked at. */
export interface Place {
  /** When the transaction was recorded, and its number. */
  at: string;
  tx: number;
  /** The line of the log, and how many of its rows have been looked at. */
  n: number;
  rows: number;
}

export const beginning: Place = { at: '0001-01-01T00:00:00.000000Z', tx: 0, n: 0, rows: 0 };

const purpose = 'changes';

export const cursorOf = ({ at, tx, n, rows }: Place): string => writeCursor(purpose, [at, tx, n, rows]);

const isCount = (value: unknown, most = Number.MAX_SAFE_INTEGER): value is number =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) <= most;

/** `parameter` is where it stood, if that is a parameter. */
export function placeOf(cursor: string, parameter?: string): Place {
  const [at, tx, n, rows, ...more] = readCursor(purpose, cursor) ?? [];
  if (
    more.length === 0 &&
    typeof at === 'string' &&
    isInstant(at) &&
    isCount(tx) &&
    isCount(n) &&
    isCount(rows, 2_147_483_647)
  )
    return { at, tx, n, rows };
  throw new Problem('invalid-cursor', 'This is no cursor of the changes.', {
    faults: [
      {
        ...(parameter === undefined ? {} : { parameter }),
        code: 'invalid-cursor',
        detail: 'take `page.next`, or the `id` of an event, as it was given; or begin with `start` or `now`',
      },
    ],
  });
}
