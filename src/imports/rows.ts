/** GET on imports and on their rows. */
import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import sql from 'sql-template-tag';
import { z } from 'zod';
import type { Reader } from '../db/moment.ts';
import { pageCost } from '../http/limits/rate.ts';
import { formatOf, mediaTypes } from '../http/negotiate.ts';
import { queryReader } from '../http/query.ts';
import { isNotModified, listTag, sendTagged } from '../http/reply.ts';
import { Problem, type Fault } from '../kernel/problems.ts';
import type { Resource } from '../resource/declare.ts';
import type { Registry } from '../resource/registry.ts';
import { quotedCell } from '../kernel/csv.ts';
import { refuseOthers } from './access.ts';
import type { ImportContext } from './handlers.ts';
import { mendedCsv, type RowToMend } from './reading/mend.ts';
import { importDocument, rowFault, statuses, type ImportDocument, uuid } from './store.ts';

export const rowStatuses = ['create', 'update', 'unchanged', 'delete', 'error'] as const;

interface RowsQuery {
  status?: (typeof rowStatuses)[number];
  limit?: number;
  after?: number;
  format?: 'json' | 'csv' | 'ndjson';
}

const pageSize = 50;

export const rowsParameters = {
  status: z.enum(rowStatuses).optional().meta({ description: 'Only rows that this becomes, or became, of.' }),
  limit: z.int().min(1).max(500).optional().meta({
    format: 'int32',
    description: 'Rows a page, 50 unless told; of CSV and NDJSON all unless told.',
  }),
  after: z
    .int()
    .min(0)
    .max(2_147_483_647)
    .optional()
    .meta({ format: 'int32', description: 'Where the page begins: after the row with this number.' }),
  format: z.enum(['json', 'csv', 'ndjson']).optional().meta({
    description:
      'Form of the reply, stronger than `Accept`. With `status=error` the csv has the columns of the file and `error`, ready to be mended and sent again.',
  }),
};

/** The import, if the key may have to do with it: one that is bound to a programme only with those of such keys. */
export async function knownImport(reader: Reader, id: string, bound?: string): Promise<ImportDocument> {
  const doc = uuid.test(id) ? await importDocument(reader, id) : undefined;
  if (doc === undefined) throw new Problem('not-found', 'There is no import with this id.');
  refuseOthers(bound, doc.program);
  return doc;
}

const noParameters = queryReader({});

export function importGetHandler({ db }: ImportContext) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    noParameters.read(request.query as Record<string, unknown>);
    formatOf(request, undefined, ['json']);
    const { id } = request.params as { id: string };
    const body = JSON.stringify({ data: await knownImport(db, id, request.program) });
    void reply.header('cache-control', 'private, no-cache');
    return sendTagged(request, reply, { body, type: mediaTypes.json, etag: listTag(body) });
  };
}

export const importsParameters = (registry: Registry): Record<string, z.ZodType> => ({
  resource: z
    .enum(registry.all.map(({ name }) => name) as [string])
    .optional()
    .meta({ description: 'Only imports of this resource.' }),
  status: z.enum(statuses).optional().meta({ description: 'Only imports that are at this.' }),
  limit: rowsParameters.limit,
  before: z
    .string()
    .length(36)
    .regex(uuid)
    .optional()
    .meta({ format: 'uuid', description: 'Where the page begins: before the import with this id.' }),
});

/** The newest imports first. */
export function importsHandler({ db, registry }: ImportContext) {
  const reader = queryReader<{ resource?: string; status?: string; limit?: number; before?: string }>(
    importsParameters(registry),
  );
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const {
      resource = null,
      status = null,
      limit = pageSize,
      before = null,
    } = reader.read(request.query as Record<string, unknown>);
    formatOf(request, undefined, ['json']);
    const { program = null } = request;
    const rows = await db.query<{ id: string }>(sql`
      SELECT id::text AS id FROM imports
       WHERE (${before}::uuid IS NULL OR id < ${before}::uuid)
         AND (${program}::text IS NULL OR program = ${program})
         AND (${resource}::text IS NULL OR resource = ${resource}) AND (${status}::text IS NULL OR status = ${status})
       ORDER BY id DESC LIMIT ${limit + 1}`);
    const data: ImportDocument[] = [];
    for (const { id } of rows.slice(0, limit)) data.push(await knownImport(db, id));
    const next = rows.length > limit ? (data.at(-1)?.id ?? null) : null;
    const body = JSON.stringify({ data, page: { limit, next } });
    void reply.header('cache-control', 'private, no-cache');
    return sendTagged(request, reply, { body, type: mediaTypes.json, etag: listTag(body) });
  };
}

