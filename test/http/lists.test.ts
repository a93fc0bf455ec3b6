import { expect, test } from 'vitest';
import { sortablePaths } from '../../src/resource/order.ts';
import { valueAt, type Document } from '../../src/resource/write.ts';
import { tracker } from '../tracker.ts';

const it = tracker();
type Row = Record<string, never> & { id: string };

async function rows(path: string, query: object = {}): Promise<Row[]> {
  const reply = await it.anyone.get(`/v1/${path}`).query({ limit: 500, ...query });
  expect([reply.status, reply.body.errors]).toEqual([200, undefined]);
  return reply.body.data;
}
const ids = (list: { id: string }[]): string[] => list.map(({ id }) => id);

/** Follows the Link field from page to page. */
async function walk(path: string, query: object): Promise<Row[]> {
  const found: Row[] = [];
  let reply = await it.anyone.get(`/v1/${path}`).query(query);
  for (;;) {
    expect(reply.status).toBe(200);
    found.push(...reply.body.data);
    const link = /^<([^>]+)>; rel="next"$/.exec(reply.headers.link ?? '')?.[1];
    if (reply.body.page.next === null) return found;
    expect(link).toContain(encodeURIComponent(reply.body.page.next));
    reply = await it.anyone.get(link ?? '');
  }
}

test('paging by any field gives every row exactly once and in order, up or down, nulls last', async () => {
  for (const resource of it.registry.all) {
    const everything = await rows(resource.name, { fields: 'id' });
    const limit = Math.max(2, Math.ceil(everything.length / 2));
    for (const [i, path] of sortablePaths(resource).entries()) {
      // By turns: what the direction changes is the same for all fields of a kind.
      for (const sort of i % 2 === 0 ? [path] : [`-${path}`]) {
        const walked = await walk(resource.name, {
          sort,
          limit,
          fields: path === 'id' ? 'id' : `id,${path}`,
        });
        expect([resource.name, sort, new Set(ids(walked)).size, walked.length]).toEqual([
          resource.name,
          sort,
          everything.length,
          everything.length,
        ]);
        const values = walked.map((row) => valueAt(row, path) ?? null);
        const known = values.findIndex((value) => value === null);
        expect(values.slice(known === -1 ? values.length : known).every((value) => value === null)).toBe(
          true,
        );
        if (values.every((value) => typeof value === 'number'))
          expect(values).toEqual([...values].sort((a, b) => (sort === path ? a - b : b - a)));
      }
    }
  }
});

test('several sort keys in different directions are kept across pages', async () => {
  const query = { round: 'kr-safm-round-2', sort: '-criterion,score,consortium' };
  const whole = await rows('evaluations', query);
  expect(ids(await walk('evaluations', { ...query, limit: 5 }))).toEqual(ids(whole));
  const keys = whole.map((row) => [valueAt(row, 'criterion'), valueAt(row, 'score')] as [string, number]);
  const sorted = [...keys].sort((a, b) => (a[0] === b[0] ? a[1] - b[1] : a[0] < b[0] ? 1 : -1));
  expect(keys).toEqual(sorted);
});

test('a page ends between rows, whatever is written in them', async () => {
  const texts = [',\n{"id":"x"', '\r\n]},\n{', '"},\n', ',\u2028{', '\\n,\\\n', '가,\n나 😀'];
  for (const [i, text] of texts.entries()) {
    const row = { id: `broken-${i}`, kind: 'company', country: 'KR', sources: ['seed-001'] };
    const reply = await it.writer
      .post('/v1/organizations')
      .send({ ...row, names: { en: text, ko: text, fr: text } });
    expect([reply.status, reply.body.errors]).toEqual([201, undefined]);
  }
  const whole = await rows('organizations');
  for (const limit of [1, 7]) expect(await walk('organizations', { limit })).toEqual(whole);
  expect(whole.filter(({ id }) => id.startsWith('broken-')).map((row) => row.name)).toEqual(texts);
});

test('a walk neither loses nor repeats rows while others are written', async () => {
  const before = ids(await rows('milestones', { sort: 'date' }));
  const first = await it.anyone.get('/v1/milestones').query({ sort: 'date', limit: 20 });
  for (const [id, date] of [
    ['early', '2020'],
    ['late', '2030'],
  ] as const)
    await it.writer
      .post('/v1/milestones')
      .send({ ...it.registry.get('milestones').example, id: `example-${id}`, date });
  const rest = await walk('milestones', { sort: 'date', limit: 20, cursor: first.body.page.next });
  expect([...ids(first.body.data), ...ids(rest)].filter((id) => !id.startsWith('example-'))).toEqual(before);
});

