/** Exports as Parquet, read by another program than the one that the writer comes from: DuckDB. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { get, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DuckDBConnection,
  DuckDBDecimalValue,
  DuckDBListValue,
  DuckDBTimestampTZValue,
  type DuckDBValue,
} from '@duckdb/node-api';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { LeafAt, Resource } from '../../src/resource/declare.ts';
import { valueAt } from '../../src/resource/write.ts';
import { tracker } from '../tracker.ts';

const it = tracker();
let duck: DuckDBConnection;
let directory: string;
beforeAll(async () => {
  duck = await DuckDBConnection.create();
  directory = await mkdtemp(join(tmpdir(), 'parquet-'));
});
afterAll(async () => {
  duck.closeSync();
  await rm(directory, { recursive: true, force: true });
});

type Cells = Record<string, unknown>;
type Row = Record<string, DuckDBValue>;

/** What `select` gives of the file; in it, `this` is the name of the file. */
async function rowsOf(bytes: Buffer, select = 'SELECT * FROM read_parquet(this)'): Promise<Row[]> {
  const path = join(directory, 'it.parquet');
  await writeFile(path, bytes);
  return (await duck.runAndReadAll(select.replace('this', `'${path}'`))).getRowObjects();
}

/** As JSON has it: a decimal as text, without zeros at its end, an instant as text. */
function plain(value: DuckDBValue): unknown {
  if (value instanceof DuckDBListValue) return value.items.map(plain);
  if (value instanceof DuckDBDecimalValue) return value.toString().replace(/\.?0+$/, '');
  if (value instanceof DuckDBTimestampTZValue)
    return `${new Date(Number(value.micros / 1000n)).toISOString().slice(0, -1)}${String(value.micros % 1000n).padStart(3, '0')}Z`;
  return typeof value === 'bigint' ? Number(value) : value;
}
const plainly = (rows: Row[]): Cells[] =>
  rows.map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, plain(value)])));

/** A row of the JSON list as cells: a list of objects is parallel lists. */
const cellsOf = (leaves: LeafAt[], row: Cells): Cells =>
  Object.fromEntries(
    leaves.map(({ path, rows }) => {
      const [name = '', part = ''] = path.split('.');
      return [path, rows ? (row[name] as Cells[]).map((item) => item[part]) : valueAt(row, path)];
    }),
  );

async function exported(path: string): Promise<Buffer> {
  const reply = await it.app.inject(`${path}${path.includes('?') ? '&' : '?'}format=parquet`);
  expect([reply.statusCode, reply.headers['content-type']]).toEqual([200, 'application/vnd.apache.parquet']);
  return reply.rawPayload;
}
const json = async (path: string): Promise<Cells[]> => (await it.anyone.get(path)).body.data as Cells[];

const types: Partial<Record<LeafAt['leaf']['kind'], string>> = {
  integer: 'INTEGER',
  decimal: 'DOUBLE',
  amount: 'DECIMAL(24,4)',
  boolean: 'BOOLEAN',
  instant: 'TIMESTAMP WITH TIME ZONE',
  list: 'VARCHAR[]',
};
const typeOf = ({ leaf, rows }: LeafAt): string => {
  const type = leaf.pg === 'bigint' ? 'BIGINT' : (types[leaf.kind] ?? 'VARCHAR');
  return rows ? `${type}[]` : type;
};

const everyRow = async (resource: Resource): Promise<void> => {
  const path = `/v1/${resource.name}`;
  const bytes = await exported(path);
  const columns = await rowsOf(bytes, 'DESCRIBE SELECT * FROM read_parquet(this)');
  expect(columns.map(({ column_name, column_type }) => [column_name, column_type])).toEqual(
    resource.leaves.map((at) => [at.path, typeOf(at)]),
  );
  const header = (await it.app.inject(`${path}?format=csv&limit=1`)).body.split('\r\n')[0];
  expect(columns.map(({ column_name }) => column_name).join(',')).toBe(header);
  const rows = (await json(`${path}?limit=500`)).map((row) => cellsOf(resource.leaves, row));
  expect(rows.length).toBeGreaterThan(0);
  expect(plainly(await rowsOf(bytes))).toEqual(rows);
};

