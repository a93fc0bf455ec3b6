/** A resource as its file declares it, and what can be read off the declaration without a database. */
import { z } from 'zod';
import * as f from './fields.ts';
import type { Field, Leaf, Rows } from './fields.ts';

export interface Declaration {
  /** Plural, kebab-case: the path. The table has the same name in snake_case. */
  name: string;
  singular: string;
  /** Where it stands in the documentation. */
  order: number;
  description: string;
  /** `slug`: chosen by the client or derived from `slugFrom`. `uuid`: given by the server. */
  id: 'slug' | 'uuid';
  fields: Record<string, Field>;
  /** Leaf paths whose values, taken together, name one row; `['id']` unless the contract says otherwise. */
  naturalKey?: readonly string[];
  /** Leaf paths that the slug is derived from when the client gives none; `names.en` if there is one. */
  slugFrom?: readonly string[];
  /** Leaf paths that `q` looks into, aliases aside. */
  search?: readonly string[];
  /** Rows of other resources that name this one: include name → [resource, its leaf path that refers here]. */
  referredBy?: Record<string, readonly [resource: string, path: string]>;
  /** A fact row names its sources, at least one. Only the sources themselves need none. */
  sourced?: { max: number } | false;
  /** Set where a row belongs to a published round and is then changed only as a correction. */
  correctable?: boolean;
  /** Changes that have a name of their own, each POST /v1/<name>/{id}/<action>. */
  actions?: readonly Action[];
  /** A whole new row that the API accepts as it stands, for the documentation and the tests. */
  example: Record<string, unknown>;
  /** Where the example is a correction, which is not said in a row of a file: a row that an import takes instead. */
  fileExample?: Record<string, unknown>;
  /** The id of a row of the real data set, for the documentation. */
  exampleId: string;
}

/** A step in the life of a row: a change with a name, judged by the database like any other. */
export interface Action {
  name: string;
  summary: string;
  description: string;
  body: z.ZodObject;
  example: Record<string, unknown>;
  /** The change as a merge patch. `today` is a date in UTC. */
  changes(body: Record<string, unknown>, today: string): Record<string, unknown>;
}

export interface LeafAt {
  path: string;
  leaf: Leaf;
  /** Set where the leaf is part of a list of objects. */
  rows?: Rows;
  /** Singular names of the resources that a subject may be a row of; the leaf beside it says which. */
  subject?: readonly string[];
}

export interface Resource extends Declaration {
  table: string;
  naturalKey: readonly string[];
  search: readonly string[];
  referredBy: NonNullable<Declaration['referredBy']>;
  sourced: { max: number } | false;
  correctable: boolean;
  actions: readonly Action[];
  leaves: LeafAt[];
  schemas: { row: z.ZodObject; create: z.ZodObject; patch: z.ZodObject };
}

const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
export const pascal = (name: string): string =>
  name.replace(/(^|-)([a-z])/g, (_, __, letter: string) => letter.toUpperCase());

export function declare(declaration: Declaration): Resource {
  const sourced = declaration.sourced ?? { max: 50 };
  const id =
    declaration.id === 'slug'
      ? {
          ...f.ref('The id, a slug that never changes.', declaration.name, {
            example: declaration.exampleId,
          }),
          column: 'id',
        }
      : {
          ...f.ref('The id, given by the server (UUID version 7).', declaration.name, {
            example: declaration.exampleId,
          }),
          column: 'id',
          kind: 'uuid' as const,
          pg: 'uuid',
          schema: f.uuidSchema,
        };
  const fields: Record<string, Field> = {
    id,
    ...declaration.fields,
    ...(sourced === false
      ? {}
      : {
          sources: f.refs('Ids of the sources that state this fact.', 'sources', {
            min: 1,
            max: sourced.max,
            example: ['seed-004'],
          }),
        }),
    createdAt: f.instant('When the row was recorded here.', { example: '2026-11-24T00:00:00.000000Z' }),
    updatedAt: f.instant('When the row was last changed here.', {
      example: '2026-11-24T00:00:00.000000Z',
    }),
    version: f.integer('How often the row was written; starts at 1.', {
      min: 1,
      max: 2_147_483_647,
      example: 1,
    }),
  };
  const leaves = Object.entries(fields).flatMap(([name, field]) => leavesOf(name, field));
  for (const { leaf, path } of leaves) leaf.column ??= snake(path.split('.').at(-1) ?? path);
  const hasNames = 'names' in fields;
  return {
    ...declaration,
    fields,
    leaves,
    sourced,
    table: declaration.name.replaceAll('-', '_'),
    naturalKey: declaration.naturalKey ?? ['id'],
    slugFrom: declaration.slugFrom ?? (hasNames ? ['names.en'] : []),
    search: declaration.search ?? (hasNames ? ['names.en', 'names.ko', 'names.fr'] : []),
    referredBy: declaration.referredBy ?? {},
    correctable: declaration.correctable ?? false,
    actions: declaration.actions ?? [],
    schemas: schemasOf(declaration, fields),
  };
}

