/** The metrics in the form of Prometheus. Loaded when they are first asked for: what they are read from is kept elsewhere. */
import { collectDefaultMetrics, Registry, type Metric } from 'prom-client';
import type { ResponseCache } from '../cache/response-cache.ts';
import type { Database } from '../db/database.ts';
import type { Gate } from '../http/limits/gates.ts';
import type { Tally } from '../imports/tally.ts';
import { version } from '../version.ts';
import { jobsOf } from './jobs.ts';
import { bounds, type Requests, type Series } from './requests.ts';

export interface Sources {
  db: Database;
  requests: Requests;
  cache: ResponseCache | undefined;
  /** Places that are taken, of what there is a bound on. */
  places: Readonly<Record<Gate, number>>;
  imports: Tally;
}

interface Value {
  metricName?: string;
  labels: Record<string, string>;
  value: number;
}
type Values = Value[] | Promise<Value[]>;
type Kind = 'counter' | 'gauge' | 'histogram';

/** By the value of one label. */
const by = (label: string, values: Iterable<readonly [string, number]>): Value[] =>
  [...values].map(([name, value]) => ({ labels: { [label]: name }, value }));
const one = (value: number): Value[] => [{ labels: {}, value }];

export function registryOf({ db, requests, cache, places, imports }: Sources): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const metric = (type: Kind, name: string, help: string, read: () => Values): void => {
    const get = async () => ({ name, help, type, aggregator: 'sum', values: await read() });
    // What a registry asks of a metric; those of the library keep their values themselves.
    registry.registerMetric({ name, get } as unknown as Metric);
  };

  metric('gauge', 'tracker_info', 'The version that runs.', () => [{ labels: { version }, value: 1 }]);
  const took = 'http_request_duration_seconds';
  metric('histogram', took, 'How long replies took, by route, method and class of status.', () =>
    requests.series.flatMap((series) => histogram(took, series)),
  );
  metric('counter', 'tracker_problems_total', 'Refusals and failures, by code; rate-limited is one.', () =>
    by('code', requests.problems),
  );

  const pools = Object.entries({ main: db.pool, exports: db.exports, aside: db.aside });
  metric('gauge', 'tracker_pool_connections', 'Connections to the database, by pool and state.', () =>
    pools.flatMap(([pool, { totalCount, idleCount }]) => [
      { labels: { pool, state: 'in-use' }, value: totalCount - idleCount },
      { labels: { pool, state: 'idle' }, value: idleCount },
    ]),
  );
  metric(
    'gauge',
    'tracker_pool_connections_max',
    'Connections that a pool may have.',
    () =>
    by('pool', pools.map(([pool, { options }]) => [pool, options.max] as const)), // prettier-ignore
  );
  metric(
    'gauge',
    'tracker_pool_waiting',
    'Statements that wait for a connection, by pool.',
    () =>
    by('pool', pools.map(([pool, { waitingCount }]) => [pool, waitingCount] as const)), // prettier-ignore
  );

  const jobs = jobsOf(db);
  metric('gauge', 'tracker_database_up', 'Whether the database answers within a second.', async () =>
    one((await jobs()) ? 1 : 0),
  );
  metric(
    'gauge',
    'tracker_import_jobs',
    'Large imports on all servers of the database, by state.',
    async () => by('state', Object.entries((await jobs()) ?? {})),
  );
  metric('counter', 'tracker_imports_total', 'Imports that this server carried out, by how they ended.', () =>
    by('status', Object.entries(imports.ended)),
  );
  metric('counter', 'tracker_import_rows_total', 'Rows that imports wrote, by what was done with them.', () =>
    by('change', Object.entries(imports.rows)),
  );
  metric('gauge', 'tracker_places_taken', 'Exports, imports and event streams under way.', () =>
    by('kind', Object.entries(places)),
  );
  if (cache) {
    metric('gauge', 'tracker_cache_bytes', 'Memory that kept replies take.', () => one(cache.bytes));
    metric('gauge', 'tracker_cache_entries', 'Replies that are kept.', () => one(cache.entries));
    metric('counter', 'tracker_cache_hits_total', 'Replies that were sent again.', () => one(cache.hits));
    metric('counter', 'tracker_cache_misses_total', 'Replies that had to be found out.', () =>
      one(cache.misses),
    );
  }
  return registry;
}

function histogram(name: string, { route, method, status, buckets, seconds }: Series): Value[] {
  const labels = { route, method, status };
  let count = 0;
  const values = buckets.map((within, place) => ({
    metricName: `${name}_bucket`,
    labels: { ...labels, le: String(bounds[place] ?? '+Inf') },
    value: (count += within),
  }));
  return [
    ...values,
    { metricName: `${name}_sum`, labels, value: seconds },
    { metricName: `${name}_count`, labels, value: count },
  ];
}
