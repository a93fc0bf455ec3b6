/** How an import that has ended is answered. */
import type { FastifyRequest } from 'fastify';
import type { Reader } from '../db/moment.ts';
import { refusal, type Outcome } from '../http/idempotency.ts';
import { mediaTypes } from '../http/negotiate.ts';
import { listTag } from '../http/reply.ts';
import { Problem, type Fault, type ProblemCode } from '../kernel/problems.ts';
import { fileFault, type FileError } from './reading/file-error.ts';
import { importDocument, type ImportDocument, type Status } from './store.ts';

export const unreadable = (error: FileError): Problem => {
  const fault = fileFault(error);
  const { line, column } = fault;
  const place = line === undefined ? '' : ` Line ${line}${column === undefined ? '' : `, column ${column}`}.`;
  return new Problem('file-unreadable', `${error.detail}${place}`, {
    faults: error.faults.length > 0 ? error.faults.map((each) => ({ ...fault, ...each })) : [fault],
  });
};

/** How many faults one reply lists. */
const faultsMost = 200;

/** Refusals are outcomes and not thrown, so that their record stays. */
export async function outcomeOf(reader: Reader, request: FastifyRequest, id: string): Promise<Outcome> {
  const location = `/v1/imports/${id}`;
  const doc = await importDocument(reader, id);
  if (doc && doc.status in refusals)
    return refusal(
      request,
      new Problem(codeOf(doc), `${wordsOf(doc)}; nothing was written.`, {
        faults: [...doc.problems, ...doc.errors].slice(0, faultsMost),
        extra: { import: location },
      }),
    );
  const body = JSON.stringify({ data: doc });
  return {
    status: doc?.status === 'applied' ? 201 : 200,
    headers: { 'content-type': mediaTypes.json, 'cache-control': 'no-store', etag: listTag(body), location },
    body,
  };
}

const refusals: Partial<Record<Status, ProblemCode>> = {
  refused: 'import-refused',
  cancelled: 'import-refused',
  failed: 'internal-error',
};

const codeOf = ({ status, problems }: ImportDocument): ProblemCode =>
  problems[0]?.code === 'plan-outdated' ? 'plan-outdated' : (refusals[status] ?? 'import-refused');

function wordsOf({ status, counts, problems }: ImportDocument): string {
  const first: Fault | undefined = problems[0];
  if (status === 'cancelled') return 'It was cancelled';
  if (counts.error > 0) return `${counts.error} of ${counts.read} rows do not fit`;
  return (first?.detail ?? 'It does not fit').replace(/\.$/, '');
}
