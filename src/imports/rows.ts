/** GET on imports and on their rows. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import sql, { raw, type Sql } from 'sql-template-tag';
import { z } from 'zod';
import { openExport } from '../db/copy.ts';
import { formatOf, mediaTypes } from '../http/negotiate.ts';
import { queryReader } from '../http/query.ts';
import { listTag, sendTagged } from '../http/reply.ts';
import { Problem } from '../kernel/problems.ts';
import type { ImportContext } from './handlers.ts';
import { importDocument } from './store.ts';

export const rowStatuses = ['create', 'update', 'unchanged', 'delete', 'error'] as const;

interface RowsQuery {
  status?: (typeof rowStatuses)[number];
  limit?: number;
  after?: number;
  format?: 'json' | 'csv' | 'ndjson';
}

export const rowsParameters = {
  status: z.enum(rowStatuses).optional().meta({ description: 'Only rows of which this became.' }),
  limit: z.int().min(1).max(500).optional().meta({ format: 'int32', description: 'Rows a page, 50 unless told.', param: { id: 'limit' } }),
  after: z.int().min(0).max(2_147_483_647).optional().meta({ format: 'int32', description: 'Where the page begins: after the row of this number.' }),
  format: z.enum(['json', 'csv', 'ndjson']).optional().meta({
    description: 'Form of the reply, stronger than `Accept`. csv of rows in error has the columns of the file and `error`.',
    param: { id: 'format' },
  }),
};

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

async function known({ db }: ImportContext, id: string): Promise<string> {
  const doc = uuid.test(id) ? await importDocument(db, id) : undefined;
  if (doc === undefined) throw new Problem('not-found', 'There is no import with this id.');
  return doc;
}
