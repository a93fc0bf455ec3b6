/**
 * Every resource there is: one file each under src/resources, found by looking, so that adding a resource touches
 * no list. Their order in the documentation is part of the declaration.
 */
import { readdir } from 'node:fs/promises';
import { codeAt, codeSuffix } from '../kernel/package.ts';
import type { LeafAt, Resource } from './declare.ts';

export interface Registry {
  all: Resource[];
  get(name: string): Resource;
  /** By the singular name, as the `type` of a subject gives it. */
  bySingular(name: string): Resource;
  /** Every leaf, of every resource, that can hold the id of a row of the given one. */
  referrers(name: string): { resource: Resource; at: LeafAt }[];
}

export async function loadRegistry(): Promise<Registry> {
  const folder = codeAt('resources/');
  const files = (await readdir(folder)).filter((file) => file.endsWith(codeSuffix)).sort();
  const modules = await Promise.all(
    files.map((file) => import(new URL(file, folder).href) as Promise<{ default: Resource }>),
  );
  return registryOf(modules.map((module) => module.default));
}

export function registryOf(resources: Resource[]): Registry {
  const all = [...resources].sort((a, b) => a.order - b.order);
  const byName = new Map(all.map((resource) => [resource.name, resource]));
  const bySingular = new Map(all.map((resource) => [resource.singular, resource]));
  const must = (map: Map<string, Resource>, name: string): Resource => {
    const found = map.get(name);
    if (!found) throw new Error(`no resource is called ${name}`);
    return found;
  };
  const targets = (resource: Resource, path: string): string[] => {
    const at = resource.leaves.find((candidate) => candidate.path === path);
    if (at?.leaf.derived) return [];
    if (at?.subject) return at.subject.map((singular) => must(bySingular, singular).name);
    return at?.leaf.refersTo && path !== 'id' ? [must(byName, at.leaf.refersTo).name] : [];
  };
  const references = all.flatMap((resource) =>
    resource.leaves.map((at) => ({ resource, at, targets: targets(resource, at.path) })),
  );
  for (const resource of all) {
    for (const [other, path] of Object.values(resource.referredBy)) {
      if (!targets(must(byName, other), path).includes(resource.name))
        throw new Error(`${resource.name}: ${other}.${path} does not refer to it`);
    }
  }
  return {
    all,
    get: (name) => must(byName, name),
    bySingular: (name) => must(bySingular, name),
    referrers: (name) => references.filter((reference) => reference.targets.includes(name)),
  };
}
