import { gzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cellsOf } from '../../src/imports/reading/csv-cells.ts';
import { inspect } from '../../src/imports/reading/json-inspect.ts';
import { isExact } from '../../src/imports/reading/number.ts';
import { Records } from '../../src/imports/reading/records.ts';
import type { FileForm } from '../../src/imports/reading/row.ts';
import { documentOf } from '../../src/resource/csv-row.ts';
import { loadRegistry } from '../../src/resource/registry.ts';
import { searched } from '../searches.ts';
import { csvOf, documentsOf, jsonOf, ndjsonOf, styles, writable } from './documents.ts';
import { cutAt, readPieces } from './reading.ts';

const { all } = await loadRegistry();
const cuts = fc.array(fc.nat(), { maxLength: 12 });
const forms: FileForm[] = ['csv', 'ndjson', 'json'];

describe.each(all.map((resource) => [resource.name, resource] as const))('%s', (_, resource) => {
  test.each(forms)(
    'written as %s in any style and cut anywhere, packed or not, reads back the same',
    async (form) => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(documentsOf(resource), { maxLength: 5 }),
          styles,
          cuts,
          fc.boolean(),
          async (documents, style, places, gzip) => {
            const { file, lines } =
              form === 'csv'
                ? csvOf(resource, documents, style)
                : form === 'ndjson'
                  ? ndjsonOf(documents, style)
                  : jsonOf(documents, style);
            const bytes = gzip ? gzipSync(file) : Buffer.from(file);
            const { rows, error } = await readPieces(form, cutAt(bytes, places), { resource, gzip });
            expect(error).toBeUndefined();
            expect(rows.flatMap((row) => row.faults)).toEqual([]);
            expect(rows.map((row) => row.document)).toEqual(documents);
            expect(rows.map((row) => [row.n, row.line])).toEqual(lines.map((line, i) => [i + 1, line]));
            const spoken = writable(resource).map(({ path, rows: list }) =>
              list ? path.split('.')[0] : path,
            );
            for (const { given } of rows) expect([...given].sort()).toEqual([...new Set(spoken)].sort());
          },
        ),
        searched(15),
      );
    },
  );
});

test('a file read byte by byte is the file read at once, with all of its faults', async () => {
  const files: [FileForm, string][] = [
    [
      'csv',
      '\uFEFFround,note,score\r\na,"x\r\n""한글""",1\r\n\r\nb,c\r\n"d"e,f,0.1234567890123456789\r\n,,\r\ng,"😀",\0\r\n',
    ],
    ['csv', 'round,note\r\na,"b\r\n'],
    ['ndjson', '\uFEFF{"round":"a"}\r\n\r\n {"note":}\r{"x":"\\u0000"}\n"y'],
    ['json', '\uFEFF[{"round":"a\\"b"},\r\n{"note":}\r, 12 ,{"한글":[1e999]} x'],
  ];
  for (const [form, file] of files) {
    const bytes = Buffer.from(file);
    const whole = await readPieces(form, [bytes]);
    const single = await readPieces(form, cutAt(bytes, [...bytes.keys()]));
    expect(single.rows).toEqual(whole.rows);
    expect(single.error).toEqual(whole.error);
    expect([single.error?.line, single.error?.column]).toEqual([whole.error?.line, whole.error?.column]);
  }
});

/** Whether a database could keep it: without NUL and half characters, in names as in values. */
const keepable = (value: unknown): boolean =>
  typeof value === 'string'
    ? value.isWellFormed() && !value.includes('\0')
    : typeof value !== 'object' || value === null || Object.entries(value).flat().every(keepable);

/** Something like a file: pieces of all three forms and of none. */
const rubble = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        'round,note\n',
        'a,b\n',
        '"',
        '""',
        ',',
        '\n',
        '\r',
        '\r\n',
        ';',
        "'",
        '=',
        '\0',
        ' ',
        '\t',
      ),
      fc.constantFrom(
        '[',
        ']',
        '{',
        '}',
        ':',
        '{"round":"a"}',
        '"note":',
        '\\',
        '\\u',
        'd800',
        '1e9',
        '-',
        '.5',
        'null',
      ),
      fc.string(),
      fc.uint8Array({ maxLength: 6 }),
    ),
    { maxLength: 40 },
  )
  .map((parts) => Buffer.concat(parts.map((part) => Buffer.from(part as string))));

