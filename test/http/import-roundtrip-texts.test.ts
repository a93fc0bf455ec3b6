import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { guardCell, quotedCell } from '../../src/kernel/csv.ts';
import { tracker } from '../tracker.ts';
import { searched } from '../searches.ts';
import { send, type Form } from './importing.ts';
import { write } from './made-round.ts';

const it = tracker();
const list = '/v1/evaluations?round=rt-r&limit=500&sort=consortium,criterion';

beforeAll(() => write(it, 'rt', { criteria: { a: [100], b: [50] }, teams: { x: {}, y: {}, z: {} } }));

/** What breaks readers of CSV, spreadsheets, SQL's COPY and JSON, in any order. */
const note = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '=1+1',
        '@x',
        '-',
        "'",
        '"',
        '""',
        ',',
        ';',
        '\n',
        '\r\n',
        '\r',
        '\t',
        ' ',
        '\\',
        '\\N',
        '\\.',
      ),
      fc.constantFrom(
        '한국어',
        '한',
        'é',
        'e\u0301',
        '🚀',
        '👩🏽‍💻',
        '＝',
        '\u2028',
        '\ufeff',
        'null',
        '0',
        '{}',
      ),
      fc.string({ maxLength: 5 }),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''))
  .filter((text) => /[\p{L}\p{N}\p{P}\p{S}]/u.test(text));
const date = fc.option(fc.constantFrom('2025', '2025-06', '2025-06-29'));

const evaluation = (consortium: string, criterion: string, most: number) =>
  fc
    .record({
      score: fc.option(
        fc.integer({ max: most * 1e6 }).map((millionths) => Math.abs(millionths % (most * 1e6)) / 1e6),
      ),
      evaluatedOn: date,
      disclosedOn: date,
      note: fc.option(note),
      sources: fc.uniqueArray(fc.constantFrom('seed-001', 'seed-002', 'seed-003', 'seed-004'), {
        minLength: 1,
      }),
    })
    .map((more) => ({
      round: 'rt-r',
      consortium,
      criterion,
      status: more.score === null ? 'undisclosed' : 'disclosed',
      ...more,
    }));

const rows = fc.tuple(
  ...['x', 'y', 'z'].flatMap((team) => [
    evaluation(`rt-${team}`, 'rt-a', 100),
    evaluation(`rt-${team}`, 'rt-b', 50),
  ]),
);

type Row = ReturnType<typeof evaluation> extends fc.Arbitrary<infer T> ? T : never;
const cellOf = (value: Row[keyof Row]): string =>
  quotedCell(
    Array.isArray(value)
      ? value.join(';')
      : typeof value === 'number'
        ? String(value)
        : guardCell(value ?? ''),
  );
const files: Record<Form, (all: Row[]) => string> = {
  json: (all) => JSON.stringify(all),
  ndjson: (all) => all.map((row) => `${JSON.stringify(row)}\n`).join(''),
  csv: (all) =>
    [Object.keys(all[0] ?? {}), ...all.map((row) => Object.values(row).map(cellOf))]
      .map((cells) => `${cells.join(',')}\r\n`)
      .join(''),
};

test.each(['csv', 'ndjson', 'json'] as const)(
  'evaluations with any text come back from %s as they went',
  async (form) => {
    await fc.assert(
      fc.asyncProperty(rows, async (all) => {
        const sent = await send(it, 'evaluations', files[form](all), {}, { form });
        expect([sent.status, sent.body.errors]).toEqual([201, undefined]);
        const { data } = (await it.anyone.get(list)).body as { data: Row[] };
        expect(data).toMatchObject(all);
        const file =
          form === 'json' ? JSON.stringify(data) : (await it.app.inject(`${list}&format=${form}`)).body;
        const again = await send(it, 'evaluations', file, {}, { form });
        expect(again.body.data.counts).toMatchObject({ unchanged: all.length, update: 0, create: 0 });
      }),
      searched(15),
    );
  },
);
