/** What a write says about itself: that it corrects a published result, and why. */
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Writer } from '../db/database.ts';
import { faultsOf } from '../kernel/faults.ts';
import { refuse, type Fault } from '../kernel/problems.ts';
import type { QueryReader } from '../http/query.ts';
import { correctionFields, type Resource } from './declare.ts';
import type { Document } from './write.ts';

const words = z.strictObject({
  correction: z.boolean().optional(),
  reason: correctionFields.reason.optional(),
});

export interface Said {
  document: unknown;
  writer: Writer;
  faults: Fault[];
}

export const writerOf = ({ actor, id, program }: FastifyRequest): Writer => ({ actor, request: id, program });

/** Takes `correction` and `reason` out of the body: they say something about the write, not about the row. */
export function withoutCorrection(resource: Resource, request: FastifyRequest, body: unknown): Said {
  const writer = writerOf(request);
  if (!resource.correctable || typeof body !== 'object' || body === null || Array.isArray(body))
    return { document: body, writer, faults: [] };
  const { correction, reason, ...document } = body as Document;
  const said = words.safeParse({ correction, reason });
  if (!said.success)
    return { document, writer, faults: faultsOf(said.error, { correction, reason }, 'pointer') };
  if (said.data.correction !== true) return { document, writer, faults: [] };
  if (said.data.reason !== undefined)
    return { document, writer: { ...writer, correction: said.data.reason }, faults: [] };
  return { document, writer, faults: [{ pointer: '/reason', ...reasonMissing }] };
}

const reasonMissing = { code: 'required', detail: 'a correction says why: give `reason`' };

/** The same for DELETE, which has no body: there they are parameters. */
export function writerOfDeletion(request: FastifyRequest, query: QueryReader<Correction>): Writer {
  const { correction, reason } = query.read(request.query as Record<string, unknown>);
  if (correction === undefined) return writerOf(request);
  if (reason === undefined) throw refuse([{ parameter: 'reason', ...reasonMissing }], 'invalid-parameter');
  return { ...writerOf(request), correction: reason };
}

interface Correction {
  correction?: 'true';
  reason?: string;
}
