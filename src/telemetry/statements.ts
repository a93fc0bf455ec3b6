/** A span for each statement of the pools, under the request or job that got the connection, and one for waiting for that. */
import { AsyncResource } from 'node:async_hooks';
import { finished, type Readable, type Writable } from 'node:stream';
import { SpanKind, type Attributes, type Span } from '@opentelemetry/api';
import {
  ATTR_DB_NAMESPACE,
  ATTR_DB_OPERATION_NAME,
  ATTR_DB_QUERY_SUMMARY,
  ATTR_DB_QUERY_TEXT,
  ATTR_DB_RESPONSE_STATUS_CODE,
  ATTR_DB_SYSTEM_NAME,
  ATTR_SERVER_ADDRESS,
  ATTR_SERVER_PORT,
  DB_SYSTEM_NAME_VALUE_POSTGRESQL,
} from '@opentelemetry/semantic-conventions';
import pg from 'pg';
import type { Database } from '../db/database.ts';
import { Pipeline, type Follower } from '../db/pipeline.ts';
import { summaryOf } from './summary.ts';
import { failed, type Scope, type Tracing } from './tracing.ts';

type Query = (...args: unknown[]) => unknown;
type Connected = (error: Error | undefined, client: pg.PoolClient | undefined, release: () => void) => void;

export function traceStatements(tracing: Tracing, { pool, exports, aside }: Database): void {
  for (const [name, one] of Object.entries({ main: pool, exports, aside })) tracePool(tracing, name, one);
}

function tracePool(tracing: Tracing, name: string, pool: pg.Pool): void {
  /** Who has the connection: what is said by it may be said from anywhere, such as the end of a stream. */
  const holders = new WeakMap<pg.ClientBase, Scope | undefined>();
  /** Also those that were made before, while the server started. */
  const known = new WeakSet<pg.ClientBase>();
  const hold = (client: pg.PoolClient, scope: Scope | undefined): void => {
    holders.set(client, scope);
    if (known.has(client)) return;
    known.add(client);
    traceClient(tracing, client, () => holders.get(client));
  };
  const connect = pool.connect.bind(pool);
  const wait = (scope: Scope | undefined): Span | undefined =>
    scope && pool.idleCount === 0
      ? tracing.below(scope, 'wait for a connection', SpanKind.INTERNAL, {
          'db.client.connection.pool.name': name,
          'tracker.pool.waiting': pool.waitingCount,
        })
      : undefined;
  // Connections are made outside of whatever needs the first of them: they outlive it.
  const traced = (callback: Connected): void => {
    const { scope } = tracing;
    const waited = wait(scope);
    const connected: Connected = (error, client, release) => {
      if (error && waited) failed(waited, error);
      else waited?.end();
      if (client) hold(client, scope);
      callback(error, client, release);
    };
    const bound = AsyncResource.bind(connected);
    tracing.within(undefined, () => {
      connect(bound);
    });
  };
  pool.connect = ((callback?: Connected) => {
    if (callback) {
      traced(callback);
      return undefined;
    }
    return new Promise<pg.PoolClient>((resolve, reject) => {
      traced((error, client) => {
        if (client) resolve(client);
        else reject(error ?? new Error('no connection'));
      });
    });
  }) as typeof pool.connect;
}

function traceClient(tracing: Tracing, client: pg.PoolClient, holder: () => Scope | undefined): void {
  const plain = client.query.bind(client) as unknown as Query;
  const where = placeOf(client);
  const traced: Query = (...args) => {
    const scope = holder();
    if (!scope) return plain(...args);
    const [query] = args;
    const begin: Follower = (text) => endOf(statementOf(tracing, scope, text, where));
    if (query instanceof Pipeline) {
      query.follower = begin;
      return plain(query);
    }
    const end = begin(textOf(query));
    const place = args.findIndex((arg) => typeof arg === 'function');
    if (place >= 0) {
      const callback = args[place] as Query;
      return plain(
        ...args.with(place, (...given: unknown[]) => {
          end(given[0]);
          return callback(...given);
        }),
      );
    }
    const answer = plain(...args);
    if (answer instanceof Promise)
      void answer.then(() => {
        end();
      }, end); // prettier-ignore
    else finished(answer as Readable | Writable, end);
    return answer;
  };
  client.query = traced as unknown as typeof client.query;
}

const endOf =
  (span: Span | undefined): ReturnType<Follower> =>
  (error) => {
    if (error instanceof pg.DatabaseError) span?.setAttribute(ATTR_DB_RESPONSE_STATUS_CODE, error.code ?? '');
    if (error && span) failed(span, error);
    else span?.end();
  };

function statementOf(tracing: Tracing, scope: Scope, text: string, where: Attributes): Span | undefined {
  const { operation, summary } = summaryOf(text);
  return tracing.below(scope, summary || 'postgresql', SpanKind.CLIENT, {
    ...where,
    [ATTR_DB_OPERATION_NAME]: operation,
    [ATTR_DB_QUERY_SUMMARY]: summary,
    // With places for its values, never with these: no statement here is put together with what a client sent.
    [ATTR_DB_QUERY_TEXT]: text,
  });
}

const textOf = (config: unknown): string =>
  typeof config === 'string' ? config : ((config as { text?: string }).text ?? '');

function placeOf(client: pg.PoolClient): Attributes {
  const { host, port, database } = client as unknown as { host: string; port: number; database: string };
  return {
    [ATTR_DB_SYSTEM_NAME]: DB_SYSTEM_NAME_VALUE_POSTGRESQL,
    [ATTR_DB_NAMESPACE]: database,
    [ATTR_SERVER_ADDRESS]: host,
    [ATTR_SERVER_PORT]: port,
  };
}
