/** A write that the database may refuse, and what the client is told then. */
import type { Writer } from '../db/database.ts';
import { isLockedOut } from '../db/transient.ts';
import { Problem } from '../kernel/problems.ts';
import type { Resource } from './declare.ts';
import { asProblem } from './refusals.ts';
import { valueAt, type Document } from './write.ts';

export interface Attempt {
  /** Whether it is made without looking through it before. */
  isTrusted: boolean;
  writer: Writer;
  told: <T>(work: () => Promise<T>) => Promise<T>;
}

/** Seconds that a write waits for others which may be refused whatever they do. */
const trustedWaits = 1;

/**
 * A write that nothing is wrong with, as nearly all are, is not looked through in the database before it is made: the
 * database refuses what it must not hold anyway. But it names one fault, and breaks off there; so what it has refused is
 * made once more, in another transaction, with everything looked up first, and that is what the client is told. So is
 * what had to wait for others: nobody waits long with a write that is wrong anyway.
 */
export async function trustingFirst<T>(
  resource: Resource,
  writer: Writer,
  attempt: (attempt: Attempt) => Promise<T>,
): Promise<T> {
  try {
    return await attempt({
      isTrusted: true,
      writer: { ...writer, waits: trustedWaits },
      told: (work) => work(),
    });
  } catch (error) {
    const isRefused =
      error instanceof Problem ? isLockedOut(error.cause) : asProblem(error, resource) instanceof Problem;
    if (!isRefused) throw error;
  }
  // Some rules are only judged when the transaction ends.
  return told(resource, () => attempt({ isTrusted: false, writer, told: (work) => told(resource, work) }));
}

/** Database refusals become problems inside the transaction, where idempotency can keep them. */
export async function told<T>(resource: Resource, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw asProblem(error, resource);
  }
}

/** A conflict says which fields together are taken: those of the constraint that was broken. */
export function namingTheOther(error: unknown, resource: Resource, row: Document): unknown {
  const problem = asProblem(error, resource);
  if (!(problem instanceof Problem) || problem.code !== 'already-exists') return problem;
  const columns = /^Key \(([^)]+)\)/.exec((error as { detail?: string }).detail ?? '')?.[1] ?? '';
  const paths = columns
    .split(', ')
    .map((column) => resource.leaves.find(({ leaf, rows }) => !rows && leaf.column === column)?.path)
    .filter((path) => path !== undefined);
  const named = paths.map((path) => `${path} ${JSON.stringify(valueAt(row, path) ?? null)}`).join(', ');
  return new Problem('already-exists', `${resource.name} already has a row with ${named}.`, {
    faults: paths.map((path) => ({
      pointer: `/${path.replaceAll('.', '/')}`,
      code: 'already-exists',
      detail: `taken: ${JSON.stringify(valueAt(row, path) ?? null)}`,
    })),
  });
}
