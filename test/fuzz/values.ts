/** Values by their schema, and values that were made to break things. */
import fc from 'fast-check';
import { resolved, type Document, type Judge, type Schema } from './document.ts';

/** Texts that some schema or other takes; each is offered where its schema does. */
const texts = [
  'a',
  'kr-safm',
  'no-such-thing',
  '0',
  'x'.repeat(80),
  '2025',
  '2025-08',
  '2025-08-04',
  '2024-02-29',
  '0001',
  '9999-12-31',
  '2026-11-24T00:00:00Z',
  '2025-01-01T00:00:00.123456Z',
  '2026-11-24t09:30:00+09:00',
  '9999-12-31T23:59:59Z',
  '0000-01-01T00:00:00Z',
  '01a205b3-d019-7588-9551-f83d51a42121',
  '00000000-0000-0000-0000-000000000000',
  'KRW',
  'USD',
  'XXX',
  'KR',
  'FR',
  'ZZ',
  'en',
  'ko',
  'zz',
  'https://example.org/a?b=c#d',
  'urn:isbn:0451450523',
  'urn:::',
  '0.0001',
  '530000000000',
  '99999999999999999999.9999',
  'P6M',
  'PT0S',
  'f'.repeat(64),
  '한국어 é İ ß 🎉',
  '=HYPERLINK("x")',
  '"quoted, with a comma"',
  "' OR 1=1 --",
  '%_\\*:&|!()<->',
  'r2-expert:0.5',
  'round=kr-safm-round-2',
  'program=kr-safm',
  '"0"',
  'W/"x", "y"',
  'start',
  'now',
  'WyJhIl0',
];

/** Texts that few schemas take. */
export const hostile = [
  '',
  ' ',
  'A B',
  '\0',
  'a\0b',
  '\ud800',
  '..',
  '../../etc/passwd',
  '%00',
  '__proto__',
  'constructor',
  'null',
  'NaN',
  'Infinity',
  '-1',
  '1e309',
  '1e-7',
  '00',
  '0x10',
  '１',
  '2025-13',
  '2025-02-30',
  '2025-02-30T25:00:00Z',
  '2147483648',
  '9007199254740993',
  '1'.repeat(400),
  'x'.repeat(5000),
  '\u202eabc',
  '\ufeff',
  '\u200b',
  '\r\nX-Injected: 1',
  '<script>alert(1)</script>',
  '{{7*7}}',
  '${jndi:ldap://x}',
  ',',
  ',,a,',
  'a'.repeat(30).split('').join(','),
  'x,'.repeat(150),
  'true',
];

const odd: unknown[] = [
  null,
  true,
  0,
  -0,
  -1,
  1.5,
  1e300,
  5e-324,
  2 ** 53 + 2,
  2 ** 31,
  [],
  [null],
  [[]],
  {},
  { a: 1 },
  { type: 'program', id: 'kr-safm' },
  { constructor: { prototype: 1 } },
  JSON.parse('{"__proto__": {"admin": true}}'),
  Array.from({ length: 300 }, (_, i) => i),
  Array.from({ length: 40 }).reduce<unknown>((inner) => [inner], 1),
];

export const hostileText = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...hostile) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 12 }) },
);
export const hostileValue: fc.Arbitrary<unknown> = fc.oneof(
  hostileText,
  fc.constantFrom(...odd),
  fc.jsonValue({ maxDepth: 2 }),
);

/** Makes arbitraries of what a schema allows. Texts of `known`, by the name of the field, are ids of real rows and the like. */
export class Values {
  readonly #document: Document;
  readonly #judge: Judge;
  readonly #known: (name: string) => readonly string[];

  constructor(document: Document, judge: Judge, known: (name: string) => readonly string[]) {
    this.#document = document;
    this.#judge = judge;
    this.#known = known;
  }

