/**
 * What PostgreSQL writes as JSON, passed through: the product's own statements behind routes with nothing else. So much faster
 * than by hand could be who does the same and checks, counts, logs, tags and cites nothing.
 */
import type { FastifyInstance } from 'fastify';
import { loadRegistry } from '../../src/resource/registry.ts';
import { listQuery } from '../../src/resource/query.ts';
import {
  docsOf,
  itemStatement,
  pageStatement,
  type Item,
  type Page,
  type Reading,
} from '../../src/resource/read.ts';
import type { Ask } from './ask.ts';

const json = 'application/json; charset=utf-8';
/** Of the product, so that the same paths with this before them are asked for. */
export const passedPrefix = '/passed';

export async function passedRoutes(app: FastifyInstance, ask: Ask): Promise<void> {
  const registry = await loadRegistry();
  const readingOf = (name: string, query: Reading['query']): Reading => {
    const resource = registry.get(name);
    return { resource, registry, language: 'en', query, filters: listQuery(resource, registry).filters };
  };
  const item = readingOf('consortiums', { include: ['lead', 'members'] });
  const best = readingOf('evaluations', { round: ['x'], consortium: ['x'], sort: ['-score'] });
  const all = readingOf('evaluations', {});

  app.get<{ Params: { id: string } }>(`${passedPrefix}/v1/consortiums/:id`, async ({ params }, reply) => {
    const { text, values } = itemStatement(item, params.id);
    const [row] = await ask<Item>('passed-item', text, values);
    return reply.type(json).send(row?.doc);
  });
  app.get<{ Querystring: Record<string, string> }>(
    `${passedPrefix}/v1/evaluations`,
    async ({ query }, reply) => {
      const { round, consortium, after } = query;
      const limit = Number(query.limit);
      const { text, values } =
        round === undefined
          ? pageStatement(all, limit, [after ?? ''])
          : pageStatement(
              { ...best, query: { ...best.query, round: [round], consortium: [consortium] } },
              limit,
              undefined,
            );
      const [page] = await ask<Page>(round === undefined ? 'passed-from' : 'passed-best', text, values);
      return reply
        .type(json)
        .send(page && `{"data":[${docsOf(page)}],"page":{"limit":${limit},"next":"${page.p0}"}}`);
    },
  );
}