const serverFields = new Set(['createdAt', 'updatedAt', 'version']);

function leavesOf(path: string, field: Field): LeafAt[] {
  if (field.type === 'leaf') return [{ path, leaf: field }];
  return Object.entries(field.fields).map(([name, leaf]) => ({
    path: `${path}.${name}`,
    leaf,
    ...(field.type === 'rows' ? { rows: field } : {}),
    ...(field.type === 'group' && field.subject && name === 'id' ? { subject: field.subject } : {}),
  }));
}

export const isWritable = (name: string, field: Field): boolean =>
  !serverFields.has(name) && !(field.type === 'leaf' && field.derived);

/** The schema as a field says it. A shared schema stays the component that it is, whatever is said about its use. */
const described = (
  schema: z.ZodType,
  { description, example }: { description: string; example?: unknown },
): z.ZodType => {
  const { id: _, ...meta } = schema.meta() ?? {};
  return schema.meta({ ...meta, description, ...(example === undefined ? {} : { examples: [example] }) });
};

const leafOut = (leaf: Leaf): z.ZodType =>
  described(leaf.nullable ? leaf.schema.nullable() : leaf.schema, leaf);

function leafIn(leaf: Leaf): z.ZodType {
  const schema = leafOut(leaf);
  if (leaf.fallback !== undefined) return schema.default(leaf.fallback as never);
  return leaf.nullable ? schema.default(null as never) : schema;
}

function fieldSchema(field: Field, one: (leaf: Leaf) => z.ZodType, output: boolean): z.ZodType {
  if (field.type === 'leaf') return one(field);
  const shape = Object.fromEntries(Object.entries(field.fields).map(([name, leaf]) => [name, one(leaf)]));
  const object = z.strictObject(shape);
  if (field.type === 'rows') {
    const list = described(z.array(object).max(200), field);
    return output ? list : list.default([]);
  }
  const optional =
    !output && Object.values(field.fields).every((leaf) => leaf.nullable || leaf.fallback !== undefined);
  const whole = described(object, field);
  return optional ? whole.prefault({}) : whole;
}

export const correctionFields = {
  correction: z
    .boolean()
    .meta({ description: 'Say true to correct a result that is already published; needs `reason`.' }),
  reason: z
    .string()
    .min(1)
    .max(1000)
    .regex(f.printable, 'must not contain control characters')
    .meta({ description: 'Why a published result is corrected. Kept with the row.' }),
};

function schemasOf(declaration: Declaration, fields: Record<string, Field>): Resource['schemas'] {
  const row: Record<string, z.ZodType> = {};
  const create: Record<string, z.ZodType> = {};
  const patch: Record<string, z.ZodType> = {};
  for (const [name, field] of Object.entries(fields)) {
    row[name] = fieldSchema(field, leafOut, true);
    if (!isWritable(name, field)) continue;
    if (name === 'id') {
      if (declaration.id === 'slug') create.id = leafOut(field as Leaf).optional();
      continue;
    }
    create[name] = fieldSchema(field, leafIn, false);
    patch[name] = fieldSchema(field, (leaf) => leafOut({ ...leaf, nullable: true }).optional(), false);
    if (field.type === 'group')
      patch[name] = described(
        z.strictObject(
          Object.fromEntries(
            Object.entries(field.fields).map(([key, leaf]) => [
              key,
              leafOut({ ...leaf, nullable: true }).optional(),
            ]),
          ),
        ),
        field,
      )
        .nullable()
        .optional();
    if (field.type === 'rows') patch[name] = fieldSchema(field, leafIn, true).nullable().optional();
  }
  const correction = {
    correction: correctionFields.correction.optional(),
    reason: correctionFields.reason.optional(),
  };
  const title = pascal(declaration.singular);
  const extra = declaration.correctable ? correction : {};
  return {
    row: z.strictObject(row).meta({ id: title, description: declaration.description }),
    create: z.strictObject({ ...create, ...extra }).meta({
      id: `New${title}`,
      description: `A new row of ${declaration.name}.`,
      examples: [declaration.example],
    }),
    patch: z.strictObject({ ...patch, ...extra }).meta({
      id: `${title}Patch`,
      description: `Changes to a row of ${declaration.name} (JSON merge patch, RFC 7396): only the fields to change; null empties a field.`,
    }),
  };
}

/** A row of the real data set, put together from the examples of its fields: what Swagger UI shows of a reply. */
export function exampleRow(resource: Resource): Record<string, unknown> {
  const one = (leaf: Leaf): unknown => leaf.example ?? leaf.fallback ?? null;
  const field = (whole: Field): unknown => {
    if (whole.type === 'leaf') return one(whole);
    if (whole.type === 'rows') return whole.example ?? [];
    return Object.fromEntries(Object.entries(whole.fields).map(([name, leaf]) => [name, one(leaf)]));
  };
  return Object.fromEntries(Object.entries(resource.fields).map(([name, whole]) => [name, field(whole)]));
}
