/**
 * The OpenAPI document. Every route says in `config.operation` what it is; the document is put together from the
 * routes that are really registered, so that none can be missing from it.
 */
import type { FastifyInstance } from 'fastify';
import { createDocument, type ZodOpenApiOperationObject } from 'zod-openapi';
import { problemTypes, type ProblemCode } from '../kernel/problems.ts';
import { responseHeaders } from './documented.ts';
import { problemSchema } from './problem-schema.ts';

export type Operation = Omit<ZodOpenApiOperationObject, 'responses'> & {
  operationId: string;
  summary: string;
  description: string;
  tags: string[];
  responses: Record<string, unknown>;
  /** The refusals it can give; one response component per status is made of them. */
  problems: readonly ProblemCode[];
  /** Of a read: that it comes in its one form whatever is accepted, as streams of events and checks do. */
  unasked?: true;
};

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Only the document needs the description, so it is made when somebody asks for that. */
    operation?: () => Operation;
  }
}

export interface DocumentedRoute {
  method: string;
  path: string;
  guarded: boolean;
  open: boolean;
  unlimited: boolean;
  operation: Operation;
}

/** The path of a route as the description has it. */
export const templateOf = (url: string): string => url.replace(/:([a-zA-Z]+)/g, '{$1}');

/** Collects the operations as routes are registered. Must be called before the first of them. */
export function collectOperations(app: FastifyInstance): () => DocumentedRoute[] {
  const routes: (() => DocumentedRoute)[] = [];
  app.addHook('onRoute', ({ method, url, config }) => {
    const methods = [method].flat().filter((name) => name !== 'HEAD' && name !== 'OPTIONS');
    const operation = config?.operation;
    if (!operation) return;
    for (const name of methods)
      routes.push(() => ({
        method: name.toLowerCase(),
        path: templateOf(url),
        guarded: config.scope !== undefined,
        open: config.open ?? false,
        unlimited: config.unlimited ?? false,
        operation: operation(),
      }));
  });
  return () => routes.map((route) => route());
}

const always: readonly ProblemCode[] = [
  'malformed-request',
  'uri-too-long',
  'headers-too-large',
  'internal-error',
  'unavailable',
];

function responsesOf({
  method,
  operation,
  guarded,
  open,
  unlimited,
}: DocumentedRoute): Record<string, unknown> {
  const access: ProblemCode[] = guarded
    ? ['unauthenticated', 'insufficient-scope']
    : open
      ? []
      : ['unauthenticated'];
  // What was written is told as JSON: whoever wants it otherwise is not refused the writing.
  const forms: ProblemCode[] = method === 'get' && !operation.unasked ? ['not-acceptable'] : [];
  const limits: ProblemCode[] = unlimited ? [] : ['rate-limited'];
  const statuses = new Set(
    [...always, ...access, ...forms, ...limits, ...operation.problems].map(
      (code) => problemTypes[code].status,
    ),
  );
  const refused: Record<string, unknown> = {};
  for (const status of [...statuses].sort())
    refused[status] = { $ref: `#/components/responses/Problem${status}` };
  return { ...operation.responses, ...refused };
}

const reasons: Record<number, string> = {
  400: 'The request is not understood',
  401: 'A valid key is needed',
  403: 'The key lacks the scope',
  404: 'There is no such thing',
  405: 'The method is not allowed',
  406: 'No form that is accepted can be given',
  409: 'It conflicts with what is there',
  412: 'The row has changed meanwhile',
  413: 'The body is too large',
  414: 'The address is too long',
  415: 'The type of the body is not read',
  422: 'The content does not fit',
  428: 'If-Match is needed',
  429: 'Too many requests',
  431: 'The header fields are too large',
  500: 'A fault of the server',
  503: 'Not available right now',
};

/** Statuses that say when to try again. */
const retried = new Set([429, 503]);
const retryAfter: [string, string] = ['Retry-After', 'RetryAfter'];

