/** GET on imports and on their rows. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import sql, { type Sql } from 'sql-template-tag';
import { z } from 'zod';
import type { Reader } from '../db/moment.ts';
import { formatOf, mediaTypes } from '../http/negotiate.ts';
import { queryReader } from '../http/query.ts';
import { listTag, sendTagged } from '../http/reply.ts';
import { Problem } from '../kernel/problems.ts';
import { quotedCell } from '../kernel/csv.ts';
import type { ImportContext } from './handlers.ts';
import { mendedCsv, type RowToMend } from './reading/mend.ts';
import { importDocument } from './store.ts';

export const rowStatuses = ['create', 'update', 'unchanged', 'delete', 'error'] as const;

interface RowsQuery {
  status?: (typeof rowStatuses)[number];
  limit?: number;
  after?: number;
  format?: 'json' | 'csv' | 'ndjson';
}

const pageSize = 50;
/** How many rows a CSV or NDJSON of an import gives at most. */
const exportMost = 100_000;

export const rowsParameters = {
  status: z.enum(rowStatuses).optional().meta({ description: 'Only rows that this becomes, or became, of.' }),
  limit: z
    .int()
    .min(1)
    .max(500)
    .optional()
    .meta({ format: 'int32', description: 'Rows a page, 50 unless told. JSON only.' }),
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

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export async function knownImport(reader: Reader, id: string): Promise<string> {
  const doc = uuid.test(id) ? await importDocument(reader, id) : undefined;
  if (doc === undefined) throw new Problem('not-found', 'There is no import with this id.');
  return doc;
}

const noParameters = queryReader({});

export function importGetHandler({ db }: ImportContext) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    noParameters.read(request.query as Record<string, unknown>);
    formatOf(request, undefined, ['json']);
    const { id } = request.params as { id: string };
    const body = `{"data":${await knownImport(db, id)}}`;
    void reply.header('cache-control', 'private, no-cache');
    return sendTagged(request, reply, { body, type: mediaTypes.json, etag: listTag(body) });
  };
}

/** The newest imports first; `after` is the id of the last one of the page before. */
export function importsHandler({ db }: ImportContext) {
  const reader = queryReader<{ limit?: number }>({ limit: rowsParameters.limit });
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const { limit = pageSize } = reader.read(request.query as Record<string, unknown>);
    formatOf(request, undefined, ['json']);
    const rows = await db.query<{ id: string }>(
      sql`SELECT id::text AS id FROM imports ORDER BY id DESC LIMIT ${limit}`,
    );
    const docs: string[] = [];
    for (const { id } of rows) docs.push((await importDocument(db, id)) ?? '');
    const body = `{"data":[${docs.filter((doc) => doc !== '').join(',')}]}`;
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
    const known = JSON.parse(await knownImport(db, id)) as { resource: string; form: string };
    void reply.header('cache-control', 'private, no-cache');
    const limit = query.limit ?? (format === 'json' ? pageSize : exportMost);
    const rows = await db.query<{ doc: string }>(rowsStatement(id, query, limit + 1));
    const page = rows.slice(0, limit).map(({ doc }) => doc);
    const last = rows.length > limit ? (JSON.parse(page.at(-1) ?? '{}') as { row?: number }).row : undefined;
    const body =
      format === 'json'
        ? `{"data":[${page.join(',')}],"page":{"limit":${limit},"next":${last ?? 'null'}}}`
        : format === 'ndjson'
          ? page.map((doc) => `${doc}\n`).join('')
          : await csvOf(db, id, registry.get(known.resource), query, page);
    return sendTagged(request, reply, {
      body,
      type: mediaTypes[format],
      etag: listTag(body),
      ...(format === 'json'
        ? {}
        : { headers: { 'content-disposition': `attachment; filename="import-rows.${format}"` } }),
    });
  };
}

const chosen = (id: string, { status, after = 0 }: RowsQuery): Sql =>
  sql`r.import = ${id}::uuid AND r.n > ${after} ${status === undefined ? sql`` : sql`AND r.status = ${status}`}`;

const rowsStatement = (id: string, query: RowsQuery, limit: number): Sql => sql`
  SELECT json_build_object('row', r.n, 'line', r.line, 'status', r.status, 'id', r.row_id, 'changes', r.changes,
                           'errors', coalesce(r.faults, '[]'::jsonb))::text AS doc
    FROM import_rows r WHERE ${chosen(id, query)} ORDER BY r.n LIMIT ${limit}`;

async function csvOf(
  reader: Reader,
  id: string,
  resource: Parameters<typeof mendedCsv>[0],
  query: RowsQuery,
  page: string[],
): Promise<string> {
  if (query.status !== 'error') return plainCsv(page);
  const rows = await reader.query<RowToMend & Record<string, unknown>>(
    sql`SELECT r.raw, r.faults FROM import_rows r WHERE ${chosen(id, query)} ORDER BY r.n LIMIT ${exportMost}`,
  );
  const [file] = await reader.query<{ form: string; columns: string[] }>(
    sql`SELECT form, columns FROM imports WHERE id = ${id}::uuid`,
  );
  return [...mendedCsv(resource, file?.form === 'csv' ? file.columns : undefined, rows)].join('');
}

function plainCsv(page: string[]): string {
  const lines = page.map((doc) => {
    const row = JSON.parse(doc) as Record<string, unknown>;
    const cells = [row.row, row.line, row.status, row.id, row.changes, row.errors];
    return cells
      .map((cell) =>
        cell === null || cell === undefined
          ? ''
          : typeof cell === 'object'
            ? JSON.stringify(cell)
            : String(cell as string | number),
      )
      .map(quotedCell)
      .join(',');
  });
  return ['row,line,status,id,changes,errors', ...lines].map((line) => `${line}\r\n`).join('');
}
