/** What a file of rows looks like: per resource a CSV of one row that imports as it is, and the JSON Schema of a row. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { formatOf, mediaTypes } from '../http/negotiate.ts';
import { queryReader } from '../http/query.ts';
import { listTag, sendTagged, varies, type Sending } from '../http/reply.ts';
import { lazily } from '../kernel/lazily.ts';
import { didYouMean } from '../kernel/nearest.ts';
import { Problem } from '../kernel/problems.ts';
import { correctionFields, type LeafAt, type Resource } from '../resource/declare.ts';
import type { Context } from '../resource/reading.ts';
import type { Registry } from '../resource/registry.ts';
import { csvOf } from './reading/mend.ts';
import { readable } from './reading/fields.ts';
import { csvTemplateOperation, schemaTemplateOperation } from './templates-documentation.ts';

type Form = 'csv' | 'json';

export function templateRoutes(app: FastifyInstance, context: Context): void {
  const operations = { csv: csvTemplateOperation, json: schemaTemplateOperation };
  for (const form of ['csv', 'json'] as const)
    app.get(
      `/v1/imports/templates/:resource.${form}`,
      { config: { operation: () => operations[form](context.registry) } },
      templateHandler(form, context),
    );
}

const noParameters = queryReader({});

function templateHandler(form: Form, { registry, publicRead }: Context) {
  const bodies = new Map(
    registry.all.map((resource) => [
      resource.name,
      lazily(() => (form === 'csv' ? templateOf(resource) : JSON.stringify(rowSchema(resource)))),
    ]),
  );
  return (request: FastifyRequest, reply: FastifyReply): Sending => {
    noParameters.read(request.query as Record<string, unknown>);
    formatOf(request, undefined, [form]);
    const { resource } = request.params as { resource: string };
    const body = bodies.get(resource)?.();
    if (body === undefined) throw unknownResource(resource, registry);
    varies(reply, publicRead, ['Accept']);
    return sendTagged(request, reply, {
      body,
      type: mediaTypes[form],
      etag: listTag(body),
      headers: form === 'csv' ? { 'content-disposition': `attachment; filename="${resource}.csv"` } : {},
    });
  };
}

function unknownResource(name: string, { all }: Registry): Problem {
  const names = all.map((resource) => resource.name);
  const shown = name.slice(0, 80);
  return new Problem(
    'not-found',
    `There is no resource \`${shown}\`${didYouMean(shown, names) || `; there are ${names.join(', ')}`}`,
  );
}

/** What is said once for a whole import is no field of its rows. */
const inRows = (document: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(document).filter(([name]) => !Object.hasOwn(correctionFields, name)));

const exampleOf = ({ example, fileExample }: Resource): Record<string, unknown> =>
  fileExample ?? inRows(example);

/** A file that is imported as it stands. */
export const templateOf = (resource: Resource): string => csvOf(resource, exampleOf(resource));

interface Schema {
  properties?: Record<string, Schema>;
  items?: Schema;
  anyOf?: Schema[];
  description?: string;
  examples?: unknown[];
}

function rowSchema(resource: Resource): object {
  const { name, singular, schemas } = resource;
  const row = z.strictObject(inRows(schemas.create.shape) as Record<string, z.ZodType>);
  const schema = z.toJSONSchema(row, { target: 'draft-2020-12', io: 'input' }) as Schema;
  for (const at of readable(resource).leaves.values())
    if (at.path !== 'id' && (at.subject ?? at.leaf.refersTo) !== undefined) openReference(schema, at);
  return {
    ...schema,
    title: `A row of ${name}: one ${singular}`,
    description: `What a new row needs. Of a row that exists already (told by ${resource.naturalKey.join(' + ')}) whatever is left out stays as it is.`,
    examples: [exampleOf(resource)],
  };
}

/** A file may name a row otherwise than by its id. */
function openReference(schema: Schema, { path }: LeafAt): void {
  const found = path
    .split('.')
    .reduce<Schema | undefined>((at, key) => (at?.items ?? at)?.properties?.[key], schema);
  if (!found) throw new Error(`no ${path} in the schema`);
  const one = {
    type: 'string',
    minLength: 1,
    description:
      'The id; or its natural key, such as kr-safm/2 for a round, its name in any language, or an alias.',
  };
  if (found.items) found.items = one;
  else if (found.anyOf) found.anyOf = [one, { type: 'null' } as Schema];
  else {
    const { description, examples } = found;
    for (const key of Object.keys(found)) Reflect.deleteProperty(found, key);
    Object.assign(
      found,
      { ...one, description: `${description ?? ''} ${one.description}`.trim() },
      examples && { examples },
    );
  }
}
