/** What a client asks of an import: the parameters, the form of the file, and the file itself. */
import { createHash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { keyOf } from '../http/idempotency.ts';
import { queryReader, type QueryReader } from '../http/query.ts';
import { faultsOf } from '../kernel/faults.ts';
import { didYouMean } from '../kernel/nearest.ts';
import { Problem, refuse, type Fault } from '../kernel/problems.ts';
import type { Resource } from '../resource/declare.ts';
import { printable } from '../resource/fields.ts';
import type { Registry } from '../resource/registry.ts';
import type { Scope } from './merging/merge.ts';
import { modes, reactions, type Order } from './merging/order.ts';
import type { FileForm } from './reading/row.ts';

export interface ImportQuery {
  resource: string;
  mode?: Order['mode'];
  onError?: Order['onError'];
  dryRun?: boolean;
  scope?: string;
  maxDelete?: number;
  correction?: boolean;
  reason?: string;
}

export const importParameters = (registry: Registry): Record<string, z.ZodType> => ({
  resource: z.enum(registry.all.map(({ name }) => name) as [string]).meta({
    description: 'Which resource the rows are of.',
    examples: ['evaluations'],
    param: { example: 'evaluations' },
  }),
  mode: z.enum(modes).optional().meta({
    description:
      '`upsert` (unless told otherwise): new keys are created, known ones updated; fields that the file does not have stay as they are. `insert`: a known key is an error. `replace-scope`: as upsert, and rows of `scope` that the file lacks are removed.',
  }),
  onError: z.enum(reactions).optional().meta({
    description:
      '`abort` (unless told otherwise): one bad row and nothing is written. `skip`: the good rows are written and the bad ones listed.',
  }),
  dryRun: z.boolean().optional().meta({
    description: '`true` makes a plan and changes nothing; `POST /v1/imports/{id}/apply` carries it out.',
  }),
  scope: z
    .string()
    .min(3)
    .max(1000)
    .regex(
      /^[A-Za-z.]+=[^,\u0000-\u001f\u007f-\u009f]+(,[A-Za-z.]+=[^,\u0000-\u001f\u007f-\u009f]+)*$/,
      'must be field=value, several separated by commas, without control characters',
    )
    .optional()
    .meta({
      description:
        'For `replace-scope`: which rows the file stands for, such as `round=kr-safm-round-2` or `round=kr-safm/2`, several fields by comma.',
      examples: ['round=kr-safm-round-2'],
    }),
  maxDelete: z.int().min(0).max(1_000_000).optional().meta({
    format: 'int32',
    description: 'For `replace-scope`: how many rows may be removed at most, 0 unless told otherwise.',
  }),
  correction: z
    .boolean()
    .optional()
    .meta({ description: 'Say `true` to change published rounds; needs `reason`.' }),
  reason: z
    .string()
    .min(1)
    .max(1000)
    .regex(printable, 'must not contain control characters')
    .optional()
    .meta({ description: 'Why published rounds are corrected. Kept with the rows.' }),
});

export const importReader = (registry: Registry): QueryReader<ImportQuery> =>
  queryReader<ImportQuery>(importParameters(registry));

const forms: Record<string, FileForm> = {
  'application/json': 'json',
  'application/x-ndjson': 'ndjson',
  'text/csv': 'csv',
};

export function orderOf(request: FastifyRequest, query: ImportQuery, registry: Registry): Omit<Order, 'id'> {
  const resource = registry.get(query.resource);
  const mode = query.mode ?? 'upsert';
  const faults: Fault[] = [];
  if (mode === 'replace-scope' && query.scope === undefined)
    faults.push({
      parameter: 'scope',
      code: 'required',
      detail: '`mode=replace-scope` says of which rows: give `scope`',
    });
  if (mode !== 'replace-scope' && query.scope !== undefined)
    faults.push({
      parameter: 'scope',
      code: 'invalid-value',
      detail: '`scope` belongs to `mode=replace-scope`',
    });
  if (mode === 'replace-scope' && query.onError === 'skip')
    faults.push({
      parameter: 'onError',
      code: 'invalid-value',
      detail:
        'with `mode=replace-scope` a bad row would be taken for one that the file lacks: use `onError=abort`',
    });
  if (query.correction === true && query.reason === undefined)
    faults.push({ parameter: 'reason', code: 'required', detail: 'a correction says why: give `reason`' });
  if (query.correction === true && !resource.correctable)
    faults.push({
      parameter: 'correction',
      code: 'invalid-value',
      detail: `rows of ${resource.name} belong to no published round`,
    });
  const scope = query.scope === undefined ? undefined : scopeOf(resource, query.scope, faults);
  if (faults.length > 0) throw refuse(faults, 'invalid-parameter');
  return {
    resource,
    mode,
    onError: query.onError ?? 'abort',
    dryRun: query.dryRun ?? false,
    ...(scope ? { scope } : {}),
    maxDelete: query.maxDelete ?? 0,
    ...(query.correction === true && query.reason !== undefined ? { correction: query.reason } : {}),
    actor: request.actor,
    program: request.program,
    ...fileForm(request),
  };
}

/** Only what refers to another row, or is a choice, can mark off rows that belong together. */
function scopeOf(resource: Resource, text: string, faults: Fault[]): Scope {
  const leaves = resource.leaves.filter(
    ({ leaf, rows, path }) =>
      !rows && !leaf.derived && path !== 'id' && (leaf.kind === 'ref' || leaf.kind === 'choice'),
  );
  const fields = leaves.map(({ path }) => path);
  const scope: Scope = {};
  for (const part of text.split(',')) {
    const [field = '', value = ''] = part.split(/=(.*)/s);
    if (!fields.includes(field))
      faults.push({
        parameter: 'scope',
        code: 'invalid-value',
        detail: `\`${field.slice(0, 80)}\` marks off no rows of ${resource.name}${didYouMean(field, fields) || `; there are ${fields.join(', ')}`}`,
      });
    else if (field in scope)
      faults.push({
        parameter: 'scope',
        code: 'invalid-value',
        detail: `\`${field}\` is given twice: a scope has one value a field`,
      });
    else scope[field] = value;
    const leaf = resource.leaves.find(({ path }) => path === field)?.leaf;
    const judged = leaf?.kind === 'choice' ? leaf.schema.safeParse(value) : undefined;
    for (const { code, detail } of judged?.error ? faultsOf(judged.error, value, 'parameter') : [])
      faults.push({ parameter: 'scope', code, detail: `\`${field}\`: ${detail}` });
  }
  return scope;
}

function fileForm(request: FastifyRequest): { form: FileForm; gzip: boolean } {
  const [type = '', ...parameters] = (request.headers['content-type'] ?? '').toLowerCase().split(';');
  const form = forms[type.trim()];
  const charset = parameters
    .map((text) => /^\s*charset="?([^"\s]+)/.exec(text)?.[1])
    .find((found) => found !== undefined);
  if (!form || (charset !== undefined && charset !== 'utf-8' && charset !== 'utf8'))
    throw new Problem(
      'unsupported-media-type',
      'Send the file as `text/csv`, `application/x-ndjson` or `application/json` (an array), in UTF-8.',
    );
  const encoding = (request.headers['content-encoding'] ?? 'identity').toLowerCase();
  if (encoding !== 'identity' && encoding !== 'gzip')
    throw new Problem('unsupported-media-type', 'Send the file plain or with `Content-Encoding: gzip`.');
  return { form, gzip: encoding === 'gzip' };
}

