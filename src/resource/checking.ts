/** From what a client sent to a row that may be written: shape, references and id, with every fault named. */
import type { Client } from '../db/database.ts';
import { faultsOf } from '../kernel/faults.ts';
import { refuse, type Fault } from '../kernel/problems.ts';
import { reversedPeriods, unknownCodes } from './codes.ts';
import type { Resource } from './declare.ts';
import { unknownReferences } from './references.ts';
import type { Registry } from './registry.ts';
import { valueAt, type Document } from './write.ts';

/**
 * What is sent, the faults that it has already, and the id of the row where it has one. What is trusted is looked up only
 * where something else is wrong with it: then every fault is named.
 */
export interface Sent {
  input: unknown;
  faults: Fault[];
  id?: string;
  isTrusted: boolean;
}

/** Validates against the schema and looks up what is referred to; throws one refusal with every fault. */
export async function checked(
  client: Client,
  resource: Resource,
  registry: Registry,
  { input, faults, id, isTrusted }: Sent,
): Promise<Document> {
  const isObject = typeof input === 'object' && input !== null && !Array.isArray(input);
  if (!isObject)
    throw refuse(
      [{ pointer: '', code: 'invalid-type', detail: 'the body must be a JSON object' }],
      'validation-failed',
    );
  const document = withId(resource, input as Document, id);
  const parsed = resource.schemas.create.safeParse(document);
  const all = [
    ...faults,
    ...(parsed.success ? [] : faultsOf(parsed.error, document, 'pointer', knownFields(resource))),
  ];
  const more = reversedPeriods(resource, document);
  if (resource.id === 'slug' && parsed.success && parsed.data.id === undefined)
    more.push({ pointer: '/id', code: 'required', detail: 'no id can be derived from the names: give one' });
  if (!isTrusted || all.length + more.length > 0) {
    for (const fault of await unknownReferences(client, resource, document, registry)) all.push(fault);
    for (const fault of (await unknownCodes(client, resource, [document])).flat()) all.push(fault);
  }
  all.push(...more);
  if (all.length > 0) throw refuse(all, 'validation-failed');
  return parsed.data as Document;
}

export const knownFields =
  (resource: Resource) =>
  (path: readonly PropertyKey[]): string[] => {
    const field = path.length === 0 ? undefined : resource.fields[String(path[0])];
    if (field && field.type !== 'leaf') return Object.keys(field.fields);
    return Object.keys(resource.schemas.create.shape);
  };

/** Letters and digits of a Latin text; what has none gives no slug. */
const slugOf = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 80)
    .replace(/^-+|-+$/g, '');

/** A slug is the client's, the row's own, or derived; a UUID is never part of a document. */
export function withId(resource: Resource, document: Document, id?: string): Document {
  if (resource.id === 'uuid')
    return id === undefined
      ? document
      : Object.fromEntries(Object.entries(document).filter(([key]) => key !== 'id'));
  if (id !== undefined) return { ...document, id };
  if (document.id !== undefined) return document;
  const words = (resource.slugFrom ?? [])
    .map((path) => valueAt(document, path) ?? '')
    .map((value) => (typeof value === 'string' ? value : JSON.stringify(value)));
  const derived = slugOf(words.join(' '));
  return derived === '' ? document : { ...document, id: derived };
}

/** Naming the id that the row has does no harm; changing it is refused. */
export function fixedFields(patch: unknown, id: string): Fault[] {
  const named = valueAt(patch, 'id');
  return named === undefined || named === id
    ? []
    : [{ pointer: '/id', code: 'id-is-fixed', detail: `the id of this row is \`${id}\` and never changes` }];
}
