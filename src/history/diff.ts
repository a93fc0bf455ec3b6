/** GET /v1/diff: what the tracker said otherwise at one moment than at another, row by row or as a table of fields. */
import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import sql, { join, type Sql } from 'sql-template-tag';
import { readAt, settle } from '../db/moment.ts';
import { addressWith, link } from '../http/citation.ts';
import { writeCursor } from '../http/cursor.ts';
import { pageCost } from '../http/limits/rate.ts';
import { formatOf, mediaTypes } from '../http/negotiate.ts';
import type { QueryReader } from '../http/query.ts';
import { isNotModified, listTag, sendTagged, varies } from '../http/reply.ts';
import { guardCell, quotedCell } from '../kernel/csv.ts';
import { grouped } from '../kernel/grouping.ts';
import { instantOf } from '../kernel/instant.ts';
import { lazily } from '../kernel/lazily.ts';
import { refuse } from '../kernel/problems.ts';
import { positionIn } from '../resource/order.ts';
import type { Context } from '../resource/reading.ts';
import { changesBetween, type FieldChange } from './changes.ts';
import { statesAt } from './versions.ts';

export interface DiffQuery {
  from: string;
  to?: string;
  resource?: string[];
  program?: string[];
  limit?: number;
  cursor?: string;
  format?: 'json' | 'csv' | 'ndjson';
}

interface Difference {
  resource: string;
  id: string;
  operation: 'create' | 'update' | 'delete';
  changes: FieldChange[];
}

interface Asked {
  from: string;
  to: string;
  tables: string[];
  programs: string[] | undefined;
}

/** A row's place in the order of the answer: by table, then by id. */
type Place = [table: string, id: string];

const pageSize = 50;
/** So many rows are compared at a time. */
const batch = 1000;

export function diffHandler(context: Context, queryReaderOf: () => QueryReader<DiffQuery>) {
  const reader = lazily(queryReaderOf);
  const { db, registry, publicRead } = context;
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const query = reader().read(request.query as Record<string, unknown>);
    const format = formatOf(request, query.format, ['json', 'csv', 'ndjson']);
    const asked: Asked = {
      from: instantOf(query.from),
      to: query.to === undefined ? await db.recorded.now() : instantOf(query.to),
      tables: (query.resource ?? registry.all.map(({ name }) => name)).map(
        (name) => registry.get(name).table,
      ),
      programs: query.program,
    };
    await check(context, asked);
    const { resource, program } = query;
    const identity = JSON.stringify(['diff', query.from, resource, program]);
    const after =
      query.cursor === undefined ? undefined : (positionIn(identity, query.cursor, [false, false]) as Place);
    varies(reply, publicRead, ['Accept'], { immutable: query.to !== undefined });
    if (format !== 'json') reply.occupy('exports');
    if (format !== 'json')
      return sendLines(request, reply, differences(context, asked, after), asked, format, query.limit);
    const limit = query.limit ?? pageSize;
    request.charge(pageCost(limit));
    const found = await firstOf(differences(context, asked, after), limit + 1);
    const data = found.slice(0, limit);
    const last = data.at(-1);
    const next =
      found.length > limit && last
        ? writeCursor(identity, [registry.get(last.resource).table, last.id])
        : null;
    if (next !== null) link(reply, addressWith(request.url, { cursor: next, to: asked.to }), 'next');
    const meta = { from: asked.from, to: asked.to };
    const body = JSON.stringify({ data, page: { limit, next }, meta });
    return sendTagged(request, reply, {
      body,
      type: mediaTypes.json,
      etag: listTag(JSON.stringify([data, next])),
    });
  };
}

async function check({ db }: Context, { from, to }: Asked): Promise<void> {
  await db.recorded.settle(from, 'from');
  await settle(db, to, 'to');
  if (from > to)
    throw refuse(
      [{ parameter: 'from', code: 'invalid-value', detail: '`from` lies after `to`' }],
      'invalid-parameter',
    );
}

