import type { FastifyInstance } from 'fastify';
import sql from 'sql-template-tag';
import { z } from 'zod';
import type { Database } from '../db/database.ts';
import { readMigrations } from '../db/migrate.ts';
import { Problem } from '../kernel/problems.ts';

const status = (words: readonly [string, ...string[]], name: string, description: string): z.ZodObject =>
  z
    .strictObject({ status: z.enum(words).meta({ description, examples: [words[0]] }) })
    .meta({ id: name, description });

export async function health(app: FastifyInstance, db: Database): Promise<void> {
  const names = (await readMigrations()).map(({ name }) => name);
  app.get(
    '/healthz',
    {
      logLevel: 'warn', // asked every few seconds
      config: {
        open: true,
        unlimited: true,
        operation: () => ({
          operationId: 'getHealth',
          summary: 'Is the process alive?',
          description: 'Answers as long as the process can answer at all; does not ask the database.',
          tags: ['operation'],
          responses: {
            200: {
              description: 'It is.',
              content: { 'application/json': { schema: status(['ok'], 'Health', 'The process is alive.') } },
            },
          },
          problems: [],
        }),
      },
    },
    (_request, reply) =>
      reply
        .header('cache-control', 'no-store')
        .type('application/json; charset=utf-8')
        .send('{"status":"ok"}'),
  );
  app.get(
    '/readyz',
    {
      logLevel: 'warn',
      config: {
        open: true,
        unlimited: true,
        operation: () => ({
          operationId: 'getReadiness',
          summary: 'Can requests be answered?',
          description:
            'Asks the database and looks whether all migrations are applied. A load balancer should send requests only while this is 200.',
          tags: ['operation'],
          responses: {
            200: {
              description: 'They can.',
              content: {
                'application/json': {
                  schema: status(['ready'], 'Readiness', 'Database and migrations are in order.'),
                },
              },
            },
          },
          problems: ['unavailable'],
        }),
      },
    },
    async (_request, reply) => {
      const [row] = await db.query<{ missing: string[] }>(sql`
        SELECT ARRAY(SELECT name FROM unnest(${names}::text[]) AS wanted(name)
                      WHERE NOT EXISTS (SELECT FROM _prisma_migrations m WHERE m.migration_name = wanted.name AND m.finished_at IS NOT NULL)) AS missing`);
      if (row && row.missing.length > 0)
        throw new Problem('unavailable', `The migration ${row.missing[0] ?? ''} has not been applied.`, {
          headers: { 'retry-after': '5' },
        });
      return reply
        .header('cache-control', 'no-store')
        .type('application/json; charset=utf-8')
        .send('{"status":"ready"}');
    },
  );
}
