/** Holds every reply against the OpenAPI document: the path, the status, the media type, the fields, the body. */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { FastifyInstance } from 'fastify';
import type { Response, SuperAgentRequest } from 'superagent';

interface Media {
  schema?: object;
}
interface DocumentedResponse {
  $ref?: string;
  headers?: Record<string, unknown>;
  content?: Record<string, Media>;
}
interface Operation {
  responses: Record<string, DocumentedResponse>;
}
/** As much of a reply as is looked at, whoever received it. */
export interface Reply {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
}
export interface OpenApi {
  paths: Record<string, Record<string, Operation>>;
  components: { responses: Record<string, DocumentedResponse>; schemas: object };
}

/** Statuses that any path may give, whatever method it was asked with, and that no operation can describe. */
const beyondOperations = new Set([404, 405]);

type Check = (method: string, path: string, response: Reply) => string | undefined;

/** The document is the same for every file that uses the real resources; a worker reads and compiles it once. */
let check: Check | undefined;

export async function conformance(app: FastifyInstance, faults: string[]) {
  check ??= checkAgainst(JSON.parse((await app.inject('/openapi.json')).body) as OpenApi);
  const known = check;
  return (request: SuperAgentRequest): void => {
    request.on('response', (response: Response) => {
      const { pathname } = new URL(request.url, 'http://localhost');
      const fault = known(request.method, pathname, response);
      if (fault !== undefined) faults.push(`${request.method} ${pathname} → ${response.status} ${fault}`);
    });
  };
}

export function checkAgainst(document: OpenApi): Check {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  ajv.addSchema(document, 'openapi');
  const compiled = new Map<object, ValidateFunction>();
  const templates = Object.entries(document.paths).map(([template, operations]) => ({
    operations,
    pattern: new RegExp(`^${template.replace(/[.]/g, '\\.').replace(/\{[^}]+\}/g, '[^/]+')}$`),
  }));
  const validator = (schema: object): ValidateFunction => {
    let found = compiled.get(schema);
    if (!found) compiled.set(schema, (found = ajv.compile(rooted(schema))));
    return found;
  };

  return (method, path, response) => {
    const operation = templates.find(({ pattern }) => pattern.test(path))?.operations[
      method.toLowerCase() === 'head' ? 'get' : method.toLowerCase()
    ];
    const type = String(response.headers['content-type'] ?? '').split(';')[0] ?? '';
    const problem = document.components.responses[`Problem${response.status}`];
    const described =
      operation?.responses[response.status] ??
      (!operation || beyondOperations.has(response.status) ? problem : undefined);
    if (!described) return operation ? 'is not a documented status' : undefined;
    const resolved = described.$ref
      ? document.components.responses[described.$ref.split('/').at(-1) ?? '']
      : described;
    if (response.headers['x-request-id'] === undefined) return 'lacks X-Request-Id';
    if (!resolved?.content) return undefined;
    if (method === 'HEAD') return undefined;
    const media = resolved.content[type];
    if (!media) return `has the media type ${type}, not one of ${Object.keys(resolved.content).join(', ')}`;
    if (!media.schema || !/[/+]json$/.test(type)) return undefined;
    const validate = validator(media.schema);
    const body: unknown = JSON.parse(response.text);
    return validate(body) ? undefined : ajv.errorsText(validate.errors);
  };
}

/** References inside a schema of the document start at the document's root. */
export const rooted = (schema: object): object =>
  JSON.parse(JSON.stringify(schema).replaceAll('"$ref":"#/', '"$ref":"openapi#/')) as object;