export function rowsHandler({ db, registry }: ImportContext) {
  const reader = queryReader<RowsQuery>(rowsParameters);
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const query = reader.read(request.query as Record<string, unknown>);
    const format = formatOf(request, query.format, ['json', 'csv', 'ndjson']);
    const { id } = request.params as { id: string };
    const known = await knownImport(db, id, request.program);
    void reply.header('cache-control', 'private, no-cache');
    if (format === 'json') {
      const limit = query.limit ?? pageSize;
      request.charge(pageCost(limit));
      const rows = await rowsAfter(db, id, query, limit + 1);
      const data = rows.slice(0, limit).map(shown);
      const next = rows.length > limit ? (data.at(-1)?.row ?? null) : null;
      const body = JSON.stringify({ data, page: { limit, next } });
      return sendTagged(request, reply, { body, type: mediaTypes.json, etag: listTag(body) });
    }
    const file = { id, status: known.status, resource: registry.get(known.resource) };
    void reply.header('content-disposition', `attachment; filename="import-rows.${format}"`);
    // The rows of an import never change once it has ended, and there are none before.
    const etag = listTag(JSON.stringify([id, known.status, format, query]));
    void reply.header('etag', etag);
    if (isNotModified(request, etag)) return reply.code(304).send();
    return reply.type(mediaTypes[format]).send(Readable.from(lines(db, file, query, format)));
  };
}

interface RowRecord extends Record<string, unknown> {
  n: number;
  line: number | null;
  status: string;
  row_id: string | null;
  changes: Record<string, { from: unknown; to: unknown }> | null;
  faults: Fault[] | null;
  raw: unknown;
}

const rowsAfter = (reader: Reader, id: string, { status, after = 0 }: RowsQuery, limit: number) =>
  reader.query<RowRecord>(sql`
    SELECT r.n, r.line, r.status, r.row_id, r.changes, r.faults, r.raw FROM import_rows r
     WHERE r.import = ${id}::uuid AND r.n > ${after} ${status === undefined ? sql`` : sql`AND r.status = ${status}`}
     ORDER BY r.n LIMIT ${limit}`);

const shown = ({ n, line, status, row_id, changes, faults }: RowRecord) => ({
  row: n,
  line,
  status,
  id: row_id,
  // The old value before the new, as people read it.
  changes:
    changes &&
    Object.fromEntries(Object.entries(changes).map(([name, { from, to }]) => [name, { from, to }])),
  errors: (faults ?? []).map((fault) => rowFault(n, line, fault)),
});

/** A page at a time, so that a listing of any length takes no more memory than one page. */
async function* pagesOf(reader: Reader, id: string, query: RowsQuery): AsyncGenerator<RowRecord[]> {
  let { after = 0 } = query;
  let left = query.limit ?? Infinity;
  while (left > 0) {
    const rows = await rowsAfter(reader, id, { ...query, after }, Math.min(left, 1000));
    if (rows.length === 0) return;
    yield rows;
    left -= rows.length;
    after = rows.at(-1)?.n ?? after;
  }
}

async function* lines(
  reader: Reader,
  { id, resource }: { id: string; resource: Resource },
  query: RowsQuery,
  format: 'csv' | 'ndjson',
): AsyncGenerator<string> {
  if (format === 'csv' && query.status === 'error') {
    const [file] = await reader.query<{ form: string; columns: string[] }>(
      sql`SELECT form, columns FROM imports WHERE id = ${id}::uuid`,
    );
    const columns = file?.form === 'csv' ? file.columns : undefined;
    let first = true;
    for await (const page of pagesOf(reader, id, query)) {
      const rows = page.map(({ raw, faults }) => ({ raw, faults: faults ?? [] }));
      const [header = '', ...rest] = mendedCsv(resource, columns, rows as RowToMend[]);
      yield (first ? header : '') + rest.join('');
      first = false;
    }
    if (first) yield* mendedCsv(resource, columns, []);
    return;
  }
  if (format === 'csv') yield csvLine(['row', 'line', 'status', 'id', 'changes', 'errors']);
  for await (const page of pagesOf(reader, id, query))
    yield page
      .map(shown)
      .map((row) => (format === 'csv' ? csvLine(Object.values(row)) : `${JSON.stringify(row)}\n`))
      .join('');
}

const csvCell = (value: unknown): string => {
  if (value === null || (Array.isArray(value) && value.length === 0)) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
};

const csvLine = (cells: unknown[]): string => `${cells.map(csvCell).map(quotedCell).join(',')}\r\n`;
