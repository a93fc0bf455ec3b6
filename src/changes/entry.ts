/** A change as the wire shows it. */
import { z } from 'zod';
import type { Registry } from '../resource/registry.ts';
import type { Change } from './sql.ts';

const text = (description: string, example: string, max = 200) =>
  z
    .string()
    .max(max)
    .regex(/^[^]*$/)
    .meta({ description, examples: [example] });

const entrySchema = z
  .strictObject({
    resource: text('The resource, as in its path.', 'evaluations', 80),
    id: text('The id of the row.', 'kr-safm', 80),
    version: z
      .int()
      .min(1)
      .max(2_147_483_647)
      .meta({ format: 'int32' })
      .nullable()
      .meta({ description: 'The version that the change made; null where the row was deleted.' }),
    operation: z.enum(['create', 'update', 'delete']).meta({ description: 'What happened to the row.' }),
    program: text('The programme that the row belongs to, if it is one.', 'kr-safm', 80).nullable(),
    recordedAt: z.iso
      .datetime()
      .max(40)
      .meta({
        description: 'When it was recorded: from then on it counts under `knownAt`.',
        examples: ['2026-11-25T12:00:00.123456Z'],
      }),
    transaction: z.int().min(1).max(Number.MAX_SAFE_INTEGER).meta({
      format: 'int64',
      description:
        'What was recorded together has the same number. The numbers are not in the order of the changes.',
    }),
    actor: text('The key that it was written with, or `database:` and a role for plain SQL.', 'importer'),
    request: text('The request that wrote it.', '0199f6a2-7c1e-7d34-9a51-0c8c3f3f6b1d').nullable(),
    import: z.uuid().max(36).nullable().meta({ description: 'The import that wrote it.' }),
    reason: text('Why, where it is a correction.', 'A slip of the pen', 2_147_483_647).nullable(),
    href: text(
      'The row as this change made it; of a deleted one its history.',
      '/v1/programs/kr-safm?version=1',
      400,
    ),
  })
  .meta({ id: 'Change', description: 'One change of one row.' });

type Entry = z.infer<typeof entrySchema>;

export type EntryOf = (change: Change) => Entry;

export function entriesOf(registry: Registry): EntryOf {
  const names = new Map(registry.all.map(({ table, name }) => [table, name]));
  return ({ place, holder, id, version, operation, ...said }) => {
    const resource = names.get(holder) ?? holder;
    const row = `/v1/${resource}/${id}`;
    return {
      resource,
      id,
      version: operation === 'delete' ? null : version,
      operation,
      program: said.program,
      recordedAt: place.at,
      transaction: place.tx,
      actor: said.actor,
      request: said.request,
      import: said.import,
      reason: said.reason,
      href: operation === 'delete' ? `${row}/history` : `${row}?version=${version}`,
    };
  };
}

export const changesReply = z
  .strictObject({
    data: z.array(entrySchema).max(500),
    page: z.strictObject({
      limit: z.int().min(1).max(500).meta({ format: 'int32' }),
      next: z
        .string()
        .max(400)
        .regex(/^[A-Za-z0-9_-]+$/)
        .meta({ description: 'Where to go on, always: also after a page that is empty.' }),
      more: z.boolean().meta({
        description: 'Whether there is more now. Where not, what comes next is still to be written.',
      }),
    }),
  })
  .meta({ id: 'ChangesReply', description: 'Changes in the order in which they were recorded.' });
