import { parse } from 'csv-parse/sync';
import { expect, test } from 'vitest';
import { documentOf } from '../../src/resource/csv-row.ts';
import { valueAt } from '../../src/resource/write.ts';
import { tracker } from '../tracker.ts';

const it = tracker();
const get = (path: string, fields: Record<string, string> = {}) => it.anyone.get(path).set(fields);
const lines = (text: string): Record<string, string>[] => parse(text, { columns: true });
/** superagent keeps the text of what it does not know only when told to. */
const ndjson = async (path: string): Promise<unknown[]> =>
  (await it.app.inject(path)).body
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);

test('csv and ndjson hold every row of every resource, and read back they are the rows of the JSON', async () => {
  for (const resource of it.registry.all) {
    const { data } = (await get(`/v1/${resource.name}?limit=500`)).body;
    expect(await ndjson(`/v1/${resource.name}?format=ndjson`)).toEqual(data);
    const back = lines((await get(`/v1/${resource.name}?format=csv`)).text).map((cells) =>
      documentOf(resource, cells),
    );
    for (const [i, document] of back.entries())
      for (const name of Object.keys(document))
        expect([resource.name, name, document[name]]).toEqual([resource.name, name, data[i][name]]);
    expect(back).toHaveLength(data.length);
  }
});

test('the columns of a CSV are JSON paths', async () => {
  const { text, headers } = await get('/v1/funding-figures?format=csv&limit=1');
  expect(text.split('\r\n')[0]).toBe(
    'id,subject.type,subject.id,kind,money.amount,money.currency,approximate,statedAlso.amount,statedAlso.currency,statedOn,scope.covers,scope.periodFrom,scope.periodTo,scope.stage,rank,rankReason,note,sources,createdAt,updatedAt,version',
  );
  expect([headers['content-type'], headers['content-disposition']]).toEqual([
    'text/csv; charset=utf-8; header=present',
    'attachment; filename="funding-figures.csv"',
  ]);
});

test('a list of objects is parallel lists, one a column', async () => {
  const [row] = lines((await get('/v1/funding-figures?format=csv&id=fund-seed-001-program-530b')).text);
  expect(row).toMatchObject({ 'statedAlso.amount': '390000000', 'statedAlso.currency': 'USD' });
  const [upstage] = lines((await get('/v1/consortiums?format=csv&id=upstage')).text);
  expect(upstage?.['members.organization']?.split(';')).toHaveLength(
    upstage?.['members.joinedOn']?.split(';').length ?? 0,
  );
});

const formulas = [
  '=1+1',
  '+1',
  '-1',
  '@SUM(A1)',
  "'=1",
  "''=x",
  '\t=1',
  'a=b',
  "it's",
  'comma, "quote"',
  'line\nbreak',
];

test('no text runs as a formula in a spreadsheet, and none is changed by the guard', async () => {
  const resource = it.registry.get('milestones');
  for (const [i, title] of formulas.entries())
    expect(
      (
        await it.writer
          .post('/v1/milestones')
          .send({ ...resource.example, id: `formula-${String(i).padStart(2, '0')}`, title })
      ).status,
    ).toBe(201);
  const cells = lines((await get('/v1/milestones?format=csv&sources=seed-004&date=2026-11')).text);
  expect(cells).toHaveLength(formulas.length);
  for (const cell of cells) expect(cell.title).not.toMatch(/^[=+\-@\t\r]/);
  expect(cells.map((cell) => documentOf(resource, cell).title)).toEqual(formulas);
});

