/** The fields of one JSON object: which of them an import reads, and what is to be said of the others. */
import type { Resource } from '../../resource/declare.ts';
import type { Field } from '../../resource/fields.ts';
import type { Document } from '../../resource/write.ts';
import { readable, type ReadableFields } from './fields.ts';

export interface Unknown {
  path: (string | number)[];
  detail: string;
  value: unknown;
}

/** How many different sets of fields are remembered. */
const shapesMost = 1000;

const isObject = (value: unknown): value is Document =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export class JsonFields {
  /** Fields that were there and are not read. */
  readonly ignored = new Set<string>();
  readonly #fields: ReadableFields;
  /** At the top of a document: what is read, under its name. */
  readonly #tops = new Map<string, Field>();
  readonly #names: string[];
  /** Below it: the names that there are, and the paths of all of them. */
  readonly #below = new Map<string, { names: string[]; known: Set<string>; paths: string[] }>();
  readonly #shapes = new Map<string, Set<string>>();
  #last = { given: [] as string[], set: new Set<string>() };

  constructor(resource: Resource) {
    this.#fields = readable(resource);
    for (const [name, field] of Object.entries(resource.fields)) {
      if (this.#fields.ignored.has(name)) continue;
      this.#tops.set(name, field);
      if (field.type === 'leaf') continue;
      const names = Object.keys(field.fields);
      this.#below.set(name, { names, known: new Set(names), paths: names.map((key) => `${name}.${key}`) });
    }
    this.#names = [...this.#tops.keys()];
  }

  read(value: Document): { document: Document; given: ReadonlySet<string>; unknown: Unknown[] } {
    const document: Document = {};
    const given: string[] = [];
    const unknown: Unknown[] = [];
    // What JSON.parse makes inherits nothing that would be listed here, and this is half the cost of Object.entries.
    for (const name in value) {
      const inner = value[name];
      const field = this.#tops.get(name);
      if (field === undefined) {
        if (this.#fields.ignored.has(name)) this.ignored.add(name);
        // It has been told of already, and assigning it would change what the document inherits.
        else if (name !== '__proto__')
          unknown.push({
            path: [name],
            detail: this.#fields.unknown(name, this.#names),
            value: inner,
          });
      } else if (field.type === 'leaf') {
        document[name] = inner;
        given.push(name);
      } else if (field.type === 'group') document[name] = this.#group(name, inner, given, unknown);
      else {
        document[name] = this.#list(name, inner, unknown);
        given.push(name);
      }
    }
    return { document, given: this.#set(given), unknown };
  }

  #group(name: string, value: unknown, given: string[], unknown: Unknown[]): unknown {
    if (isObject(value)) {
      for (const key in value) if (this.#below.get(name)?.known.has(key)) given.push(`${name}.${key}`);
      return this.#known(name, [name], value, unknown);
    }
    given.push(...(this.#below.get(name)?.paths ?? []));
    return value;
  }

  #list(name: string, value: unknown, unknown: Unknown[]): unknown {
    if (!Array.isArray(value)) return value;
    return value.map((item: unknown, i) =>
      isObject(item) ? this.#known(name, [name, i], item, unknown) : item,
    );
  }

  /** A copy of an object within the document, without what is unknown. */
  #known(name: string, path: (string | number)[], value: Document, unknown: Unknown[]): Document {
    const { names = [], known } = this.#below.get(name) ?? {};
    const copy: Document = {};
    for (const [key, inner] of Object.entries(value))
      if (known?.has(key)) copy[key] = inner;
      else if (key !== '__proto__')
        unknown.push({ path: [...path, key], detail: this.#fields.unknown(key, names), value: inner });
    return copy;
  }

  /** The same set for all rows that have the same fields; mostly that is the row before. */
  #set(given: string[]): ReadonlySet<string> {
    const last = this.#last;
    if (last.given.length === given.length && given.every((path, i) => path === last.given[i]))
      return last.set;
    const shape = given.join(' ');
    let set = this.#shapes.get(shape);
    if (!set) {
      set = new Set(given);
      if (this.#shapes.size < shapesMost) this.#shapes.set(shape, set);
    }
    this.#last = { given, set };
    return set;
  }
}
