/** What can be asked of the feed. */
import { z } from 'zod';
import { listParameter, type Parameters } from '../http/query.ts';
import { slugSchema } from '../resource/fields.ts';
import type { Registry } from '../resource/registry.ts';
import { beginning, placeOf, type Place } from './cursor.ts';
import type { Feed } from './feed.ts';
import type { Filter } from './sql.ts';

export interface ChangesQuery {
  since?: string;
  limit?: number;
  resource?: string[];
  program?: string[];
  wait?: number;
}

const cursorText = z
  .string()
  .min(1)
  .max(400)
  .regex(/^[A-Za-z0-9_-]+$/, 'is not a cursor');

const commonParameters = (registry: Registry): Parameters => ({
  resource: listParameter(
    z.enum(registry.all.map(({ name }) => name) as [string]),
    registry.all.length,
    'Only changes of these resources. Comma-separated.',
  ),
  program: listParameter(
    slugSchema,
    100,
    'Only changes of what belongs to these programmes, by id. What belongs to no single one (organizations, sources, models, benchmarks and their results) is left out. Comma-separated.',
  ),
});

export const changesParameters = (registry: Registry): Parameters => ({
  since: cursorText.optional().meta({
    description:
      'Where to go on: `page.next` of the page before, or the `id` of an event. `start` begins with the first change, as no `since` does; `now` with what comes from now on.',
  }),
  limit: z
    .int()
    .min(1)
    .max(500)
    .optional()
    .meta({ format: 'int32', description: 'Changes a page, 50 unless told.' }),
  ...commonParameters(registry),
  wait: z.int().min(0).max(60).optional().meta({
    format: 'int32',
    description:
      'Where there is nothing to tell: wait so many seconds for something, and answer as soon as it is there.',
  }),
});

export const eventsParameters = (registry: Registry): Parameters => ({
  since: cursorText.optional().meta({
    description:
      'Where to begin: a cursor, `start` for the first change, or `now`, as no `since` does. `Last-Event-ID` is stronger.',
    param: { example: 'start' },
  }),
  limit: z
    .int()
    .min(1)
    .max(1_000_000)
    .optional()
    .meta({
      format: 'int32',
      description: 'End the stream after so many changes; it does not end by itself unless told.',
      param: { example: 10 },
    }),
  ...commonParameters(registry),
});

export const lastEvent = z.object({
  'Last-Event-ID': cursorText.optional().meta({
    description:
      'The `id` of the last event that was received: the stream goes on after it. Browsers send it by themselves when they connect again.',
  }),
});

/** Parts of a resource, like the members of a consortium, change with it and are not told apart. */
export const filterOf = ({ resource, program }: ChangesQuery, registry: Registry): Filter => ({
  holders: registry.all.filter(({ name }) => resource?.includes(name) ?? true).map(({ table }) => table),
  programs: program,
});

export async function placeIn(feed: Feed, since: string, parameter?: string): Promise<Place> {
  if (since === 'start') return beginning;
  return since === 'now' ? feed.now() : placeOf(since, parameter);
}
