import { createHash } from 'node:crypto';
import { createServer, request, type ClientRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PassThrough, Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { FileError } from '../../src/imports/reading/file-error.ts';
import { readFile, type FileReader } from '../../src/imports/reading/read.ts';
import type { FileForm } from '../../src/imports/reading/row.ts';
import evaluations from '../../src/resources/evaluations.ts';
import { all, limits, read, readPieces } from './reading.ts';

const forms: FileForm[] = ['csv', 'ndjson', 'json'];
const three: Record<FileForm, string> = {
  csv: 'round,note\na,x\nb,y\nc,한글\n',
  ndjson: '{"round":"a"}\n{"round":"b"}\n{"round":"c"}\n',
  json: '[{"round":"a"},{"round":"b"},{"round":"c"}]',
};
const rounds = async (...args: Parameters<typeof read>): Promise<unknown> => {
  const { rows, error } = await read(...args);
  return error?.code ?? rows.map(({ document }) => document?.round).join('');
};

describe.each(forms)('%s packed with gzip', (form) => {
  const packed = gzipSync(three[form]);
  const half = Math.floor(three[form].length / 2);
  const members = [gzipSync(three[form].slice(0, half)), gzipSync(three[form].slice(half))];

  test('is the file that it was', async () => {
    expect(await rounds(form, packed, { gzip: true })).toBe('abc');
  });

  test('may have several members, cut anywhere', async () => {
    expect(await rounds(form, Buffer.concat(members), { gzip: true })).toBe('abc');
    const bytes = [...Buffer.concat(members)].map((byte) => Buffer.from([byte]));
    expect((await readPieces(form, bytes, { gzip: true })).rows).toHaveLength(3);
  });

  test.each([4, 10, 18, packed.length - 8, packed.length - 1])(
    'is refused when cut off after %d bytes',
    async (length) => {
      expect(await rounds(form, packed.subarray(0, length), { gzip: true })).toBe('truncated-gzip');
    },
  );

  test.each([
    ['text', Buffer.from('more')],
    ['zeros', Buffer.alloc(20)],
    ['zeros and another member', Buffer.concat([Buffer.alloc(20), packed])],
    ['what begins like gzip', Buffer.from([0x1f, 0x8b, 1, 2, 3, 4])],
  ])('is refused when it is followed by %s, at once or later', async (_, more) => {
    expect(await rounds(form, Buffer.concat([packed, more]), { gzip: true })).toBe('damaged-gzip');
    expect((await readPieces(form, [packed, more], { gzip: true })).error?.code).toBe('damaged-gzip');
  });

  test('is refused when a bit of it is wrong', async () => {
    const wrong = Buffer.from(packed);
    wrong[wrong.length - 6] = (wrong[wrong.length - 6] ?? 0) ^ 1;
    expect(await rounds(form, wrong, { gzip: true })).toBe('damaged-gzip');
  });

  test('is told from what is not packed, and the other way round', async () => {
    expect(await rounds(form, three[form], { gzip: true })).toBe('not-gzip');
    expect((await read(form, packed)).error).toMatchObject({ code: 'wrong-form' });
    expect((await read(form, packed)).error?.detail).toContain('Content-Encoding: gzip');
  });
});

test('an Excel workbook is recognized', async () => {
  const { error } = await readPieces('csv', [Buffer.from('P'), Buffer.from('K\x03\x04more')]);
  expect(error).toMatchObject({ code: 'wrong-form' });
  expect(error?.detail).toContain('Excel');
});

describe('a file that unpacks to more than is allowed', () => {
  const filler: Record<FileForm, [string, string]> = {
    csv: ['round,note\n', 'a,x\n'],
    ndjson: ['', '{"round":"a"}\n'],
    json: ['[', '{"round":"a"},'],
  };
  test.each(forms)('is refused at the limit (%s), without what comes behind', async (form) => {
    const [head, line] = filler[form];
    const bomb = gzipSync(head + line.repeat(2_000_000));
    const { error, rows } = await read(form, bomb, { gzip: true, limits: { bytes: 300_000 } });
    expect(error).toMatchObject({ code: 'file-too-large' });
    expect(rows.length).toBeLessThanOrEqual(300_000 / line.length);
  });

  test('is refused by its ratio where there is one', async () => {
    const bomb = gzipSync(Buffer.alloc(5_000_000, '\n'));
    expect(await rounds('ndjson', bomb, { gzip: true, limits: { ratio: 50 } })).toBe('unpacks-too-far');
    expect(await rounds('ndjson', bomb, { gzip: true })).toBe('');
  });

  test('is a plain file too', async () => {
    expect(await rounds('csv', three.csv, { limits: { bytes: 10 } })).toBe('file-too-large');
    expect(await rounds('csv', three.csv, { limits: { bytes: Buffer.byteLength(three.csv) } })).toBe('abc');
  });
});

describe('an endless file ends at a limit, and nothing is asked for beyond it', () => {
  const endless: [string, FileForm, string, string, string][] = [
    ['a line without an end', 'ndjson', '', 'x', 'row-too-long'],
    ['a cell without an end', 'csv', 'round,note\na,', 'x', 'row-too-long'],
    ['a quoted cell without an end', 'csv', 'round,note\na,"', 'x\n', 'row-too-long'],
    ['a row of endless commas', 'csv', 'round,note\n', ',', 'row-too-long'],
    ['a header without an end', 'csv', '', 'x,', 'row-too-long'],
    ['an element without an end', 'json', '[{"a":"', 'x', 'row-too-long'],
    ['a number without an end', 'json', '[', '1', 'row-too-long'],
    ['endless nesting', 'json', '[', '[', 'row-too-long'],
    ['endless line breaks', 'csv', '', '\r\n', 'file-too-large'],
    ['endless blanks', 'json', '[', ' ', 'file-too-large'],
    ['endless rows', 'json', '[', '1,', 'too-many-rows'],
    ['endless rows of commas', 'csv', 'round,note\n', ',\n', 'too-many-rows'],
    ['endless faulty lines', 'ndjson', '', '?\n', 'too-many-rows'],
  ];
  test.each(endless)('%s', async (_, form, head, filler, code) => {
    let sent = 0;
    const body = function* (): Generator<Buffer> {
      yield Buffer.from(head);
      for (;;) {
        sent += 10_000;
        yield Buffer.from(filler.repeat(10_000 / filler.length));
      }
    };
    const most = { bytes: 3_000_000, rowBytes: 200_000, rows: 20_000 };
    const { error, body: stream } = await readPieces(form, body(), { limits: most });
    expect(error?.code).toBe(code);
    expect(sent).toBeLessThan((code === 'file-too-large' ? most.bytes : most.rowBytes) + 200_000);
    expect(stream.destroyed).toBe(true);
  });
});

test('a row of just the size that is allowed is read, however it is cut, and one byte more is not', async () => {
  const note = '가'.repeat(100);
  const files: Record<FileForm, string> = {
    csv: `n\n${note}`,
    ndjson: JSON.stringify({ note }),
    json: JSON.stringify([{ note }]),
  };
  const sizes = { csv: 300, ndjson: 311, json: 311 };
  for (const form of forms)
    for (const piece of [1, 7, 10_000]) {
      const file = Buffer.from(files[form].replace(/^n\n/, 'note\n'));
      const cut = Array.from({ length: Math.ceil(file.length / piece) }, (_, i) =>
        file.subarray(i * piece, (i + 1) * piece),
      );
      const size = sizes[form];
      expect((await readPieces(form, cut, { limits: { rowBytes: size } })).rows).toHaveLength(1);
      expect((await readPieces(form, cut, { limits: { rowBytes: size - 1 } })).error?.code).toBe(
        'row-too-long',
      );
    }
});

test.each(forms)('as many rows as are allowed are read, and one more is not (%s)', async (form) => {
  expect(await rounds(form, three[form], { limits: { rows: 3 } })).toBe('abc');
  const { rows, error } = await read(form, three[form], { limits: { rows: 2 } });
  expect(rows).toHaveLength(2);
  expect(error).toMatchObject({ code: 'too-many-rows', line: { csv: 4, ndjson: 3, json: 1 }[form] });
});

describe('an encoding that is not UTF-8 is named where that is clear, with what to do', () => {
  const utf16 = (text: string, big = false): Buffer => {
    const bytes = Buffer.from(text, 'utf16le');
    return big ? bytes.swap16() : bytes;
  };
  // 한국어 모델 성능 and 독자 모델 in CP949.
  const korean = Buffer.from('c7d1b1b9beee20b8f0b5a820bcbab4c9', 'hex');
  const cases: [string, Buffer, string, number, number][] = [
    ['UTF-16 with a mark', utf16(`\uFEFF${three.csv}`), 'UTF-16 (little-endian)', 1, 1],
    ['UTF-16 without one', utf16(three.csv), 'UTF-16 (little-endian)', 1, 1],
    ['big-endian UTF-16', utf16(`\uFEFF${three.csv}`, true), 'UTF-16 (big-endian)', 1, 1],
    ['big-endian UTF-16 without a mark', utf16(three.csv, true), 'UTF-16 (big-endian)', 1, 1],
    ['UTF-32', Buffer.from('fffe00007200000061000000', 'hex'), 'UTF-32', 1, 1],
    [
      'CP949',
      Buffer.concat([Buffer.from('round,note\na,x\nb,'), korean, Buffer.from('\nc,d\n')]),
      'CP949',
      3,
      3,
    ],
    ['Windows-1252', Buffer.from('round,note\na,Genève et Zürich\n', 'latin1'), 'Windows-1252', 2, 6],
  ];
  test.each(cases)('%s', async (_, file, name, line, column) => {
    for (const pieces of [[file], [...file].map((byte) => Buffer.from([byte]))]) {
      const { error } = await readPieces('csv', pieces);
      expect(error).toMatchObject({ code: 'wrong-encoding', line, column });
      if (pieces.length === 1) expect(error?.detail).toContain(name);
      expect(error?.detail).toContain('“CSV UTF-8”');
    }
  });

  test('what is UTF-8 up to some place is damaged there, and no other encoding is guessed', async () => {
    const file = Buffer.concat([
      Buffer.from('round,note\na,독자 인공지능 기초모형 사업\nb,'),
      korean,
      Buffer.from('\n'),
    ]);
    const { error, rows } = await read('csv', file);
    expect(error).toMatchObject({ code: 'wrong-encoding', line: 3, column: 3 });
    expect(error?.detail).toMatch(/up to here.*byte 56 \(0xc7\) in line 3/);
    expect(rows.map(({ document }) => document?.round)).toEqual(['a']);
  });

  test.each([
    ['random bytes', 'ff00fe80'],
    ['an overlong form', 'c0af'],
    ['a lone surrogate', 'eda080'],
    ['beyond the last character', 'f4908080'],
    ['half a character at the end', 'ea b0'],
  ])('%s: no guess', async (_, hex) => {
    const { error } = await read(
      'csv',
      Buffer.concat([Buffer.from('a,'), Buffer.from(hex.replace(' ', ''), 'hex')]),
    );
    expect(error).toMatchObject({ code: 'wrong-encoding', line: 1, column: 3 });
    expect(error?.detail).toContain('The file is not in UTF-8. The first place that shows it is byte 3');
  });
});

describe('a connection that breaks off', () => {
  const reset = Object.assign(new Error('aborted'), { code: 'ECONNRESET' });

  test.each(forms.flatMap((form) => [[form, reset] as const, [form, undefined] as const]))(
    'is a FileError, after the rows that came (%s, %s)',
    async (form, error) => {
      for (const gzip of [false, true]) {
        const body = new PassThrough();
        const file = Buffer.from(three[form]);
        const { rows } = readFile(body, { form, gzip, resource: evaluations, limits });
        body.write((gzip ? gzipSync(file) : file).subarray(0, -6));
        const reading = all(rows);
        await setImmediate();
        body.destroy(error);
        await expect(reading).rejects.toMatchObject({ code: 'connection-lost' });
      }
    },
  );

  test('before anybody reads is met at the first reading', async () => {
    const body = new PassThrough();
    const { rows } = readFile(body, { form: 'csv', gzip: false, resource: evaluations, limits });
    body.destroy(reset);
    await setImmediate();
    await expect(all(rows)).rejects.toMatchObject({ code: 'connection-lost' });
  });

  test('is noticed in a real request', async () => {
    const told = await new Promise((done) => {
      const server = createServer((incoming) => {
        const { rows } = readFile(incoming, { form: 'csv', gzip: false, resource: evaluations, limits });
        void all(rows)
          .then(done, done)
          .finally(() => server.close());
        client.destroy();
      }).listen(0, '127.0.0.1', () => {
        const { port } = server.address() as AddressInfo;
        client = request({ port, host: '127.0.0.1', method: 'POST', headers: { 'content-length': 1000 } });
        client.on('error', () => undefined);
        client.write(three.csv);
      });
      let client: ClientRequest;
    });
    expect(told).toBeInstanceOf(FileError);
    expect(told).toMatchObject({ code: 'connection-lost' });
  });

  test('is not what another failure of the stream is taken for', async () => {
    const failing = Readable.from(
      (function* (): Generator<Buffer> {
        yield Buffer.from(three.csv);
        throw new Error('the disk is full');
      })(),
    );
    const { rows } = readFile(failing, { form: 'csv', gzip: false, resource: evaluations, limits });
    await expect(all(rows)).rejects.toThrow('the disk is full');
  });
});

describe('reading', () => {
  const line = Buffer.from('{"round":"a","note":"some text"}\n'.repeat(100));
  const source = (): { body: Readable; asked: () => number } => {
    let asked = 0;
    const body = Readable.from(
      (function* (): Generator<Buffer> {
        for (let i = 0; i < 1000; i += 1) {
          asked += 1;
          yield line;
        }
      })(),
      { objectMode: false },
    );
    return { body, asked: () => asked };
  };
  const open = (body: Readable, gzip = false): FileReader =>
    readFile(body, { form: 'ndjson', gzip, resource: evaluations, limits });

  test('asks for no more than is read', async () => {
    const { body, asked } = source();
    const rows = open(body).rows[Symbol.asyncIterator]();
    await setImmediate();
    expect(asked()).toBe(0);
    await rows.next();
    for (let i = 0; i < 20; i += 1) await setImmediate();
    expect(asked()).toBeLessThan(20);
    await rows.return?.();
    expect(body.destroyed).toBe(true);
  });

  test.each([false, true])('destroys the stream when it is given up (packed: %s)', async (gzip) => {
    const body = gzip ? Readable.from([gzipSync(line), gzipSync(line)]) : source().body;
    for await (const rows of open(body, gzip).rows) {
      expect(rows.length).toBeGreaterThan(0);
      break;
    }
    expect(body.destroyed).toBe(true);
  });

  test('gives rows in batches of some hundreds, and fewer large ones', async () => {
    const sizes = (await all(open(source().body).rows)).map((rows) => rows.length);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(500);
    expect(sizes.reduce((a, b) => a + b)).toBe(100_000);
    expect(sizes.length).toBeLessThan(600);
    const large = Array.from({ length: 40 }, () => Buffer.from(`{"note":"${'x'.repeat(90_000)}"}\n`));
    const batches = await all(open(Readable.from(large)).rows);
    expect(Math.max(...batches.map((rows) => rows.length))).toBeLessThan(10);
  });

  test('lets others in between the pieces of a file that comes at once', async () => {
    let turns = 0;
    const others = setInterval(() => (turns += 1), 0);
    for await (const rows of open(Readable.from([Buffer.concat(Array.from({ length: 300 }, () => line))]))
      .rows)
      expect(rows.length).toBeGreaterThan(0);
    clearInterval(others);
    expect(turns).toBeGreaterThan(0);
  });

  test.each([false, true])('knows how many bytes came and their digest (packed: %s)', async (gzip) => {
    const file = gzip ? Buffer.concat([gzipSync(line), gzipSync(line)]) : line;
    const reader = open(Readable.from([file.subarray(0, 9), file.subarray(9)]), gzip);
    await all(reader.rows);
    expect(reader.bytesRead()).toBe(file.length);
    expect(reader.digest()).toBe(createHash('sha256').update(file).digest('hex'));
  });
});
