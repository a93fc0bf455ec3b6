/** The scope of a `replace-scope`: like the rows, it may call what it refers to by a name. */
import { refuse, type Fault } from '../../kernel/problems.ts';
import type { Resource } from '../../resource/declare.ts';
import type { Registry } from '../../resource/registry.ts';
import type { Scope } from './merge.ts';
import type { Names } from './names.ts';

/** With ids in the place of names. A scope of no row that there is must not pass for an empty one. */
export function resolvedScope(resource: Resource, scope: Scope, names: Names, registry: Registry): Scope {
  const faults: Fault[] = [];
  const resolved = Object.entries(scope).map(([path, value]): [string, string] => {
    const refersTo = resource.leaves.find((at) => at.path === path)?.leaf.refersTo;
    if (refersTo === undefined) return [path, value];
    const found = names.resolve(registry.get(refersTo), value);
    if (found.id !== undefined) return [path, found.id];
    faults.push({
      parameter: 'scope',
      code: 'unknown-reference',
      detail: `\`${path}\`: ${found.detail}`,
    });
    return [path, value];
  });
  if (faults.length > 0) throw refuse(faults, 'invalid-parameter');
  return Object.fromEntries(resolved);
}
