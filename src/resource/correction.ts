/** What a write says about itself: query parameters it does not have, and the reason for a correction. */
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Writer } from '../db/database.ts';
import { faultsOf } from '../kernel/faults.ts';
import { refuse, type Fault } from '../kernel/problems.ts';
import { correctionFields, type Resource } from './declare.ts';
import { unknownParameter } from './query.ts';
import type { Document } from './write.ts';

/** The query string of a write: nothing but the parameters that it knows, each once. */
export function parameters(request: FastifyRequest, known: string[]): Record<string, string> {
  const query = Object.entries(request.query as Record<string, string | string[]>);
  const faults = query.flatMap(([name, value]): Fault[] => {
    if (!known.includes(name)) return [unknownParameter(name, known)];
    return typeof value === 'string'
      ? []
      : [{ parameter: name, code: 'repeated-parameter', detail: `\`${name}\` is given more than once` }];
  });
  if (faults.length > 0) throw refuse(faults, 'invalid-parameter');
  return Object.fromEntries(query) as Record<string, string>;
}

const words = z.strictObject({
  correction: z.boolean().optional(),
  reason: correctionFields.reason.optional(),
});

export interface Said {
  document: unknown;
  writer: Writer;
  faults: Fault[];
}

/** Takes `correction` and `reason` out of the body: they say something about the write, not about the row. */
export function withoutCorrection(resource: Resource, request: FastifyRequest, body: unknown): Said {
  const { actor } = request;
  if (!resource.correctable || typeof body !== 'object' || body === null || Array.isArray(body))
    return { document: body, writer: { actor }, faults: [] };
  const { correction, reason, ...document } = body as Document;
  const said = words.safeParse({ correction, reason });
  if (!said.success)
    return { document, writer: { actor }, faults: faultsOf(said.error, { correction, reason }, 'pointer') };
  if (said.data.correction !== true) return { document, writer: { actor }, faults: [] };
  if (said.data.reason !== undefined)
    return { document, writer: { actor, correction: said.data.reason }, faults: [] };
  const missing = { pointer: '/reason', code: 'required', detail: 'a correction says why: give `reason`' };
  return { document, writer: { actor }, faults: [missing] };
}