test('every list is a table with the columns of the CSV, with types, and the values of the JSON', async () => {
  for (const resource of it.registry.all) await everyRow(resource);
});

test.each([
  ['evaluations', 'round=kr-safm-round-2&criterion=r2-total&sort=-score'],
  ['evaluations', 'score[gte]=60&sort=consortium&limit=3'],
  ['consortiums', 'asOf=2025-12-01'],
  ['funding-figures', 'asOf=2025-12-01'],
  ['organizations', 'lang=ko&q=skt'],
  ['milestones', 'program=no-such-programme'],
])('%s?%s gives the same rows as in JSON, in the same order', async (name, query) => {
  const rows = await json(`/v1/${name}?limit=500&${query}`.replace(/limit=500&(.*limit=)/, '$1'));
  const { leaves } = it.registry.get(name);
  expect(plainly(await rowsOf(await exported(`/v1/${name}?${query}`)))).toEqual(
    rows.map((row) => cellsOf(leaves, row)),
  );
});

test('fields choose the columns, and a cursor the first row', async () => {
  const path = '/v1/consortiums?fields=id,names.ko,members.organization';
  const rows = plainly(await rowsOf(await exported(path)));
  const expected = (await json(path)) as { id: string; names: Cells; members: Cells[] }[];
  expect(rows).toEqual(
    expected.map(({ id, names, members }) => ({
      id,
      'names.ko': names.ko,
      'members.organization': members.map(({ organization }) => organization),
    })),
  );
  const { body } = await it.anyone.get('/v1/observations?limit=100');
  const rest = await exported(`/v1/observations?cursor=${body.page.next}`);
  expect(await rowsOf(rest)).toHaveLength(64);
});

test('what was known at a moment is told as it was', async () => {
  const before = await exported('/v1/milestones');
  const { citedAt } = (
    await it.sql(`SELECT to_char(clock_timestamp(), 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS "citedAt"`)
  )[0] as { citedAt: string };
  const { example } = it.registry.get('milestones');
  expect((await it.writer.post('/v1/milestones').send({ ...example, id: 'later' })).status).toBe(201);
  const then = await exported(`/v1/milestones?knownAt=${citedAt}`);
  expect(then.equals(before)).toBe(true);
  expect((await exported('/v1/milestones')).equals(before)).toBe(false);
});

test('no digit of money is lost', async () => {
  const { example } = it.registry.get('funding-figures');
  const figure = {
    ...example,
    id: 'exact',
    money: { amount: '98765432109876543210.1234', currency: 'KRW' },
    statedAlso: [
      { amount: '12345678901234567890.0001', currency: 'USD' },
      { amount: '7', currency: 'EUR' },
    ],
  };
  expect((await it.writer.post('/v1/funding-figures').send(figure)).status).toBe(201);
  const [row] = await rowsOf(
    await exported('/v1/funding-figures?id=exact'),
    `SELECT "money.amount"::text AS amount, "statedAlso.amount"::text AS also, "money.amount" + 0.0001 > 98765432109876543210.1234 AS counts FROM read_parquet(this)`,
  );
  expect(row).toEqual({
    amount: '98765432109876543210.1234',
    also: '[12345678901234567890.0001, 7.0000]',
    counts: true,
  });
});

test('a text is as it was written, whatever it would mean to a spreadsheet or to COPY', async () => {
  const titles = [
    '=1+1',
    '-1',
    "'=x",
    '\\N',
    '\\',
    'a\\tb',
    'tab\there',
    'line\nbreak\r\n',
    ' 독파모 🇰🇷 ',
    '"',
    ';',
    '\\.',
  ];
  const { example } = it.registry.get('milestones');
  for (const [i, title] of titles.entries()) {
    const id = `text-${String(i).padStart(2, '0')}`;
    const reply = await it.writer.post('/v1/milestones').send({ ...example, id, title, date: '2027-03' });
    expect([title, reply.status]).toEqual([title, 201]);
  }
  const rows = await rowsOf(await exported('/v1/milestones?date=2027-03'));
  expect(rows.map(({ title }) => title)).toEqual(titles);
});

