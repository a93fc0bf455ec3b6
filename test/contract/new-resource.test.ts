/** Adding a resource takes a table and a declaration; everything else follows from them. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { FastifyInstance } from 'fastify';
import supertest from 'supertest';
import { buildApp } from '../../src/app.ts';
import { declare } from '../../src/resource/declare.ts';
import { date, names, ref } from '../../src/resource/fields.ts';
import { registryOf } from '../../src/resource/registry.ts';
import { keys } from '../keys.ts';
import { tracker } from '../tracker.ts';

const it = tracker();
let app: FastifyInstance;

const laws = declare({
  name: 'laws',
  singular: 'law',
  order: 99,
  description: 'Laws that a programme rests on.',
  id: 'slug',
  exampleId: 'example-law',
  fields: {
    program: ref('The programme.', 'programs'),
    ...names({ en: 'AI Basic Act' }),
    enactedOn: date('When.', { nullable: true }),
  },
  example: {
    id: 'example-law',
    program: 'example-programme',
    names: { en: 'AI Basic Act' },
    enactedOn: '2026-01',
    sources: ['seed-004'],
  },
});

beforeAll(async () => {
  await it.sql(`
    CREATE TABLE laws (id text COLLATE "C" PRIMARY KEY, program text NOT NULL REFERENCES programs, name_en text NOT NULL, name_ko text,
      name_fr text, enacted_on text COLLATE "C", sources text[] COLLATE "C" NOT NULL, version int NOT NULL DEFAULT 1,
      created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now())`);
  await it.sql(`CALL add_fact_table('laws')`);
  await it.sql(`CALL add_history('laws', 't.program')`);
  await it.sql(`CALL add_as_of_view('laws', 'period_end(t.enacted_on)')`);
  app = await buildApp({
    config: {
      PUBLIC_READ: true,
      LOG_LEVEL: 'silent',
      CORS_ORIGINS: '*',
      BODY_LIMIT: 100_000,
      IMPORT_BYTES: 100_000,
    },
    db: it.db,
    registry: registryOf([...it.registry.all, laws]),
  });
  await app.ready();
});
afterAll(() => app.close());

test('a declared resource has its five operations, filters, CSV and documentation without another line of code', async () => {
  const client = supertest.agent(app.server).set('authorization', `Bearer ${keys.writer}`);
  await client.post('/v1/programs').send(it.registry.get('programs').example);
  const created = await client.post('/v1/laws').send(laws.example);
  expect(created.status).toBe(201);
  expect(
    (await client.get('/v1/laws').query({ q: 'basic', 'enactedOn[gte]': '2026', include: 'program' })).body
      .data[0].included.program.id,
  ).toBe('example-programme');
  expect((await client.get('/v1/laws?format=csv&fields=id,names.en')).text).toBe(
    'id,names.en\r\nexample-law,AI Basic Act\r\n',
  );
  expect((await client.get('/v1/laws?asOf=2026-01-30')).body.data).toEqual([]);
  expect((await client.get('/v1/laws?asOf=2026-01-31')).body.data).toHaveLength(1);
  const patched = await client
    .patch('/v1/laws/example-law')
    .set('if-match', created.headers.etag ?? '')
    .send({ enactedOn: null });
  expect(patched.body.enactedOn).toBeNull();
  const kept = await client.delete('/v1/programs/example-programme').set('if-match', '*');
  expect([kept.status, kept.body.references]).toEqual([
    409,
    [{ resource: 'laws', id: 'example-law', field: 'program', href: '/v1/laws/example-law' }],
  ]);
  expect(Object.keys((await client.get('/openapi.json')).body.paths)).toContain('/v1/laws/{id}');
  expect((await client.delete('/v1/laws/example-law').set('if-match', '*')).status).toBe(204);
});
