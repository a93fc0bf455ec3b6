import { describe, expect, test } from 'vitest';
import consortiums from '../../src/resources/consortiums.ts';
import { faults, read } from './reading.ts';

const both = ['ndjson', 'json'] as const;
/** One document as a file of each form. */
const fileOf = (form: 'ndjson' | 'json', text: string): string => (form === 'json' ? `[${text}]` : text);

describe.each(both)('%s', (form) => {
  test('a document is what was sent, without what the server computes, and with what it speaks of', async () => {
    const sent = {
      id: 'x',
      names: { en: 'X', ko: null },
      name: 'X',
      members: [{ organization: 'a', role: 'lead' }],
      status: 'active',
      createdAt: 'y',
      version: 3,
    };
    const { rows, ignored } = await read(form, fileOf(form, JSON.stringify(sent)), { resource: consortiums });
    expect(rows[0]).toMatchObject({ n: 1, line: 1, raw: sent, faults: [] });
    expect(rows[0]?.document).toEqual({ id: 'x', names: sent.names, members: sent.members });
    expect([...(rows[0]?.given ?? [])]).toEqual(['id', 'names.en', 'names.ko', 'members']);
    expect([...ignored]).toEqual(['name', 'status', 'createdAt', 'version']);
  });

  test('a group that is null is said of each of its leaves', async () => {
    const { rows } = await read(form, fileOf(form, '{"names": null}'), { resource: consortiums });
    expect(rows[0]?.document).toEqual({ names: null });
    expect([...(rows[0]?.given ?? [])]).toEqual(['names.en', 'names.ko', 'names.fr']);
  });

  test('a document can be changed without changing what is kept as it stood', async () => {
    const { rows } = await read(
      form,
      fileOf(form, '{"names": {"en": "X"}, "members": [{"organization": "a"}]}'),
      {
        resource: consortiums,
      },
    );
    const document = rows[0]?.document as { names: { en: string }; members: { organization: string }[] };
    document.names.en = 'changed';
    Object.assign(document.members[0] ?? {}, { organization: 'changed' });
    expect(rows[0]?.raw).toEqual({ names: { en: 'X' }, members: [{ organization: 'a' }] });
  });

  test('an unknown field is a fault at any level, names the nearest one, and is left out of the document', async () => {
    const text =
      '{"naems": {}, "names": {"en": "X", "kr": "Y"}, "members": [{"organisation": "a"}], "correction": true, "name ": 1}';
    expect(await faults(form, fileOf(form, text), { resource: consortiums })).toEqual([
      'unknown-field naems: there is no field `naems` in consortiums; did you mean `names`?',
      'unknown-field names.kr: there is no field `kr` in consortiums; did you mean `ko`?',
      'unknown-field members.organisation: there is no field `organisation` in consortiums; did you mean `organization`?',
      'unknown-field correction: `correction` is said once for a whole import: as a parameter of the request, not in its rows',
      'unknown-field name : there is no field `name ` in consortiums; did you mean `names`?',
    ]);
    const { rows } = await read(form, fileOf(form, text), { resource: consortiums });
    expect(rows[0]?.document).toEqual({ names: { en: 'X' }, members: [{}] });
    const pointers = ['/naems', '/names/kr', '/members/0/organisation', '/correction', '/name '];
    expect(rows[0]?.faults.map(({ pointer }) => pointer)).toEqual(
      form === 'json' ? pointers.map((pointer) => `/0${pointer}`) : pointers,
    );
  });

  test.each([
    ['{"note": "a\\u0000b"}', 'unstorable-text note: the text contains a NUL character'],
    ['{"note": "\\ud83d"}', 'unstorable-text note: the text contains half of a surrogate pair'],
    ['{"sources": ["a", "\\udc00"]}', 'unstorable-text sources: the text contains half of a surrogate pair'],
    ['{"score": 0.12345678901234567}', 'inexact-number score: the number has more digits than can be kept'],
    ['{"score": 1e999}', 'inexact-number score: the number has more digits than can be kept'],
    ['{"score": 1e-999}', 'inexact-number score: the number has more digits than can be kept'],
    ['{"note": "a", "note": "b"}', 'repeated-field note: `note` is given twice'],
    ['{"no\\u0074e": "a", "note": "a"}', 'repeated-field note: `note` is given twice'],
    ['{"__proto__": {"x": 1}}', 'unknown-field __proto__: `__proto__` is not a field that may be sent'],
    ['{"\\u005f_proto__": {}}', 'unknown-field __proto__: `__proto__` is not a field that may be sent'],
    [
      '{"sources": [{"__proto__": 1}]}',
      'unknown-field sources.__proto__: `__proto__` is not a field that may be sent',
    ],
  ])('%s is a fault of its field', async (text, fault) => {
    expect((await faults(form, fileOf(form, text))).map((told) => told.slice(0, fault.length))).toEqual([
      fault,
    ]);
    expect(({} as Record<string, unknown>).x).toBeUndefined();
  });

  test.each([
    '{"note": "\\ud83d\\ude00", "score": 1e2}',
    '{"score": 9007199254740992, "note": "12345678901234567890"}',
    '{"score": 1000000000000000, "sources": ["a:b", "{[", "\\"", "\\\\"]}',
    '{"score": -0.0, "passed": 0.1e1}',
    '  {"note"\t:  "x"  }  ',
  ])('%s is as it should be', async (text) => {
    const { rows } = await read(form, fileOf(form, text));
    expect(rows.map((row) => row.faults)).toEqual([[]]);
    expect(rows[0]?.document).toEqual(JSON.parse(text));
  });

  test.each(['1', '"text"', 'null', 'true', '-1.5e3'])('%s is no row', async (text) => {
    const { rows, error } = await read(form, fileOf(form, text));
    expect(error).toBeUndefined();
    expect(rows[0]).toMatchObject({ raw: JSON.parse(text), faults: [{ code: 'not-an-object', field: '' }] });
    expect(rows[0]?.document).toBeUndefined();
  });

  test('nesting is followed down to 32 levels; what is deeper costs nothing and is a fault of its row', async () => {
    const nested = (depth: number): string => `{"note":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`;
    expect(await faults(form, fileOf(form, nested(32)))).toEqual([]);
    expect(await faults(form, fileOf(form, nested(33)))).toEqual([
      'too-deep : it nests deeper than 32 levels',
    ]);
    const { rows } = await read(form, fileOf(form, nested(40_000)));
    expect(rows[0]?.faults).toMatchObject([{ code: 'too-deep' }]);
    expect(String(rows[0]?.raw).length).toBeLessThanOrEqual(200);
  });

  test('a row lists no more faults than anybody reads', async () => {
    const text = `{${Array.from({ length: 1000 }, (_, i) => `"x${i}": 1`).join(',')}}`;
    expect(await faults(form, fileOf(form, text))).toHaveLength(50);
  });
});

