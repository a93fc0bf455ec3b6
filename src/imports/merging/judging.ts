/** One row of a file, judged as far as that needs no database: references by name, shape, and what it leaves out. */
import { faultsOf } from '../../kernel/faults.ts';
import type { Fault } from '../../kernel/problems.ts';
import { knownFields, withId } from '../../resource/checking.ts';
import { reversedPeriods } from '../../resource/codes.ts';
import type { LeafAt, Resource } from '../../resource/declare.ts';
import { placesOf, type Place } from '../../resource/places.ts';
import { targetOf } from '../../resource/references.ts';
import type { Registry } from '../../resource/registry.ts';
import { valueAt, type Document } from '../../resource/write.ts';
import type { Names } from './names.ts';
import { shortened, storable, type FileRow, type RowFault as ReadingFault } from '../reading/row.ts';

/** A fault of a row, found by reading or by the rules of the resource. */
export type RowFault = Omit<ReadingFault, 'code'> & { code: string };

export interface JudgedRow {
  /** Complete and valid, unless there are faults. */
  document?: Document;
  faults: RowFault[];
  /** What is wrong with it only if it is a new row: fields that it does not have and an existing row keeps. */
  lacking: RowFault[];
}

const required = new Set(['required', 'source-required']);

export class Judge {
  readonly #resource: Resource;
  readonly #registry: Registry;
  readonly #names: Names;
  readonly #references: LeafAt[];

