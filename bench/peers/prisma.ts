/**
 * A peer: the same questions answered by Fastify and Prisma as its documentation has it, without a thought for speed. What
 * takes SQL to say (where a consortium stands, and the views) it leaves out.
 */
import fastify from 'fastify';
import { PrismaPg } from '@prisma/adapter-pg';
import { PrismaClient } from '../../src/db/prisma/client.ts';

const omit = { recordedIn: true } as const;
const prisma = new PrismaClient({
  adapter: new PrismaPg({ connectionString: process.env.DATABASE_URL, max: 10 }),
  omit: { consortium: omit, organization: omit, evaluation: omit },
});
const app = fastify();

app.get<{ Params: { id: string } }>('/v1/consortiums/:id', ({ params: { id } }) =>
  prisma.consortium.findUnique({
    where: { id },
    include: {
      lead: true,
      consortiumMembers: { omit: { ...omit, id: true }, include: { organization: true } },
    },
  }),
);

interface Query {
  round?: string;
  consortium?: string;
  limit?: string;
  after?: string;
}

app.get<{ Querystring: Query }>(
  '/v1/evaluations',
  async ({ query: { round, consortium, limit, after } }) => ({
    data: await prisma.evaluation.findMany({
      where: { ...(round && { roundId: round }), ...(consortium && { consortiumId: consortium }) },
      orderBy: [...(round ? [{ score: { sort: 'desc', nulls: 'last' } } as const] : []), { id: 'asc' }],
      ...(after && { cursor: { id: after }, skip: 1 }),
      take: Number(limit),
    }),
  }),
);

app.get('/up', (_request, reply) => reply.send('yes'));
await app.listen({ host: '127.0.0.1', port: Number(process.env.PORT) });
