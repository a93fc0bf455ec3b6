/** What to say of an id that there is no row for. */
import sql, { raw } from 'sql-template-tag';
import type { Row } from '../db/database.ts';
import type { Reader } from '../db/moment.ts';
import { instantOf } from '../kernel/instant.ts';
import { didYouMean } from '../kernel/nearest.ts';
import { Problem } from '../kernel/problems.ts';
import type { Resource } from './declare.ts';
import type { MomentQuery } from './moment.ts';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const slug = /^[a-z0-9]+(-[a-z0-9]+)*$/;
export const isPossibleId = (resource: Resource, id: string): boolean =>
  resource.id === 'uuid' ? uuid.test(id) : id.length <= 80 && slug.test(id);

interface Known extends Row {
  /** Whether it is there at present. */
  there: boolean;
  /** Whether a version of it was recorded by the moment asked about. */
  before: boolean;
}

async function whatIsKnown(reader: Reader, resource: Resource, id: string, knownAt?: string): Promise<Known> {
  const own = raw(resource.id === 'uuid' ? 'uuid' : 'text');
  const versions = sql`SELECT recorded_in FROM ${raw(`history.${resource.table}`)} WHERE id = ${id}::${own}
    UNION ALL SELECT recorded_in FROM ${raw(`public.${resource.table}`)} WHERE id = ${id}::${own}`;
  const [known] = await reader.query<Known>(sql`
    SELECT EXISTS (SELECT FROM ${raw(`public.${resource.table}`)} WHERE id = ${id}::${own}) AS there,
           EXISTS (SELECT FROM (${versions}) v JOIN history.transactions t ON t.tx = v.recorded_in
                    WHERE t.recorded_at <= ${knownAt === undefined ? 'infinity' : instantOf(knownAt)}::timestamptz) AS before`);
  return known ?? { there: false, before: false };
}

/** A misspelt slug is answered with the nearest one that there is; a row that was deleted, with its history. */
export async function notFound(
  reader: Reader,
  resource: Resource,
  id: string,
  { asOf, knownAt }: MomentQuery = {},
): Promise<Problem> {
  const { singular } = resource;
  const { there, before } = isPossibleId(resource, id)
    ? await whatIsKnown(reader, resource, id, knownAt)
    : { there: false, before: false };
  if (before && (!there || asOf === undefined)) {
    const history = `/v1/${resource.name}/${id}/history`;
    return new Problem(
      'gone',
      `The ${singular} \`${id}\` was deleted${knownAt === undefined ? '' : ` by ${knownAt}`}.`,
      {
        headers: { link: `<${history}>; rel="version-history"` },
        extra: { history },
      },
    );
  }
  if (there)
    return new Problem(
      'not-found',
      before
        ? `The ${singular} \`${id}\` was not public yet as of ${asOf ?? 'today'}.`
        : `The tracker did not know the ${singular} \`${id}\` at ${knownAt ?? 'that moment'}.`,
    );
  const shown = id.slice(0, 80);
  return new Problem(
    'not-found',
    `There is no ${singular} \`${shown}\`${(await nearest(reader, resource, shown)) || '.'}`,
  );
}

async function nearest(reader: Reader, resource: Resource, id: string): Promise<string> {
  if (resource.id !== 'slug') return '';
  const ids = await reader.query<{ id: string }>(
    sql`SELECT id FROM ${raw(resource.table)} ORDER BY id LIMIT 5000`,
  );
  return didYouMean(
    id,
    ids.map((row) => row.id),
  );
}
