import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { loadRegistry } from '../../src/resource/registry.ts';
import bids from '../../src/resources/bids.ts';
import consortiums from '../../src/resources/consortiums.ts';
import figures from '../../src/resources/funding-figures.ts';
import { faults, read } from './reading.ts';

const header = 'round,consortium,criterion,status,score,passed,evaluatedOn,disclosedOn,note,sources';
const cells = 'r-1,a,c-1,disclosed,29.3,,2026-08,2026-08-27,,s-1;s-2';
const document = {
  round: 'r-1',
  consortium: 'a',
  criterion: 'c-1',
  status: 'disclosed',
  score: 29.3,
  passed: null,
  evaluatedOn: '2026-08',
  disclosedOn: '2026-08-27',
  note: null,
  sources: ['s-1', 's-2'],
};

test('a row of cells is the document that the JSON of the API would be', async () => {
  const { rows, columns, ignored } = await read('csv', `${header}\r\n${cells}\r\n`);
  expect(rows).toEqual([
    {
      n: 1,
      line: 2,
      columns: header.split(','),
      raw: cells.split(','),
      document,
      given: new Set(header.split(',')),
      faults: [],
    },
  ]);
  expect(columns).toEqual(header.split(','));
  expect([...ignored]).toEqual([]);
});

describe('what spreadsheets and editors do to a file changes nothing', () => {
  const shuffled = [header.split(',').reverse().join(','), cells.split(',').reverse().join(',')];
  const files: [string, string][] = [
    ['a byte order mark', `\uFEFF${header}\n${cells}\n`],
    ['line feeds', `${header}\n${cells}\n`],
    ['carriage returns', `${header}\r${cells}\r`],
    ['no line break at the end', `${header}\r\n${cells}`],
    ['blank lines at the end', `${header}\r\n${cells}\r\n\r\n\r\n`],
    ['rows of commas at the end', `${header}\r\n${cells}\r\n,,,,,,,,,\r\n,,,,,,,,,\r\n`],
    [
      'quotes that were not needed',
      `"${header.replaceAll(',', '","')}"\r\n"${cells.replaceAll(',', '","')}"\r\n`,
    ],
    ['another order of the columns', `${shuffled.join('\n')}\n`],
    ['blanks around the names of columns', `${header.replaceAll(',', ' , ')}\n${cells}\n`],
  ];
  test.each(files)('%s', async (_, file) => {
    const { rows, error } = await read('csv', file);
    expect(error).toBeUndefined();
    expect(rows.map((row) => row.document)).toEqual([document]);
    expect(rows[0]).toMatchObject({ n: 1, line: 2, faults: [] });
  });
});

test('lines are counted through quoted line breaks of every kind and through blank lines', async () => {
  const note = 'round,note';
  const { rows } = await read('csv', `\n${note}\n"a","x\ny"\n\n"b","x\r\ny\r\nz"\r\nc,"x\ry"\rd,""\n`);
  expect(rows.map(({ n, line, raw }) => [n, line, raw])).toEqual([
    [1, 3, ['a', 'x\ny']],
    [2, 6, ['b', 'x\r\ny\r\nz']],
    [3, 9, ['c', 'x\ry']],
    [4, 11, ['d', '']],
  ]);
});

test('an empty cell is null, and of a list the empty list', async () => {
  const { rows } = await read('csv', 'scope.covers,scope.stage,money.amount,rank\n,,,normal\n', {
    resource: figures,
  });
  expect(rows[0]?.document).toEqual({
    scope: { covers: [], stage: null },
    money: { amount: null },
    rank: 'normal',
  });
});

test('an empty id says that the row has none yet', async () => {
  expect((await read('csv', 'id,kind\n,press\n', { resource: figures })).rows[0]?.document).toEqual({
    kind: 'press',
  });
});

test('numbers and words of yes and no are typed, amounts stay text, and what fits no type is left to be judged', async () => {
  const { rows } = await read(
    'csv',
    'score,passed,status\n007,true,\n-1.50,false,x\n"1,5",yes,\n1e3,TRUE,\n0x10,,\n +1,,\n',
  );
  expect(rows.map(({ document: typed }) => [typed?.score, typed?.passed])).toEqual([
    [7, true],
    [-1.5, false],
    ['1,5', 'yes'],
    ['1e3', true],
    ['0x10', null],
    [' +1', null],
  ]);
  const { rows: money } = await read('csv', 'money.amount,money.currency\n530000000000.5000,KRW\n', {
    resource: figures,
  });
  expect(money[0]?.document).toEqual({ money: { amount: '530000000000.5000', currency: 'KRW' } });
});

