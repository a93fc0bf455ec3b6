/** Where a leaf of the declaration is found in a document: once, or once in each object of a list. */
import type { LeafAt } from './declare.ts';
import { valueAt } from './write.ts';

export interface Place {
  pointer: string;
  value: unknown;
  /** The value of another leaf of the same object. */
  beside: (name: string) => unknown;
}

export function placesOf({ path, rows }: LeafAt, document: unknown): Place[] {
  const pointer = `/${path.replaceAll('.', '/')}`;
  if (!rows) {
    const parent = path.split('.').slice(0, -1);
    return [
      {
        pointer,
        value: valueAt(document, path),
        beside: (name) => valueAt(document, [...parent, name].join('.')),
      },
    ];
  }
  const [list = '', name = ''] = path.split('.');
  const items = valueAt(document, list);
  if (!Array.isArray(items)) return [];
  return items.map((item, i) => ({
    pointer: `/${list}/${i}/${name}`,
    value: valueAt(item, name),
    beside: (other) => valueAt(item, other),
  }));
}
