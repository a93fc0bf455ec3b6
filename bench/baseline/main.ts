/**
 * What a good developer writes by hand for these questions alone: Fastify and pg, prepared statements, rows mapped to
 * objects, JSON.stringify. No keys, no ETags, no time travel, no log. All ratios are to this.
 */
import fastify from 'fastify';
import pg from 'pg';
import { evaluationRoutes } from './evaluations.ts';
import { itemRoute } from './item.ts';
import { overviewRoute } from './overview.ts';
import { passedRoutes } from './passed.ts';
import { standingsRoutes } from './standings.ts';
import type { Ask } from './ask.ts';

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10, options: '-c jit=off' });
const app = fastify();
const ask: Ask = async <Row extends pg.QueryResultRow>(name: string, text: string, values: unknown[]) =>
  (await pool.query<Row>({ name, text, values })).rows;

itemRoute(app, ask);
await overviewRoute(app, ask);
evaluationRoutes(app, ask);
standingsRoutes(app, ask);
await passedRoutes(app, ask);
app.get('/up', (_request, reply) => reply.send('yes'));
await app.listen({ host: '127.0.0.1', port: Number(process.env.PORT) });