test('every value that a field has finds exactly the rows that have it', async () => {
  for (const resource of it.registry.all) {
    const everything = await rows(resource.name);
    for (const { path, leaf, rows: list } of resource.leaves) {
      if (path === 'name' || list || leaf.kind === 'instant') continue;
      const has = (row: Document, value: unknown): boolean => [valueAt(row, path)].flat().includes(value);
      const value = [
        valueAt(everything.find((row) => [valueAt(row, path)].flat()[0] != null) as Document, path),
      ].flat()[0];
      if (typeof value === 'object' || value === undefined) continue;
      const text = `${value as string | number | boolean}`;
      if (text.includes(',')) continue;
      const wanted = everything.filter((row) => has(row, value));
      expect([path, ids(await rows(resource.name, { [path]: text }))]).toEqual([path, ids(wanted)]);
      const others = everything.filter((row) => !has(row, value));
      expect([path, ids(await rows(resource.name, { [`${path}[ne]`]: text }))]).toEqual([path, ids(others)]);
      if (!leaf.nullable) continue;
      const unknown = everything.filter((row) => valueAt(row, path) === null);
      expect([path, ids(await rows(resource.name, { [path]: 'null' }))]).toEqual([path, ids(unknown)]);
    }
  }
});

test('comparisons of numbers and of money', async () => {
  const scores = (await rows('evaluations', { 'score[gte]': '29.1', 'score[lt]': '31.6' })).map((row) =>
    Number(valueAt(row, 'score')),
  );
  expect(scores.sort()).toEqual([29.1, 29.3, 29.5]);
  const large = await rows('funding-figures', {
    'money.currency': 'KRW',
    'money.amount[gt]': '530000000000',
  });
  expect(ids(large).sort()).toEqual([
    'fund-designcompass-gpu-1t4',
    'fund-peopleofinternet-upstage-560b',
    'fund-thebuildout-program-1t',
  ]);
});

test('a date that is only known to the month counts as the whole month', async () => {
  const within = await rows('models', {
    'releasedOn[gte]': '2025-07',
    'releasedOn[lte]': '2025-07',
    fields: 'id,releasedOn',
  });
  expect(new Set(within.map(({ releasedOn }) => String(releasedOn).slice(0, 7)))).toEqual(
    new Set(['2025-07']),
  );
  expect(ids(within)).toContain('a-x-4-0');
  const after = await rows('models', { 'releasedOn[gt]': '2025-07-15', fields: 'id,releasedOn' });
  expect(ids(after)).not.toContain('a-x-4-0');
  expect(ids(after)).toContain('a-x-3-1');
});

test('several values by comma mean any of them', async () => {
  expect((await rows('consortiums', { status: 'active,eliminated' })).length).toBe(6);
  expect((await rows('decisions', { round: 'null,kr-safm-round-1' })).length).toBe(11);
});

test('members can be asked for', async () => {
  expect(ids(await rows('consortiums', { 'members.organization': 'krafton' }))).toEqual(['sk-telecom']);
});

test.each([
  ['programs', '독파모', 'kr-safm'],
  ['programs', 'fondation', 'kr-safm'],
  ['programs', 'MODELE de Fondation', 'kr-safm'],
  ['organizations', 'SKT', 'sk-telecom'],
  ['organizations', '네이버클라우드', 'naver-cloud'],
  ['models', 'K-엑사원', 'k-exaone-236b-a23b'],
  ['benchmarks', 'kmmlu korean', 'kmmlu'],
])('q finds %s by %s', async (path, q, id) => {
  expect(ids(await rows(path, { q }))).toContain(id);
});

test.each([' ', '%09'])('q of nothing but white space (%j) narrows nothing', async (blank) => {
  const all = await rows('decisions', {});
  expect(all.length).toBeGreaterThan(0);
  expect(ids(await rows('decisions', { q: decodeURIComponent(blank) }))).toEqual(ids(all));
});

test('a percent sign in q is a percent sign', async () => {
  expect(await rows('organizations', { q: '%' })).toEqual([]);
  expect(await rows('organizations', { q: '_' })).toEqual([]);
});