/** One component a status, for the statuses that some operation can give. */
function problemResponses(routes: DocumentedRoute[]): Record<string, unknown> {
  const used = new Set(routes.flatMap((route) => Object.keys(responsesOf(route))).map(Number));
  const statuses = [...new Set(Object.values(problemTypes).map(({ status }) => status))]
    .filter((status) => used.has(status))
    .sort();
  return Object.fromEntries(
    statuses.map((status) => {
      const codes = Object.entries(problemTypes).filter(([, type]) => type.status === status);
      const [code, type] = codes[0] ?? ['', { title: '', meaning: '' }];
      return [
        `Problem${status}`,
        {
          description: `${reasons[status] ?? ''}: ${codes.map(([name]) => `\`${name}\``).join(', ')}.`,
          headers: responseHeaders(...(retried.has(status) ? [retryAfter] : [])),
          content: {
            'application/problem+json': {
              schema: { $ref: '#/components/schemas/Problem' },
              example: {
                type: `/problems/${code}`,
                title: type.title,
                status,
                detail: type.meaning,
                instance: '/v1/evaluations',
                code,
                requestId: '0199f6a2-7c1e-7d34-9a51-0c8c3f3f6b1d',
              },
            },
          },
        },
      ];
    }),
  );
}

export interface Tag {
  name: string;
  description: string;
}

export function openApiDocument(routes: DocumentedRoute[], tags: Tag[], version: string): object {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    const { problems: _, responses: __, unasked: ___, ...operation } = route.operation;
    (paths[route.path] ??= {})[route.method] = {
      ...operation,
      responses: responsesOf(route),
      security: route.guarded ? [{ key: [] }] : route.open ? [] : [{}, { key: [] }],
    };
  }
  const document = createDocument({
    openapi: '3.1.0',
    info: {
      title: 'Sovereign AI tracker',
      version,
      description: introduction,
      contact: { name: 'The makers of the tracker' },
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [
      {
        url: '/',
        description: 'The server that gave you this document, be it production, staging or local.',
        'x-internal': false,
      } as object as { url: string },
    ],
    tags,
    paths: paths,
    components: {
      schemas: { Problem: problemSchema },
      securitySchemes: {
        key: {
          type: 'http',
          scheme: 'bearer',
          description:
            'An API key. Scopes: `import:plan` (propose imports), `import:apply` (approve them), `import` (both), `write` (single rows), `admin` (everything). It may be bound to one programme, of which it writes rows only. The first start of a server prints an admin key.',
        },
      },
    },
  });
  sayOnce(document);
  return {
    ...document,
    components: {
      ...document.components,
      headers: { ...document.components?.headers, ...commonHeaders },
      responses: problemResponses(routes),
    },
  };
}

interface DocumentedParameter {
  description?: string;
  schema?: { description?: string };
}

/** zod-openapi describes a parameter and its schema with the same words; once is enough. */
function sayOnce({ paths = {}, components }: ReturnType<typeof createDocument>): void {
  const inPaths = Object.values(paths).flatMap((path) =>
    Object.values(path as Record<string, { parameters?: DocumentedParameter[] }>),
  );
  const parameters = [
    ...inPaths.flatMap((operation) => operation.parameters ?? []),
    ...Object.values((components?.parameters ?? {}) as Record<string, DocumentedParameter>),
  ];
  for (const { description, schema } of parameters)
    if (schema && schema.description === description) delete schema.description;
}

const header = (description: string, schema: object): object => ({ description, schema });
const commonHeaders = {
  RequestId: header(
    'The id of the request, as the log has it: the one that was sent, or one that the server made.',
    {
      type: 'string',
      maxLength: 128,
      pattern: '^[A-Za-z0-9._~:/+=@-]+$',
      examples: ['0199f6a2-7c1e-7d34-9a51-0c8c3f3f6b1d'],
    },
  ),
  ETag: header(
    'Strong validator. Send it back in `If-None-Match` to save the body, or in `If-Match` to change the row.',
    { type: 'string', maxLength: 100, pattern: '^"[^"]+"$', examples: ['"1-2vRbmyV1sQyD0E4l2mQ3Uw"'] },
  ),
  ContentLanguage: header('The language of `name`.', { type: 'string', enum: ['en', 'ko', 'fr'] }),
  Vary: header('The request fields that the reply depends on.', {
    type: 'string',
    maxLength: 200,
    pattern: '^[A-Za-z, -]+$',
    examples: ['Origin, Accept, Accept-Language'],
  }),
  Link: header(
    'Where the next page is (RFC 8288), `rel="next"`, and how to cite the reply (RFC 8574), `rel="cite-as"`: an address that will always give the same.',
    {
      type: 'string',
      maxLength: 20000,
      pattern: '^<.*$',
    },
  ),
  Location: header('Where the new row is.', {
    type: 'string',
    maxLength: 200,
    pattern: '^/v1/',
    examples: ['/v1/organizations/example-labs'],
  }),
  IdempotencyReplayed: header(
    '`true` where the reply is the one that an earlier request with this Idempotency-Key was given.',
    { type: 'string', enum: ['true'] },
  ),
  RetryAfter: header('Seconds after which it is worth looking again.', {
    type: 'string',
    maxLength: 10,
    pattern: '^[0-9]+$',
    examples: ['1'],
  }),
  RateLimit: header(
    'What is left of the reads or writes of this minute (`r`), and in how many seconds there are new ones (`t`). Absent where the server sets no limit.',
    {
      type: 'string',
      maxLength: 100,
      pattern: '^"(reads|writes)";r=[0-9]+;t=[0-9]+$',
      examples: ['"reads";r=2999;t=60'],
    },
  ),
  RateLimitPolicy: header('How many reads or writes there are (`q`) in how many seconds (`w`).', {
    type: 'string',
    maxLength: 100,
    pattern: '^"(reads|writes)";q=[0-9]+;w=[0-9]+$',
    examples: ['"reads";q=3000;w=60'],
  }),
  PreferenceApplied: header('Which preferences of `Prefer` were followed (RFC 7240).', {
    type: 'string',
    maxLength: 100,
    pattern: '^[a-z0-9=, -]+$',
    examples: ['wait=30'],
  }),
  ContentDisposition: header('A file name for csv, ndjson and parquet.', {
    type: 'string',
    maxLength: 200,
    pattern: '^attachment; ',
  }),
  CacheControl: header('How long a cache may keep it.', {
    type: 'string',
    maxLength: 100,
    pattern: '^[a-z0-9=, -]+$',
    examples: ['public, no-cache'],
  }),
  AllowOrigin: header('Which pages of other hosts may read the reply (CORS).', {
    type: 'string',
    maxLength: 300,
    pattern: '^(\\*|https?://.*)$',
    examples: ['*'],
  }),
};

const introduction = `The tracker of record for sovereign-AI programmes: which consortiums a state selected, whom it turned away and why, how each round judged them, who is still in, and what every source says about the money.

Every fact names its **sources**. A fact that is not known is \`null\`, never 0 and never left out; a score that the authority withheld is \`undisclosed\`, with a source for that.

**Dates** have the precision that is known: \`2025-08-04\`, \`2025-02\` or \`2025\`. **Money** is a decimal string with its currency and is never converted. **Names** come in English, Korean and French; \`name\` is the one that \`Accept-Language\` or \`lang=\` picks.

**Lists** take filters on every field (\`status=active\`, several values by comma, \`score[gte]=29\`, \`round[ne]=null\`), \`q=\` for words, \`sort=-score,consortium\`, \`fields=\` and \`include=\`, and come as JSON pages or, whole, as CSV, NDJSON and Parquet (\`format=csv\`).

**The past** has two clocks, on every read, alone or together. \`asOf=2025-12-01\` asks what was public and in force on that day: evaluations count from \`disclosedOn\` (one that took place is \`undisclosed\` before that), decisions and bids from \`decidedOn\` (rank and total from \`disclosedOn\`), consortiums from their first decision, members from \`joinedOn\` to \`leftOn\`, calls from \`openedOn\`, models from \`releasedOn\`, benchmark results from \`measuredOn\` or else with their model, funding figures from \`statedOn\`, observations from \`observedOn\`, partnerships from \`startedOn\` to \`endedOn\`, sources from \`publishedOn\`, milestones and disclosures from their day; rounds are always there, their results from \`publishedOn\`; programmes, organizations, criteria, benchmarks and aliases are always there. A month or year counts from its last day. A row without its date takes that of its earliest source; without that too it is left out, unless \`undated=include\`. \`knownAt=\` asks what this tracker said at a moment since its first record: versions, their \`/history\` and \`/v1/diff\` tell what was changed since, and the field \`Link: rel="cite-as"\` of items and views is a permalink to what you see.

**Limits**: a key, or an address without one, has so many reads and writes a minute; \`RateLimit-Policy\` says how many, \`RateLimit\` what is left, and 429 comes with \`Retry-After\`. A 304 counts for a tenth, an export for 25, an import for 10, a simulation for 20, a page for one with each hundred rows that it can give or embed. A server that has too much to do answers 503 with \`Retry-After\`.

**Errors** are problem documents (RFC 9457) that list every fault at once; each type is explained under [/problems](/problems).

To **try an operation** below, press *Try it out*: the examples are real and work as they are. Reading needs no key; for writing press *Authorize*.`;
