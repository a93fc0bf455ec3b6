/** DELETE on an import: one that waits is off at once, one that runs is stopped and takes back what it did. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import sql from 'sql-template-tag';
import { mediaTypes } from '../../http/negotiate.ts';
import { queryReader } from '../../http/query.ts';
import { Problem } from '../../kernel/problems.ts';
import { forgetFileOf } from '../file.ts';
import type { ImportContext } from '../handlers.ts';
import { knownImport } from '../rows.ts';

const noParameters = queryReader({});

export function cancelHandler({ db }: ImportContext) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    noParameters.read(request.query as Record<string, unknown>);
    const { id } = request.params as { id: string };
    // Who may only propose does not stop what somebody else has approved.
    const { dryRun } = await knownImport(db, id, request.program);
    request.demand(dryRun === true ? 'import:plan' : 'import:apply');
    const doc = await db.transaction(async (client) => {
      await client.query(
        sql`UPDATE imports SET status = 'cancelled', finished_at = clock_timestamp() WHERE id = ${id}::uuid AND status = 'queued'`,
      );
      await client.query(sql`UPDATE import_progress SET cancelled = true WHERE import = ${id}::uuid`);
      await forgetFileOf(client, id);
      return knownImport(client, id);
    });
    if (doc.status !== 'running' && doc.status !== 'cancelled')
      throw new Problem('import-finished', `The import has ended: it is ${doc.status}.`);
    return reply
      .code(202)
      .headers({ 'cache-control': 'no-store', location: `/v1/imports/${id}` })
      .type(mediaTypes.json)
      .send(JSON.stringify({ data: doc }));
  };
}