describe.each(forms)('garbage as %s', (form) => {
  test('ends in rows, faults or a FileError, and in nothing else', async () => {
    await fc.assert(
      fc.asyncProperty(
        rubble,
        cuts,
        fc.boolean(),
        fc.constantFrom(4, 50, 10_000),
        async (file, places, zip, rowBytes) => {
          const { rows, error, body } = await readPieces(form, cutAt(zip ? gzipSync(file) : file, places), {
            gzip: zip,
            limits: { rowBytes },
          });
          rows.forEach((row, i) => {
            expect(row.n).toBe(i + 1);
            if (!row.document) expect(row.faults.length).toBeGreaterThan(0);
            for (const fault of row.faults) expect(fault.detail).not.toBe('');
            for (const fault of row.faults) expect(keepable(fault)).toBe(true);
          });
          if (error) expect(error.detail).not.toBe('');
          if (error) expect(keepable([error.detail, error.faults])).toBe(true);
          expect(body.destroyed).toBe(true);
          // Without what depends on how a file arrives: an encoding is guessed from what is at hand.
          const whole = await readPieces(form, [file], { limits: { rowBytes } });
          expect(rows).toEqual(whole.rows);
          expect([error?.code, error?.line, error?.column]).toEqual([
            whole.error?.code,
            whole.error?.line,
            whole.error?.column,
          ]);
        },
      ),
      searched(300),
    );
  });

  test('that claims to be gzip does as well', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array(), cuts, fc.nat(), async (bytes, places, at) => {
        const packed = gzipSync('round,note\na,b\n'.repeat(20));
        const file = Buffer.concat([
          packed.subarray(0, at % packed.length),
          bytes,
          packed.subarray(at % packed.length),
        ]);
        const { error } = await readPieces(form, cutAt(file, places), { gzip: true });
        if (form === 'csv' && bytes.length === 0) expect(error).toBeUndefined();
        else if (bytes.length > 0) expect(error).toBeDefined();
      }),
    );
  });
});

test('cells are those that csv-parse finds', () => {
  const cell = fc
    .array(fc.constantFrom('a', ',', '"', '\n', '\r', '\r\n', ' ', '한'))
    .map((parts) => parts.join(''));
  fc.assert(
    fc.property(
      fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1 }),
      fc.boolean(),
      cuts,
      (table, quoteAll, places) => {
        const write = (text: string): string =>
          quoteAll || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
        const file = table.map((cells) => `${cells.map(write).join(',')}\r\n`).join('');
        const records = new Records(100_000, true);
        const found: string[][] = [];
        const take = (final: boolean): void => {
          for (let record = records.next(final); record !== undefined; record = records.next(final))
            found.push(cellsOf(record, () => expect.fail('no quote is astray')));
        };
        for (const piece of cutAt(Buffer.from(file), places)) {
          records.push(piece);
          take(false);
        }
        take(true);
        expect(found).toEqual(parse(file, { relax_column_count: true, record_delimiter: '\r\n' }));
      },
    ),
  );
});

test('documents of a CSV are those that the data set is read with', async () => {
  for (const resource of all)
    await fc.assert(
      fc.asyncProperty(
        fc.array(documentsOf(resource), { minLength: 1, maxLength: 3 }),
        styles,
        async (documents, style) => {
          const { file } = csvOf(resource, documents, { ...style, mark: false });
          const { rows } = await readPieces('csv', [Buffer.from(file)], { resource });
          const cells: Record<string, string>[] = parse(file, { columns: true });
          expect(rows.map((row) => row.document)).toEqual(cells.map((one) => documentOf(resource, one)));
        },
      ),
      searched(5),
    );
});

test('the syntax of a text breaks for the closer look exactly when it does for JSON.parse', () => {
  const parses = (text: string): boolean => {
    try {
      JSON.parse(text);
      return true;
    } catch {
      return false;
    }
  };
  const pieces = fc.array(
    fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"a"',
      '"',
      '\\',
      '\\n',
      '\\u00e9',
      '1',
      '0',
      '-',
      '.',
      'e',
      '+',
      'true',
      'null',
      ' ',
      '\n',
      'x',
    ),
    { maxLength: 8 },
  );
  const valid = fc.json({ maxDepth: 4 });
  const broken = fc
    .tuple(valid, fc.nat(), pieces)
    .map(
      ([text, place, some]) =>
        text.slice(0, place % (text.length + 1)) + some.join('') + text.slice(place % (text.length + 1)),
    );
  fc.assert(
    fc.property(
      fc.oneof(
        valid,
        broken,
        pieces.map((some) => some.join('')),
      ),
      (text) => {
        expect(inspect(text, () => undefined) === undefined).toBe(parses(text));
      },
    ),
    searched(2000),
  );
});

test('a number is exact when writing it again gives the same number', () => {
  const sameWhole = (text: string): boolean => BigInt(text) === BigInt(JSON.stringify(Number(text)));
  fc.assert(
    fc.property(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), (whole) => {
      expect(isExact(String(whole))).toBe(sameWhole(String(whole)));
    }),
  );
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      expect(isExact(JSON.stringify(value))).toBe(true);
    }),
  );
  fc.assert(
    fc.property(fc.stringMatching(/^[1-9][0-9]{0,14}$/), fc.nat(14), fc.nat(5), (digits, point, zeros) => {
      const text = `${digits.slice(0, point) || '0'}.${digits.slice(point) || '0'}${'0'.repeat(zeros)}`;
      expect(isExact(text)).toBe(true);
    }),
  );
  for (const text of [
    '1e999',
    '-1e999',
    '1e-999',
    '0.10000000000000000001',
    '1'.repeat(500),
    `1e${'0'.repeat(500)}5`,
  ])
    expect([text, isExact(text)]).toEqual([text, false]);
  for (const text of ['0', '-0', '0e999', '1e21', '1E+2', '0.1e-6', 'text', ''])
    expect([text, isExact(text)]).toEqual([text, true]);
});
