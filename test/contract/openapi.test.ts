import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { problemTypes } from '../../src/kernel/problems.ts';
import { valueAt } from '../../src/resource/write.ts';
import { keys } from '../keys.ts';
import { tracker } from '../tracker.ts';

const it = tracker();

interface Parameter {
  name: string;
  in: string;
  required?: boolean;
  example?: string;
  schema?: { examples?: string[] };
}

interface Described {
  operationId: string;
  summary?: string;
  description?: string;
  tags?: string[];
  parameters?: {
    $ref?: string;
    name?: string;
    in?: string;
    schema?: { examples?: string[] };
    examples?: object;
    example?: string;
  }[];
  requestBody?: { content: Record<string, { example?: object }> };
  responses: Record<string, object>;
}
interface Document {
  paths: Record<string, Record<string, Described>>;
  tags: { name: string; description: string }[];
  components: Record<string, Record<string, object>>;
}
const document = async (): Promise<Document> => (await it.anyone.get('/openapi.json')).body as Document;
const operations = async (): Promise<(Described & { method: string; path: string })[]> =>
  Object.entries((await document()).paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method, path, ...operation })),
  );

test('the committed document is what the server gives', async () => {
  const committed: unknown = JSON.parse(
    await readFile(new URL('../../openapi/openapi.json', import.meta.url), 'utf8'),
  );
  expect(committed).toEqual(await document());
  expect(await readFile(new URL('../../openapi/openapi.yaml', import.meta.url), 'utf8')).toBe(
    (await it.app.inject('/openapi.yaml')).body,
  );
});

test('every operation has an id of its own, a summary, a description, a known tag and its refusals', async () => {
  const all = await operations();
  expect(new Set(all.map(({ operationId }) => operationId)).size).toBe(all.length);
  const tags = (await document()).tags.map(({ name }) => name);
  for (const { operationId, summary, description, tags: own, responses } of all) {
    expect([operationId, summary?.length, description?.length]).toEqual([
      operationId,
      expect.any(Number),
      expect.any(Number),
    ]);
    expect(tags).toContain(own?.[0]);
    expect(Object.keys(responses)).toEqual(expect.arrayContaining(['400', '414', '431', '500', '503']));
  }
});

test('406 is promised by the operations that give it, and by no other', async () => {
  const { components } = await document();
  const found: Record<string, [promised: boolean, given: boolean]> = {};
  for (const { method, path, operationId, parameters = [], responses } of await operations()) {
    const promised = '406' in responses;
    if (method !== 'get') {
      found[operationId] = [promised, false];
      continue;
    }
    const all = parameters.map(
      ({ $ref, ...own }) => (components.parameters?.[$ref?.split('/').at(-1) ?? ''] ?? own) as Parameter,
    );
    const required = all.filter((one) => one.required);
    const valueOf = (one: Parameter): string => one.example ?? one.schema?.examples?.[0] ?? 'x';
    const url = required
      .filter((one) => one.in === 'path')
      .reduce((filled, one) => filled.replace(`{${one.name}}`, valueOf(one)), path);
    const query = new URLSearchParams(
      required.filter((one) => one.in === 'query').map((one) => [one.name, valueOf(one)] as [string, string]),
    );
    // HEAD, since streams do not end by themselves.
    const reply = await it.app.inject({
      method: 'HEAD',
      url: `${url}?${query.toString()}`,
      headers: { accept: 'image/png', authorization: `Bearer ${keys.admin}` },
    });
    found[operationId] = [promised, reply.statusCode === 406];
  }
  expect(Object.entries(found).filter(([, [promised, given]]) => promised !== given)).toEqual([]);
  expect(Object.values(found).filter(([promised]) => promised).length).toBeGreaterThan(50);
  expect(found).toMatchObject({ followChanges: [false, false], getHealth: [false, false] });
});

test('a write is told as JSON, whatever is accepted: it is not refused for the form of its reply', async () => {
  const row = { id: 'accepted', names: { en: 'x' }, kind: 'company', country: 'KR', sources: ['seed-001'] };
  const post = it.writer.post('/v1/organizations').set('accept', 'text/csv').send(row);
  const { status, headers } = await post;
  expect([status, headers['content-type']]).toEqual([201, 'application/json; charset=utf-8']);
  const removal = it.writer.delete('/v1/organizations/accepted').set({ accept: 'text/csv', 'if-match': '*' });
  expect((await removal).status).toBe(204);
});

