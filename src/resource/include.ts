/** Embedding related rows: forward along the references of a row, and back along those that others hold. */
import type { Resource } from './declare.ts';
import type { Registry } from './registry.ts';
import { valueOf } from './columns.ts';

interface Include {
  target: Resource;
  many: boolean;
  /** Which rows of the target (alias `i`) belong to the row. */
  match: (row: string) => string;
}

export function includesOf(resource: Resource, registry: Registry): Record<string, Include> {
  const includes: Record<string, Include> = {};
  for (const { path, leaf, rows } of resource.leaves) {
    if (path === 'id' || !leaf.refersTo) continue;
    const target = registry.get(leaf.refersTo);
    if (rows?.table) {
      if (leaf.kind !== 'ref') continue;
      const { name, parent } = rows.table;
      includes[path.split('.')[0] ?? path] = {
        target,
        many: true,
        match: (row) =>
          `i.id IN (SELECT m.${leaf.column ?? ''} FROM ${name} m WHERE m.${parent} = ${row}.id)`,
      };
    } else if (leaf.kind === 'list') {
      includes[path] = { target, many: true, match: (row) => `i.id = ANY (${row}.${leaf.column ?? ''})` };
    } else {
      includes[path] = { target, many: false, match: (row) => `i.id = ${valueOf(leaf, row, 'en')}` };
    }
  }
  for (const [name, [other, path]] of Object.entries(resource.referredBy)) {
    const target = registry.get(other);
    const at = target.leaves.find((candidate) => candidate.path === path);
    if (!at) throw new Error(`${other} has no leaf ${path}`);
    const type = at.subject
      ? `i.${target.leaves.find((leaf) => leaf.path === path.replace(/id$/, 'type'))?.leaf.column ?? ''} = '${resource.singular}' AND `
      : '';
    includes[name] = { target, many: true, match: (row) => `${type}i.${at.leaf.column ?? ''} = ${row}.id` };
  }
  return includes;
}
