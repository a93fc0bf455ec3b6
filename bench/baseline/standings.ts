/** The standings of a round: the product's own statement and rules behind a route written by hand, and the statement alone. */
import type { FastifyInstance } from 'fastify';
import type { RoundFacts } from '../../src/views/standings/facts.ts';
import { standings } from '../../src/views/standings/rules.ts';
import { roundStatement } from '../../src/views/standings/sql.ts';
import type { Ask } from './ask.ts';

interface Row {
  doc: string;
}

export function standingsRoutes(app: FastifyInstance, ask: Ask): void {
  const doc = async (id: string): Promise<string> => {
    const { text, values } = roundStatement({ id, language: 'en' });
    const [row] = await ask<Row>('standings', text, values);
    return row?.doc ?? 'null';
  };
  app.get<{ Params: { id: string } }>('/v1/rounds/:id/standings', async ({ params: { id } }, reply) => {
    const data = standings(JSON.parse(await doc(id)) as RoundFacts, {}, 'en');
    return reply.type('application/json; charset=utf-8').send(JSON.stringify({ data }));
  });
  app.get<{ Params: { id: string } }>('/v1/rounds/:id/facts', async ({ params: { id } }, reply) =>
    reply.type('application/json; charset=utf-8').send(await doc(id)),
  );
}
