import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { expect, test } from 'vitest';
import { tracker } from '../tracker.ts';
import { planned } from './importing.ts';

const it = tracker();
const at = (name: string): string => `/v1/imports/templates/${name}`;

test('the template of every resource has all columns that can be written and a row that imports as it is', async () => {
  for (const { name } of it.registry.all) {
    const { status, text, headers } = await it.anyone.get(at(`${name}.csv`));
    expect([name, status, headers['content-type']]).toEqual([
      name,
      200,
      'text/csv; charset=utf-8; header=present',
    ]);
    expect(headers['content-disposition']).toBe(`attachment; filename="${name}.csv"`);
    const rows = await planned(it, name, text);
    expect(rows.map(({ row, errors }) => [name, row, errors])).toEqual([[name, 1, []]]);
    const [template = '', exported = ''] = [
      text,
      (await it.anyone.get(`/v1/${name}?format=csv&limit=1`)).text,
    ].map((csv) => csv.split('\r\n')[0]);
    expect(exported.split(',')).toEqual(expect.arrayContaining(template.split(',')));
  }
  expect((await it.anyone.get(at('evaluations.csv'))).text.split('\r\n')[0]).toBe(
    'round,consortium,criterion,status,score,passed,evaluatedOn,disclosedOn,note,sources',
  );
});

test('the JSON Schema of every resource takes its own example, which imports as it is, and no misspelt field', async () => {
  for (const { name } of it.registry.all) {
    const { status, body } = await it.anyone.get(at(`${name}.json`));
    expect([name, status, body.$schema]).toEqual([name, 200, 'https://json-schema.org/draft/2020-12/schema']);
    const ajv = new Ajv2020({ strict: false, allErrors: true });
    addFormats.default(ajv);
    const valid = ajv.compile(body as object);
    const [example] = body.examples as Record<string, unknown>[];
    expect([name, valid(example), valid.errors]).toEqual([name, true, null]);
    expect([name, valid({ ...example, sourcess: [] })]).toEqual([name, false]);
    const rows = await planned(it, name, [example ?? {}]);
    expect(rows.map(({ row, errors }) => [name, row, errors])).toEqual([[name, 1, []]]);
  }
});

test('in the schema a reference may be a natural key or a name, and what is said once for a file is no field', async () => {
  const { body } = await it.anyone.get(at('evaluations.json'));
  const valid = new Ajv2020({ strict: false }).compile(body as object);
  const row = {
    round: 'kr-safm/2',
    consortium: 'SK텔레콤 정예팀',
    criterion: 'r2-expert',
    status: 'undisclosed',
  };
  expect(valid({ ...row, sources: ['seed-004'] })).toBe(true);
  expect(valid({ ...row, sources: [] })).toBe(false);
  expect(valid({ ...row, sources: ['seed-004'], correction: true })).toBe(false);
  expect(valid({ ...row, sources: ['seed-004'], round: 2 })).toBe(false);
});

test('templates are public and cached by their ETag, and an unknown one names the nearest', async () => {
  for (const name of ['decisions.csv', 'decisions.json']) {
    const { headers } = await it.anyone.get(at(name));
    expect((await it.anyone.get(at(name)).set('if-none-match', headers.etag ?? '')).status).toBe(304);
  }
  for (const name of ['evaluation.csv', 'evaluation.json']) {
    const { status, body } = await it.anyone.get(at(name));
    expect([status, body.code, body.detail]).toEqual([
      404,
      'not-found',
      'There is no resource `evaluation`; did you mean `evaluations`?',
    ]);
  }
  expect((await it.anyone.get(at('decisions.xml'))).status).toBe(404);
  expect((await it.anyone.get(at('decisions.csv')).set('accept', 'image/png')).status).toBe(406);
  expect((await it.anyone.get(at('decisions.csv?rows=2'))).body.errors[0]).toMatchObject({
    parameter: 'rows',
  });
});
