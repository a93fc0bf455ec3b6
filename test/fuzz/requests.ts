/** Requests to an operation, made from nothing but its description and from ids of rows that are there. */
import fc from 'fast-check';
import { fileBody, jsonBody, type Known, type Sent, type Template } from './bodies.ts';
import { resolved, type Document, type Operation, type Parameter } from './document.ts';
import { hostile, hostileText, type Values } from './values.ts';

/** What is known only when the request goes out. */
export const made = '\u0001made';
export const current = '\u0001current';
export const gone = '\u0001gone';

export interface Draft {
  path: Record<string, string>;
  query: [name: string, text: string][];
  headers: Record<string, string>;
  body: Sent | undefined;
  suffix: string;
  head: boolean;
  /** Whose key it brings. */
  key: 'full' | 'other' | 'forged' | 'none';
}

export interface Source {
  document: Document;
  values: Values;
  known: Known;
  /** Real rows as a POST would have them, by their path. */
  rows: (path: string) => unknown[];
  templates: Record<string, Template>;
}

const bad = (weight: number, good: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.oneof({ weight, arbitrary: good }, { weight: 1, arbitrary: hostileText });

/** Long waits are asked for in no test: whoever waits is answered when something happens, or after this. */
const short: Record<string, fc.Arbitrary<string>> = {
  wait: fc.constantFrom('0', '1'),
  prefer: fc.constantFrom('respond-async', 'wait=1', 'respond-async, wait=1', 'handling=lenient', 'nonsense'),
  draws: fc.constantFrom('1000', '1001', '5000'),
};

function path(operation: Operation, { values }: Source): fc.Arbitrary<Record<string, string>> {
  const parts = operation.parameters.filter((one) => one.in === 'path');
  const fresh = operation.method !== 'GET' && operation.path.includes('{id}');
  return fc.record(
    Object.fromEntries(
      parts.map(({ name, schema, example }) => {
        const real = fc.oneof(
          values.query(schema, operation.path),
          ...(example === undefined ? [] : [fc.constant(example)]),
        );
        const likely = fresh
          ? fc.oneof({ weight: 3, arbitrary: fc.constant(made) }, { weight: 2, arbitrary: real })
          : real;
        return [name, bad(25, likely)];
      }),
    ),
  );
}

function query(operation: Operation, { values }: Source): fc.Arbitrary<[string, string][]> {
  const parameters = operation.parameters.filter((one) => one.in === 'query');
  const one = ({ name, schema }: Parameter): fc.Arbitrary<[string, string]> => {
    const outside = values.outside(schema).map(String);
    const likely = bad(25, short[name] ?? values.query(schema, name));
    const text =
      outside.length === 0
        ? likely
        : fc.oneof({ weight: 12, arbitrary: likely }, { weight: 1, arbitrary: fc.constantFrom(...outside) });
    return text.map((given) => [name, given]);
  };
  const required = parameters.filter((parameter) => parameter.required);
  const optional = parameters.filter((parameter) => !parameter.required);
  const unknown = fc.tuple(
    fc.constantFrom('unknown', '__proto__', 'sortt', 'id[like]', 'a[b][c]', ''),
    hostileText,
  );
  // What says how the reply is made stands beside a hundred filters, and is asked for as often as all of them.
  const common = optional.filter(({ name }) =>
    /^(correction|reason|sort|limit|cursor|count|format|fields|include|asOf|knownAt|version)$/.test(name),
  );
  const several = fc.array(
    fc.oneof(
      ...(common.length > 0 ? [{ weight: 10, arbitrary: fc.oneof(...common.map(one)) }] : []),
      ...(optional.length > 0 ? [{ weight: 10, arbitrary: fc.oneof(...optional.map(one)) }] : []),
      { weight: 1, arbitrary: unknown },
    ),
    { maxLength: 4 },
  );
  const once = fc
    .tuple(several, fc.nat({ max: 15 }))
    .map(([list, n]) => (n === 15 ? list : [...new Map(list)]));
  const must = required.map((parameter) => fc.option(one(parameter), { nil: undefined, freq: 20 }));
  return fc
    .tuple(fc.tuple(...must), once)
    .map(([first, more]) => [...first.filter((given) => given !== undefined), ...more]);
}

const visible = (text: string): boolean => /^[\t\x20-\x7e\x80-\xff]*$/.test(text);
const hostileField = fc.constantFrom(
  ...hostile.filter((text) => visible(text) && text !== ''),
  '"',
  '\xe9',
  '*, *',
  'W/',
  '"a"b',
);

function headers(operation: Operation, { values }: Source): fc.Arbitrary<Record<string, string>> {
  const declared = operation.parameters
    .filter((one) => one.in === 'header')
    .map(({ name, schema }) => {
      const good = values.query(schema, name).filter(visible);
      const likely =
        name === 'If-Match' || name === 'If-None-Match'
          ? fc.oneof(
              { weight: 4, arbitrary: fc.constantFrom('*', current, current) },
              { weight: 1, arbitrary: good },
            )
          : name === 'Idempotency-Key'
            ? fc.oneof(fc.uuid(), good)
            : (short[name.toLowerCase()] ?? good);
      const given = fc.oneof({ weight: 25, arbitrary: likely }, { weight: 1, arbitrary: hostileField });
      const needed = name === 'If-Match' || name === 'Idempotency-Key';
      const none = { weight: needed ? 1 : 60, arbitrary: fc.constant('') };
      return [name.toLowerCase(), fc.oneof({ weight: 12, arbitrary: given }, none)] as const;
    });
  const sometimes = (good: string[]): fc.Arbitrary<string> =>
    fc.oneof(
      { weight: 20, arbitrary: fc.constant('') },
      { weight: 6, arbitrary: fc.constantFrom(...good) },
      { weight: 1, arbitrary: hostileField },
    );
  return fc
    .record({
      ...Object.fromEntries(declared),
      accept: sometimes([
        'application/json',
        '*/*',
        'text/csv',
        'application/x-ndjson',
        'image/svg+xml',
        'text/html;q=0.5, */*;q=0.1',
        'application/vnd.apache.parquet',
        'image/png',
        'application/json;q=0',
      ]),
      'accept-language': sometimes(['ko', 'fr-CA, en;q=0.5', '*', 'xx', 'ko;q=0']),
      'accept-encoding': sometimes(['gzip', 'br, gzip;q=0.5', 'identity;q=0', 'deflate']),
      'x-request-id': sometimes(['abc', 'x'.repeat(300)]),
      traceparent: sometimes(['00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01', '00-0-0-0']),
      origin: sometimes(['https://example.org', 'null']),
      huge: fc.nat({ max: 60 }).map((n) => (n === 60 ? 'x'.repeat(17_000) : '')),
    })
    .map((fields) => Object.fromEntries(Object.entries(fields).filter(([, text]) => text !== '')));
}

/** The row with one member set, however deep; as it is where there is no way to that. */
function withMember(row: object, way: readonly string[], value: unknown): object {
  const [name, ...rest] = way;
  if (name === undefined) return row;
  const inner: unknown = (row as Record<string, unknown>)[name];
  const holder = typeof inner === 'object' && inner !== null ? inner : {};
  return { ...row, [name]: rest.length === 0 ? value : withMember(holder, rest, value) };
}

function body(operation: Operation, source: Source): fc.Arbitrary<Sent | undefined> {
  const [[type, media] = []] = Object.entries(operation.bodies);
  if (type === undefined || !media) return fc.constant(undefined);
  const rows = source.rows(operation.path);
  const schema = resolved(source.document, media.schema);
  const properties = Object.keys(schema.properties ?? {});
  const some = fc.subarray(properties);
  const partly = fc
    .tuple(fc.constantFrom(media.example, ...rows), some)
    .map(([row, names]) =>
      Object.fromEntries(Object.entries(row as object).filter(([name]) => names.includes(name))),
    );
  const again = fc
    .tuple(fc.constantFrom(media.example, ...rows), fc.nat({ max: 999 }))
    .map(([row, n]) => ('id' in (row as object) ? { ...(row as object), id: `again-${n}` } : row));
  const outside = source.values.outsideOf(media.schema);
  const beside = fc
    .tuple(again, fc.constantFrom(...outside, [[], undefined] as [string[], unknown]))
    .map(([row, [way, value]]) => withMember(row as object, way, value));
  const bases = fc.oneof(
    { weight: 3, arbitrary: beside },
    { weight: 2, arbitrary: fc.constant(media.example) },
    { weight: 4, arbitrary: again },
    ...(rows.length > 0 ? [{ weight: 1, arbitrary: fc.constantFrom(...rows) }] : []),
    { weight: 2, arbitrary: source.values.valid(media.schema) },
    { weight: operation.method === 'PATCH' ? 3 : 0, arbitrary: partly },
  );
  return jsonBody(Object.keys(operation.bodies), bases, source.known);
}

export function drafts(operation: Operation, source: Source): fc.Arbitrary<Draft> {
  const base = {
    path: path(operation, source),
    query: query(operation, source),
    headers: headers(operation, source),
    suffix: fc.nat({ max: 120 }).map((n) => ['%zz', '%ED%A0%80=1', `q=${'a'.repeat(9000)}`][n - 118] ?? ''),
    head: operation.method === 'GET' ? fc.nat({ max: 25 }).map((n) => n === 25) : fc.constant(false),
    key: fc.oneof(
      { weight: 20, arbitrary: fc.constant('full' as const) },
      { weight: 1, arbitrary: fc.constantFrom('other' as const, 'forged' as const, 'none' as const) },
    ),
  };
  if (!('text/csv' in operation.bodies)) return fc.record({ ...base, body: body(operation, source) });
  // A file goes with the resource that it is said to be of.
  return fc.constantFrom(...Object.entries(source.templates)).chain(([resource, template]) =>
    fc
      .record({ ...base, body: fc.option(fileBody(template, source.known), { nil: undefined, freq: 30 }) })
      .map((draft) => ({
        ...draft,
        query: draft.query.map(([name, text]): [string, string] =>
          name === 'resource' && !hostile.includes(text) ? [name, resource] : [name, text],
        ),
      })),
  );
}
