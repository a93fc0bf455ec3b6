/**
 * Which fields of a resource an import reads, which it passes over, and what it says of the others.
 *
 * Passed over is what an export holds and nobody writes: the id of a row whose natural key names it (a uuid), what is
 * derived (name, status, …), createdAt, updatedAt and version. So an export comes back as it is. Their values are not
 * compared with anything: the plan shows what an import changes, and it never changes these.
 */
import { didYouMean } from '../../kernel/nearest.ts';
import { correctionFields, isWritable, type LeafAt, type Resource } from '../../resource/declare.ts';
import { shortened } from './row.ts';

const rememberedMost = 1000;

/** The column that a file of rows to mend has beside the original ones. */
export const errorColumn = 'error';

export interface ReadableFields {
  /** Leaves by their path. */
  leaves: Map<string, LeafAt>;
  ignored: Set<string>;
  /** What to say of a name that is not among them, or not among the names that there are in its place. */
  unknown(name: string, among?: readonly string[]): string;
}

export function readable(resource: Resource): ReadableFields {
  const leaves = new Map<string, LeafAt>();
  const ignored = new Set<string>();
  for (const at of resource.leaves) {
    const top = at.path.split('.')[0] ?? at.path;
    const field = resource.fields[top];
    const kept =
      field && isWritable(top, field) && !at.leaf.derived && !(top === 'id' && resource.id === 'uuid');
    if (kept) leaves.set(at.path, at);
    else ignored.add(at.path);
  }
  const all = [...leaves.keys()];
  // A file may hold the same unknown name a million times.
  const told = new Map<readonly string[], Map<string, string>>();
  const unknown = (name: string, among: readonly string[] = all): string => {
    if (Object.hasOwn(correctionFields, name))
      return `\`${name}\` is said once for a whole import: as a parameter of the request, not in its rows`;
    const known = told.get(among) ?? new Map<string, string>();
    told.set(among, known);
    const before = known.get(name);
    if (before !== undefined) return before;
    const detail = `there is no field \`${String(shortened(name, 80))}\` in ${resource.name}${didYouMean(name, among)}`;
    if (known.size < rememberedMost) known.set(name, detail);
    return detail;
  };
  return { leaves, ignored, unknown };
}