  valid(given: Schema, name = ''): fc.Arbitrary<unknown> {
    const schema = resolved(this.#document, given);
    if (schema.const !== undefined) return fc.constant(schema.const);
    if (schema.enum) return fc.constantFrom(...schema.enum);
    if (schema.anyOf) return fc.oneof(...schema.anyOf.map((one) => this.valid(one, name)));
    switch (schema.type) {
      case 'null':
        return fc.constant(null);
      case 'boolean':
        return fc.boolean();
      case 'integer':
      case 'number':
        return this.#number(schema);
      case 'string':
        return this.#text(schema, name);
      case 'array': {
        const { minItems = 0, maxItems = 5, items = {} } = schema;
        return fc.array(this.valid(items, name), {
          minLength: minItems,
          maxLength: Math.min(maxItems, minItems + 2),
        });
      }
      case 'object':
        return fc.record(
          Object.fromEntries(
            Object.entries(schema.properties ?? {}).map(([key, inner]) => [key, this.valid(inner, key)]),
          ),
          { requiredKeys: schema.required ?? [] },
        );
      default:
        return fc.jsonValue({ maxDepth: 1 });
    }
  }

  /** Just outside of what a schema allows: one too many, one too few, one too long. */
  outside(given: Schema): unknown[] {
    const schema = resolved(this.#document, given);
    const { type, anyOf, minimum, maximum, maxLength, maxItems, items, enum: choices } = schema;
    if (anyOf) return this.outside(anyOf[0] ?? {});
    if (choices)
      return [String(choices[0]).toUpperCase(), `${String(choices[0])}s`].filter(
        (one) => !choices.includes(one),
      );
    if (type === 'integer' || type === 'number')
      return [
        ...(minimum === undefined ? [] : [minimum - 1]),
        ...(maximum === undefined ? [] : [maximum + 1]),
      ];
    if (type === 'string')
      return maxLength === undefined || maxLength > 20_000 ? [] : ['x'.repeat(maxLength + 1)];
    if (type === 'array') {
      const [one] = items ? fc.sample(this.valid(items), { numRuns: 1, seed: 1 }) : [];
      const many =
        maxItems === undefined || maxItems > 600 ? [] : [Array.from({ length: maxItems + 1 }, () => one)];
      return [...many, ...this.outside(items ?? {}).map((item) => [item])];
    }
    return [];
  }

  /** The same for each member of a body, with the way to it. */
  outsideOf(given: Schema, path: string[] = []): [path: string[], value: unknown][] {
    return Object.entries(resolved(this.#document, given).properties ?? {}).flatMap(([name, inner]) => [
      ...this.outside(inner).map((value): [string[], unknown] => [[...path, name], value]),
      ...this.outsideOf(inner, [...path, name]),
    ]);
  }

  /** As it stands in a query string. */
  query(schema: Schema, name: string): fc.Arbitrary<string> {
    return this.valid(schema, name.replace(/\[.*/, '')).map((value) =>
      Array.isArray(value) ? value.join(',') : String(value),
    );
  }

  #number({ type, minimum = -1000, maximum = 1000 }: Schema): fc.Arbitrary<number> {
    const whole = fc.integer({ min: Math.ceil(minimum), max: Math.floor(Math.min(maximum, minimum + 1000)) });
    const edges = fc.constantFrom(minimum, maximum);
    return type === 'integer'
      ? fc.oneof({ weight: 4, arbitrary: whole }, { weight: 1, arbitrary: edges })
      : fc.oneof(whole, edges, fc.constantFrom(minimum + 0.1, minimum + 0.000001));
  }

  #text(schema: Schema, name: string): fc.Arbitrary<string> {
    const fits = (text: string): boolean => this.#judge.fits(schema, text);
    const known = [...this.#known(name), ...(schema.examples ?? []).filter((one) => typeof one === 'string')];
    const longest = 'x'.repeat(Math.min(schema.maxLength ?? 20, 5000));
    const offered = [...texts, ...hostile, longest].filter(fits);
    const likely = known.filter(fits);
    if (likely.length === 0)
      return offered.length > 0 ? fc.constantFrom(...offered) : fc.constant(longest).filter(fits);
    if (offered.length === 0) return fc.constantFrom(...likely);
    return fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(...likely) },
      { weight: 1, arbitrary: fc.constantFrom(...offered) },
    );
  }
}
