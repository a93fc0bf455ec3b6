/** The OpenAPI document as the fuzzer reads it: operations with their parameters, and a judge of what it forbids. */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { rooted, type OpenApi } from '../conformance.ts';

export interface Schema {
  $ref?: string;
  type?: string;
  enum?: unknown[];
  const?: unknown;
  anyOf?: Schema[];
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  minimum?: number;
  maximum?: number;
  minItems?: number;
  maxItems?: number;
  maxLength?: number;
  pattern?: string;
  examples?: unknown[];
}
export interface Parameter {
  in: 'path' | 'query' | 'header';
  name: string;
  required?: boolean;
  schema: Schema;
  example?: string;
}
export interface Operation {
  id: string;
  tag: string;
  method: string;
  path: string;
  parameters: Parameter[];
  /** By media type. */
  bodies: Record<string, { schema: Schema; example?: unknown }>;
  bodyRequired: boolean;
  statuses: string[];
  /** Whether it works without a key. */
  open: boolean;
}
export type Document = OpenApi & { components: { schemas: Record<string, Schema> } };

interface Raw {
  operationId: string;
  tags: string[];
  parameters?: (Parameter & { $ref?: string })[];
  requestBody?: { required?: boolean; content: Operation['bodies'] };
  responses: object;
  security?: object[];
}

export function operationsOf(document: Document): Operation[] {
  const components = (document.components as unknown as { parameters: Record<string, Parameter> }).parameters;
  const parameter = (one: Parameter & { $ref?: string }): Parameter =>
    components[one.$ref?.split('/').at(-1) ?? ''] ?? one;
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods as unknown as Record<string, Raw>).map(([method, raw]) => ({
      id: raw.operationId,
      tag: raw.tags[0] ?? '',
      method: method.toUpperCase(),
      path,
      parameters: (raw.parameters ?? []).map(parameter),
      bodies: raw.requestBody?.content ?? {},
      bodyRequired: raw.requestBody?.required ?? false,
      statuses: Object.keys(raw.responses),
      open: (raw.security ?? []).length === 0 || (raw.security ?? []).some((one) => !('key' in one)),
    })),
  );
}

/** With what is said beside a reference. */
export function resolved(document: Document, schema: Schema): Schema {
  const { $ref, ...beside } = schema;
  if ($ref === undefined) return schema;
  const target = document.components.schemas[$ref.split('/').at(-1) ?? ''] ?? {};
  return { ...resolved(document, target), ...beside };
}

/** A request as it goes out; what is to be known only then (an ETag, a new row) is filled in already. */
export interface Request {
  path: Record<string, string>;
  query: [name: string, text: string][];
  /** Lower-case names. */
  headers: Record<string, string>;
  body: Buffer | undefined;
  /** Appended to the address as it is, whatever it is. */
  suffix: string;
}

export class Judge {
  readonly #document: Document;
  readonly #ajv = new Ajv2020({ strict: false, logger: false });
  readonly #compiled = new Map<Schema, ValidateFunction>();

  constructor(document: Document) {
    this.#document = document;
    addFormats.default(this.#ajv);
    this.#ajv.addSchema(document, 'openapi');
  }

  fits(schema: Schema, value: unknown): boolean {
    let check = this.#compiled.get(schema);
    if (!check) this.#compiled.set(schema, (check = this.#ajv.compile(rooted(schema))));
    return check(value);
  }

  /** Why the document does not allow the request; undefined where it does. */
  forbids(operation: Operation, request: Request): string | undefined {
    if (!operation.open && request.headers.authorization === undefined) return 'has no key';
    if (request.suffix !== '') return `ends with ${request.suffix.slice(0, 20)}`;
    const names = request.query.map(([name]) => name);
    const queried = operation.parameters.filter((parameter) => parameter.in === 'query');
    const unknown = names.find((name) => !queried.some((parameter) => parameter.name === name));
    // Health checks and scrapers add what they like.
    const strict = operation.path.startsWith('/v1/');
    if (strict && unknown !== undefined) return `has the unknown parameter ${unknown}`;
    if (strict && new Set(names).size < names.length) return 'has a parameter twice';
    for (const { in: place, name, required, schema } of operation.parameters) {
      const given =
        place === 'path'
          ? request.path[name]
          : place === 'header'
            ? request.headers[name.toLowerCase()]?.trim()
            : request.query.find(([queriedName]) => queriedName === name)?.[1];
      if (given === undefined) {
        if (required) return `lacks ${name}`;
      } else if (!this.fits(schema, this.#typed(schema, given)))
        return `has ${name}=${JSON.stringify(given.slice(0, 80))}`;
    }
    return this.#body(operation, request);
  }

  /** What a text says where the schema expects something else than text. */
  #typed(schema: Schema, text: string): unknown {
    const { type, items, anyOf } = resolved(this.#document, schema);
    if (type === 'array') return text.split(',').map((item) => this.#typed(items ?? {}, item));
    if (anyOf?.[0]) return this.#typed(anyOf[0], text);
    if ((type === 'number' || type === 'integer') && /^-?\d+(\.\d+)?$/.test(text)) return Number(text);
    if (type === 'boolean' && /^(true|false)$/.test(text)) return text === 'true';
    return text;
  }

  #body(operation: Operation, { headers, body }: Request): string | undefined {
    const types = Object.keys(operation.bodies);
    if (types.length === 0) return undefined;
    if (body === undefined) return operation.bodyRequired ? 'has no body' : undefined;
    const type = headers['content-type']?.split(';')[0] ?? '';
    const schema = operation.bodies[type]?.schema;
    if (!schema) return `has a body of type ${type}`;
    // What is packed or is a file of lines is for the server to read.
    if (!type.endsWith('json') || type.endsWith('ndjson') || 'content-encoding' in headers) return undefined;
    let value: unknown;
    try {
      value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
    } catch {
      return 'has a body that is no JSON';
    }
    return this.fits(schema, value) ? undefined : 'has a body that breaks its schema';
  }
}