test('every reference leads somewhere, and every component is used', async () => {
  const text = JSON.stringify(await document());
  const used = new Set([...text.matchAll(/"\$ref":"#\/components\/([^"]+)"/g)].map(([, name]) => name));
  const there = Object.entries((await document()).components).flatMap(([kind, parts]) =>
    Object.keys(parts).map((name) => `${kind}/${name}`),
  );
  expect([...used].filter((name) => !there.includes(name ?? ''))).toEqual([]);
  expect(there.filter((name) => !used.has(name) && !name.startsWith('securitySchemes/'))).toEqual([]);
});

test('the document names every problem that has a status of some operation, and no other', async () => {
  const { responses = {} } = (await document()).components;
  const named = Object.values(responses).flatMap((response) =>
    [...(response as { description: string }).description.matchAll(/`([a-z-]+)`/g)].map(([, code]) => code),
  );
  const given = Object.entries(problemTypes)
    .filter(([, { status }]) => `Problem${status}` in responses)
    .map(([code]) => code);
  expect(named.sort()).toEqual(given.sort());
});

test('the row that is shown as an example is a row of the real data', async () => {
  for (const { name, exampleId, leaves } of it.registry.all) {
    const { example } =
      (
        (await document()).paths[`/v1/${name}/{id}`]?.get?.responses[200] as {
          content: Record<string, { example: object }>;
        }
      ).content['application/json'] ?? {};
    const real: unknown = (await it.anyone.get(`/v1/${name}/${exampleId}`)).body;
    for (const { path, leaf, rows } of leaves)
      if (!rows && leaf.kind !== 'instant' && leaf.example !== undefined && path !== 'sources')
        expect([name, path, valueAt(example, path)]).toEqual([name, path, valueAt(real, path)]);
  }
});

test('every example works: read, create, change, delete', async () => {
  for (const { name, id: kind } of it.registry.all) {
    const { paths } = await document();
    const item = paths[`/v1/${name}/{id}`];
    const example = item?.get?.parameters?.find((parameter) => parameter.name === 'id')?.example ?? '';
    expect([name, (await it.anyone.get(`/v1/${name}/${example}`)).status]).toEqual([name, 200]);
    expect((await it.anyone.get(`/v1/${name}`)).status).toBe(200);
    const body = paths[`/v1/${name}`]?.post?.requestBody?.content['application/json']?.example ?? {};
    const created = await it.writer.post(`/v1/${name}`).send(body);
    expect([
      name,
      created.status,
      kind === 'uuid' || created.body.id === (body as { id?: string }).id,
    ]).toEqual([name, 201, true]);
    const patch = item?.patch?.requestBody?.content['application/merge-patch+json']?.example ?? {};
    expect([
      name,
      (
        await it.writer
          .patch(created.headers.location ?? '')
          .set('if-match', '*')
          .send(patch)
      ).status,
    ]).toEqual([name, 200]);
    const query = it.registry.get(name).correctable ? { correction: 'true', reason: 'an example' } : {};
    expect(
      (
        await it.writer
          .delete(created.headers.location ?? '')
          .query(query)
          .set('if-match', '*')
      ).status,
    ).toBe(204);
  }
});

test('the file that is shown as an example is imported as it stands', async () => {
  const { parameters = [], requestBody } = (await document()).paths['/v1/imports']?.post ?? {};
  const resource = parameters.find(({ name }) => name === 'resource')?.example;
  const [type, media] = Object.entries(requestBody?.content ?? {})[0] ?? [];
  const reply = await it.importer
    .post('/v1/imports')
    .query({ resource })
    .set({ 'content-type': type, 'idempotency-key': 'shown' })
    .send(media?.example as unknown as string);
  expect([reply.status, reply.body.errors]).toEqual([201, undefined]);
});

test('what can fail for If-Match says that it takes it', async () => {
  for (const { operationId, parameters = [], responses } of await operations()) {
    const takes = parameters.some(
      ({ $ref, name }) => name === 'If-Match' || ($ref ?? '').includes('/IfMatch'),
    );
    expect([operationId, takes]).toEqual([operationId, '412' in responses]);
  }
});
