/**
 * Several nodes that count together. Each counts in its own memory, tells the database once a second what was added since,
 * in one statement for all clients, and is told there how much all nodes have counted. So no request waits for it or
 * writes, and a client can have at most what the other nodes let through within that second on top. Without the database
 * each node counts on alone.
 */
import type { FastifyInstance } from 'fastify';
import type { Database } from '../../db/database.ts';
import type { Counts } from './counts.ts';

const everyMilliseconds = 1_000;
/** The rest comes next time. */
const toldMost = 5_000;

// In the order of names, so that two nodes never wait for each other.
const tell = `
  INSERT INTO rate_counts AS kept (name, used, ends_at)
  SELECT name, used, clock_timestamp() + milliseconds * interval '1 millisecond'
    FROM unnest($1::text[], $2::float8[], $3::float8[]) AS told(name, used, milliseconds) ORDER BY name
  ON CONFLICT (name) DO UPDATE
     SET used = CASE WHEN kept.ends_at > clock_timestamp() THEN greatest(0, kept.used + excluded.used) ELSE excluded.used END,
         ends_at = CASE WHEN kept.ends_at > clock_timestamp() THEN kept.ends_at ELSE excluded.ends_at END
  RETURNING name, used, extract(epoch FROM ends_at - clock_timestamp())::float8 * 1000 AS milliseconds`;
const forget = `DELETE FROM rate_counts WHERE ends_at < clock_timestamp() - interval '1 minute'`;

interface Kept {
  name: string;
  used: number;
  milliseconds: number;
}

export function share(app: FastifyInstance, db: Database, counts: Counts): void {
  let telling: Promise<void> | undefined;
  let rounds = 0;
  const timer = setInterval(() => {
    telling ??= exchange(db, counts).finally(() => (telling = undefined));
    if ((rounds += 1) % 60 === 0) void db.aside.query(forget).catch(() => undefined);
  }, everyMilliseconds).unref();
  app.addHook('onClose', async () => {
    clearInterval(timer);
    await telling;
  });
}

async function exchange(db: Database, counts: Counts): Promise<void> {
  const untold = counts.untold(toldMost);
  if (untold.length === 0) return;
  const now = performance.now();
  const told = untold.map(([, { untold: cost }]) => cost);
  for (const [, count] of untold) count.untold = 0;
  try {
    const { rows } = await db.aside.query<Kept>({
      name: 'rate-counts',
      text: tell,
      values: [untold.map(([name]) => name), told, untold.map(([, { endsAt }]) => endsAt - now)],
    });
    const kept = new Map(rows.map((row) => [row.name, row]));
    for (const [name, count] of untold) {
      const { used, milliseconds } = kept.get(name) ?? { used: 0, milliseconds: 0 };
      count.used = used + count.untold;
      count.endsAt = performance.now() + milliseconds;
    }
  } catch {
    untold.forEach(([, count], i) => (count.untold += told[i] ?? 0));
  }
}
