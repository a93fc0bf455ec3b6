/** Errors of the connection and of concurrency: nobody's request is wrong, trying again may help. */
import pg from 'pg';

/** Connection lost, server shutting down or starting, too many connections, statement too slow. */
const unavailable = /^(08|53|57)/;
const network = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOENT', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND']);

/** Of pg itself: no connection in time, one that broke, and what is asked of that afterwards. */
const withoutCode = /timeout exceeded when trying to connect|Connection terminated|is not queryable/;

export function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = (error as { code?: string }).code ?? '';
  return unavailable.test(code) || network.has(code) || withoutCode.test(error.message) || isSilent(error);
}

/** The connection has not answered for longer than any statement takes: nothing more comes by it. */
export const isSilent = (error: unknown): error is Error =>
  error instanceof Error && error.message === 'Query read timeout';

/** Of PostgreSQL, or ours before it comes to that (disk.ts). */
export const isDiskFull = (error: unknown): boolean =>
  error instanceof Error && (error as { code?: string }).code === '53100';

/** Somebody else held what it needed for longer than it was to wait. */
export const isLockedOut = (error: unknown): boolean =>
  error instanceof pg.DatabaseError && error.code === '55P03';

/** Of the database that is there: nothing was committed. */
export const isRefusal = (error: unknown): boolean =>
  error instanceof pg.DatabaseError && !/^(08|57P|XX)/.test(error.code ?? 'XX');

/** A transaction that lost a race and can simply be run again. */
export const isRaceLost = (error: unknown): boolean =>
  error instanceof pg.DatabaseError && (error.code === '40001' || error.code === '40P01');
