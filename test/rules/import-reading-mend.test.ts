import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mendedCsv, type RowToMend } from '../../src/imports/reading/mend.ts';
import { loadRegistry } from '../../src/resource/registry.ts';
import consortiums from '../../src/resources/consortiums.ts';
import evaluations from '../../src/resources/evaluations.ts';
import { searched } from '../searches.ts';
import { csvOf, documentsOf, styles } from './documents.ts';
import { read } from './reading.ts';

const mended = (...args: Parameters<typeof mendedCsv>): string => [...mendedCsv(...args)].join('');
const row = (raw: unknown, ...details: string[]): RowToMend => ({
  raw,
  faults: details.map((detail) => ({ field: 'round', detail })),
});

test('a row to mend has the cells that it had, and beside them all that is wrong with it', () => {
  const columns = ['id', 'round', 'note'];
  expect(
    mended(evaluations, columns, [
      row(['x', 'r 1', 'a "b"'], '`r 1`: no such round; did you mean `r-1`?', 'second'),
      { raw: ['y', '', 'two\nlines'], faults: [{ field: '', detail: 'the row as a whole' }] },
    ]),
  ).toBe(
    'id,round,note,error\r\n' +
      'x,r 1,"a ""b""",round: `r 1`: no such round; did you mean `r-1`? | round: second\r\n' +
      'y,,"two\nlines",the row as a whole\r\n',
  );
});

test('what was wrong the last time is not carried along', () => {
  expect(mended(evaluations, ['error', 'round'], [row(['old', 'r'], 'new')])).toBe(
    'round,error\r\nr,round: new\r\n',
  );
});

test('a row with too few cells is filled up, and what one has too many is kept', () => {
  expect(
    mended(evaluations, ['round', 'note'], [row(['a'], 'short'), row(['a', 'b', 'c', '=d'], 'long')]),
  ).toBe('round,note,error\r\na,,round: short\r\n' + 'a,b,"round: long | left over: c, =d"\r\n');
});

test('nothing in it runs as a formula in a spreadsheet, and texts read back as they were meant', async () => {
  const columns = ['round', 'note', 'score'];
  const raw = [
    ['=1+1', '=2', '-1.5'],
    ['@x', `'=3`, '+1'],
    ['+x', '-4', '-1,5'],
    ['\ty', '＝5', '=6'],
  ];
  const faults = [{ detail: '=7 is wrong' }];
  const text = mended(
    evaluations,
    columns,
    raw.map((cells) => ({ raw: cells, faults })),
  );
  for (const cells of parse(text))
    for (const cell of cells) expect(cell).not.toMatch(/^([=@\t\r＝]|[+-](?![0-9.,]+$))/);
  const { rows } = await read('csv', text);
  expect(rows.map(({ document }) => document?.note)).toEqual(['=2', '=3', '-4', '＝5']);
  expect(rows.map(({ document }) => document?.score)).toEqual([-1.5, '+1', '-1,5', "'=6"]);
});

test('a row of JSON takes the columns that an import reads, as far as it fits them', () => {
  const raw = {
    id: 'x',
    names: { en: '=X', xx: 'lost' },
    members: [
      { organization: 'a', joinedOn: null, sources: ['s-1', 's-2'] },
      { organization: 'b', role: 'lead' },
    ],
    sources: 's-3',
    strategy: { not: 'text' },
    status: 'active',
  };
  const [line, ...others] = parse<Record<string, string>>(
    mended(consortiums, undefined, [row(raw, 'x'), row('{"broken', 'y'), row([1], 'z')]),
    {
      columns: true,
    },
  );
  expect(line).toEqual({
    id: 'x',
    program: '',
    'names.en': `'=X`,
    'names.ko': '',
    'names.fr': '',
    lead: '',
    strategy: '{"not":"text"}',
    'members.organization': 'a;b',
    'members.role': ';lead',
    'members.joinedOn': ';',
    'members.leftOn': ';',
    'members.sources': 's-1 s-2;',
    sources: 's-3',
    error: 'round: x',
  });
  expect(others.map(({ id, error }) => [id, error])).toEqual([
    ['', 'round: y'],
    ['', 'round: z'],
  ]);
});

test('for every resource and form: rows given back to mend and sent again are the rows that they were', async () => {
  for (const resource of (await loadRegistry()).all)
    await fc.assert(
      fc.asyncProperty(
        fc.array(documentsOf(resource), { minLength: 1, maxLength: 3 }),
        styles,
        async (documents, style) => {
          const faults = [{ field: 'id', detail: 'wrong, "quoted"\nand broken' }];
          const sent = await read('csv', csvOf(resource, documents, style).file, { resource });
          const asJson = documents.map((raw) => ({ raw, faults }));
          const asCsv = sent.rows.map(({ raw }) => ({ raw, faults }));
          for (const [columns, rows] of [
            [undefined, asJson],
            [sent.columns, asCsv],
          ] as const) {
            const again = await read('csv', mended(resource, columns, rows), { resource });
            expect(again.error).toBeUndefined();
            expect(again.rows.map(({ document }) => document)).toEqual(documents);
            expect(again.rows.flatMap((one) => one.faults)).toEqual([]);
          }
        },
      ),
      searched(15),
    );
});