test('Accept asks for it, HEAD and If-None-Match work, and it is not packed a second time', async () => {
  const url = '/v1/organizations?fields=id,name';
  const headers = { accept: 'application/vnd.apache.parquet', 'accept-encoding': 'br, gzip' };
  const reply = await it.app.inject({ url, headers });
  const { etag } = reply.headers;
  expect(reply.headers).toMatchObject({
    'content-type': 'application/vnd.apache.parquet',
    'content-disposition': 'attachment; filename="organizations.parquet"',
  });
  expect([reply.headers['content-encoding'], typeof etag]).toEqual([undefined, 'string']);
  const again = await it.app.inject({ url, headers });
  expect(again.rawPayload.equals(reply.rawPayload)).toBe(true);
  const head = await it.app.inject({ method: 'HEAD', url, headers });
  expect([head.statusCode, head.headers.etag, head.headers['content-length'], head.body]).toEqual([
    200,
    etag,
    undefined,
    '',
  ]);
  const kept = await it.app.inject({ url, headers: { ...headers, 'if-none-match': String(etag) } });
  expect([kept.statusCode, kept.body]).toEqual([304, '']);
  const korean = await it.app.inject({ url, headers: { ...headers, 'accept-language': 'ko' } });
  expect([korean.statusCode, korean.headers.etag === etag]).toEqual([200, false]);
});

/** Texts that cannot be packed, so that they are many bytes. */
const many = 25_000;
const bulk = `INSERT INTO observations (id, subject_type, subject_id, indicator, value, unit, qualifier, note, sources)
  SELECT 'bulk-' || lpad(n::text, 6, '0'), 'program', 'kr-safm', 'bulk', n + 0.25, 'x', 'exact',
         (SELECT string_agg(md5(n || '-' || i), '') FROM generate_series(1, 6) AS i), '{seed-004}' FROM generate_series(1, ${many}) n`;

test('a long list comes in groups of bounded size, all rows in order', async () => {
  await it.sql(bulk);
  const bytes = await exported('/v1/observations?indicator=bulk');
  const groups = await rowsOf(
    bytes,
    'SELECT DISTINCT row_group_id, row_group_num_rows::int AS rows FROM parquet_metadata(this) ORDER BY ALL',
  );
  expect(groups.length).toBeGreaterThan(1);
  for (const { rows } of groups) expect(rows).toBeLessThanOrEqual(5_000);
  const [sum] = await rowsOf(
    bytes,
    `SELECT count(*)::int AS rows, sum(value) AS values, count(DISTINCT note)::int AS notes, bool_and(coalesce(id > before, true)) AS sorted
       FROM (SELECT *, lag(id) OVER (ORDER BY file_row_number) AS before FROM read_parquet(this, file_row_number = true))`,
  );
  expect(sum).toEqual({ rows: many, values: (many * (many + 1)) / 2 + many / 4, notes: many, sorted: true });
});

test('readers who hang up in the middle leave their connections to others', async () => {
  const { port } = it.app.server.address() as AddressInfo;
  const path = '/v1/observations?indicator=bulk&format=parquet';
  // More than there are connections for exports.
  for (let n = 0; n < 6; n += 1) {
    const [reply] = (await once(get({ port, path }), 'response')) as [IncomingMessage];
    const [first] = (await once(reply, 'data')) as [Buffer];
    expect(first.toString('latin1', 0, 4)).toBe('PAR1');
    reply.destroy();
  }
  expect(await rowsOf(await exported('/v1/observations?indicator=bulk'))).toHaveLength(many);
});
