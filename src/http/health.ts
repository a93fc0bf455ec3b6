import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import sql, { type Sql } from 'sql-template-tag';
import { z } from 'zod';
import type { Database } from '../db/database.ts';
import { readMigrations } from '../db/migrate.ts';
import { Problem } from '../kernel/problems.ts';

const status = (words: readonly [string, ...string[]], name: string, description: string): z.ZodObject =>
  z
    .strictObject({ status: z.enum(words).meta({ description, examples: [words[0]] }) })
    .meta({ id: name, description });

/** In milliseconds: whoever asks waits no longer, and takes no answer for a no. */
const patience = 2_000;

const again = { headers: { 'retry-after': '5' } };

const missingOf = (names: string[]): Sql => sql`
  SELECT ARRAY(SELECT name FROM unnest(${names}::text[]) AS wanted(name)
                WHERE NOT EXISTS (SELECT FROM _prisma_migrations m WHERE m.migration_name = wanted.name AND m.finished_at IS NOT NULL)) AS missing`;

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
          unasked: true,
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
            'Asks the database and looks whether all migrations are applied. No longer once the server has been asked to stop. A load balancer should send requests only while this is 200.',
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
          unasked: true,
          problems: ['unavailable'],
        }),
      },
    },
    async (_request, reply) => {
      if (app.isLeaving) throw new Problem('unavailable', 'The server is about to stop.', again);
      const asked = db.query<{ missing: string[] }>(missingOf(names), patience);
      asked.catch(() => undefined);
      // A connection that has to be made first takes longer.
      const rows = await Promise.race([asked, delay(patience, undefined, { ref: false })]);
      if (!rows) throw new Problem('unavailable', 'The database does not answer.', again);
      const [row] = rows;
      if (row && row.missing.length > 0)
        throw new Problem(
          'unavailable',
          `The migration ${row.missing[0] ?? ''} has not been applied.`,
          again,
        );
      return reply
        .header('cache-control', 'no-store')
        .type('application/json; charset=utf-8')
        .send('{"status":"ready"}');
    },
  );
}
