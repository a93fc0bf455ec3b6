import { expect, test } from 'vitest';
import supertest from 'supertest';
import { buildApp } from '../../src/app.ts';
import { declare } from '../../src/resource/declare.ts';
import { text } from '../../src/resource/fields.ts';
import { registryOf } from '../../src/resource/registry.ts';
import { tracker } from '../tracker.ts';

const it = tracker();

test('a resource that is declared later is found as well, by its title', async () => {
  const reports = declare({
    name: 'reports',
    singular: 'report',
    order: 1,
    description: 'Reports.',
    id: 'slug',
    exampleId: 'example-report',
    search: ['title'],
    fields: { title: text('Its title.') },
    example: { id: 'example-report', title: 'Upstage in numbers', sources: ['seed-004'] },
  });
  await it.sql(`CREATE TABLE reports (id text PRIMARY KEY, title text NOT NULL, sources text[] NOT NULL, version int NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now())`);
  await it.sql(
    `INSERT INTO reports (id, title, sources) VALUES ('example-report', 'Upstage in numbers', '{seed-004}')`,
  );
  const app = await buildApp({
    config: {
      PUBLIC_READ: true,
      LOG_LEVEL: 'silent',
      CORS_ORIGINS: '*',
      BODY_LIMIT: 100_000,
      IMPORT_BYTES: 100_000,
    },
    db: it.db,
    registry: registryOf([...it.registry.all, reports]),
  });
  await app.ready();
  const reply = await supertest(app.server).get('/v1/search').query({ q: 'upstage in', kind: 'report' });
  await app.close();
  expect(reply.body.data).toEqual([
    {
      kind: 'report',
      id: 'example-report',
      href: '/v1/reports/example-report',
      name: 'Upstage in numbers',
      matched: { text: 'Upstage in numbers', field: 'title' },
      match: 'word',
      score: 0.75,
    },
  ]);
});
