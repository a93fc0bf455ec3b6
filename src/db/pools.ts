/** The pools, and how each of their connections is set up. */
import pg from 'pg';

/** With the milliseconds after which its connection counts as lost. */
export type Bounded = pg.QueryConfig & { query_timeout: number };

const sessionOptions = [
  'jit=off',
  'TimeZone=UTC',
  'DateStyle=ISO',
  'idle_in_transaction_session_timeout=120s',
  // Measured: halves the server's work for statements with LIMIT $n and = ANY ($1).
  'plan_cache_mode=force_generic_plan',
];

/** How long a statement may take, in seconds, unless it only reads. */
export const secondsMost = 60;
/** So much later than the database itself would have ended the statement, nothing more is to come by that connection. */
const graceSeconds = 5;

/** For a statement that may take so long: the milliseconds after which its connection counts as lost; 0 for never. */
export const answerWithin = (seconds = secondsMost): number =>
  seconds === 0 ? 0 : (seconds + graceSeconds) * 1000;

export const connectionTo = (url: string, seconds = secondsMost): pg.ClientConfig => ({
  connectionString: url,
  connectionTimeoutMillis: 5_000,
  // For what waits without a bound of its own: the system notices that the other side is gone.
  keepAlive: true,
  keepAliveInitialDelayMillis: 10_000,
  options: [...sessionOptions, `statement_timeout=${seconds * 1000}`]
    .map((option) => `-c ${option}`)
    .join(' '),
  application_name: 'tracker',
});

export function poolOf(
  url: string,
  max: number,
  { seconds, lostAfter = 0 }: { seconds?: number; lostAfter?: number } = {},
): pg.Pool {
  const pool = new pg.Pool({ ...connectionTo(url, seconds), max, query_timeout: lostAfter });
  // A connection that breaks is replaced, and whoever uses it is told by the next query. Without a listener it would end
  // the process: while idle by way of the pool, in a transaction by its own.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => {
    client.on('error', () => undefined);
  });
  return pool;
}
