/** What zod cannot see in a document: codes that the database does not know, and periods that end before they begin. */
import sql, { raw } from 'sql-template-tag';
import type { Client } from '../db/database.ts';
import { isPartialDate, startsAfter } from '../kernel/partial-date.ts';
import type { Fault } from '../kernel/problems.ts';
import type { Resource } from './declare.ts';
import { placesOf } from './places.ts';
import type { Document } from './write.ts';

/** For each document the codes that are in no list; what has not the form of a code is the schema's to refuse. */
export async function unknownCodes(
  client: Client,
  resource: Resource,
  documents: readonly Document[],
): Promise<Fault[][]> {
  const faults: Fault[][] = documents.map(() => []);
  for (const at of resource.leaves) {
    const { listed, schema } = at.leaf;
    if (!listed) continue;
    const found = documents.flatMap((document, i) =>
      placesOf(at, document).flatMap(({ pointer, value }) =>
        typeof value === 'string' && schema.safeParse(value).success ? [{ i, pointer, value }] : [],
      ),
    );
    if (found.length === 0) continue;
    const codes = [...new Set(found.map(({ value }) => value))];
    const unknown = await client.query<{ code: string }>(
      sql`SELECT code FROM unnest(${codes}::text[]) AS asked(code) WHERE NOT (${raw(listed.knows)})`,
    );
    const bad = new Set(unknown.map(({ code }) => code));
    for (const { i, pointer, value } of found)
      if (bad.has(value)) faults[i]?.push({ pointer, code: listed.problem, detail: listed.detail });
  }
  return faults;
}

export function reversedPeriods(resource: Resource, document: Document): Fault[] {
  const isDate = (value: unknown): value is string => typeof value === 'string' && isPartialDate(value);
  return resource.leaves.flatMap((at) => {
    const { from } = at.leaf;
    if (from === undefined) return [];
    return placesOf(at, document).flatMap(({ pointer, value, beside }) => {
      const first = beside(from);
      return isDate(value) && isDate(first) && startsAfter(first, value)
        ? [{ pointer, code: 'invalid-value' as const, detail: 'the end lies before the beginning' }]
        : [];
    });
  });
}
