/** What two states of a row differ in, field by field. A state is the row's document with what is stored of it. */
import { isWritable, type Resource } from '../resource/declare.ts';
import type { Document } from '../resource/write.ts';

export interface FieldChange {
  /** A JSON path, as in the columns of CSV; a list is one field. */
  field: string;
  old: unknown;
  new: unknown;
}

/** What is stored of a row and not computed: names of the fields that a client writes. */
export const storedFields = (resource: Resource): string[] =>
  Object.entries(resource.fields)
    .filter(([name, field]) => isWritable(name, field))
    .map(([name]) => name);

/** Each value by its path. */
function flat(resource: Resource, document: Document | undefined): Map<string, unknown> {
  const values = new Map<string, unknown>();
  for (const [name, value] of Object.entries(document ?? {})) {
    if (resource.fields[name]?.type === 'group' && value !== null)
      for (const [part, inner] of Object.entries(value as Document)) values.set(`${name}.${part}`, inner);
    else values.set(name, value);
  }
  return values;
}

/** `undefined` where there was no row. What was empty and stays so is no change. */
export function changesBetween(
  resource: Resource,
  before: Document | undefined,
  after: Document | undefined,
): FieldChange[] {
  const old = flat(resource, before);
  const now = flat(resource, after);
  return [...new Set([...old.keys(), ...now.keys()])]
    .map((field) => ({ field, old: old.get(field) ?? null, new: now.get(field) ?? null }))
    .filter((change) => JSON.stringify(change.old) !== JSON.stringify(change.new));
}
