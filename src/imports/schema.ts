/** The public form of an import and of its rows. */
import { z } from 'zod';
import { rowFault } from '../http/problem-schema.ts';
import { count, instant, listOf, slug, uuid, words } from '../views/schemas.ts';
import { modes, reactions } from './merging/order.ts';
import { rowStatuses } from './rows.ts';
import { statuses } from './store.ts';

const fieldName = z
  .string()
  .max(200)
  .regex(/^[A-Za-z.]+$/);

const standing = z
  .strictObject({
    rank: z.unknown().meta({ description: 'The rank, or the interval of ranks, as the standings give it.' }),
    total: z.unknown().meta({ description: 'The total, or its interval, as the standings give it.' }),
  })
  .meta({ id: 'ImportStanding', description: 'Where a consortium stands.' });

const effect = z
  .strictObject({
    round: words('The round.', 'kr-safm-round-2', 80),
    changes: listOf(
      z.strictObject({
        consortium: words('The consortium.', 'sk-telecom', 80),
        from: standing
          .nullable()
          .meta({ description: 'Before the import; null where it was not in the round.' }),
        to: standing.nullable().meta({ description: 'After it.' }),
      }),
      'The consortiums whose rank or total changes; empty where none does.',
      1000,
    ),
  })
  .meta({ id: 'StandingsEffect', description: 'What an import does to the standings of a round.' });

const counts = z
  .strictObject({
    read: count('Rows of the file.', 24),
    create: count('New rows.', 20),
    update: count('Rows that change.', 3),
    unchanged: count('Rows that are as the file has them already.', 1),
    delete: count('Rows of the scope that the file lacks.', 0),
    error: count('Rows that do not fit.', 0),
  })
  .meta({ id: 'ImportCounts', description: 'How many rows of which kind.' });

const progress = z
  .strictObject({
    phase: z
      .enum(['waiting', 'reading', 'checking', 'writing'])
      .meta({ description: 'What is being done.', examples: ['reading'] }),
    bytes: count('Bytes of the file that have been read.', 1048576),
    totalBytes: count('Bytes of the file, as it was sent.', 4194304),
    read: count('Rows that have been read.', 12000),
    valid: count('Rows without a fault of their own so far.', 11998),
    written: count('New rows that are written, and seen by others once all are.', 0),
    rate: count('Rows read or written a second, in this phase.', 40000).nullable(),
    secondsLeft: count('An estimate.', 3).nullable(),
  })
  .meta({ id: 'ImportProgress', description: 'How far an import is.' });

const link = (description: string, example: string): z.ZodType =>
  z
    .string()
    .max(200)
    .regex(/^\/v1\//)
    .meta({ description, examples: [example] });

const exampleId = '0199f6a2-7c1e-7d34-9a51-0c8c3f3f6b1d';

const importSchema = z
  .strictObject({
    id: uuid('The id.', exampleId),
    resource: words('The resource of its rows.', 'evaluations', 50),
    mode: z.enum(modes).meta({ description: 'What happens to keys that exist.', examples: ['upsert'] }),
    onError: z
      .enum(reactions)
      .meta({ description: 'What one bad row does to the others.', examples: ['abort'] }),
    dryRun: z.boolean().meta({ description: 'Whether it is a plan.', examples: [true] }),
    plan: uuid('The plan that it carried out.', exampleId).nullable(),
    scope: z
      .record(fieldName, words('Its value.', 'kr-safm-round-2', 1000))
      .nullable()
      .meta({ description: 'The rows that the file stands for, with `replace-scope`.' }),
    maxDelete: count('How many rows may be removed at most.', 0),
    correction: words('Why published rounds are corrected.', undefined, 1000).nullable(),
    program: slug(
      'The programme that the key which ordered it is bound to: no other rows are written. Null where it is bound to none.',
      'kr-safm',
    ).nullable(),
    status: z.enum(statuses).meta({ description: 'How far it is.', examples: ['planned'] }),
    counts,
    progress: progress.nullable().meta({ description: 'Of an import that waits or runs; else null.' }),
    standings: listOf(
      effect,
      'Of a plan: what it would do to the standings of the rounds concerned, the first 20 of them.',
      20,
    ),
    problems: listOf(rowFault, 'What is wrong with the file as a whole.', 200),
    errors: listOf(
      rowFault,
      'The faults of single rows in the order of the file, the first 200; the rows have all of them.',
      200,
    ),
    createdAt: instant('When it was asked for.', '2026-11-25T03:00:00.000000Z'),
    finishedAt: instant('When it ended.', '2026-11-25T03:00:00.120000Z').nullable(),
    expiresAt: instant(
      'Until when the plan can be carried out; null for what is no plan.',
      '2026-11-26T03:00:00.000000Z',
    ).nullable(),
    links: z
      .strictObject({
        self: link('This import.', `/v1/imports/${exampleId}`),
        rows: link('What became of each row.', `/v1/imports/${exampleId}/rows`),
        events: link('How it goes on, as server-sent events.', `/v1/imports/${exampleId}/events`).optional(),
        apply: link(
          'Carries the plan out; only where it can be carried out.',
          `/v1/imports/${exampleId}/apply`,
        ).optional(),
      })
      .meta({ id: 'ImportLinks', description: 'Where to go from here.' }),
  })
  .meta({ id: 'Import', description: 'A batch import, or the plan of one.' });

export const importReply = z
  .strictObject({ data: importSchema })
  .meta({ id: 'ImportReply', description: 'One import.' });

export const importsReply = z
  .strictObject({
    data: listOf(importSchema, 'The newest first.', 500),
    page: z
      .strictObject({
        limit: count('Imports a page.', 50),
        next: uuid('Give this as `before` for the next page; null on the last.', exampleId).nullable(),
      })
      .meta({ id: 'ImportsPage', description: 'Where the page stands.' }),
  })
  .meta({ id: 'ImportsReply', description: 'The imports.' });

const row = z
  .strictObject({
    row: count('The row of the file; removals come after the last.', 1),
    line: count('The line where it begins; null for a removal.', 2).nullable(),
    status: z.enum(rowStatuses).meta({ description: 'What becomes of it.', examples: ['update'] }),
    id: words(
      'The row of the tracker; in a plan a new row has none yet that lasts.',
      'sk-telecom',
      80,
    ).nullable(),
    changes: z
      .record(
        fieldName,
        z.strictObject({
          from: z.unknown().meta({ description: 'The value before.', examples: [29.3] }),
          to: z.unknown().meta({ description: 'The value after.', examples: [29.5] }),
        }),
      )
      .nullable()
      .meta({ description: 'Of an update: each field that changes, old and new.' }),
    errors: listOf(rowFault, 'Everything that is wrong with it.', 1000),
  })
  .meta({ id: 'ImportRow', description: 'What becomes of one row.' });

export const rowsReply = z
  .strictObject({
    data: listOf(row, 'The rows, in the order of the file.', 500),
    page: z
      .strictObject({
        limit: count('Rows a page.', 50),
        next: count('Give this as `after` for the next page; null on the last.', 50).nullable(),
      })
      .meta({ id: 'ImportRowsPage', description: 'Where the page stands.' }),
  })
  .meta({ id: 'ImportRowsReply', description: 'Rows of an import.' });