test('fields gives these fields and no others, also inside an object', async () => {
  const [row] = await rows('models', { id: 'a-x-4-0', fields: 'id,names.en,releasedOn' });
  expect(row).toEqual({ id: 'a-x-4-0', names: { en: 'A.X 4.0' }, releasedOn: '2025-07' });
});

test('include embeds what a row refers to and what refers to it', async () => {
  const { body } = await it.anyone
    .get('/v1/consortiums/sk-telecom')
    .query({ include: 'lead,members,sources,decisions,fundingFigures' });
  expect(body.included.lead).toMatchObject({ id: 'sk-telecom', country: 'KR' });
  expect(ids(body.included.members)).toEqual(
    body.members.map((member: { organization: string }) => member.organization).sort(),
  );
  expect(ids(body.included.sources)).toEqual([...body.sources].sort());
  expect(body.included.decisions).toHaveLength(3);
  expect(
    body.included.fundingFigures.every(
      (figure: { subject: object }) =>
        JSON.stringify(figure.subject) === '{"type":"consortium","id":"sk-telecom"}',
    ),
  ).toBe(true);
});

test('every include of every resource is answered', async () => {
  const { paths } = (await it.anyone.get('/openapi.json')).body;
  for (const { name, exampleId } of it.registry.all) {
    const { schema } =
      paths[`/v1/${name}/{id}`].get.parameters.find((p: { name: string }) => p.name === 'include') ?? {};
    if (!schema) continue;
    const reply = await it.anyone
      .get(`/v1/${name}/${exampleId}`)
      .query({ include: schema.items.enum.join(',') });
    expect([name, reply.status, Object.keys(reply.body.included ?? {}).sort()]).toEqual([
      name,
      200,
      [...schema.items.enum].sort(),
    ]);
  }
});

test('count=exact counts what the filters let through', async () => {
  const { body } = await it.anyone
    .get('/v1/evaluations')
    .query({ status: 'undisclosed', count: 'exact', limit: 1 });
  expect(body.page.total).toBe(12);
});

test.each([
  ['limt=5', 'limt', 'limit'],
  ['consortum=upstage', 'consortum', 'consortium'],
  ['score[gt e]=5', 'score[gt e]', 'score[gte]'],
])('%s is refused, and the nearest parameter named', async (query, parameter, meant) => {
  const reply = await it.anyone.get(`/v1/evaluations?${query}`);
  expect([reply.status, reply.body.code]).toEqual([400, 'invalid-parameter']);
  expect(reply.body.errors[0]).toMatchObject({ parameter, code: 'unknown-parameter' });
  expect(reply.body.errors[0].detail).toContain(`did you mean \`${meant}\`?`);
});

test('all faults of a query are told at once', async () => {
  const { body } = await it.anyone.get(
    '/v1/evaluations?limit=0&status=disclosd&score[gte]=high&score[gte]=higher&foo=1&sort=socre&evaluatedOn=2025-02-30',
  );
  const told = Object.fromEntries(
    body.errors.map((fault: { parameter: string; code: string }) => [fault.parameter, fault.code]),
  );
  expect(told).toEqual({
    limit: 'out-of-range',
    status: 'invalid-value',
    'score[gte]': 'repeated-parameter',
    foo: 'unknown-parameter',
    sort: 'invalid-value',
    evaluatedOn: 'invalid-value',
  });
});

test('a cursor is good for its own list, filters and order only', async () => {
  const { body } = await it.anyone.get('/v1/organizations?limit=3&kind=company');
  const cursor: string = body.page.next;
  const forged = Buffer.from(JSON.stringify([1, ['zzz'], 'x'])).toString('base64url');
  for (const url of [
    `/v1/organizations?cursor=${cursor}`,
    `/v1/organizations?kind=company&sort=-id&cursor=${cursor}`,
    `/v1/models?cursor=${cursor}`,
    `/v1/organizations?kind=company&cursor=${forged}`,
    `/v1/organizations?kind=company&cursor=abc`,
  ]) {
    const reply = await it.anyone.get(url);
    expect([url, reply.status, reply.body.code]).toEqual([url, 400, 'invalid-cursor']);
  }
  expect(
    (await it.anyone.get(`/v1/organizations?kind=company&limit=7&fields=id&cursor=${cursor}`)).status,
  ).toBe(200);
});