test.each([
  [{}, 'application/json'],
  [{ accept: '*/*' }, 'application/json'],
  [{ accept: 'text/csv' }, 'text/csv'],
  [{ accept: 'application/x-ndjson' }, 'application/x-ndjson'],
  [{ accept: 'application/vnd.apache.parquet' }, 'application/vnd.apache.parquet'],
  [{ accept: 'application/*' }, 'application/json'],
  [{ accept: 'text/html, text/csv;q=0.5, application/json;q=0.4' }, 'text/csv'],
  [{ accept: 'text/*' }, 'text/csv'],
  [{ accept: 'application/json;q=0, */*;q=0.1' }, 'text/csv'],
])('Accept %j gives %s', async (fields, type) => {
  expect((await it.app.inject({ url: '/v1/calls', headers: fields })).headers['content-type']).toContain(
    type,
  );
});

test('format= is stronger than Accept, and what cannot be given is a 406', async () => {
  expect((await get('/v1/calls?format=csv', { accept: 'application/json' })).type).toBe('text/csv');
  const refused = await get('/v1/calls', { accept: 'application/xml' });
  expect([refused.status, refused.body.code]).toEqual([406, 'not-acceptable']);
  expect((await get('/v1/calls/initial-2025', { accept: 'text/csv' })).status).toBe(406);
});

test('what the client has already is not sent again, in any form, until something changes', async () => {
  for (const path of [
    '/v1/organizations',
    '/v1/organizations/kt',
    '/v1/organizations?format=csv',
    '/v1/organizations?format=ndjson',
    '/v1/organizations?format=parquet',
    '/',
    '/openapi.yaml',
  ]) {
    const { etag = '' } = (await it.app.inject(path)).headers as { etag?: string };
    expect([path, etag]).toEqual([path, expect.stringMatching(/^"[^"]+"$/)]);
    for (const tags of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const again = await it.app.inject({ url: path, headers: { 'if-none-match': tags } });
      expect([path, tags, again.statusCode, again.body]).toEqual([path, tags, 304, '']);
    }
  }
  const before = await Promise.all(
    ['?limit=500', '?format=csv'].map(async (query) =>
      String((await it.app.inject(`/v1/organizations${query}`)).headers.etag),
    ),
  );
  await it.writer
    .post('/v1/organizations')
    .send({ ...it.registry.get('organizations').example, id: 'one-more' });
  for (const [i, query] of ['?limit=500', '?format=csv'].entries())
    expect(
      (
        await it.app.inject({
          url: `/v1/organizations${query}`,
          headers: { 'if-none-match': before[i] ?? '' },
        })
      ).statusCode,
    ).toBe(200);
});

test('names come in the language that is asked for, and the reply says which', async () => {
  const korean = await get('/v1/organizations/kt', { 'accept-language': 'ko-KR,ko;q=0.9' });
  expect([korean.body.name, korean.headers['content-language']]).toEqual(['케이티', 'ko']);
  expect(korean.headers.vary).toMatch(/Accept-Language/);
  expect((await get('/v1/organizations/kt?lang=en', { 'accept-language': 'ko' })).body.name).toBe('KT');
  expect((await get('/v1/organizations/mit?lang=ko')).body.name).toBe(
    'Massachusetts Institute of Technology',
  );
  expect(korean.headers.etag).not.toBe((await get('/v1/organizations/kt')).headers.etag);
});

test('an export is limited only when it is told to be', async () => {
  expect(lines((await get('/v1/observations?format=csv')).text)).toHaveLength(164);
  expect(lines((await get('/v1/observations?format=csv&limit=3')).text)).toHaveLength(3);
  const { body } = await get('/v1/observations?limit=100');
  expect(lines((await get(`/v1/observations?format=csv&cursor=${body.page.next}`)).text)).toHaveLength(64);
});

test('an export obeys filters with hostile values', async () => {
  const hostile = `x' OR '1'='1", {a}, \\`;
  expect(
    lines((await it.anyone.get('/v1/milestones').query({ format: 'csv', title: hostile })).text),
  ).toHaveLength(0);
  expect(
    valueAt(
      lines(
        (await it.anyone.get('/v1/milestones').query({ format: 'csv', q: 'k-ai emblem', fields: 'id' })).text,
      )[0],
      'id',
    ),
  ).toBe('ms-kickoff');
});