  constructor(resource: Resource, registry: Registry, names: Names) {
    this.#resource = resource;
    this.#registry = registry;
    this.#names = names;
    this.#references = resource.leaves.filter(
      ({ leaf, subject, path }) => !leaf.derived && path !== 'id' && (subject ?? leaf.refersTo) !== undefined,
    );
  }

  judge(row: FileRow): JudgedRow {
    const { document } = row;
    if (!document) return { faults: row.faults, lacking: [] };
    // A CSV has no other way to say nothing about a field.
    if (Array.isArray(row.raw)) this.#fallBack(document);
    const unresolved = this.#resolve(document);
    const faults = [...row.faults, ...unresolved];
    const whole = withId(this.#resource, document);
    // What has been found fault with already is not judged again: fields by reading, and names that nobody bears.
    const fields = new Set(row.faults.map(({ field }) => field));
    const places = new Set(unresolved.map(({ pointer }) => pointer));
    const read = (pointer: string): boolean => fields.has(fieldOf(pointer)) || places.has(pointer);
    const placed = placing(row);
    const first = this.#parse(whole, read);
    const lacking = first.faults.filter(({ pointer, code }) => this.#mayBeKept(whole, pointer, code));
    // Until it is known whether the row exists, what it leaves out stands in with the example.
    const parsed = lacking.length === 0 ? first : this.#parse(this.#filled(whole, lacking), read);
    const own = first.faults.filter((fault) => !lacking.includes(fault));
    const more = parsed === first ? [] : parsed.faults.filter((fault) => !named(own, fault));
    const all = [
      ...faults,
      ...[...own, ...more, ...reversedPeriods(this.#resource, whole)].map(toRowFault(whole)),
    ];
    if (this.#resource.id === 'slug' && whole.id === undefined && all.length === 0)
      all.push({
        field: 'id',
        pointer: '/id',
        code: 'required',
        detail: 'no id can be derived from the names: give one',
      });
    return {
      ...(all.length === 0 && parsed.document ? { document: parsed.document } : {}),
      faults: [...row.faults, ...all.slice(row.faults.length).map(placed)],
      lacking: lacking.map(toRowFault(whole)).map(placed),
    };
  }

  /** Puts ids in the place of the names that the file uses. */
  #resolve(document: Document): RowFault[] {
    const faults: RowFault[] = [];
    for (const at of this.#references) {
      const target = targetOf(at, document, this.#registry);
      if (!target) continue;
      const one = (called: string, pointer: string): string => {
        const found = this.#names.resolve(target, called);
        if (found.id !== undefined) return found.id;
        faults.push({
          field: at.path,
          pointer,
          code: 'unknown-reference',
          detail: storable(found.detail),
          value: shortened(called),
        });
        return called;
      };
      // Most references are one id in a field of the row itself, and there may be a million of them.
      const plain = at.path in document ? document[at.path] : undefined;
      if (typeof plain === 'string') document[at.path] = one(plain, `/${at.path}`);
      else for (const place of placesOf(at, document)) resolvePlace(document, place, one);
    }
    return faults;
  }

  #fallBack(document: Document): void {
    for (const { path, leaf, rows } of this.#resource.leaves) {
      if (rows || leaf.nullable || leaf.fallback === undefined || valueAt(document, path) !== null) continue;
      put(document, path.split('.'), undefined);
    }
  }

  #parse(document: Document, read: (pointer: string) => boolean): { document?: Document; faults: Fault[] } {
    const parsed = this.#resource.schemas.create.safeParse(document);
    return parsed.success
      ? { document: parsed.data, faults: [] }
      : {
          faults: faultsOf(parsed.error, document, 'pointer', knownFields(this.#resource)).filter(
            ({ pointer = '' }) => !read(pointer),
          ),
        };
  }

  /** A field that the row says nothing about, and that is not part of what identifies it. */
  #mayBeKept(document: Document, pointer = '', code: string): boolean {
    const path = pointer.slice(1).replaceAll('/', '.');
    return (
      required.has(code) && !this.#resource.naturalKey.includes(path) && valueAt(document, path) === undefined
    );
  }

  #filled(document: Document, lacking: Fault[]): Document {
    const filled = structuredClone(document);
    for (const { pointer = '' } of lacking) {
      const parts = pointer.slice(1).split('/');
      put(filled, parts, valueAt(this.#resource.example, parts.join('.')));
    }
    return filled;
  }
}

function resolvePlace(
  document: Document,
  { pointer, value }: Place,
  one: (called: string, at: string) => string,
): void {
  const parts = pointer.slice(1).split('/');
  if (typeof value === 'string') put(document, parts, one(value, pointer));
  else if (Array.isArray(value))
    put(
      document,
      parts,
      value.map((item: unknown, i) => (typeof item === 'string' ? one(item, `${pointer}/${i}`) : item)),
    );
}

function put(document: Document, parts: string[], value: unknown): void {
  const last = parts.at(-1) ?? '';
  let holder: Document = document;
  for (const part of parts.slice(0, -1)) holder = (holder[part] ??= {}) as Document;
  holder[last] = value;
}

const named = (faults: Fault[], { pointer, code }: Fault): boolean =>
  faults.some((fault) => fault.pointer === pointer && fault.code === code);

/** The field as a column of the CSV names it: `/members/0/role` is in `members.role`. */
const fieldOf = (pointer: string): string =>
  pointer
    .slice(1)
    .split('/')
    .filter((part) => !/^[0-9]+$/.test(part))
    .join('.');

/** Where a fault is in the file: the cell of a CSV, or the pointer into the whole file where that is one array. */
const placing =
  ({ columns, pointer: row = '' }: FileRow) =>
  ({ pointer = '', ...fault }: RowFault): RowFault => {
    if (!columns) return { ...fault, pointer: row + pointer };
    const column = columns.indexOf(fault.field) + 1;
    // The file has no `null` in it.
    const detail = fault.value === null ? fault.detail.replace(/^`null`/, 'an empty cell') : fault.detail;
    return { ...fault, detail, ...(column > 0 ? { column } : {}) };
  };

const toRowFault =
  (document: Document) =>
  ({ pointer = '', code, detail }: Fault): RowFault => {
    const value = valueAt(document, pointer.slice(1).replaceAll('/', '.'));
    return {
      field: fieldOf(pointer),
      pointer,
      code,
      detail: storable(detail),
      ...(value === undefined ? {} : { value: shortened(value) }),
    };
  };
