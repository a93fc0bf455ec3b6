/** `?version=3`: an item as it was known when that version of it was recorded. */
import type { Database } from '../db/database.ts';
import { Problem, refuse } from '../kernel/problems.ts';
import type { Resource } from '../resource/declare.ts';
import type { MomentQuery } from '../resource/moment.ts';
import { isPossibleId, notFound } from '../resource/not-found.ts';
import { versionRecorded } from './versions.ts';

/** The query with the moment that its version stands for. */
export async function atVersion<Q extends MomentQuery & { version?: number }>(
  db: Database,
  resource: Resource,
  id: string,
  query: Q,
): Promise<Q> {
  const { version, knownAt } = query;
  if (version === undefined) return query;
  if (knownAt !== undefined)
    throw refuse(
      [
        {
          parameter: 'version',
          code: 'invalid-value',
          detail: '`version` is a moment of its own: leave `knownAt` out',
        },
      ],
      'invalid-parameter',
    );
  const { recordedAt, latest } = isPossibleId(resource, id)
    ? await versionRecorded(db, resource, id, version)
    : { recordedAt: null, latest: null };
  if (latest === null) throw await notFound(db, resource, id);
  if (recordedAt === null)
    throw new Problem(
      'not-found',
      `\`${id}\` has no version ${version} that was ever public; the newest is ${latest}.`,
    );
  return { ...query, knownAt: recordedAt };
}

/** A transaction that writes a row twice leaves one version that nobody has seen. */
export const overtaken = (id: string, version: number): Problem =>
  new Problem('not-found', `Version ${version} of \`${id}\` was overtaken in the transaction that made it.`);