/** What the syntax fault of a text says, and at which character. */
const syntax: [string, number, string][] = [
  ['{"a": 1,}', 9, 'expected a name in quotes, found `}`'],
  ['{"a" 1}', 6, 'expected `:`, found `1`'],
  ['{"a": 1 "b": 2}', 9, 'expected `,` or `}`, found `"`'],
  ['{"a": [1 2]}', 10, 'expected `,` or `]`, found `2`'],
  ['{"a": [1,]}', 10, 'expected a value, found `]`'],
  ['{a: 1}', 2, 'expected a name in quotes or `}`, found `a`'],
  ["{'a': 1}", 2, "expected a name in quotes or `}`, found `'`; texts and names stand in double quotes"],
  ['{"a": None}', 7, 'expected a value, found `None`; write `null`'],
  ['{"a": True}', 7, 'expected a value, found `True`; write `true`'],
  ['{"a": 01}', 8, 'expected `,` or `}`, found `1`'],
  ['{"a": .5}', 7, 'expected a value, found `.`'],
  [
    '{"a": "x\\y"}',
    10,
    'expected one of " \\ / b f n r t u after \\; a backslash is written \\\\, found `y`',
  ],
  ['{"a": "\\u12g4"}', 10, 'expected four hexadecimal digits after \\u, found `12g4`'],
  ['{"한글 😀": }', 10, 'expected a value, found `}`'],
];
const only: [string, number, string][] = [
  ['{"a": 1', 8, 'expected `,` or `}`, found the end'],
  ['{"a": "x', 9, 'expected the closing quote, found the end'],
  ['{"a": 1} {"b": 2}', 10, 'expected nothing more, found `{`'],
  [
    '{"a": "x\ty"}',
    9,
    'expected the closing quote; line breaks and tabs inside a text are written \\n and \\t, found a control character',
  ],
  ['constructor', 1, 'expected a value, found `constructor`'],
  ['garbage', 1, 'expected a value, found `garbage`'],
];

test.each([...syntax, ...only])(
  'a line that is no JSON is a fault with its column: %s',
  async (text, column, detail) => {
    const { rows } = await read('ndjson', `{"round": "a"}\n  ${text}\n{"round": "b"}\n`);
    expect(rows.map(({ line, document }) => [line, document])).toEqual([
      [1, { round: 'a' }],
      [2, undefined],
      [3, { round: 'b' }],
    ]);
    expect(rows[1]?.faults).toEqual([
      {
        column: column + 2,
        pointer: '',
        field: '',
        code: 'malformed-json',
        detail: `this is not JSON: ${detail.replace('`12g4`', '`1`')}`,
        value: text,
      },
    ]);
  },
);

