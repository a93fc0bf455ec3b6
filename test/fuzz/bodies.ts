/** Bodies: a good one, changed in some places, and sent in one form or another. */
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { hostileValue } from './values.ts';

type Json = unknown;
type Holder = Record<string | number, Json>;

/** Every member of every object and list, outermost first. */
function places(value: Json): [Holder, string | number][] {
  if (typeof value !== 'object' || value === null) return [];
  const holder = value as Holder;
  const keys = Array.isArray(value) ? value.map((_, i) => i) : Object.keys(value);
  return keys.flatMap((key) => [
    [holder, key] as [Holder, string | number],
    ...(Object.hasOwn(holder, key) ? places(holder[key]) : []),
  ]);
}

interface Edit {
  at: number;
  kind: 'set' | 'known' | 'drop' | 'add' | 'double';
  name: string;
  value: Json;
}

export const edits = (most: number): fc.Arbitrary<Edit[]> =>
  fc.array(
    fc.record({
      at: fc.nat({ max: 60 }),
      kind: fc.constantFrom('set', 'set', 'known', 'known', 'drop', 'add', 'double'),
      name: fc.constantFrom(
        'unknown',
        '__proto__',
        'constructor',
        'toString',
        '',
        'id',
        'version',
        'createdAt',
      ),
      value: hostileValue,
    }),
    { maxLength: most },
  );

/** Defined rather than set, so that `__proto__` is a member like any other. */
const define = (holder: Holder, key: string | number, value: Json): void => {
  Object.defineProperty(holder, key, { value, enumerable: true, configurable: true, writable: true });
};

/** What a field of this name holds in other rows. */
export type Known = (name: string) => readonly string[];

export function edited(base: Json, changes: readonly Edit[], known: Known): Json {
  const value = structuredClone(base);
  for (const { at, kind, name, value: other } of changes) {
    const all = places(value);
    const [holder, key] = all[at % Math.max(1, all.length)] ?? [];
    if (holder === undefined || key === undefined) continue;
    const inner = holder[key];
    const others = known(String(key));
    if (kind === 'set') define(holder, key, other);
    else if (kind === 'known') define(holder, key, others[at % others.length] ?? inner);
    else if (kind === 'double' && Array.isArray(holder)) holder.push(inner);
    else if (kind === 'double' && Array.isArray(inner))
      define(holder, key, [...(inner as Json[]), ...(inner as Json[])]);
    else if (kind === 'drop' && Array.isArray(holder)) holder.splice(Number(key), 1);
    else if (kind === 'drop') Reflect.deleteProperty(holder, key);
    else if (!Array.isArray(holder)) define(holder, name, other);
  }
  return value;
}

export interface Sent {
  type: string;
  encoding?: string;
  bytes: Buffer;
}

/** What becomes of a text on its way: nothing, mostly. */
const ways: ((text: string) => Buffer)[] = [
  (text) => Buffer.from(text.slice(0, Math.floor(text.length / 2))),
  (text) => Buffer.from(`\ufeff${text}`),
  (text) => Buffer.from(text, 'utf16le'),
  (text) => Buffer.concat([Buffer.from(text), Buffer.from([0xff, 0xfe])]),
  (text) => Buffer.from(`${text}${text}`),
  (text) => Buffer.from(`${text}\0`),
  (text) => Buffer.from(`  \n\t${text}\r\n  `),
  () => Buffer.alloc(0),
  () => Buffer.from('hello'),
  () => Buffer.from('['.repeat(5000)),
  () => Buffer.from(`{"a":${'{"a":'.repeat(40)}1${'}'.repeat(40)}}`),
  () => Buffer.from('{"id": "a", "id": "b", "sources": 1e999}'),
  (text) => Buffer.from(text + ' '.repeat(1_100_000)),
];
const way = fc.oneof(
  { weight: 12, arbitrary: fc.constant(undefined) },
  { weight: 1, arbitrary: fc.constantFrom(...ways) },
);

const otherTypes = [
  'text/plain',
  'application/json; charset=utf-16',
  'application/json;charset=UTF-8',
  'application/xml',
  'multipart/form-data; boundary=x',
  'application/x-www-form-urlencoded',
  'nonsense',
  'APPLICATION/JSON',
];
const typed = (types: readonly string[]): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 15, arbitrary: fc.constantFrom(...types) },
    { weight: 1, arbitrary: fc.constantFrom(...otherTypes) },
  );

