/** GET on a list and on an item. */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { openExport } from '../db/copy.ts';
import type { Database } from '../db/database.ts';
import { citedAt, readAt, type Moment } from '../db/moment.ts';
import { codingOf, streamed, tagIn } from '../http/coding.ts';
import { writeCursor } from '../http/cursor.ts';
import { pageCost } from '../http/limits/rate.ts';
import { formatOf, mediaTypes } from '../http/negotiate.ts';
import { addressWith, cite, link } from '../http/citation.ts';
import { isNotModified, itemTag, listTag, sendTagged, varies } from '../http/reply.ts';
import { lazily } from '../kernel/lazily.ts';
import type { Language } from '../kernel/language.ts';
import sql, { type Sql } from 'sql-template-tag';
import type { Resource } from './declare.ts';
import { invalidCursor, positionIn, positionStatement, sortKeys } from './order.ts';
import { itemQuery, languageOf, listFormats, listQuery, type ListFormat, type ListQuery } from './query.ts';
import {
  countStatement,
  docsOf,
  sending,
  itemStatement,
  pageStatement,
  positionOf,
  stateStatement,
  type Item,
  type Page,
  type Reading,
} from './read.ts';
import { isSettled, metaMember, momentOf, withMeta } from './moment.ts';
import { isPossibleId, notFound } from './not-found.ts';
import { atVersion, overtaken } from '../history/at-version.ts';
import type { Registry } from './registry.ts';

export interface Context {
  db: Database;
  registry: Registry;
  publicRead: boolean;
}

const pageSize = 50;
type RawQuery = Record<string, unknown>;

export function listHandler(resource: Resource, context: Context) {
  const reader = lazily(() => listQuery(resource, context.registry));
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const query = reader().read(request.query as RawQuery);
    const format = formatOf(request, query.format, listFormats);
    const language = languageOf(request, query);
    const reading: Reading = {
      resource,
      registry: context.registry,
      language,
      query,
      filters: reader().filters,
    };
    const identity = identityOf(request, query, language);
    const after =
      query.cursor === undefined
        ? undefined
        : positionIn(
            identity,
            query.cursor,
            sortKeys(resource, query.sort ?? []).map(({ at }) => at.leaf.nullable),
          );
    varies(reply, context.publicRead, ['Accept', 'Accept-Language'], { immutable: isSettled(query) });
    void reply.header('content-language', language);
    if (format !== 'json') request.recording?.abandon();
    const sent =
      format === 'json'
        ? sendPage(request, reply, context.db, reading, identity, after)
        : sendExport(request, reply, context.db, reading, format, after);
    return sent.catch((error: unknown) => {
      // A forged position that is none of the type it stands for.
      throw after && ((error as { code?: string }).code ?? '').startsWith('22') ? invalidCursor() : error;
    });
  };
}

/** In reads: those of a page of the rows that are given or embedded at most, and five for counting. */
const listCost = (limit: number, { include = [], count }: ListQuery): number =>
  pageCost(limit * (1 + new Set(include).size)) + (count ? 5 : 0);

/** What a cursor is bound to: everything that decides which rows come in which order, but not how many. */
function identityOf(request: FastifyRequest, query: ListQuery, language: Language): string {
  const { cursor, limit, fields, include, count, format, lang, ...deciding } = query;
  return JSON.stringify([
    request.routeOptions.url,
    deciding,
    query.sort?.some((key) => key.replace('-', '') === 'name') ? language : '',
  ]);
}

async function sendPage(
  request: FastifyRequest,
  reply: FastifyReply,
  db: Database,
  reading: Reading,
  identity: string,
  after: (string | null)[] | undefined,
): Promise<FastifyReply> {
  const limit = reading.query.limit ?? pageSize;
  request.charge(listCost(limit, reading.query));
  const [[page], counted] = await readAt(
    db,
    momentOf(reading.query),
    (reader) =>
      Promise.all([
        reader.query<Page>(pageStatement(reading, limit, after)),
        reading.query.count ? reader.query<{ total: number }>(countStatement(reading)) : undefined,
      ]),
    request.recording?.reads,
  );
  if (!page) throw new Error('a page was not told of');
  const next = page.more ? writeCursor(identity, positionOf(reading, page)) : null;
  const total = counted ? `,"total":${counted[0]?.total ?? 0}` : '';
  const body = `{"data":[${docsOf(page)}],"page":{"limit":${limit},"next":${JSON.stringify(next)}${total}}${metaMember(reading.query)}}`;
  if (next !== null) link(reply, addressWith(request.url, { cursor: next }), 'next');
  return sendTagged(request, reply, { body, type: mediaTypes.json, etag: listTag(body) });
}