test.each(syntax)(
  'an element that is no JSON is a fault with its place: %s',
  async (text, column, detail) => {
    const { rows, error } = await read(
      'json',
      `[\n {"round": "a"},\n ${text},\n {"round":\n\n ${text.replace('{', '{"z": 1,')}}]`,
    );
    expect(error).toBeUndefined();
    expect(rows[1]).toMatchObject({
      n: 2,
      line: 3,
      pointer: '/1',
      faults: [{ column: column + 1, pointer: '/1' }],
    });
    expect(rows[1]?.faults[0]?.detail).toBe(`this is not JSON: ${detail.replace('`12g4`', '`1`')}`);
    expect(rows[2]).toMatchObject({ line: 4, faults: [{ line: 6, column: column + 7 + 1 }] });
  },
);

test('lines of NDJSON end in LF, CRLF or CR, and blank ones are passed over', async () => {
  const { rows } = await read('ndjson', '\uFEFF\n{"round":"a"}\r\n \t\n\r{"round":"b"}\r{"round":"c"}');
  expect(rows.map(({ n, line, document }) => [n, line, document?.round])).toEqual([
    [1, 2, 'a'],
    [2, 5, 'b'],
    [3, 6, 'c'],
  ]);
  expect(await read('ndjson', '')).toMatchObject({ rows: [], error: undefined });
});

test('an array announced as NDJSON, and an object announced as an array, are recognized', async () => {
  expect((await read('ndjson', '\n [{"round": "a"}]')).error).toMatchObject({
    code: 'wrong-form',
    line: 2,
    column: 2,
  });
  const list = await read('json', ' {"data": [{"round": "a"}]}');
  expect(list.error).toMatchObject({ code: 'wrong-form', line: 1, column: 2 });
  expect(list.error?.detail).toContain('`data`');
});

test('elements of an array have their pointers and the lines that they begin in', async () => {
  const { rows } = await read(
    'json',
    '[{"round":"a"},\r\n\r\n  {\r\n"round":\r\n"b"}\r,{"round":"c"}\n,\n1 ,"x"]\n',
  );
  expect(rows.map(({ n, line, pointer }) => [n, line, pointer])).toEqual([
    [1, 1, '/0'],
    [2, 3, '/1'],
    [3, 6, '/2'],
    [4, 8, '/3'],
    [5, 8, '/4'],
  ]);
  for (const empty of ['[]', ' [ ]\n'])
    expect(await read('json', empty)).toMatchObject({ rows: [], error: undefined });
});

test.each([
  ['', 'empty-file', 1, undefined, 'is empty'],
  [' \n', 'empty-file', 1, undefined, 'is empty'],
  ['x', 'malformed-json', 1, 1, 'Expected a JSON array: `[`, found `x`'],
  ['"a"', 'malformed-json', 1, 1, 'found `"`'],
  ['[{}', 'unfinished-array', 1, 4, 'after 1 rows'],
  ['[{},\n', 'unfinished-array', 2, 1, 'after 1 rows'],
  ['[{},\n {"a": "b', 'unfinished-array', 2, 10, 'in the row that begins in line 2, column 2'],
  ['[{},\n12', 'unfinished-array', 2, 3, 'in the row that begins in line 2, column 1'],
  ['[{} {}]', 'malformed-json', 1, 5, 'Expected `,` or `]`, found `{` after 1 row'],
  ['[{},\n]', 'malformed-json', 2, 1, 'no comma stands before `]`'],
  ['[{},,{}]', 'malformed-json', 1, 5, 'found `,`'],
  ['[,{}]', 'malformed-json', 1, 2, 'Expected a row or `]`, found `,`'],
  ['[{}]]', 'malformed-json', 1, 5, 'nothing after the end of the array, found `]`'],
  ['[{}]\n[{}]', 'malformed-json', 2, 1, 'nothing after the end of the array'],
  [
    '[{"한글😀": [1}, {}]',
    'malformed-json',
    1,
    12,
    'Expected `]`, found `}`, in the row that begins in line 1, column 2',
  ],
  ['[{"한글😀": 1]', 'malformed-json', 1, 11, 'Expected `}`, found `]`'],
  [
    '[{"a": "b},\n{"a": "c"}]',
    'malformed-json',
    1,
    12,
    'A text opens in line 1, column 8 and does not close in its line',
  ],
])('what breaks an array ends the file with its place: %j', async (file, code, line, column, detail) => {
  const { error } = await read('json', file);
  expect([error?.code, error?.line, error?.column]).toEqual([code, line, column]);
  expect(error?.detail).toContain(detail);
});

test('rows before the place that ends the file are given', async () => {
  expect(
    (await read('json', '[{"round":"a"},{"round":"b"};')).rows.map(({ document }) => document?.round),
  ).toEqual(['a', 'b']);
});

test('rows with the same fields share what they speak of', async () => {
  const { rows } = await read(
    'ndjson',
    '{"round":"a","note":null}\n{"note":"x"}\n{"round":"b","note":"y"}\n',
  );
  expect(rows[0]?.given).toBe(rows[2]?.given);
  expect(rows[1]?.given).not.toBe(rows[0]?.given);
});
