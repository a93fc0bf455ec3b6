/** Files that cannot be read to their end: what is wrong is said with its place, and nothing of them is written. */
import { once } from 'node:events';
import { connect, type AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { keys } from '../keys.ts';
import { tracker } from '../tracker.ts';
import { countOf, csv, faults, send, type Form } from './importing.ts';

const it = tracker({ IMPORT_BYTES: 400_000 });
const header = 'id,names.en,names.ko,kind,country,sources';
const row = (id: string, more = ''): string => `${id},Name ${id},한국${more},company,KR,seed-001`;
const good = csv(header, row('bad-1'), row('bad-2'));
const gzip = { 'content-encoding': 'gzip' };
/** CP949 of 한국. */
const cp949 = Buffer.from([0xc7, 0xd1, 0xb1, 0xb9]);
const document = (id: string): string =>
  JSON.stringify({ id, names: { en: id }, kind: 'company', country: 'KR', sources: ['seed-001'] });

const unreadable: [
  string,
  string | Buffer,
  string,
  { form?: Form; fields?: Record<string, string>; line?: number },
][] = [
  ['a gzip file that is cut off', gzipSync(good).subarray(0, -12), 'truncated-gzip', { fields: gzip }],
  [
    'a gzip file that is damaged',
    Buffer.concat([gzipSync(good), Buffer.from('more')]),
    'damaged-gzip',
    { fields: gzip },
  ],
  ['a file that is announced as gzip and is not', good, 'not-gzip', { fields: gzip }],
  ['a gzip bomb', gzipSync(Buffer.alloc(40_000_000, '\n')), 'file-too-large', { fields: gzip }],
  [
    'an over-long line',
    gzipSync(csv(header, row('bad-1'), row('bad-2', 'x'.repeat(1_100_000)))),
    'row-too-long',
    { fields: gzip, line: 3 },
  ],
  ['UTF-16', Buffer.from(`\ufeff${good}`, 'utf16le'), 'wrong-encoding', { line: 1 }],
  [
    'CP949',
    Buffer.concat([Buffer.from(`${header}\r\nbad-1,One,`), cp949, Buffer.from(',company,KR,seed-001\r\n')]),
    'wrong-encoding',
    { line: 2 },
  ],
  ['an empty file', '', 'empty-file', {}],
  ['a workbook', Buffer.from('PK\u0003\u0004and so on'), 'wrong-form', {}],
  [
    'a file whose second half is garbage',
    Buffer.concat([Buffer.from(good), Buffer.alloc(500, 0xfe)]),
    'wrong-encoding',
    { line: 4 },
  ],
  ['a quote that is never closed', csv(header, row('bad-1'), 'bad-2,"Name'), 'unclosed-quote', { line: 3 }],
  ['semicolons', good.replaceAll(',', ';'), 'wrong-separator', { line: 1 }],
  [
    'an array that is cut off',
    `[${document('bad-1')},\n{"id": "bad`,
    'unfinished-array',
    { form: 'json', line: 2 },
  ],
  [
    'an array with a stray word',
    `[${document('bad-1')},\n${document('bad-2')} and]`,
    'malformed-json',
    { form: 'json', line: 2 },
  ],
  ['an object that is no array', document('bad-1'), 'wrong-form', { form: 'json', line: 1 }],
  ['an array sent as NDJSON', `[${document('bad-1')}]`, 'wrong-form', { form: 'ndjson', line: 1 }],
];

test.each(unreadable)('%s is refused with its place', async (_, file, code, { form, fields, line }) => {
  const before = await countOf(it, 'organizations');
  const reply = await send(
    it,
    'organizations',
    file,
    { onError: 'skip' },
    { ...(form ? { form } : {}), ...(fields ? { fields } : {}) },
  );
  expect([reply.status, reply.body.code]).toEqual([400, 'file-unreadable']);
  expect(faults(reply)[0]).toMatchObject({ code, ...(line === undefined ? {} : { line }) });
  expect(await countOf(it, 'organizations')).toBe(before);
});

test('every column of a header that is no field is told, with the field that was meant', async () => {
  const reply = await send(
    it,
    'organizations',
    csv('id,name.en,kind,kind,countri,,sources', 'a,b,c,d,e,f,g'),
  );
  expect([reply.status, reply.body.code]).toEqual([400, 'file-unreadable']);
  expect(faults(reply).map(({ line, column, field, code }) => [line, column, field, code])).toEqual([
    [1, 2, 'name.en', 'unknown-field'],
    [1, 4, 'kind', 'repeated-field'],
    [1, 5, 'countri', 'unknown-field'],
    [1, 6, '', 'unnamed-column'],
  ]);
  for (const meant of ['names.en', 'country'])
    expect(reply.body.detail).toContain(`did you mean \`${meant}\`?`);
});

test('of a header that is nothing but faults the first are told, and how many more there are', async () => {
  const reply = await send(it, 'organizations', csv(','.repeat(99_999)));
  expect([reply.status, reply.body.code, faults(reply).length]).toEqual([400, 'file-unreadable', 50]);
  expect(reply.body.detail).toMatch(/column 50 has no name; and 99950 more/);
});

test('a line of NDJSON that is no JSON is a fault of that line', async () => {
  const file = `${document('bad-1')}\n{"id": bad-2}\n\n${document('bad-3')}\n[1]\n`;
  const reply = await send(it, 'organizations', file, {}, { form: 'ndjson' });
  expect([reply.status, reply.body.code]).toEqual([422, 'import-refused']);
  expect(faults(reply).map(({ row: n, line, column, code }) => [n, line, column, code])).toEqual([
    [2, 2, 8, 'malformed-json'],
    [4, 5, undefined, 'not-an-object'],
  ]);
});

test('a file without rows does nothing and says so', async () => {
  for (const [file, form] of [
    [csv(header), 'csv'],
    ['[]', 'json'],
    ['\n', 'ndjson'],
  ] as const) {
    const reply = await send(it, 'organizations', file, {}, { form });
    expect([form, reply.status, reply.body.data.counts.read]).toEqual([form, 201, 0]);
  }
});

test('a type, a charset or a packing that is not read is a 415, parameters that do not fit are a 400', async () => {
  for (const fields of [
    { 'content-type': 'application/vnd.ms-excel' },
    { 'content-type': 'text/csv; charset=euc-kr' },
    { 'content-encoding': 'br' },
  ]) {
    const reply = await send(it, 'organizations', good, {}, { fields });
    expect([fields, reply.status, reply.body.code]).toEqual([fields, 415, 'unsupported-media-type']);
  }
  const odd = await send(it, 'organisations', good, { mode: 'replace', dryrun: true });
  expect([
    odd.status,
    faults(odd)
      .map(({ parameter }) => parameter)
      .sort(),
  ]).toEqual([400, ['dryrun', 'mode', 'resource']]);
});

test('without an Idempotency-Key, or with one of another file, nothing is done', async () => {
  const bare = await it.importer
    .post('/v1/imports?resource=organizations')
    .set('content-type', 'text/csv')
    .send(good);
  expect([bare.status, bare.body.code]).toEqual([400, 'idempotency-key-required']);
  const plan = { dryRun: true };
  expect((await send(it, 'organizations', good, plan, { key: 'bad-files' })).status).toBe(200);
  for (const [file, query] of [
    [csv(header, row('bad-9')), plan],
    [good, {}],
  ] as const) {
    const other = await send(it, 'organizations', file, query, { key: 'bad-files' });
    expect([other.status, other.body.code]).toEqual([422, 'idempotency-key-reused']);
  }
});

test('a file that is larger than allowed is a 413', async () => {
  const file = csv(header, ...Array.from({ length: 12_000 }, (_, i) => row(`large-${i}`)));
  const reply = await send(it, 'organizations', file);
  expect([reply.status, reply.body.code]).toEqual([413, 'body-too-large']);
});

test('a connection that breaks off in the middle leaves nothing behind, and its key is free', async () => {
  const before = await countOf(it, 'organizations');
  const bytes = Buffer.from(good);
  const socket = connect((it.app.server.address() as AddressInfo).port, '127.0.0.1');
  await once(socket, 'connect');
  socket.write(
    `POST /v1/imports?resource=organizations HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${keys.importer}\r\nContent-Type: text/csv\r\nIdempotency-Key: broken-off\r\nContent-Length: ${bytes.length}\r\n\r\n`,
  );
  const arrived = once(it.app.server, 'request');
  socket.write(bytes.subarray(0, bytes.length - 20));
  await arrived;
  socket.destroy();
  await once(socket, 'close');
  expect(await countOf(it, 'organizations')).toBe(before);
  const again = await send(it, 'organizations', good, {}, { key: 'broken-off' });
  expect([again.status, again.body.data.counts.create, again.headers['idempotency-replayed']]).toEqual([
    201,
    2,
    undefined,
  ]);
});