export const jsonBody = (
  types: readonly string[],
  bases: fc.Arbitrary<Json>,
  known: Known,
): fc.Arbitrary<Sent | undefined> =>
  fc.oneof(
    {
      weight: 25,
      arbitrary: fc
        .record({ type: typed(types), base: bases, changes: edits(3), way, packed: fc.nat({ max: 40 }) })
        .map(({ type, base, changes, way: become, packed }) => {
          const text = JSON.stringify(edited(base, changes, known));
          const bytes = become ? become(text) : Buffer.from(text);
          return packed === 40 ? { type, bytes: gzipSync(bytes), encoding: 'gzip' } : { type, bytes };
        }),
    },
    { weight: 1, arbitrary: fc.constant(undefined) },
  );

/** Packed well, cut off, or not at all though it says so. */
const packings: Record<string, (bytes: Buffer) => Buffer> = {
  whole: (bytes) => gzipSync(bytes),
  cut: (bytes) => gzipSync(bytes).subarray(0, 30),
  twice: (bytes) => Buffer.concat([gzipSync(bytes), gzipSync(bytes)]),
  spoilt: (bytes) => Buffer.concat([gzipSync(bytes), Buffer.from('x')]),
  not: (bytes) => bytes,
};

const cell = fc.constantFrom(
  '',
  'a,b',
  '"',
  '"a""b"',
  'x\ny',
  '\0',
  '=1+1',
  '\ufeff',
  '한',
  '1e9',
  ';;',
  'a;a',
  '\r',
  "'=1",
);
export interface Template {
  csv: string;
  rows: Json[];
}

/** A file for an import: rows of a resource in one of the three forms. */
export function fileBody({ csv, rows }: Template, known: Known): fc.Arbitrary<Sent> {
  const documents = fc
    .array(fc.tuple(fc.constantFrom(...rows), edits(2)), { minLength: 1, maxLength: 4 })
    .map((some) => some.map(([row, changes]) => edited(row, changes, known)));
  const lines = csv.split('\r\n').filter((line) => line !== '');
  const csvText = fc
    .record({
      changes: fc.array(fc.tuple(fc.nat({ max: 30 }), fc.nat({ max: 200 }), cell), { maxLength: 3 }),
      repeats: fc.nat({ max: 2 }),
      end: fc.constantFrom('\r\n', '\n', '\r', '\r\n\r\n'),
      separator: fc.constantFrom(',', ',', ',', ';', '\t'),
    })
    .map(({ changes, repeats, end, separator }) => {
      const all = [...lines, ...Array.from({ length: repeats }, () => lines.at(-1) ?? '')].map((line) =>
        line.split(','),
      );
      for (const [row, column, text] of changes) {
        const at = all[row % all.length] ?? [];
        at[column % at.length] = text;
      }
      return all.map((line) => line.join(separator)).join(end) + end;
    });
  const form = fc.oneof(
    csvText.map((text) => ['text/csv', text] as const),
    documents.map((some) => ['application/json', JSON.stringify(some)] as const),
    documents.map(
      (some) => ['application/x-ndjson', some.map((row) => `${JSON.stringify(row)}\n`).join('')] as const,
    ),
    fc
      .tuple(hostileValue, fc.constantFrom('application/json', 'application/x-ndjson', 'text/csv'))
      .map(([value, type]) => [type, JSON.stringify(value)] as const),
  );
  return fc
    .record({
      form,
      way,
      packing: fc.oneof(
        { weight: 6, arbitrary: fc.constant('') },
        { weight: 1, arbitrary: fc.constantFrom(...Object.keys(packings)) },
      ),
      other: fc.oneof(
        { weight: 20, arbitrary: fc.constant(undefined) },
        { weight: 1, arbitrary: fc.constantFrom(...otherTypes) },
      ),
    })
    .map(({ form: [type, text], way: become, packing, other }) => {
      const bytes = become ? become(text) : Buffer.from(text);
      const pack = packings[packing];
      return {
        type: other ?? type,
        bytes: pack ? pack(bytes) : bytes,
        ...(pack ? { encoding: 'gzip' } : {}),
      };
    });
}