export function requiredKey(request: FastifyRequest): string {
  const key = keyOf(request);
  if (key === undefined)
    throw new Problem(
      'idempotency-key-required',
      'Send Idempotency-Key, so that a retry is told from a new import; the SHA-256 of the file will do.',
    );
  return key;
}

export interface Preferences {
  /** To be told where to look, and not to wait. */
  async: boolean;
  /** Seconds that the client would wait for the end. */
  wait: number;
  applied: string;
}

const waitMost = 120;

/** RFC 7240: `respond-async` and `wait`; what else is preferred is passed over, as it says. */
export function preferencesOf(request: FastifyRequest): Preferences {
  const fields = [request.headers.prefer ?? []].flat().join(',').toLowerCase().split(',');
  const names = fields.map((field) => field.split(';')[0]?.trim() ?? '');
  const asked = names
    .map((name) => /^wait\s*=\s*"?([0-9]{1,6})"?$/.exec(name)?.[1])
    .find((found) => found !== undefined);
  const wait = Math.min(Number(asked ?? 0), waitMost);
  const async = names.includes('respond-async');
  return {
    async,
    wait,
    applied: [...(async ? ['respond-async'] : []), ...(wait > 0 ? [`wait=${wait}`] : [])].join(', '),
  };
}

/** Two requests are the same if address, form and bytes are. */
export const fingerprintOf = (request: FastifyRequest, content: string): Buffer =>
  createHash('sha256')
    .update(
      JSON.stringify([
        request.method,
        request.url,
        request.headers['content-type'],
        request.headers['content-encoding'],
      ]),
    )
    .update(content)
    .digest();