test('the guard against formulas is taken away from texts, once', async () => {
  const guarded = [`'=1+1`, `''=1`, `'-1`, `'@x`, `'＝1`, `it's`, `'quoted'`, `=1`];
  const { rows } = await read('csv', `note,status\n${guarded.map((text) => `${text},'=x\n`).join('')}`);
  expect(rows.map((row) => row.document?.note)).toEqual([
    '=1+1',
    "'=1",
    '-1',
    '@x',
    '＝1',
    "it's",
    "'quoted'",
    '=1',
  ]);
  expect(rows[0]?.document?.status).toBe(`'=x`);
});

describe('a list of objects', () => {
  const head = 'id,members.organization,members.role,members.joinedOn,members.leftOn,members.sources\n';
  const members = async (line: string) => (await read('csv', head + line, { resource: consortiums })).rows[0];

  test('is parallel lists, one a column, with blanks between the values of a list inside', async () => {
    const row = await members('x,a;b,lead;member,2025;,;,s-1 s-2;s-3\n');
    expect(row?.document).toEqual({
      id: 'x',
      members: [
        { organization: 'a', role: 'lead', joinedOn: '2025', leftOn: null, sources: ['s-1', 's-2'] },
        { organization: 'b', role: 'member', joinedOn: null, leftOn: null, sources: ['s-3'] },
      ],
    });
    expect([...(row?.given ?? [])]).toEqual(['id', 'members']);
    expect(row?.faults).toEqual([]);
  });

  test('is empty where all of its cells are', async () => {
    expect((await members('x,,,,,\n'))?.document).toEqual({ id: 'x', members: [] });
  });

  test('has columns of equal length; a column that says nothing at all is one', async () => {
    expect((await members('x,a;b,lead,,,s-1;s-2\n'))?.faults).toEqual([
      {
        column: 3,
        field: 'members.role',
        code: 'uneven-lists',
        detail:
          '1 of 2: the columns of `members` are lists of equal length, an empty place for what is not known',
        value: 'lead',
      },
    ]);
  });
});

test('what an export holds and nobody writes is passed over, and said to be', async () => {
  const { rows, ignored, columns } = await read(
    'csv',
    'id,round,score,error,createdAt,updatedAt,version\n01a205b3-d019-7588-9551-f83d51a42121,r,1,old fault,x,y,3\n',
  );
  expect(rows[0]).toMatchObject({ document: { round: 'r', score: 1 }, given: new Set(['round', 'score']) });
  expect([...ignored]).toEqual(['id', 'createdAt', 'updatedAt', 'version']);
  expect(columns).toContain('error');
  const derived = await read('csv', 'id,name,names.en,status,statusSince\nx,X,X,active,2025\n', {
    resource: consortiums,
  });
  expect(derived.rows[0]?.document).toEqual({ id: 'x', names: { en: 'X' } });
  expect([...derived.ignored]).toEqual(['name', 'status', 'statusSince']);
});

test('all that is wrong with a header is told at once, with the nearest names', async () => {
  const { rows, error } = await read(
    'csv',
    '\nround,consortum,round,,reason,Score,zzzzzzzz,toString\na,b,c,d,e,f,g,h\n',
  );
  expect(rows).toEqual([]);
  expect(error).toMatchObject({ code: 'invalid-header', line: 2 });
  expect(error?.faults.map(({ column, code, detail }) => [column, code, detail])).toEqual([
    [2, 'unknown-field', 'there is no field `consortum` in evaluations; did you mean `consortium`?'],
    [3, 'repeated-field', 'column 3 has the same name as column 1: `round`'],
    [4, 'unnamed-column', 'column 4 has no name'],
    [
      5,
      'unknown-field',
      '`reason` is said once for a whole import: as a parameter of the request, not in its rows',
    ],
    [6, 'unknown-field', 'there is no field `Score` in evaluations; did you mean `score`?'],
    [7, 'unknown-field', 'there is no field `zzzzzzzz` in evaluations'],
    [8, 'unknown-field', 'there is no field `toString` in evaluations'],
  ]);
  for (const { detail } of error?.faults ?? []) expect(error?.detail).toContain(detail);
});

test('a field that is called like a parameter of the import is a field', async () => {
  expect((await read('csv', 'id,reason\nx,why\n', { resource: bids })).rows[0]?.document).toEqual({
    id: 'x',
    reason: 'why',
  });
});

test('a header alone is a file without rows; nothing at all is a mistake', async () => {
  expect(await read('csv', header)).toMatchObject({ rows: [], error: undefined, columns: header.split(',') });
  for (const empty of ['', '\n\r\n', '\uFEFF'])
    expect((await read('csv', empty)).error).toMatchObject({ code: 'empty-file', line: 1 });
});

test.each([
  [';', 'semicolons'],
  ['\t', 'tabs'],
  ['|', 'bars'],
])('columns separated by %j are recognized', async (separator, called) => {
  const { error } = await read('csv', `${header.replaceAll(',', separator)}\n`);
  expect(error).toMatchObject({ code: 'wrong-separator', line: 1, column: 1 });
  expect(error?.detail).toContain(called);
});

test.each(['[{"round": "x"}]', '{"round": "x"}\n'])(
  'JSON that is announced as CSV is recognized: %j',
  async (file) => {
    expect((await read('csv', file)).error).toMatchObject({ code: 'wrong-form', line: 1, column: 1 });
  },
);

test('a row with too few or too many cells is a fault of that row only', async () => {
  const { rows } = await read('csv', 'round,note,status\na\nb,x,y,z\nc,x,y\n');
  expect(rows.map((row) => [row.line, row.document, row.faults])).toEqual([
    [
      2,
      undefined,
      [
        {
          column: 2,
          field: 'note',
          code: 'wrong-cell-count',
          detail: 'the row has 1 cell and the header 3; a text with a comma in it stands in quotes',
          value: null,
        },
      ],
    ],
    [3, undefined, [expect.objectContaining({ column: 4, field: '', code: 'wrong-cell-count', value: 'z' })]],
    [4, { round: 'c', note: 'x', status: 'y' }, []],
  ]);
  expect(rows[1]?.raw).toEqual(['b', 'x', 'y', 'z']);
});

test('a quote inside a cell without quotes is a character; text after a closing quote is a fault of that row only', async () => {
  const { rows } = await read(
    'csv',
    'round,note\na,5" disk\nb,"The "best" model"\nc,"say ""hi"""\nd,"x" \ne,"y"\n',
  );
  expect(
    rows.map(({ line, faults: wrong, raw }) => [line, wrong.map(({ column, code }) => [column, code]), raw]),
  ).toEqual([
    [2, [], ['a', '5" disk']],
    [3, [[2, 'stray-quote']], ['b', 'The best" model"']],
    [4, [], ['c', 'say "hi"']],
    [5, [[2, 'stray-quote']], ['d', 'x ']],
    [6, [], ['e', 'y']],
  ]);
});

test('a quote that is never closed ends the file, with the place where it opened', async () => {
  const { rows, error } = await read('csv', 'round,note\na,b\n"c\nd","한글 😀","e\nf,g\n');
  expect(rows).toHaveLength(1);
  expect(error).toMatchObject({ code: 'unclosed-quote', line: 4, column: 11 });
  const wide = await read('csv', `round,note\na,"b\n${'x'.repeat(1000)}`, { limits: { rowBytes: 500 } });
  expect(wide.error).toMatchObject({ code: 'row-too-long', line: 2 });
  expect(wide.error?.detail).toContain('line 2, column 3 is not closed');
});

test('numbers that would be changed are faults, and none is changed in silence', async () => {
  const numbers = [
    '0.1234567890123456789',
    '9007199254740993',
    '9007199254740992',
    '1000000000000000',
    '0.10',
    '1e999',
  ];
  const { rows } = await read('csv', `round,score\n${numbers.map((number) => `r,${number}\n`).join('')}`);
  expect(rows.map((row) => row.faults.map(({ code, column, value }) => [code, column, value]))).toEqual([
    [['inexact-number', 2, '0.1234567890123456789']],
    [['inexact-number', 2, '9007199254740993']],
    [],
    [],
    [],
    [],
  ]);
  // Not a number as a CSV has it: the rules for the field refuse it.
  expect(rows[5]?.document?.score).toBe('1e999');
});

test('a NUL is a fault with its cell, wherever the file is cut', async () => {
  expect(await faults('csv', 'round,note\nr,a\0b\n')).toEqual([
    'unstorable-text note: the text contains a NUL character',
  ]);
});

test('the value in a report is shortened, and is never half of a character', async () => {
  const { rows } = await read('csv', `round,note\nr,x,${'가😀'.repeat(300)}\n`);
  const value = rows[0]?.faults[0]?.value as string;
  expect(value.length).toBeLessThanOrEqual(200);
  expect(value.isWellFormed()).toBe(true);
  expect(value.endsWith('…')).toBe(true);
});

test('the whole data set of the tracker is read without a fault, and fits the rules of each field', async () => {
  for (const resource of (await loadRegistry()).all) {
    const file = await readFile(new URL(`../../prisma/data/${resource.name}.csv`, import.meta.url));
    const { rows, error } = await read('csv', file, { resource });
    expect(error).toBeUndefined();
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.flatMap((row) => row.faults)).toEqual([]);
    for (const row of rows) expect(resource.schemas.create.safeParse(row.document).error).toBeUndefined();
  }
});