type ExportFormat = Exclude<ListFormat, 'json'>;

async function sendExport(
  request: FastifyRequest,
  reply: FastifyReply,
  db: Database,
  reading: Reading,
  format: ExportFormat,
  after: (string | null)[] | undefined,
): Promise<FastifyReply> {
  reply.occupy('exports');
  // A stream that has begun cannot become a refusal any more, so a forged position is found before.
  if (after) await db.query(positionStatement(sortKeys(reading.resource, reading.query.sort ?? []), after));
  const moment = momentOf(reading.query);
  const rows = await openExport(
    db,
    sending(reading, format, after),
    // What was known at a moment has one state only.
    isSettled(reading.query) ? sql`SELECT 'known' AS state` : stateStatement,
    moment,
  );
  // The bytes are not known yet, but the state of the data, the address and the form decide them.
  const etag = `"${createHash('sha256')
    .update(JSON.stringify([rows.state, request.url, format, reading.language]))
    .digest('base64url')
    .slice(0, 22)}"`;
  // Parquet is packed within.
  const coding = format === 'parquet' ? undefined : codingOf(request.headers['accept-encoding']);
  void reply
    .headers({
      etag: tagIn(etag, coding),
      'content-disposition': `attachment; filename="${reading.resource.name}${fileSuffix(moment)}.${format}"`,
    })
    .type(mediaTypes[format]);
  if (isNotModified(request, etag)) {
    await rows.cancel();
    return reply.code(304).send();
  }
  if (coding !== undefined) void reply.header('content-encoding', coding);
  if (request.method === 'HEAD') {
    await rows.cancel();
    // A stream, so that no length is promised: that of the GET is not known before it is sent.
    return reply.code(200).send(Readable.from([]));
  }
  const packed = format === 'parquet' ? await packer(reading) : (sent: Readable) => streamed(sent, coding);
  return reply.code(200).send(packed(rows.stream()));
}

/** Loaded for the first who wants it: few do, and the rest need not wait for its libraries at start. */
async function packer({ resource, query }: Reading): Promise<(rows: Readable) => Readable> {
  const [{ inParquet }, { parquetColumns }] = await Promise.all([
    import('../db/parquet-rows.ts'),
    import('./parquet.ts'),
  ]);
  return (rows) => inParquet(rows, parquetColumns(resource, query.fields));
}

const fileSuffix = (moment: Moment | undefined): string =>
  `${moment?.asOf === undefined ? '' : `-as-of-${moment.asOf}`}${moment?.knownAt === undefined ? '' : `-known-at-${moment.knownAt.replace(/[-:]|\..*/g, '')}Z`}`;

/** An item with the moment to cite it by, where none was asked for. */
interface CitedItem extends Item {
  citedAt: string;
}
const citedItem = (reading: Reading, id: string): Sql =>
  sql`SELECT item.*, ${citedAt} AS "citedAt" FROM (${itemStatement(reading, id)}) AS item`;

export function itemHandler(resource: Resource, context: Context) {
  const reader = lazily(() => itemQuery(resource, context.registry));
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const { id } = request.params as { id: string };
    const asked = reader().read(request.query as RawQuery);
    formatOf(request, undefined, ['json']);
    const query = await atVersion(context.db, resource, id, asked);
    const language = languageOf(request, query);
    const reading: Reading = { resource, registry: context.registry, language, query, filters: [] };
    const [row] = isPossibleId(resource, id)
      ? await readAt(
          context.db,
          momentOf(query),
          (reader) => reader.quick<CitedItem>(citedItem(reading, id)),
          request.recording?.reads,
        )
      : [];
    if (!row) throw await notFound(context.db, resource, id, query);
    if (query.version !== undefined && !row.revision.startsWith(`${query.version}-`))
      throw overtaken(id, query.version);
    varies(reply, context.publicRead, ['Accept', 'Accept-Language'], { immutable: isSettled(query) });
    cite(request, reply, { lang: language, knownAt: query.knownAt ?? row.citedAt });
    void reply.header('content-language', language);
    return sendTagged(request, reply, {
      body: withMeta(row.doc, query),
      type: mediaTypes.json,
      etag: itemTag(row.revision, row.doc),
    });
  };
}