const candidates = ({ from, to, tables, programs }: Asked, after: Place | undefined): Sql => sql`
  SELECT DISTINCT c.holder, changed.id FROM history.transactions t JOIN history.changes c ON c.tx = t.tx, unnest(c.ids) AS changed(id)
   WHERE ${join(
     [
       sql`t.recorded_at > ${from}::timestamptz AND t.recorded_at <= ${to}::timestamptz AND c.holder = ANY (${tables}::text[])`,
       ...(programs ? [sql`c.program = ANY (${programs}::text[])`] : []),
       ...(after ? [sql`(c.holder, changed.id) > (${after[0]}, ${after[1]})`] : []),
     ],
     ' AND ',
   )}
   ORDER BY c.holder, changed.id LIMIT ${batch}`;

/** All differences in order. Both moments are settled, so that each batch may have a snapshot of its own. */
async function* differences(
  context: Context,
  asked: Asked,
  from: Place | undefined,
): AsyncGenerator<Difference> {
  const { db, registry } = context;
  for (let after = from; ;) {
    const batchAfter = after;
    const found = await readAt(db, { undated: false, knownAt: asked.to }, async (reader) => {
      const rows = await reader.query<{ holder: string; id: string }>(candidates(asked, batchAfter));
      const told: Difference[] = [];
      for (const [table, members] of grouped(rows, ({ holder }) => holder)) {
        const resource = registry.all.find((one) => one.table === table);
        if (!resource) continue;
        const ids = members.map(({ id }) => id);
        const before = await statesAt(reader, resource, ids, asked.from);
        const now = await statesAt(reader, resource, ids, asked.to);
        for (const id of ids) {
          const [old, current] = [before.get(id), now.get(id)];
          const changes = changesBetween(resource, old, current);
          const operation = !old ? 'create' : !current ? 'delete' : 'update';
          if (changes.length > 0) told.push({ resource: resource.name, id, operation, changes });
        }
      }
      return { rows, told };
    });
    yield* found.told;
    const last = found.rows.at(-1);
    if (!last || found.rows.length < batch) return;
    after = [last.holder, last.id];
  }
}

async function firstOf<T>(all: AsyncIterable<T>, most: number): Promise<T[]> {
  const some: T[] = [];
  for await (const one of all) if (some.push(one) === most) break;
  return some;
}

function sendLines(
  request: FastifyRequest,
  reply: FastifyReply,
  all: AsyncGenerator<Difference>,
  asked: Asked,
  format: 'csv' | 'ndjson',
  limit = Infinity,
): FastifyReply {
  const etag = listTag(JSON.stringify([asked, request.url, format]));
  void reply.headers({ etag, 'content-disposition': `attachment; filename="diff.${format}"` });
  if (isNotModified(request, etag)) return reply.code(304).send();
  return reply.type(mediaTypes[format]).send(Readable.from(lines(all, format, limit)));
}

async function* lines(
  all: AsyncGenerator<Difference>,
  format: 'csv' | 'ndjson',
  limit: number,
): AsyncGenerator<string> {
  if (format === 'csv') yield 'resource,id,operation,field,old,new\r\n';
  let left = limit;
  for await (const difference of all) {
    yield format === 'csv' ? csvLines(difference) : `${JSON.stringify(difference)}\n`;
    if ((left -= 1) <= 0) return;
  }
}

const csvLines = ({ resource, id, operation, changes }: Difference): string =>
  changes
    .map(
      (change) =>
        `${[resource, id, operation, change.field, cell(change.old), cell(change.new)].map(quotedCell).join(',')}\r\n`,
    )
    .join('');

function cell(value: unknown): string {
  if (value === null) return '';
  if (typeof value === 'string') return guardCell(value);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  const isList = Array.isArray(value) && value.every((item) => typeof item === 'string');
  return guardCell(isList ? value.join(';') : JSON.stringify(value));
}
